#include "services/object_meta.hpp"

#include <algorithm>
#include <charconv>

#include "tenon/core/encoding.hpp"
#include "values/fields.hpp"

namespace tenon::daml_api {

namespace {

using com::daml::ledger::api::v1::admin::ObjectMeta;

constexpr std::size_t kMaxNameSize = 63;
constexpr std::size_t kMaxPrefixSize = 253;
constexpr std::size_t kMaxQuotedSize = 50;

std::string quoted(std::string_view text) {
  const bool long_text = text.size() > kMaxQuotedSize;
  return "'" + as_utf8(text.substr(0, kMaxQuotedSize)) + (long_text ? "…'" : "'");
}

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Letters and digits of ASCII, and `others` between them.
bool is_segment(std::string_view text, std::string_view others) {
  return !text.empty() && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
         });
}

bool is_dns_name(std::string_view text) {
  for (;;) {
    const auto dot = text.find('.');
    if (!is_segment(text.substr(0, dot), "-"))
      return false;
    if (dot == std::string_view::npos)
      return true;
    text.remove_prefix(dot + 1);
  }
}

Failure bad_key(std::string_view key, std::string_view why) {
  return wrong_argument("the annotation key " + quoted(key) +
                        " has invalid syntax: " + std::string(why));
}

Outcome check_key(std::string_view key) {
  const auto slash = key.find('/');
  std::string_view name = key;
  if (slash != std::string_view::npos) {
    const std::string_view prefix = key.substr(0, slash);
    name = key.substr(slash + 1);
    if (name.find('/') != std::string_view::npos)
      return bad_key(key, "it has more than one '/'");
    if (prefix.size() > kMaxPrefixSize) {
      return wrong_argument("the prefix of the annotation key " + quoted(key) +
                            " has more than 253 characters");
    }
    if (!is_dns_name(prefix))
      return bad_key(key, "its prefix is not a DNS name");
  }
  if (name.size() > kMaxNameSize) {
    return wrong_argument("the name in the annotation key " + quoted(key) +
                          " has more than 63 characters");
  }
  if (!is_segment(name, ".-_"))
    return bad_key(key, "its name is not letters and digits with . - _ between them");
  return {};
}

} // namespace

Answer<Annotations> read_annotations(const ObjectMeta& meta, EmptyValues empty,
                                     std::string_view field) {
  Annotations annotations(meta.annotations().begin(), meta.annotations().end());
  if (!annotations_fit(annotations))
    return wrong_argument("the annotations in " + std::string(field) +
                          " are larger than the limit of 256kb");
  for (const auto& [key, value] : annotations) {
    TENON_RETURN_IF_FAILED(check_key(key));
    if (value.empty() && empty == EmptyValues::kRefused) {
      return wrong_argument(std::string(field) + ": the value of an annotation is empty: " +
                            quoted(key));
    }
  }
  return annotations;
}

Outcome require_no_version(const ObjectMeta& meta, std::string_view field) {
  if (meta.resource_version().empty())
    return {};
  return wrong_argument("the field " + std::string(field) + " must be empty in what is new");
}

Answer<std::optional<std::int64_t>> read_version(const ObjectMeta& meta, std::string_view field) {
  std::string_view text = meta.resource_version();
  if (text.empty())
    return std::optional<std::int64_t>();
  std::string_view digits = text;
  if (digits.size() > 1 && digits.front() == '+' && digits[1] != '-')
    digits.remove_prefix(1);
  std::int64_t version = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), version);
  if (error != std::errc() || end != digits.data() + digits.size())
    return invalid_field(field, "expected a version that was read before, found " + quoted(text));
  return std::optional<std::int64_t>(version);
}

void set_meta(ObjectMeta& meta, std::optional<std::int64_t> version,
              const Annotations& annotations) {
  if (version.has_value())
    meta.set_resource_version(std::to_string(*version));
  meta.mutable_annotations()->insert(annotations.begin(), annotations.end());
}

Answer<UpdateMask> UpdateMask::read(const google::protobuf::FieldMask& mask,
                                    std::span<const std::string_view> fields, const Fail& fail) {
  if (mask.paths().empty())
    return fail("the update mask has no paths");
  UpdateMask read;
  for (const std::string& path : mask.paths()) {
    // Dots at the end lead nowhere else.
    const std::string trimmed = path.substr(0, path.find_last_not_of('.') + 1);
    const bool known =
        (trimmed.empty() && !path.empty()) ||
        std::any_of(fields.begin(), fields.end(), [&](std::string_view field) {
          return !trimmed.empty() && (field == trimmed || field.starts_with(trimmed + "."));
        });
    if (!known)
      return fail("the path " + quoted(path) + " of the update mask leads to no field");
    if (!read.paths_.insert(trimmed).second)
      return fail("the path " + quoted(path) + " stands twice in the update mask");
  }
  return read;
}

bool UpdateMask::names(std::string_view field) const {
  return paths_.contains(field);
}

bool UpdateMask::covers(std::string_view field) const {
  return std::any_of(paths_.begin(), paths_.end(), [&](const std::string& path) {
    return path.empty() || field.starts_with(path + ".");
  });
}

} // namespace tenon::daml_api
