#include "json_kit.hpp"

#include <future>

#include "auth/token_payload.hpp"
#include "com/daml/ledger/api/v1/admin/package_management_service.pb.h"
#include "com/daml/ledger/api/v1/admin/party_management_service.pb.h"
#include "com/daml/ledger/api/v1/admin/user_management_service.pb.h"
#include "com/daml/ledger/api/v1/package_service.pb.h"
#include "common/auth/bearer.hpp"
#include "common/auth/jwt.hpp"
#include "errors/codes.hpp"
#include "submission/offset.hpp"
#include "tenon/core/encoding.hpp"
#include "tokens.hpp"

namespace tenon::daml_api::json::test {

namespace {

namespace lapi = com::daml::ledger::api::v1;
namespace admin = com::daml::ledger::api::v1::admin;

tenon::v1::Completion rejection(Code code, const std::string& reason, const std::string& message) {
  tenon::v1::Completion completion;
  completion.set_code(static_cast<std::uint32_t>(code));
  completion.set_reason(reason);
  completion.set_message(message);
  return completion;
}

bool is_asset(const Json& payload) {
  return payload.is_object() && payload.contains("owner") && payload["owner"].is_string() &&
         payload.contains("name") && payload["name"].is_string();
}

} // namespace

tenon::v1::Completion MemoryLedger::execute(const Json& command) {
  const auto accept = [this](std::uint64_t offset) {
    tenon::v1::Completion completion;
    completion.set_offset(offset);
    completion.set_transaction_id(index_.last_transaction());
    return completion;
  };
  if (command.contains("commands"))
    return execute(command["commands"]["commands"][0]);
  if (command.contains("create")) {
    const Json& payload = command["create"]["payload"];
    if (!is_asset(payload))
      return rejection(Code::kInvalidArgument, "BAD_COMMAND", "\"payload\": missing field");
    return accept(index_.create(Desk::id(900 + next_id_++), payload["owner"], payload["name"],
                                command["create"]["templateId"]));
  }
  if (command.contains("createAndExercise")) {
    const Json& body = command["createAndExercise"];
    const std::string id = Desk::id(900 + next_id_++);
    index_.create(id, body["payload"]["owner"], body["payload"]["name"]);
    return accept(index_.replace(id, Desk::id(900 + next_id_++), body["argument"]["name"]));
  }
  const bool by_key = command.contains("exerciseByKey");
  const Json& body = command[by_key ? "exerciseByKey" : "exercise"];
  const std::string id = by_key ? index_.find_key(body["templateId"], body["key"]["_1"],
                                                  body["key"]["_2"])
                                : body["contractId"].get<std::string>();
  const auto events = index_.contract_events(id);
  if (id.empty() || !events->created || events->archived_at != 0)
    return rejection(Code::kNotFound, "CONTRACT_NOT_FOUND", "Contract could not be found");
  if (body["choice"] == "Rename")
    return accept(index_.replace(id, Desk::id(900 + next_id_++), body["argument"]["name"]));
  return accept(index_.archive(id));
}

Status MemoryLedger::submit(const tenon::v1::Submission& submission, Completed done) {
  submissions.push_back(submission);
  if (next_completion) {
    done(*std::exchange(next_completion, std::nullopt));
    return {};
  }
  done(execute(Json::parse(submission.command())));
  return {};
}

Result<tenon::v1::QueryResponse> MemoryLedger::query(const tenon::v1::QueryRequest& request) {
  tenon::v1::QueryResponse response;
  const std::string& bytes = request.request();
  if (!bytes.starts_with('\0')) {
    const Json body = Json::parse(bytes)["contractByKey"];
    if (!body["key"].is_object())
      return invalid_argument("BAD_COMMAND: \"key\": expected a record");
    const std::string id =
        index_.find_key(body["templateId"], body["key"]["_1"], body["key"]["_2"]);
    if (id.empty())
      return not_found("CONTRACT_KEY_NOT_FOUND: no such contract");
    response.set_response(Json{{"contractId", id}}.dump());
    return response;
  }
  daml::engine::v1::Request asked;
  asked.ParseFromString(bytes.substr(1));
  daml::engine::v1::Response answer;
  for (const std::string& name : asked.types().names()) {
    auto& found = *answer.mutable_types()->add_types();
    const std::string full = name.starts_with(':') ? "pkg" + name : name;
    if (full == kAsset || full == kOther)
      found.add_templates(full);
    if (name == ":Main:Twice") {
      found.add_templates("pkg:Main:Twice");
      found.add_templates("pkg2:Main:Twice");
    }
    if (full == kNamed) {
      found.add_interfaces(kNamed);
      found.add_implementing(kAsset);
    }
  }
  for (const auto& contract : asked.views().contracts()) {
    daml::v1::Value argument;
    argument.ParseFromString(contract.argument());
    auto& view = *answer.mutable_views()->add_contracts()->add_views();
    view.set_interface(kNamed);
    view.set_value(
        record_value({{"called", argument.record().fields(1).value()}}).SerializeAsString());
  }
  response.set_response(answer.SerializeAsString());
  return response;
}

Result<tenon::v1::TransactionsResponse>
MemoryLedger::transactions(const tenon::v1::TransactionsRequest&) {
  return tenon::v1::TransactionsResponse();
}
Result<tenon::v1::PartiesResponse> MemoryLedger::parties(const tenon::v1::PartiesRequest&) {
  return tenon::v1::PartiesResponse();
}
Result<tenon::v1::StatusResponse> MemoryLedger::status() {
  return tenon::v1::StatusResponse();
}
Result<std::unique_ptr<api::Ledger::Watch>> MemoryLedger::watch(HeadMoved) {
  return unavailable("nobody watches here");
}

namespace {

// Users, parties and packages that there are always.
void add_services(rpc::Methods& methods) {
  const std::string users = "com.daml.ledger.api.v1.admin.UserManagementService/";
  methods.unary<admin::GetUserRequest, admin::GetUserResponse>(
      users + "GetUser", [](const rpc::Call&, const admin::GetUserRequest& request, auto reply) {
        if (request.user_id() != "carol")
          return reply(Failure(codes::kUserNotFound, "no such user"));
        admin::GetUserResponse response;
        response.mutable_user()->set_id("carol");
        response.mutable_user()->set_primary_party(kAlice);
        reply(std::move(response));
      });
  methods.unary<admin::ListUserRightsRequest, admin::ListUserRightsResponse>(
      users + "ListUserRights",
      [](const rpc::Call&, const admin::ListUserRightsRequest&, auto reply) {
        admin::ListUserRightsResponse response;
        response.add_rights()->mutable_can_act_as()->set_party(kAlice);
        response.add_rights()->mutable_participant_admin();
        reply(std::move(response));
      });
  methods.unary<admin::ListUsersRequest, admin::ListUsersResponse>(
      users + "ListUsers",
      [](const rpc::Call&, const admin::ListUsersRequest& request, auto reply) {
        admin::ListUsersResponse response;
        response.add_users()->set_id(request.page_token().empty() ? "a" : "b");
        response.set_next_page_token(request.page_token().empty() ? "next" : "");
        reply(std::move(response));
      });
  methods.unary<admin::CreateUserRequest, admin::CreateUserResponse>(
      users + "CreateUser",
      [](const rpc::Call&, const admin::CreateUserRequest& request, auto reply) {
        if (request.rights_size() != 2 || !request.rights(0).has_can_act_as())
          return reply(Failure(codes::kInvalidArgument, "expected two rights"));
        reply(admin::CreateUserResponse());
      });
  methods.unary<admin::GetPartiesRequest, admin::GetPartiesResponse>(
      "com.daml.ledger.api.v1.admin.PartyManagementService/GetParties",
      [](const rpc::Call&, const admin::GetPartiesRequest& request, auto reply) {
        admin::GetPartiesResponse response;
        for (const std::string& party : request.parties()) {
          if (party != kAlice)
            continue;
          auto& details = *response.add_party_details();
          details.set_party(party);
          details.set_display_name("Alice & Co.");
          details.set_is_local(true);
        }
        reply(std::move(response));
      });
  methods.unary<lapi::GetPackageRequest, lapi::GetPackageResponse>(
      "com.daml.ledger.api.v1.PackageService/GetPackage",
      [](const rpc::Call&, const lapi::GetPackageRequest& request, auto reply) {
        lapi::GetPackageResponse response;
        response.set_archive_payload("bytes of " + request.package_id());
        reply(std::move(response));
      });
  methods.unary<admin::UploadDarFileRequest, admin::UploadDarFileResponse>(
      "com.daml.ledger.api.v1.admin.PackageManagementService/UploadDarFile",
      [](const rpc::Call&, const admin::UploadDarFileRequest& request, auto reply) {
        if (request.dar_file() != "PK")
          return reply(Failure(codes::kInvalidArgument, "no package"));
        reply(admin::UploadDarFileResponse());
      });
}

std::string unsigned_token(const Json& claims) {
  return tenon::api::test::raw_token({{"alg", "HS256"}}, claims, "x");
}

// Any token is trusted whose algorithm is not "none".
Answer<std::shared_ptr<const Claims>> trust(std::string_view authorization) {
  auto claims = std::make_shared<Claims>();
  const auto parsed = api::auth::parse_token(*api::auth::bearer_token(authorization));
  if (!parsed.ok() || parsed->header["alg"] == "none")
    return std::shared_ptr<const Claims>(claims);
  const auto payload = read_payload(parsed->claims, {}, 0);
  claims->authenticated = true;
  claims->participant_admin = true;
  claims->act_as = payload->act_as;
  claims->read_as = payload->read_as;
  claims->user_id = payload->user_id.value_or("");
  if (payload->user_id)
    claims->act_as.insert(kAlice);
  return std::shared_ptr<const Claims>(claims);
}

} // namespace

Parts Desk::make_parts(bool open) {
  return {ledger,
          index,
          engine,
          *submitter_,
          *waiter_,
          methods,
          "this-ledger",
          86'400'000'000,
          [open](std::string_view authorization) -> Answer<std::shared_ptr<const Claims>> {
            if (!open)
              return trust(authorization);
            auto anybody = std::make_shared<Claims>();
            anybody->anybody = true;
            return std::shared_ptr<const Claims>(std::move(anybody));
          },
          [this](const Claims&) {
            return tokens_valid ? Outcome()
                                : Outcome(Failure(codes::kStaleStreamAuthorization, "changed"));
          },
          [this] { return ready ? Status() : unavailable("the node cannot vote"); },
          [] { return std::uint64_t{1'700'000'000}; }};
}

Desk::Desk(bool open, JsonLimits limits_in) : limits(limits_in) {
  add_services(methods);
  submitter_ = std::make_unique<Submitter>(
      SubmitterParts{ledger, [] { return std::uint64_t{1}; }, [] { return std::uint64_t{1}; },
                     [](std::uint64_t) { return Answer<std::uint64_t>(1); }},
      SubmitterSettings{"daml", 86'400'000'000, 100});
  waiter_ = std::make_unique<IndexWaiter>(index);
  parts = std::make_unique<Parts>(make_parts(open));
  api = std::make_unique<JsonApi>(*parts, limits);
  api->start(1);
}

Desk::~Desk() {
  api->stop();
}

std::string Desk::token(const std::vector<std::string>& act_as,
                        const std::vector<std::string>& read_as) {
  const Json claims = {{"ledgerId", "this-ledger"},
                       {"applicationId", "app"},
                       {"actAs", act_as},
                       {"readAs", read_as}};
  return unsigned_token({{"https://daml.com/ledger-api", claims}});
}

std::string Desk::user_token(const std::string& user) {
  return unsigned_token({{"sub", user}, {"scope", "daml_ledger_api"}});
}

Reply Desk::ask(api::http::RequestHead head, const std::string& body) {
  std::promise<api::http::Response> promise;
  auto future = promise.get_future();
  head.content_length = body.size();
  api->handle(head, body, [&promise](api::http::Response response) {
    promise.set_value(std::move(response));
  });
  const api::http::Response response = future.get();
  return {response.status, response.content_type, Json::parse(response.body, nullptr, false),
          response.body};
}

Reply Desk::get(const std::string& target, const std::string& token) {
  api::http::RequestHead head;
  head.method = "GET";
  head.target = target;
  if (!token.empty())
    head.authorization = "Bearer " + token;
  return ask(head, {});
}

Reply Desk::post_text(const std::string& target, const std::string& token,
                       const std::string& body) {
  api::http::RequestHead head;
  head.method = "POST";
  head.target = target;
  if (!token.empty())
    head.authorization = "Bearer " + token;
  return ask(head, body);
}

Reply Desk::post(const std::string& target, const std::string& token, const Json& body) {
  return post_text(target, token, body.dump());
}

std::string Desk::offset(std::uint64_t offset) {
  return offset_text(offset);
}

std::string Desk::id(std::uint64_t number) {
  std::string id(66, '0');
  for (std::size_t i = 65; number > 0; --i, number /= 10)
    id[i] = static_cast<char>('0' + number % 10);
  return id;
}

std::unique_ptr<api::http::Stream> Desk::open_stream(ReadStreamRequest read,
                                                     const std::vector<std::string>& parties) {
  auto bearer = read_bearer(*parts, token(parties));
  return open_contract_stream(*parts, limits, *bearer, read);
}

} // namespace tenon::daml_api::json::test
