#include "node_client.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace tenon::tool {
namespace {

constexpr std::size_t kPageItems = 100;

Code code_for(long http_status) {
  switch (http_status) {
  case 401:
    return Code::kUnauthenticated;
  case 403:
    return Code::kPermissionDenied;
  case 404:
    return Code::kNotFound;
  case 409:
  case 422:
    return Code::kAborted;
  case 429:
    return Code::kResourceExhausted;
  case 502:
  case 503:
  case 504:
    return Code::kUnavailable;
  default:
    return http_status >= 500 ? Code::kInternal : Code::kInvalidArgument;
  }
}

Status problem(const HttpRequest& request, const HttpResponse& response) {
  const std::string where =
      request.method + " " + request.url + " answered " + std::to_string(response.status);
  const auto body = Json::parse(response.body, nullptr, false);
  if (!body.is_object())
    return {code_for(response.status), where};
  std::string text;
  for (const char* member : {"title", "detail", "code"}) {
    const auto found = body.find(member);
    if (found == body.end() || !found->is_string())
      continue;
    if (!text.empty())
      text += member == std::string_view("code") ? " [" : ": ";
    text += found->get<std::string>();
    if (member == std::string_view("code"))
      text += "]";
  }
  return {code_for(response.status), text + " (" + where + ")"};
}

} // namespace

NodeClient::NodeClient(Session& session)
    : session_(session), party_(session.party), http_(session.certificate_file) {}

Result<std::string> NodeClient::token(Access access) {
  if (!session_.token.empty())
    return session_.token;
  const bool admin = access == Access::kOperator;
  std::string& token = tokens_[admin ? std::string() : party_];
  if (!token.empty())
    return token;
  TokenClaims claims;
  claims.subject = admin ? "operator" : party_;
  claims.admin = admin;
  if (!admin)
    claims.act_as = {party_};
  auto made = make_token(session_.data_directory, claims);
  if (!made.ok()) {
    return session_.failed({Code::kUnauthenticated, "there is no --token, and none can be made: " +
                                                        made.status().message()},
                           Exit::kDenied, "tenon up");
  }
  token = *made;
  return token;
}

Result<Json> NodeClient::send(HttpRequest request, Access access) {
  TENON_ASSIGN_OR_RETURN(request.token, token(access));
  TENON_ASSIGN_OR_RETURN(const HttpResponse response, http_.send(request));
  if (response.status < 200 || response.status >= 300)
    return problem(request, response);
  return parse_json(response.body, "the answer to " + request.method + " " + request.url);
}

Result<Json> NodeClient::get(const std::string& path, Access access) {
  HttpRequest request;
  request.url = session_.url + path;
  return send(std::move(request), access);
}

Result<Json> NodeClient::post(const std::string& path, const Json& body, Access access) {
  HttpRequest request;
  request.method = "POST";
  request.url = session_.url + path;
  request.body = body.dump();
  request.content_type = "application/json";
  return send(std::move(request), access);
}

Result<Json> NodeClient::upload(const std::string& path, const std::string& content_type,
                                std::string content) {
  HttpRequest request;
  request.method = "POST";
  request.url = session_.url + path;
  request.body = std::move(content);
  request.content_type = content_type;
  return send(std::move(request), Access::kParty);
}

Result<List> collect_pages(const AskPage& ask, const std::string& place, const std::string& member,
                           const ListRange& range) {
  List list;
  std::string after = range.after;
  while (true) {
    const std::size_t missing = range.limit - list.items.size();
    TENON_ASSIGN_OR_RETURN(const Json page,
                           ask(after, std::min<std::size_t>(missing, kPageItems)));
    const auto found = page.find(member);
    if (found == page.end() || !found->is_array()) {
      return invalid_argument("the answer to " + place + " has no list '" + member + "'");
    }
    for (const Json& item : *found)
      list.items.push_back(item);
    const auto next = page.find("next");
    if (next == page.end() || !next->is_string())
      return list;
    if (next->get<std::string>() == after)
      return invalid_argument(place + " would go on at the same place, after " + after);
    after = next->get<std::string>();
    if (list.items.size() >= range.limit) {
      list.next = after;
      return list;
    }
  }
}

Result<List> collect_pages(NodeClient& node, const std::string& path, const std::string& member,
                           const ListRange& range, Access access) {
  const auto ask = [&](const std::string& after, std::size_t limit) {
    std::string page_path = path + "?limit=" + std::to_string(limit);
    if (!after.empty())
      page_path += "&after=" + url_encode(after);
    return node.get(page_path, access);
  };
  return collect_pages(ask, "GET " + path, member, range);
}

void add_list_options(CLI::App& command, ListRange& range) {
  command.add_option("--after", range.after, "go on after this place, as a cut list named it");
  add_limit_option(command, range.limit);
}

Status answer_list(Session& session, const std::string& path, const std::string& member,
                   const ListRange& range, Access access) {
  NodeClient node(session);
  TENON_ASSIGN_OR_RETURN(const List list, collect_pages(node, path, member, range, access));
  return show_list(session, list);
}

Status show_list(const Session& session, const List& list) {
  session.result(list.items);
  if (!list.next.empty())
    session.more("after", list.next);
  return ok_status();
}

} // namespace tenon::tool
