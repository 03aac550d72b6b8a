#include "submission/disclosure.hpp"

#include "submission/blob.hpp"
#include "submission/durations.hpp"
#include "tenon/core/encoding.hpp"
#include "values/encode.hpp"
#include "values/fields.hpp"

namespace tenon::daml_api {

namespace api = com::daml::ledger::api::v1;
namespace engine = daml::engine::v1;

namespace {

constexpr std::size_t kHashBytes = 32;
constexpr std::int64_t kNanosPerMicro = 1000;
constexpr std::int64_t kBeforeAllContractsUs = -62'135'596'800'000'000; // of the year 1

// A blob says for itself which contract it is of.
Outcome match_blob(const engine::DisclosedContract& named, const engine::DisclosedContract& blob) {
  if (named.contract_id() != blob.contract_id()) {
    return wrong_argument("DisclosedContract.contract_id is " + to_hex(named.contract_id()) +
                          ", but the blob is of contract " + to_hex(blob.contract_id()));
  }
  if (named.template_() != blob.template_()) {
    return wrong_argument("DisclosedContract.template_id is " + named.template_() +
                          ", but the blob is of a contract of " +
                          as_utf8(blob.template_().substr(0, 3000)));
  }
  return {};
}

Outcome read_arguments(const api::DisclosedContract& contract, engine::DisclosedContract& out) {
  switch (contract.arguments_case()) {
  case api::DisclosedContract::kCreateArguments: {
    TENON_ASSIGN_OR_RETURN(const auto argument, encode_record(contract.create_arguments()));
    out.set_argument(argument.SerializeAsString());
    return {};
  }
  case api::DisclosedContract::kCreateArgumentsBlob: {
    TENON_ASSIGN_OR_RETURN(*out.mutable_argument(),
                           parse_arguments_any(contract.create_arguments_blob()));
    return {};
  }
  case api::DisclosedContract::ARGUMENTS_NOT_SET:
    break;
  }
  return missing_field("DisclosedContract.arguments");
}

Outcome read_metadata(const api::DisclosedContract& contract, engine::DisclosedContract& out) {
  if (!contract.has_metadata())
    return missing_field("DisclosedContract.metadata");
  const api::ContractMetadata& metadata = contract.metadata();
  if (!metadata.has_created_at())
    return missing_field("DisclosedContract.metadata.created_at");
  const auto created_at = timestamp_us(metadata.created_at());
  if (!created_at || metadata.created_at().nanos() % kNanosPerMicro != 0) {
    return wrong_argument("DisclosedContract.metadata.created_at is no moment in whole "
                          "microseconds of the years 1 to 9999");
  }
  out.set_created_at_us(*created_at);
  const std::size_t hash_size = metadata.contract_key_hash().size();
  if (hash_size != 0 && hash_size != kHashBytes) {
    return invalid_field("DisclosedContract.metadata.contract_key_hash",
                         "expected 32 bytes, found " + std::to_string(hash_size));
  }
  out.set_key_hash(metadata.contract_key_hash());
  // What goes with a contract that is not this one counts for nothing. It does no harm unless the
  // commands use the contract: then the engine finds the time to be wrong.
  if (!is_driver_metadata(metadata.driver_metadata(), out.contract_id()))
    out.set_created_at_us(kBeforeAllContractsUs);
  return {};
}

} // namespace

Answer<engine::DisclosedContract> validate_disclosed(const api::DisclosedContract& contract) {
  engine::DisclosedContract result;
  if (!contract.has_template_id())
    return missing_field("DisclosedContract.template_id");
  TENON_ASSIGN_OR_RETURN(std::string type, require_identifier(contract.template_id()));
  TENON_RETURN_IF_FAILED(
      require_contract_id(contract.contract_id(), "DisclosedContract.contract_id"));
  result.set_template_(std::move(type));
  result.set_contract_id(*from_hex(contract.contract_id()));
  if (!contract.created_event_blob().empty()) {
    TENON_ASSIGN_OR_RETURN(auto blob, parse_blob(contract.created_event_blob()));
    TENON_RETURN_IF_FAILED(match_blob(result, blob));
    return blob;
  }
  TENON_RETURN_IF_FAILED(read_arguments(contract, result));
  TENON_RETURN_IF_FAILED(read_metadata(contract, result));
  return result;
}

} // namespace tenon::daml_api
