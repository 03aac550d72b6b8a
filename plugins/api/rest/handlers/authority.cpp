#include "handlers/authority.hpp"

#include "common/random_id.hpp"
#include "names.hpp"

namespace tenon::api::rest {

namespace {

constexpr std::size_t kMaxCommandParties = 64;
constexpr std::uint64_t kMaxDeadlineMs = 60'000;

Problem forbidden(std::string code, std::string detail) {
  return {403, std::move(code), std::move(detail), {}, 0, {}};
}

Problem foreign(const char* right, const std::string& party) {
  return forbidden("PARTY_NOT_GRANTED",
                   std::string("the token does not grant ") + right + " party '" + party + "'");
}

// Fills in who acts where that was left out, and checks all parties against the token. Who reads is
// never filled in: what a party could read would become part of a transaction that others see.
std::variant<CommandFields, Problem> authorize(CommandFields fields, const Identity& identity) {
  if (fields.command_id.empty())
    fields.command_id = random_id();
  if (fields.act_as.empty()) {
    if (identity.act_as.empty())
      return forbidden("NO_PARTY", "the token names no party to act as; it needs 'act_as'");
    if (identity.act_as.size() > 1) {
      std::vector<std::string_view> parties(identity.act_as.begin(), identity.act_as.end());
      return bad_request("ACT_AS_REQUIRED", "the token lets its bearer act as " + listed(parties) +
                                                "; 'act_as' must say which of them");
    }
    fields.act_as = identity.act_as;
  }
  for (const std::string& party : fields.act_as) {
    if (!identity.may_act_as(party))
      return foreign("acting as", party);
  }
  for (const std::string& party : fields.read_as) {
    if (!identity.may_read_as(party))
      return foreign("reading as", party);
  }
  return fields;
}

} // namespace

std::variant<ReadScope, Problem> read_scope(const Identity& identity,
                                            const std::optional<std::vector<std::string>>& asked) {
  if (asked) {
    for (const std::string& party : *asked) {
      if (!identity.admin && !identity.may_read_as(party))
        return foreign("reading as", party);
    }
    return ReadScope{*asked, false};
  }
  ReadScope scope{identity.readable(), identity.admin};
  if (scope.parties.empty() && !scope.all) {
    return forbidden("NO_PARTY", "the token names no party to read as; it needs 'act_as' or "
                                 "'read_as', or 'admin' for the operator's view");
  }
  return scope;
}

std::variant<ReadScope, Problem> read_scope(const Call& call) {
  if (call.has("party"))
    return read_scope(*call.identity, std::vector<std::string>{call.text("party")});
  return read_scope(*call.identity, std::nullopt);
}

std::variant<CommandFields, Problem> read_command_fields(BodyReader& body,
                                                         const Identity& identity) {
  CommandFields fields;
  fields.command_id = body.text("command_id", ValueKind::kCommandId, false);
  fields.act_as = body.list("act_as", ValueKind::kParty, kMaxCommandParties)
                      .value_or(std::vector<std::string>{});
  fields.read_as = body.list("read_as", ValueKind::kParty, kMaxCommandParties)
                       .value_or(std::vector<std::string>{});
  fields.deadline_ms = body.number("deadline_ms", 0, kMaxDeadlineMs);
  if (auto problem = body.finish())
    return *std::move(problem);
  return authorize(std::move(fields), identity);
}

std::variant<CommandFields, Problem> read_command_fields(const Call& call) {
  CommandFields fields;
  fields.command_id = call.text("command_id");
  if (call.has("act_as"))
    fields.act_as.push_back(call.text("act_as"));
  return authorize(std::move(fields), *call.identity);
}

} // namespace tenon::api::rest
