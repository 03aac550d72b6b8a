#include "submission/rejection.hpp"

#include "errors/codes.hpp"
#include "submission/offset.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::daml_api {

namespace {

// Where the host says that the command was accepted; it ends its sentence with the offset.
std::optional<std::uint64_t> accepted_at(std::string_view message) {
  constexpr std::string_view kBefore = "at offset ";
  const std::size_t place = message.rfind(kBefore);
  if (place == std::string_view::npos)
    return std::nullopt;
  return parse_u64(message.substr(place + kBefore.size()));
}

std::string change_text(const ChangeId& change) {
  std::string parties;
  for (const std::string& party : change.act_as)
    parties += (parties.empty() ? "" : ", ") + party;
  return "ChangeId(" + change.application_id + "," + change.command_id + ",Set(" + parties + "))";
}

} // namespace

std::string ledger_command_id(const ChangeId& change) {
  return change.application_id + "|" + change.command_id;
}

Failure rejection_failure(const Rejection& rejection, const ChangeId& change) {
  std::string text = rejection.message;
  if (!rejection.reason.empty())
    text = rejection.reason + ": " + text;
  const auto code = static_cast<Code>(rejection.code);
  Failure failure = Failure::from_status(rejection.fault ? Status::make_fault(code, std::move(text))
                                                         : Status(code, std::move(text)));
  if (&failure.code() != &codes::kDuplicateCommand)
    return failure;
  const auto offset = accepted_at(rejection.message);
  if (offset)
    failure = Failure(failure).with("completion_offset", offset_text(*offset));
  return Failure(failure).with("changeId", change_text(change));
}

} // namespace tenon::daml_api
