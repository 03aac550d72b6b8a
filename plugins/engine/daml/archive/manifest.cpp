#include "archive/manifest.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "tenon/core/encoding.hpp"

namespace tenon::daml::archive {

namespace {

using Attributes = std::map<std::string, std::string>;

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// Takes a line off the front, without its end, which is CR, LF or both.
std::string_view take_line(BytesView& bytes) {
  const std::size_t end = std::min(bytes.find_first_of("\r\n"), bytes.size());
  const std::string_view line = bytes.substr(0, end);
  bytes.remove_prefix(end);
  bytes.remove_prefix(bytes.starts_with("\r\n") ? 2 : std::min<std::size_t>(1, bytes.size()));
  return line;
}

Status bad_line(std::size_t number, const std::string& expected, std::string_view line) {
  constexpr std::size_t kShown = 80;
  return invalid_argument("line " + std::to_string(number) + ": expected " + expected +
                          ", found \"" + as_utf8(line.substr(0, kShown)) + "\"");
}

// Names are the same in any case, so they are kept in lower case.
Result<Attributes> parse_attributes(BytesView bytes) {
  Attributes result;
  std::string* last = nullptr;
  for (std::size_t number = 1; !bytes.empty(); ++number) {
    const std::string_view line = take_line(bytes);
    if (line.empty())
      break;
    if (line.front() == ' ') {
      if (last == nullptr)
        return bad_line(number, "an attribute", line);
      last->append(line.substr(1));
      continue;
    }
    constexpr std::string_view kSeparator = ": ";
    const std::size_t separator = line.find(kSeparator);
    if (separator == std::string_view::npos || separator == 0)
      return bad_line(number, "a name, a colon, a space and a value", line);
    const auto [place, added] = result.emplace(lower_case(line.substr(0, separator)),
                                               line.substr(separator + kSeparator.size()));
    if (!added)
      return bad_line(number, "each attribute once", line);
    last = &place->second;
  }
  return result;
}

std::string optional_attribute(const Attributes& attributes, std::string_view name) {
  const auto found = attributes.find(lower_case(name));
  return found == attributes.end() ? std::string() : std::string(trimmed(found->second));
}

Result<std::string> attribute(const Attributes& attributes, std::string_view name) {
  std::string value = optional_attribute(attributes, name);
  if (value.empty())
    return invalid_argument("attribute " + std::string(name) + ": expected it, found none");
  return value;
}

Status check_attribute(const Attributes& attributes, std::string_view name,
                       std::string_view expected, bool required) {
  const std::string found = optional_attribute(attributes, name);
  if (found == expected || (found.empty() && !required))
    return {};
  return invalid_argument("attribute " + std::string(name) + ": expected \"" +
                          std::string(expected) + "\", found \"" + as_utf8(found) + "\"");
}

Status split(std::string_view list, Manifest& manifest) {
  std::set<std::string, std::less<>> seen;
  for (std::string_view rest = list;;) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view entry = trimmed(rest.substr(0, comma));
    if (entry.empty())
      return invalid_argument("attribute Dalfs: expected names of entries, found an empty one");
    if (!seen.emplace(entry).second) {
      return invalid_argument("attribute Dalfs: expected each entry once, found \"" +
                              as_utf8(entry) + "\" twice");
    }
    if (seen.size() > kMaxManifestPackages) {
      return resource_exhausted("attribute Dalfs: expected at most " +
                                std::to_string(kMaxManifestPackages) + " entries, found more");
    }
    if (entry != manifest.main)
      manifest.dependencies.emplace_back(entry);
    if (comma == rest.size())
      return {};
    rest.remove_prefix(comma + 1);
  }
}

} // namespace

Result<Manifest> parse_manifest(BytesView bytes) {
  if (bytes.size() > kMaxManifestSize) {
    return resource_exhausted("manifest: expected at most " + std::to_string(kMaxManifestSize) +
                              " bytes, found " + std::to_string(bytes.size()));
  }
  TENON_ASSIGN_OR_RETURN(const Attributes attributes, parse_attributes(bytes));
  TENON_RETURN_IF_ERROR(check_attribute(attributes, "Format", "daml-lf", true));
  TENON_RETURN_IF_ERROR(check_attribute(attributes, "Encryption", "non-encrypted", false));
  Manifest manifest;
  manifest.name = optional_attribute(attributes, "Name");
  manifest.sdk_version = optional_attribute(attributes, "Sdk-Version");
  TENON_ASSIGN_OR_RETURN(manifest.main, attribute(attributes, "Main-Dalf"));
  TENON_ASSIGN_OR_RETURN(const std::string list, attribute(attributes, "Dalfs"));
  TENON_RETURN_IF_ERROR(split(list, manifest));
  return manifest;
}

} // namespace tenon::daml::archive
