#include "node/config/secrets.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace tenon::host::config {

namespace {

using Json = nlohmann::json;
using Pointer = Json::json_pointer;

constexpr std::size_t kMaxSecretBytes = 64u << 10;
constexpr std::string_view kDataPrefix = "$DATA/";

// Reads the whole file through one descriptor, so that what was checked is what is read.
std::string read_secret(const std::filesystem::path& file, std::string& out) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0)
    return std::string("it cannot be opened: ") + std::strerror(errno);
  std::string complaint;
  struct stat facts {};
  if (fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode)) {
    complaint = "it is not a regular file";
  } else if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    complaint = "others may read it; chmod 600 " + file.string();
  } else {
    std::array<char, 4096> buffer;
    for (ssize_t count = 0; (count = ::read(descriptor, buffer.data(), buffer.size())) > 0;) {
      out.append(buffer.data(), static_cast<std::size_t>(count));
      if (out.size() > kMaxSecretBytes) {
        complaint = "it is larger than 64 KiB";
        break;
      }
    }
  }
  close(descriptor);
  while (!out.empty() && (out.back() == '\n' || out.back() == '\r'))
    out.pop_back();
  return complaint;
}

bool is_reference(const Json& value) {
  return value.is_object() && (value.contains("$file") || value.contains("$env"));
}

void resolve_reference(Json& value, const Pointer& place, const References& references,
                       ConfigErrors& errors) {
  const auto complain = [&](std::string what, std::string expected, std::string found) {
    errors.push_back(
        references.document.error(place, std::move(what), std::move(expected), std::move(found)));
  };
  if (value.size() != 1 || !value.begin()->is_string()) {
    complain("a reference to a secret has exactly one member",
             "{\"$file\": \"path\"} or {\"$env\": \"NAME\"}", readable_value(value));
    return;
  }
  const std::string target = value.begin()->get<std::string>();
  if (value.contains("$env")) {
    const char* const found = std::getenv(target.c_str());
    if (found == nullptr)
      complain("the environment variable is not set", "the variable " + target, "nothing");
    else
      value = found;
    return;
  }
  std::filesystem::path file = target;
  if (target.rfind(kDataPrefix, 0) == 0)
    file = references.data_directory / target.substr(kDataPrefix.size());
  else if (file.is_relative())
    file = references.folder / file;
  std::string secret;
  const std::string complaint = read_secret(file, secret);
  if (complaint.empty())
    value = secret;
  else
    complain("the secret's file cannot be used", "a file that only its owner may read",
             file.string() + ": " + complaint);
}

} // namespace

void resolve_references(Json& value, const Pointer& place, const References& references,
                        ConfigErrors& errors) {
  if (is_reference(value)) {
    resolve_reference(value, place, references, errors);
  } else if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (text.rfind(kDataPrefix, 0) == 0)
      value = (references.data_directory / text.substr(kDataPrefix.size())).string();
  } else if (value.is_object()) {
    for (auto& [key, member] : value.items())
      resolve_references(member, place / key, references, errors);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i)
      resolve_references(value[i], place / i, references, errors);
  }
}

} // namespace tenon::host::config
