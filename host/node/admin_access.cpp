#include "node/admin_access.hpp"

#include <nlohmann/json.hpp>

#include "services/files.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/ed25519.hpp"

namespace tenon::host::node {

namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kMaxFileBytes = 4096;

std::filesystem::path file_in(const std::filesystem::path& data_directory) {
  return data_directory / "admin.json";
}

} // namespace

Result<std::string> make_admin_token() {
  TENON_ASSIGN_OR_RETURN(const Bytes random, crypto::random_bytes(kTokenBytes));
  return to_hex(random);
}

Status write_admin_access(const std::filesystem::path& data_directory, const AdminAccess& access) {
  const nlohmann::json document = {{"url", access.url}, {"token", access.token}};
  return services::write_file_atomically(file_in(data_directory), document.dump() + "\n", 0600);
}

Result<AdminAccess> read_admin_access(const std::filesystem::path& data_directory) {
  const auto file = file_in(data_directory);
  TENON_ASSIGN_OR_RETURN(const Bytes text, services::read_file(file, kMaxFileBytes, true));
  const auto document = nlohmann::json::parse(text, nullptr, false);
  for (const char* const member : {"url", "token"}) {
    if (!document.is_object() || !document.contains(member) || !document[member].is_string()) {
      return failed_precondition(file.string() + " has no text under \"" + member +
                                 "\": restart the node, which writes it anew");
    }
  }
  return AdminAccess{document["url"], document["token"]};
}

} // namespace tenon::host::node
