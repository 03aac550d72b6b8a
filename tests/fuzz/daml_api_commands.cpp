// Whatever bytes arrive as commands of the Ledger API: they are refused with a published error, or
// are what the engine can be asked to do. The first byte chooses what they are read as.
#include <cstdlib>

#include "submission/blob.hpp"
#include "submission/command_validator.hpp"
#include "submission/offset.hpp"

using namespace tenon;
using namespace tenon::daml_api;

namespace {

void require(bool condition) {
  if (!condition)
    std::abort();
}

void check_failure(const Failure& failure) {
  require(!failure.code().id.empty() && !failure.cause().empty());
}

void check_commands(BytesView bytes) {
  com::daml::ledger::api::v1::Commands commands;
  if (!commands.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return;
  const CommandRules rules{commands.ledger_id(), 1'800'000'000};
  const auto answer = validate_commands(commands, rules, 1'700'000'000'000'000);
  if (!answer.ok())
    return check_failure(answer.failure());
  require(!answer->act_as.empty() && answer->deduplication_us <= rules.max_deduplication_us);
  require(answer->request.commands().commands_size() == commands.commands_size());
}

void check_blob(BytesView bytes) {
  const auto blob = parse_blob(bytes);
  if (!blob.ok())
    check_failure(blob.failure());
}

void check_offset(BytesView bytes) {
  const auto offset = parse_offset(bytes, "begin");
  if (!offset.ok())
    return check_failure(offset.failure());
  // It stands behind what sorts before it and before what sorts behind it.
  require(*offset == UINT64_MAX || offset_text(*offset + 1) > bytes);
  require(bytes.size() < 16 || offset_text(*offset) <= bytes);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  BytesView bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.empty())
    return 0;
  const char kind = bytes[0];
  bytes.remove_prefix(1);
  if (kind == 'b')
    check_blob(bytes);
  else if (kind == 'o')
    check_offset(bytes);
  else
    check_commands(bytes);
  return 0;
}
