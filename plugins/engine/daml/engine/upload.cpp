#include "engine/upload.hpp"

#include <nlohmann/json.hpp>

#include <map>

#include "archive/dar.hpp"
#include "engine/state_keys.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::daml::engine {

namespace {

const std::vector<std::string> kPublic = {"*"};

v1::PackageInfo info_of(const lf::Package& package, std::size_t size, BytesView source,
                        std::uint64_t record_time_us) {
  v1::PackageInfo info;
  if (package.metadata()) {
    info.set_name(std::string(package.text(package.metadata()->name)));
    info.set_version(std::string(package.text(package.metadata()->version)));
  }
  info.set_language_version(lf::to_string(package.version()));
  info.set_size(size);
  info.set_source(std::string(source));
  info.set_known_since_us(static_cast<std::int64_t>(record_time_us));
  for (const std::string& dependency : package.dependencies())
    info.add_dependencies(dependency);
  return info;
}

// The packages of a DAR that the ledger does not have, each after those of them that it depends on.
class NeedOrder {
public:
  Status add(const plugin::StateView& view, const archive::Archive& archive) {
    TENON_ASSIGN_OR_RETURN(const auto known, view.get(keys::package_info(archive.package_id)));
    if (!known)
      entries_.emplace(archive.package_id, Entry{archive.payload, Mark::kNew, {}});
    return {};
  }

  Result<std::vector<BytesView>> sort() {
    for (const auto& [id, entry] : entries_)
      TENON_RETURN_IF_ERROR(visit(id));
    return std::move(sorted_);
  }

private:
  enum class Mark : std::uint8_t { kNew, kOpen, kDone };
  struct Entry {
    BytesView payload;
    Mark mark = Mark::kNew;
    std::vector<std::string> needed;
  };

  // Depth first, on a stack of our own. A package cannot be part of a circle: ids are hashes.
  Status visit(const std::string& first) {
    std::vector<std::string> stack = {first};
    while (!stack.empty()) {
      Entry& entry = entries_.at(stack.back());
      if (entry.mark == Mark::kNew) {
        auto package = archive::decode_payload(entry.payload);
        if (!package.ok())
          return {package.status().code(), "DAR_PARSE_ERROR: " + package.status().message()};
        entry.needed.assign(package->dependencies().begin(), package->dependencies().end());
        entry.mark = Mark::kOpen;
      }
      const std::string* next = nullptr;
      while (next == nullptr && !entry.needed.empty()) {
        const auto found = entries_.find(entry.needed.back());
        if (found != entries_.end() && found->second.mark == Mark::kNew)
          next = &found->first;
        else
          entry.needed.pop_back();
      }
      if (next != nullptr) {
        stack.push_back(*next);
        continue;
      }
      if (entry.mark == Mark::kOpen)
        sorted_.push_back(entry.payload);
      entry.mark = Mark::kDone;
      stack.pop_back();
    }
    return {};
  }

  std::map<std::string, Entry> entries_;
  std::vector<BytesView> sorted_;
};

// Under the ids that clients know.
Status flawed_dar(const Status& status, archive::DarPart part) {
  std::string id = "DAR_PARSE_ERROR: ";
  if (status.code() == Code::kResourceExhausted)
    id = "ZIP_BOMB: The file is too large, or would be when expanded: ";
  else if (part == archive::DarPart::kManifest)
    id = "INVALID_DAR: Dar file is corrupt: ";
  else if (part == archive::DarPart::kEntry)
    id = "INVALID_ZIP_ENTRY: ";
  return {status.code(), id + std::string(status.message())};
}

} // namespace

Result<v1::Upload> prepare_upload(PackageLibrary& library, const plugin::StateView& view,
                                  BytesView bytes, std::string_view source) {
  auto part = archive::DarPart::kManifest;
  const auto dar = archive::read_dar(bytes, "the DAR", {}, &part);
  if (!dar.ok())
    return flawed_dar(dar.status(), part);
  NeedOrder order;
  TENON_RETURN_IF_ERROR(order.add(view, dar->main.archive));
  for (const archive::DarEntry& entry : dar->dependencies)
    TENON_RETURN_IF_ERROR(order.add(view, entry.archive));
  TENON_ASSIGN_OR_RETURN(const auto payloads, order.sort());
  TENON_ASSIGN_OR_RETURN(const auto packages, library.check(view, payloads));
  v1::Upload upload;
  for (const PackageLibrary::NewPackage& package : packages)
    upload.add_payloads(std::string(package.payload));
  upload.set_source(std::string(source));
  return upload;
}

Result<plugin::ExecutionResult> execute_upload(PackageLibrary& library,
                                               const plugin::StateView& view,
                                               const v1::Upload& upload,
                                               std::uint64_t record_time_us) {
  if (upload.source().size() > kMaxSourceBytes || !is_utf8(upload.source())) {
    return invalid_argument("MALFORMED_COMMANDS: the source of an upload: expected at most " +
                            std::to_string(kMaxSourceBytes) + " bytes of UTF-8");
  }
  const std::vector<BytesView> payloads(upload.payloads().begin(), upload.payloads().end());
  TENON_ASSIGN_OR_RETURN(const auto packages, library.check(view, payloads));
  plugin::ExecutionResult result;
  nlohmann::json ids = nlohmann::json::array();
  for (const auto& [package, payload] : packages) {
    result.writes.push_back(
        {plugin::KeyClass::kState, keys::package(package->id()), Bytes(payload), kPublic, 0});
    result.writes.push_back(
        {plugin::KeyClass::kState, keys::package_info(package->id()),
         info_of(*package, payload.size(), upload.source(), record_time_us).SerializeAsString(),
         kPublic, 0});
    ids.push_back(package->id());
  }
  result.response = nlohmann::json{{"packages", std::move(ids)}}.dump();
  // The records hold the time, so the result is bound to this block.
  if (!packages.empty())
    result.min_time_us = result.max_time_us = record_time_us;
  return result;
}

} // namespace tenon::daml::engine
