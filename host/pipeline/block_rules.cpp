#include "pipeline/block_rules.hpp"

#include "tenon/core/encoding.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::host::pipeline {

namespace {

Status broken(const std::string& what, const std::string& expected, const std::string& found) {
  return invalid_argument("INVALID_BLOCK: " + what + ": expected " + expected + ", found " + found);
}

Status check_link(const BlockPlace& place, const v1::BlockHeader& header) {
  const v1::BlockHeader& parent = place.parent;
  if (header.chain() != place.chain.view())
    return broken("chain", to_hex(place.chain.view()), to_hex(header.chain()));
  if (header.parent() != place.parent_id.view())
    return broken("parent", to_hex(place.parent_id.view()), to_hex(header.parent()));
  if (header.height() != parent.height() + 1) {
    return broken("height", std::to_string(parent.height() + 1), std::to_string(header.height()));
  }
  if (header.record_time_us() <= parent.record_time_us()) {
    return broken("record time", "more than " + std::to_string(parent.record_time_us()),
                  std::to_string(header.record_time_us()));
  }
  return {};
}

Status check_epoch(const EpochAt& epoch, const v1::BlockHeader& header) {
  if (header.epoch() != epoch.epoch)
    return broken("epoch", std::to_string(epoch.epoch), std::to_string(header.epoch()));
  if (header.validators() != epoch.validators.view())
    return broken("validators", to_hex(epoch.validators.view()), to_hex(header.validators()));
  if (header.next_validators() != epoch.next_validators.view()) {
    return broken("next validators", to_hex(epoch.next_validators.view()),
                  to_hex(header.next_validators()));
  }
  if (header.engines() != epoch.engines.view())
    return broken("engines", to_hex(epoch.engines.view()), to_hex(header.engines()));
  return {};
}

} // namespace

Status check_block_size(const v1::LedgerParameters& parameters, std::size_t body_bytes,
                        std::size_t transactions) {
  if (body_bytes > parameters.max_block_bytes()) {
    return broken("body size", "at most " + std::to_string(parameters.max_block_bytes()) + " bytes",
                  std::to_string(body_bytes));
  }
  if (transactions > parameters.max_block_transactions()) {
    return broken("transactions", "at most " + std::to_string(parameters.max_block_transactions()),
                  std::to_string(transactions));
  }
  return {};
}

Status check_block(const BlockPlace& place, const v1::LedgerParameters& parameters,
                   const DecodedBlock& block, bool check_root) {
  TENON_RETURN_IF_ERROR(check_link(place, block.header));
  TENON_RETURN_IF_ERROR(check_epoch(place.epoch, block.header));
  TENON_RETURN_IF_ERROR(
      check_block_size(parameters, block.body_bytes.size(), block.transaction_count));
  if (!check_root)
    return {};
  v1::BlockBody body;
  if (!body.ParseFromString(block.body_bytes))
    return invalid_argument("INVALID_BLOCK: the body is malformed");
  TENON_ASSIGN_OR_RETURN(const Hash root, wire::transactions_root(body));
  if (block.header.transactions_root() != root.view()) {
    return broken("transactions root", to_hex(root.view()),
                  to_hex(block.header.transactions_root()));
  }
  return {};
}

} // namespace tenon::host::pipeline
