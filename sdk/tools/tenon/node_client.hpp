// The node's REST API as the tool's commands use it. One thread.
#pragma once

#include <functional>
#include <limits>
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
  // POST of a file.
  [[nodiscard]] Result<Json> upload(const std::string& path, const std::string& content_type,
                                    std::string content);

  void act_as(const std::string& party) { party_ = party; }
  [[nodiscard]] Result<std::string> token(Access access);

private:
  [[nodiscard]] Result<Json> send(HttpRequest request, Access access);

  Session& session_;
  std::string party_;
  HttpClient http_;
  std::map<std::string, std::string> tokens_;
};

// Which part of a list: what comes after `after`, at most `limit` items; all of it as it stands.
struct ListRange {
  std::string after;
  std::size_t limit = std::numeric_limits<std::size_t>::max();
};

struct List {
  Json items = Json::array();
  std::string next; // the `after` of what is left; empty when that was all
};

// Asks for one page of a list, as the node's API gives them: an object with the items and `next`.
using AskPage = std::function<Result<Json>(const std::string& after, std::size_t limit)>;

// The pages of a list, put together. `place` names in messages where they are from.
[[nodiscard]] Result<List> collect_pages(const AskPage& ask, const std::string& place,
                                         const std::string& member, const ListRange& range);
[[nodiscard]] Result<List> collect_pages(NodeClient& node, const std::string& path,
                                         const std::string& member, const ListRange& range,
                                         Access access = Access::kParty);

// A command that lists: its options, and its answer, which says when it is not the whole list.
void add_list_options(CLI::App& command, ListRange& range);
[[nodiscard]] Status show_list(const Session& session, const List& list);
[[nodiscard]] Status answer_list(Session& session, const std::string& path,
                                 const std::string& member, const ListRange& range,
                                 Access access = Access::kParty);

} // namespace tenon::tool
