#include "pipeline/unwedge.hpp"

#include "pipeline/keys.hpp"
#include "pipeline/operator_rules.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::host::pipeline {

namespace {

Result<v1::OperatorCommand> parse(BytesView encoded) {
  v1::OperatorCommand command;
  if (!command.ParseFromArray(encoded.data(), static_cast<int>(encoded.size())))
    return invalid_argument("INVALID_UNWEDGE: expected an OperatorCommand message");
  return command;
}

} // namespace

Status check_unwedge(const ExecutedBlock& last, const Hash& chain, BytesView encoded) {
  TENON_ASSIGN_OR_RETURN(const v1::OperatorCommand command, parse(encoded));
  TENON_ASSIGN_OR_RETURN(const v1::OperatorAction action, parse_operator_action(command));
  if (action.unwedge().last_block() != last.id.view()) {
    return invalid_argument("INVALID_UNWEDGE: expected one of block " + to_hex(last.id.view()) +
                            ", the last of the wedged epoch, found " +
                            (action.has_unwedge()
                                 ? "one of block " + to_hex(action.unwedge().last_block())
                                 : std::string("another action")));
  }
  const BlockState state(last.snapshot, last.header.record_time_us());
  return check_authority(state, chain, command).status();
}

Result<EpochAt> epoch_above(const ExecutedBlock& parent, const Hash& chain, BytesView unwedge) {
  const std::uint64_t height = parent.height() + 1;
  const bool resumes = parent.schedule->resumes_at(height) && !unwedge.empty();
  if (resumes) {
    TENON_RETURN_IF_ERROR(check_unwedge(parent, chain, unwedge));
  } else if (!unwedge.empty()) {
    return invalid_argument("INVALID_BLOCK: unwedge: expected none, for the block below is not "
                            "the last of a wedged epoch, found one");
  }
  return parent.schedule->at(height, resumes);
}

Status record_unwedge(BlockState& state, const DecodedBlock& block) {
  TENON_ASSIGN_OR_RETURN(const v1::OperatorCommand command, parse(block.unwedge));
  TENON_ASSIGN_OR_RETURN(v1::OperatorSet operators,
                         read_required_record<v1::OperatorSet>(state, keys::kOperators));
  record_command(state, std::move(operators),
                 {command, block.header.height(), Hash{}, block.id.view()});
  return {};
}

} // namespace tenon::host::pipeline
