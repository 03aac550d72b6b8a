// /v1/operators/commands: what the operators of the ledger have signed, on its way to be ordered.
// Whose signatures count is the ledger's business; here only the form is looked at.
#include "common/random_id.hpp"
#include "handlers/answer.hpp"
#include "handlers/handlers.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/v1/ledger_types.pb.h"

namespace tenon::api::rest::handlers {

namespace {

// Of base64; 64 signatures over a new set of 64 operators are far less.
constexpr std::size_t kMaxCommandBytes = 128u << 10;

std::string read_command(BodyReader& body) {
  const Json* const value = body.member("operator_command");
  if (value != nullptr && value->is_string() &&
      value->get_ref<const std::string&>().size() <= kMaxCommandBytes)
    return value->get<std::string>();
  body.fail("operator_command",
            "base64 of at most " + std::to_string(kMaxCommandBytes) + " characters", value);
  return {};
}

} // namespace

void give_operator_command(const Context& context, const Call& call, Responder respond) {
  BodyReader body(call.body);
  const std::string text = read_command(body);
  CommandFields fields;
  fields.command_id = body.text("command_id", ValueKind::kCommandId, false);
  if (const auto problem = body.finish())
    return respond_problem(respond, call, *problem);
  const std::optional<Bytes> bytes = from_base64(text);
  v1::SystemCommand command;
  if (!bytes || bytes->empty() || !command.mutable_operator_command()->ParseFromString(*bytes)) {
    return respond_problem(
        respond, call,
        bad_request("MALFORMED_COMMAND",
                    "body.operator_command: expected an encoded OperatorCommand in base64, found " +
                        std::to_string(text.size()) + " characters that are none"));
  }
  if (fields.command_id.empty())
    fields.command_id = random_id();
  const std::uint64_t sequence = command.operator_command().sequence();
  submit_command(context, call, fields, kSystemEngine, command.SerializeAsString(),
                 std::move(respond), [sequence](JsonWriter& json) {
                   json.key("sequence").decimal(sequence);
                 });
}

} // namespace tenon::api::rest::handlers
