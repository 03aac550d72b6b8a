#include "backup/manifest.hpp"

#include <nlohmann/json.hpp>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/ed25519.hpp"

namespace tenon::host::backup {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kFormat = 1;
constexpr BytesView kTag("tenon/backup/v1\0", 16);

// Behind the document, as its last line, in lower-case hex.
constexpr std::size_t kSignatureLine = 2 * crypto::kSignatureSize + 1;

Status damaged(const std::string& what, const std::string& why) {
  return data_loss(what + " is damaged or was changed: " + why +
                   ". How to fix: use another backup, or another copy of this one");
}

Json to_json(const Manifest& manifest) {
  Json files = Json::array();
  for (const BackedUpFile& file : manifest.files) {
    files.push_back({{"name", file.name},
                     {"size", std::to_string(file.size)},
                     {"sha256", to_hex(file.sha256.view())},
                     {"content", file.content}});
  }
  return {{"format", kFormat},
          {"id", std::to_string(manifest.id)},
          {"node", manifest.node},
          {"store", manifest.store},
          {"time_us", std::to_string(manifest.time_us)},
          {"chain", to_hex(manifest.chain.view())},
          {"height", std::to_string(manifest.height)},
          {"block_id", to_hex(manifest.block_id.view())},
          {"result_hash", to_hex(manifest.result_hash.view())},
          {"state_root", to_hex(manifest.state_root.view())},
          {"new_bytes", std::to_string(manifest.new_bytes)},
          {"public_key", to_hex(manifest.public_key)},
          {"files", std::move(files)}};
}

// Reads members one after the other, and remembers whether one was not as it must be.
class Members {
public:
  explicit Members(const Json& json) : json_(json) {}

  std::string text(const char* name) {
    const auto found = json_.find(name);
    if (found != json_.end() && found->is_string())
      return found->get<std::string>();
    ok_ = false;
    return {};
  }
  std::uint64_t number(const char* name) {
    const auto value = parse_u64(text(name));
    ok_ = ok_ && value;
    return value.value_or(0);
  }
  Hash hash(const char* name) {
    const auto value = hash_from_hex(text(name));
    ok_ = ok_ && value;
    return value.value_or(Hash());
  }
  Bytes key(const char* name) {
    auto value = from_hex(text(name));
    ok_ = ok_ && value && value->size() == crypto::kPublicKeySize;
    return std::move(value).value_or(Bytes());
  }
  [[nodiscard]] bool ok() const { return ok_; }

private:
  const Json& json_;
  bool ok_ = true;
};

// Names become paths below a folder.
bool stays_inside(const std::string& name) {
  return !name.empty() && name.front() != '/' && name.find('\0') == std::string::npos &&
         ("/" + name + "/").find("/../") == std::string::npos;
}

bool read_files(const Json& json, std::vector<BackedUpFile>& files) {
  const auto list = json.find("files");
  if (list == json.end() || !list->is_array())
    return false;
  for (const Json& item : *list) {
    if (!item.is_object())
      return false;
    Members members(item);
    files.push_back({members.text("name"), members.number("size"), members.hash("sha256"),
                     members.text("content")});
    if (!members.ok() || !stays_inside(files.back().name))
      return false;
  }
  return true;
}

} // namespace

std::uint64_t Manifest::bytes() const {
  std::uint64_t sum = 0;
  for (const BackedUpFile& file : files)
    sum += file.size;
  return sum;
}

Result<Bytes> write_manifest(const Manifest& manifest, const Signer& signer) {
  const Bytes document = to_json(manifest).dump(1) + "\n";
  TENON_ASSIGN_OR_RETURN(const Bytes signature, signer.sign(Bytes(kTag) + document));
  return document + to_hex(signature) + "\n";
}

Result<Manifest> read_manifest(BytesView document, const std::string& what) {
  if (document.size() <= kSignatureLine)
    return damaged(what, "it ends too early");
  const BytesView content = document.substr(0, document.size() - kSignatureLine);
  const BytesView line = document.substr(content.size());
  const Json json = Json::parse(content, nullptr, false);
  if (!json.is_object())
    return damaged(what, "it is no JSON object with a signature behind it");
  const auto format = json.find("format");
  if (format == json.end() || !format->is_number_unsigned())
    return damaged(what, "it names no format");
  if (*format != kFormat) {
    return failed_precondition(what + " is of format " + format->dump() +
                               ", expected format " + std::to_string(kFormat) +
                               ". How to fix: use the version that made it");
  }
  Manifest manifest;
  Members members(json);
  manifest.public_key = members.key("public_key");
  const auto signature = from_hex(line.substr(0, kSignatureLine - 1));
  // Only one way of writing the signature counts.
  if (!members.ok() || !signature || to_hex(*signature) + "\n" != line ||
      !crypto::verify(manifest.public_key, Bytes(kTag) + Bytes(content), *signature))
    return damaged(what, "its signature does not fit what it says");
  manifest.id = members.number("id");
  manifest.node = members.text("node");
  manifest.store = members.text("store");
  manifest.time_us = members.number("time_us");
  manifest.chain = members.hash("chain");
  manifest.height = members.number("height");
  manifest.block_id = members.hash("block_id");
  manifest.result_hash = members.hash("result_hash");
  manifest.state_root = members.hash("state_root");
  manifest.new_bytes = members.number("new_bytes");
  if (!read_files(json, manifest.files) || !members.ok())
    return damaged(what, "it is signed, but a member of it is missing or malformed");
  return manifest;
}

std::string summary(const Manifest& manifest) {
  const Json shown = {{"id", std::to_string(manifest.id)},
                      {"height", std::to_string(manifest.height)},
                      {"state_root", to_hex(manifest.state_root.view())},
                      {"time", rfc3339(manifest.time_us)},
                      {"node", manifest.node},
                      {"files", manifest.files.size()},
                      {"bytes", std::to_string(manifest.bytes())},
                      {"new_bytes", std::to_string(manifest.new_bytes)}};
  return shown.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Status check_signer(const Manifest& manifest, BytesView public_key) {
  if (manifest.public_key == public_key)
    return {};
  return data_loss("backup " + std::to_string(manifest.id) + " was made by another node: it is "
                   "signed with the key " + to_hex(manifest.public_key) + " of \"" +
                   manifest.node + "\", expected the key " + to_hex(public_key) +
                   ". How to fix: if that node is to be believed, name its key with --key");
}

} // namespace tenon::host::backup
