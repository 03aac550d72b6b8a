#include "database_access.hpp"

#include "files.hpp"
#include "solo_node.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::tool {
namespace {

constexpr auto kProgressInterval = std::chrono::seconds(1);

Result<std::filesystem::path> data_directory_of(const std::filesystem::path& config) {
  TENON_ASSIGN_OR_RETURN(const std::string text, read_file(config));
  TENON_ASSIGN_OR_RETURN(const Json document, parse_json(text, config.string()));
  if (document.value("/node/role"_json_pointer, "") == "client") {
    return failed_precondition(config.string() +
                               " is that of a client node, which holds a part of the ledger only: "
                               "expected a solo node's or a replica's");
  }
  return (config.parent_path() / document.value("/node/data_dir"_json_pointer, "data"))
      .lexically_normal();
}

Result<std::unique_ptr<OfflineStore>> open(Session& session, const std::filesystem::path& config,
                                           const std::filesystem::path& data_directory) {
  auto store = OfflineStore::open(config, data_directory);
  if (!store.ok()) {
    const bool corrupt = store.status().code() == Code::kDataLoss;
    return session.failed(store.status(), corrupt ? Exit::kUnproved : Exit::kFailed,
                          "tenon db verify --config FILE --data-dir DIR, with the node stopped");
  }
  return store;
}

} // namespace

void Progress::operator()(std::uint64_t done, std::uint64_t total) {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < kProgressInterval)
    return;
  last_ = now;
  session_.progress(what_ + " " + std::to_string(done) +
                    (total == 0 ? "" : " of " + std::to_string(total)) + " ...");
}

Result<std::unique_ptr<OfflineStore>> open_database(Session& session, const std::string& config) {
  std::filesystem::path file = config;
  if (file.empty()) {
    TENON_ASSIGN_OR_RETURN(file, default_config());
  }
  TENON_ASSIGN_OR_RETURN(const std::filesystem::path own, data_directory_of(file));
  if (!session.names_data_directory())
    session.data_directory = own.string();
  return open(session, file, session.data_directory);
}

Result<std::unique_ptr<OfflineStore>>
open_database_at(Session& session, const std::string& place, const std::string& config) {
  if (!std::filesystem::is_directory(place)) {
    TENON_ASSIGN_OR_RETURN(const std::filesystem::path own, data_directory_of(place));
    return open(session, place, own);
  }
  std::filesystem::path file = config;
  if (file.empty())
    file = (std::filesystem::absolute(place) / "").parent_path().parent_path() / "node.json";
  TENON_RETURN_IF_ERROR(data_directory_of(file).status());
  return open(session, file, place);
}

Bytes key_from(const std::string& shown) {
  const auto bytes = shown.starts_with("0x") ? from_hex(shown.substr(2)) : std::nullopt;
  return bytes.value_or(shown);
}

} // namespace tenon::tool
