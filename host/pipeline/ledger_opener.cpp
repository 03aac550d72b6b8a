#include "pipeline/ledger_opener.hpp"

#include "pipeline/block_executor.hpp"
#include "pipeline/index_builder.hpp"
#include "pipeline/keys.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::host::pipeline {

namespace {

using plugin::BlockPart;

// So many of the last blocks are checked at every start; `tenon db verify` checks them all.
constexpr std::uint64_t kBlocksCheckedAtStart = 16;

Status check_engines(const Genesis& genesis, const EngineSet& engines) {
  if (network_fingerprint(genesis.engines) == engines.network_fingerprint())
    return {};
  const auto describe = [](const std::vector<EngineFingerprint>& list) {
    std::string text;
    for (const EngineFingerprint& engine : list)
      text.append(text.empty() ? "" : ", ")
          .append(engine.id)
          .append(" ")
          .append(to_hex(engine.fingerprint.view().substr(0, 8)));
    return text.empty() ? std::string("none") : text;
  };
  return failed_precondition("the engines are not those of the genesis document: expected " +
                             describe(genesis.engines) + ", found " +
                             describe(engines.fingerprints()) +
                             "; configure the engines, in the versions, that the chain began with");
}

void write_genesis_state(const Genesis& genesis, BlockState& state) {
  const auto put = [&](Bytes key, const auto& record) {
    put_public_record(state, std::move(key), record, genesis.chain.view());
  };
  put(Bytes(keys::kValidators), genesis.validators);
  put(Bytes(keys::kParameters), genesis.parameters);
  if (genesis.operators.operators_size() > 0)
    put(Bytes(keys::kOperators), genesis.operators);
  for (const auto& [id, record] : genesis.clients)
    put(keys::client(id), record);
}

Result<std::shared_ptr<const DecodedBlock>> genesis_block(const Genesis& genesis,
                                                          const EngineSet& engines) {
  const Hash validators = wire::validators_hash(genesis.validators);
  TENON_ASSIGN_OR_RETURN(const Hash root, wire::transactions_root({}));
  v1::BlockHeader header;
  header.set_chain(genesis.chain.str());
  header.set_parent(Hash{}.str());
  header.set_record_time_us(genesis.time_us);
  header.set_transactions_root(root.str());
  header.set_validators(validators.str());
  header.set_next_validators(validators.str());
  header.set_engines(engines.network_fingerprint().str());
  return decode_block(header.SerializeAsString(), Bytes());
}

Result<OpenedLedger> create(plugin::Store& store, StageStore& stages, const Genesis& genesis,
                            const EngineSet& engines) {
  TENON_RETURN_IF_ERROR(check_engines(genesis, engines));
  BlockState state(nullptr, genesis.time_us);
  write_genesis_state(genesis, state);
  TENON_ASSIGN_OR_RETURN(auto block, genesis_block(genesis, engines));
  TENON_ASSIGN_OR_RETURN(auto executed, stage_block(stages, nullptr, std::move(block), state,
                                                    std::make_shared<v1::BlockResults>()));
  // Nobody votes for block 0: whoever trusts the genesis document can compute it.
  TENON_RETURN_IF_ERROR(stages.commit(*executed, {}, /*sync=*/true));
  TENON_ASSIGN_OR_RETURN(auto snapshot, store.snapshot(0));
  return OpenedLedger{std::move(executed), std::move(snapshot)};
}

struct StoredHeaders {
  v1::BlockHeader header;
  v1::ResultHeader result;
  Hash id;
  Hash result_hash;
  Bytes header_bytes;
  Bytes result_bytes;
};

Result<StoredHeaders> read_headers(const plugin::Store& store, std::uint64_t height) {
  StoredHeaders stored;
  TENON_ASSIGN_OR_RETURN(stored.header_bytes, read_part(store, height, BlockPart::kHeader));
  TENON_ASSIGN_OR_RETURN(stored.result_bytes, read_part(store, height, BlockPart::kResultHeader));
  stored.id = crypto::sha256(stored.header_bytes);
  stored.result_hash = crypto::sha256(stored.result_bytes);
  if (!stored.header.ParseFromString(stored.header_bytes) ||
      !stored.result.ParseFromString(stored.result_bytes) || stored.header.height() != height ||
      stored.result.block_id() != stored.id.view()) {
    return data_loss("the headers of block " + std::to_string(height) +
                     " in the block log are damaged; restore the data directory from a backup");
  }
  return stored;
}

// The next block must find its engines here; what they executed before is of no concern.
Status check_engines_above(const Genesis& genesis, const EngineSet& engines,
                           const ExecutedBlock& head) {
  const std::uint64_t height = head.height() + 1;
  TENON_ASSIGN_OR_RETURN(const EpochAt next, head.schedule->at(height, /*resumed=*/true));
  if (next.engines == engines.network_fingerprint())
    return {};
  if (next.engines == network_fingerprint(genesis.engines))
    return check_engines(genesis, engines);
  return failed_precondition("the engines are not those that operators ordered for block " +
                             std::to_string(height) + ": expected network fingerprint " +
                             to_hex(next.engines.view()) + ", found " +
                             to_hex(engines.network_fingerprint().view()) + " of " +
                             engines.names() +
                             "; configure the engines, in the versions, that were ordered");
}

Status check_head(const Genesis& genesis, const plugin::StoreHead& head,
                  const StoredHeaders& stored) {
  if (stored.header.chain() != genesis.chain.view()) {
    return failed_precondition(
        "the store belongs to another chain: expected " + to_hex(genesis.chain.view()) +
        ", found " + to_hex(stored.header.chain()) +
        "; use the data directory and genesis document that belong together");
  }
  if (stored.id != head.block_id || stored.result_hash != head.result_hash ||
      stored.result.state_root() != head.state_root.view()) {
    return data_loss("the store's head and its block log disagree about block " +
                     std::to_string(head.height) + "; restore the data directory from a backup");
  }
  return {};
}

} // namespace

Status check_links(const plugin::Store& store, std::uint64_t height, std::uint64_t count) {
  Result<StoredHeaders> found = read_headers(store, height);
  for (std::uint64_t i = 0; found.ok() && i < count && found->header.height() > 0; ++i) {
    const StoredHeaders at = *std::move(found);
    found = read_headers(store, at.header.height() - 1);
    if (found.ok() && (at.header.parent() != found->id.view() ||
                       at.result.parent_result() != found->result_hash.view())) {
      return data_loss("block " + std::to_string(at.header.height()) +
                       " does not follow the one below it in the block log; restore the data "
                       "directory from a backup");
    }
  }
  return found.status().code() == Code::kOutOfRange ? Status() : found.status();
}

Result<Bytes> read_part(const plugin::Store& store, std::uint64_t height, BlockPart part) {
  TENON_ASSIGN_OR_RETURN(std::optional<Bytes> bytes, store.read_block(height, part));
  if (!bytes) {
    return data_loss("block " + std::to_string(height) + " has no part " +
                     std::to_string(static_cast<unsigned>(part)) + " in the block log");
  }
  return std::move(*bytes);
}

Result<OpenedLedger> open_ledger(plugin::Store& store, StageStore& stages, const Genesis& genesis,
                                 const EngineSet& engines) {
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHead head, store.head());
  if (head.empty)
    return create(store, stages, genesis, engines);
  TENON_ASSIGN_OR_RETURN(StoredHeaders stored, read_headers(store, head.height));
  TENON_RETURN_IF_ERROR(check_head(genesis, head, stored));
  TENON_RETURN_IF_ERROR(check_links(store, head.height, kBlocksCheckedAtStart));
  auto block = std::make_shared<ExecutedBlock>();
  block->id = stored.id;
  block->header = stored.header;
  block->result_hash = stored.result_hash;
  block->result_header = std::move(stored.result_bytes);
  block->state_root = head.state_root;
  TENON_ASSIGN_OR_RETURN(const Bytes certificate,
                         read_part(store, head.height, BlockPart::kCertificate));
  if (v1::Certificate decoded; decoded.ParseFromString(certificate))
    block->view = decoded.view();
  TENON_ASSIGN_OR_RETURN(block->snapshot, store.snapshot(head.height));
  TENON_ASSIGN_OR_RETURN(block->schedule, EpochSchedule::read(block->snapshot, block->header));
  TENON_RETURN_IF_ERROR(check_engines_above(genesis, engines, *block));
  if (head.without_index) {
    TENON_RETURN_IF_ERROR(rebuild_index(store, engines, *block)
                              .with_context("the index of the imported state was not rebuilt"));
    TENON_ASSIGN_OR_RETURN(block->snapshot, store.snapshot(head.height));
  }
  TENON_ASSIGN_OR_RETURN(
      const auto pruned,
      read_record<v1::PruneRecord>(BlockState(block->snapshot, block->header.record_time_us()),
                                   keys::kPrune));
  // The order may have come in the last block before a crash; to follow it twice does no harm.
  block->keep_from_height = pruned ? pruned->keep_from_height() : 0;
  TENON_ASSIGN_OR_RETURN(const auto offset,
                         block->snapshot->get(plugin::KeyClass::kIndex, keys::kLastOffset));
  if (offset && offset->size() == sizeof(std::uint64_t))
    block->last_offset = read_be64(*offset);
  const auto snapshot = block->snapshot;
  return OpenedLedger{std::move(block), snapshot};
}

} // namespace tenon::host::pipeline
