// The node's REST API as the tool's commands use it. One thread.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "http_client.hpp"
#include "session.hpp"
#include "token.hpp"

namespace tenon::tool {

// On whose authority a request is made.
enum class Access {
  kParty,    // the session's party
  kOperator, // admin: all blocks, all transactions, allocation of parties
};

class NodeClient {
public:
  explicit NodeClient(Session& session);

  // The decoded JSON body. A problem document (RFC 9457) becomes a Status that quotes it: ABORTED
  // when the ledger rejected a transaction, PERMISSION_DENIED, UNAUTHENTICATED, NOT_FOUND …
  [[nodiscard]] Result<Json> get(const std::string& path, Access access = Access::kParty);
  [[nodiscard]] Result<Json> post(const std::string& path, const Json& body,
                                  Access access = Access::kParty);
  [[nodiscard]] Result<Json> upload(const std::string& path, std::string module);

  void act_as(const std::string& party) { party_ = party; }
  [[nodiscard]] Result<std::string> token(Access access);

private:
  [[nodiscard]] Result<Json> send(HttpRequest request, Access access);

  Session& session_;
  std::string party_;
  HttpClient http_;
  std::map<std::string, std::string> tokens_;
};

// All pages of a listing: follows `next` until there is none or `limit` items are there.
[[nodiscard]] Result<Json> collect_pages(NodeClient& node, const std::string& path,
                                         const std::string& member, std::size_t limit,
                                         Access access = Access::kParty);

} // namespace tenon::tool
