#include "pipeline/block_rules.hpp"

#include "tenon/core/encoding.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::host::pipeline {

namespace {

Status broken(const std::string& what, const std::string& expected, const std::string& found) {
  return invalid_argument("INVALID_BLOCK: " + what + ": expected " + expected + ", found " + found);
}

Status check_link(const BlockRules& rules, const v1::BlockHeader& parent, const Hash& parent_id,
                  const v1::BlockHeader& header) {
  if (header.chain() != rules.chain.view())
    return broken("chain", to_hex(rules.chain.view()), to_hex(header.chain()));
  if (header.parent() != parent_id.view())
    return broken("parent", to_hex(parent_id.view()), to_hex(header.parent()));
  if (header.height() != parent.height() + 1) {
    return broken("height", std::to_string(parent.height() + 1), std::to_string(header.height()));
  }
  if (header.record_time_us() <= parent.record_time_us()) {
    return broken("record time", "more than " + std::to_string(parent.record_time_us()),
                  std::to_string(header.record_time_us()));
  }
  if (header.validators() != parent.next_validators())
    return broken("validators", to_hex(parent.next_validators()), to_hex(header.validators()));
  // The set changes only by an operator transaction, of which there is none yet.
  if (header.next_validators() != header.validators())
    return broken("next validators", to_hex(header.validators()), to_hex(header.next_validators()));
  if (header.engines() != rules.engines.view())
    return broken("engines", to_hex(rules.engines.view()), to_hex(header.engines()));
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

Status check_block(const BlockRules& rules, const v1::LedgerParameters& parameters,
                   const v1::BlockHeader& parent, const Hash& parent_id, const DecodedBlock& block,
                   bool check_root) {
  TENON_RETURN_IF_ERROR(check_link(rules, parent, parent_id, block.header));
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
