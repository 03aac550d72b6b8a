#include "participant_kit.hpp"

#include <algorithm>

namespace tenon::daml_api::test {

Status PartyLedger::submit(const v1::Submission& submission, Completed done) {
  submissions.push_back(submission);
  v1::Completion completion;
  if (refusal.has_value()) {
    completion = *refusal;
  } else {
    v1::SystemCommand command;
    REQUIRE(command.ParseFromString(submission.command()));
    const std::string& party = command.allocate_party().party();
    if (known.contains(party)) {
      completion.set_code(static_cast<std::uint32_t>(Code::kAlreadyExists));
      completion.set_reason("PARTY_EXISTS");
      completion.set_message("PARTY_EXISTS: party " + party + " is allocated already");
    } else {
      add(party, "node");
      known[party].set_display_name(command.allocate_party().display_name());
    }
  }
  done(std::move(completion));
  return {};
}

Result<v1::QueryResponse> PartyLedger::query(const v1::QueryRequest&) {
  return unavailable("no queries here");
}

Result<v1::TransactionsResponse> PartyLedger::transactions(const v1::TransactionsRequest&) {
  return unavailable("no transactions here");
}

Result<v1::PartiesResponse> PartyLedger::parties(const v1::PartiesRequest& request) {
  v1::PartiesResponse response;
  const auto give = [&](const std::string& name, const v1::PartyRecord& record) {
    v1::PartyInfo& info = *response.add_parties();
    info.set_party(name);
    *info.mutable_record() = record;
  };
  if (request.parties_size() > 0) {
    for (const std::string& name : request.parties()) {
      if (const auto found = known.find(name); found != known.end())
        give(found->first, found->second);
    }
    return response;
  }
  const std::uint64_t limit = request.limit() == 0 ? page : std::min(page, request.limit());
  for (auto next = known.upper_bound(request.after()); next != known.end(); ++next) {
    if (static_cast<std::uint64_t>(response.parties_size()) == limit) {
      response.set_more(true);
      break;
    }
    give(next->first, next->second);
  }
  return response;
}

Result<v1::StatusResponse> PartyLedger::status() {
  return v1::StatusResponse();
}

Result<std::unique_ptr<api::Ledger::Watch>> PartyLedger::watch(HeadMoved) {
  return unavailable("nothing to watch here");
}

void PartyLedger::add(const std::string& party, const std::string& host) {
  known[party].add_hosted_by(host);
}

ParticipantKit::ParticipantKit() {
  auto opened = ParticipantStore::open(folder.path() / "participant.db");
  REQUIRE(opened.ok());
  store = std::move(*opened);
  parts.reset(new ParticipantParts{*store, ledger, "participant", "node", 3, 4});
  add_party_management(methods, *parts);
  add_user_management(methods, *parts);
  add_identity_provider_config(methods, *parts);
  auto anybody = std::make_shared<Claims>();
  anybody->anybody = true;
  anybody_ = std::move(anybody);
}

Answer<std::string> ParticipantKit::run(std::shared_ptr<const Claims> claims,
                                        const std::string& method,
                                        const google::protobuf::Message& request) {
  rpc::Call call;
  call.claims = std::move(claims);
  std::unique_ptr<google::protobuf::Message> copy(request.New());
  copy->CopyFrom(request);
  // As the server does before it calls a method.
  if (Outcome allowed = authorize(method, *call.claims, *copy); !allowed.ok())
    return std::move(allowed).failure();
  std::optional<Answer<std::string>> answer;
  methods.all().at(method).unary(call, *copy, [&](Answer<std::string> given) {
    REQUIRE_FALSE(answer.has_value());
    answer = std::move(given);
  });
  REQUIRE(answer.has_value());
  return *std::move(answer);
}

} // namespace tenon::daml_api::test
