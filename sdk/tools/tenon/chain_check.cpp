#include "chain_check.hpp"

#include <map>

#include "pipeline/keys.hpp"
#include "render.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/state_entry.hpp"
#include "tenon/wire/hashing.hpp"
#include "tenon/wire/ledger_proof.hpp"

namespace tenon::tool {
namespace {

namespace keys = host::pipeline::keys;
using plugin::BlockPart;

constexpr std::array<const char*, plugin::kBlockParts> kPartNames = {
    "header", "body", "result header", "results", "certificate"};

Status damaged(std::uint64_t height, const std::string& what) {
  return data_loss("block " + std::to_string(height) + ": " + what);
}

template <typename Message> bool parse(Message& message, const Bytes& bytes) {
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

Status expect_equal(std::uint64_t height, const char* what, const Hash& computed,
                    const std::string& stands) {
  if (computed.view() == stands)
    return ok_status();
  return damaged(height, std::string(what) + " mismatch: computed " + to_hex(computed.view()) +
                             ", stands " + to_hex(stands));
}

// What the previous block has to be named by the next one.
struct Link {
  Hash block_id;
  Hash result_hash;
};

Status check_identity(const LoggedBlock& block, const Trust& trust) {
  if (block.header.height() != block.height)
    return damaged(block.height, "its header says " + std::to_string(block.header.height()));
  TENON_RETURN_IF_ERROR(expect_equal(block.height, "chain", trust.chain, block.header.chain()));
  return expect_equal(block.height, "block id", crypto::sha256(block.part(BlockPart::kHeader)),
                      block.result.block_id());
}

Status check_links(const LoggedBlock& block, const Link& parent) {
  TENON_RETURN_IF_ERROR(
      expect_equal(block.height, "parent", parent.block_id, block.header.parent()));
  return expect_equal(block.height, "parent result", parent.result_hash,
                      block.result.parent_result());
}

Result<std::uint64_t> check_contents(const LoggedBlock& block) {
  v1::BlockBody body;
  v1::BlockResults results;
  if (!parse(body, block.part(BlockPart::kBody)))
    return damaged(block.height, "the body is malformed");
  if (!parse(results, block.part(BlockPart::kResults)))
    return damaged(block.height, "the results are malformed");
  TENON_ASSIGN_OR_RETURN(const Hash transactions, wire::transactions_root(body));
  TENON_RETURN_IF_ERROR(expect_equal(block.height, "transactions root", transactions,
                                     block.header.transactions_root()));
  TENON_RETURN_IF_ERROR(expect_equal(block.height, "outcomes root", wire::outcomes_root(results),
                                     block.result.outcomes_root()));
  TENON_RETURN_IF_ERROR(expect_equal(block.height, "events root",
                                     wire::events_root(results, block.height),
                                     block.result.events_root()));
  return static_cast<std::uint64_t>(results.results_size());
}

// The validators of each block in turn. Those of the genesis document are trusted; of every later
// epoch the state knows them, and the last header before it names their hash.
class EpochWalk {
public:
  EpochWalk(const plugin::Store& store, const Trust& trust) : store_(store), trust_(trust) {}

  // Finds out who certifies the block; blocks come in order.
  [[nodiscard]] Status enter(const LoggedBlock& block);
  [[nodiscard]] const v1::ValidatorSet& validators() const { return validators_; }
  [[nodiscard]] bool ends_with(const LoggedBlock& block) const {
    return block.header.next_validators() != block.header.validators();
  }
  [[nodiscard]] std::uint64_t entered() const { return entered_; }
  [[nodiscard]] bool begins_with_trusted() const { return begins_with_trusted_; }

private:
  [[nodiscard]] Result<v1::ValidatorSet> in_state(std::uint64_t epoch);
  template <typename Record> [[nodiscard]] Result<std::optional<Record>> read(BytesView key);

  const plugin::Store& store_;
  const Trust& trust_;
  std::unique_ptr<plugin::StoreSnapshot> snapshot_; // of the head
  v1::ValidatorSet validators_;
  Bytes expected_hash_; // of the next block's validators
  std::uint64_t entered_ = 0;
  bool begins_with_trusted_ = false;
};

template <typename Record> Result<std::optional<Record>> EpochWalk::read(BytesView key) {
  if (snapshot_ == nullptr) {
    TENON_ASSIGN_OR_RETURN(snapshot_, store_.snapshot(plugin::kHeadHeight));
  }
  TENON_ASSIGN_OR_RETURN(const auto encoded, snapshot_->get(plugin::KeyClass::kState, key));
  if (!encoded)
    return std::optional<Record>();
  TENON_ASSIGN_OR_RETURN(const merkle::StateEntry entry, merkle::decode_entry(*encoded));
  Record record;
  if (!record.ParseFromArray(entry.value.data(), static_cast<int>(entry.value.size())))
    return data_loss("the record " + printable(key) + " in the state is malformed");
  return std::optional(std::move(record));
}

Result<v1::ValidatorSet> EpochWalk::in_state(std::uint64_t epoch) {
  TENON_ASSIGN_OR_RETURN(auto current, read<v1::ValidatorSet>(keys::kValidators));
  if (current && current->epoch() == epoch)
    return *std::move(current);
  TENON_ASSIGN_OR_RETURN(auto ended, read<v1::EndedEpoch>(keys::epoch(epoch)));
  if (ended)
    return std::move(*ended->mutable_validators());
  return data_loss("the state names no validators of epoch " + std::to_string(epoch));
}

Status EpochWalk::enter(const LoggedBlock& block) {
  const std::uint64_t epoch = block.header.epoch();
  if (entered_ == 0) {
    begins_with_trusted_ = epoch == trust_.validators.epoch();
    expected_hash_ = block.header.validators();
  }
  if (entered_ == 0 || epoch != validators_.epoch()) {
    validators_ = trust_.validators;
    if (epoch != trust_.validators.epoch()) {
      auto found = in_state(epoch);
      if (!found.ok())
        return found.status().with_context("block " + std::to_string(block.height));
      validators_ = *std::move(found);
    }
    ++entered_;
  }
  const Hash hash = wire::validators_hash(validators_);
  TENON_RETURN_IF_ERROR(
      expect_equal(block.height, "next validators of the block below", hash, expected_hash_));
  expected_hash_ = block.header.next_validators();
  return expect_equal(block.height, "validators", hash, block.header.validators());
}

// A block has a certificate of its own or, when it became final indirectly, that of a descendant in
// its epoch, which then must be there. A block without any is covered by a later one's.
class CertificateCheck {
public:
  explicit CertificateCheck(const Hash& chain) : chain_(chain) {}

  // `self` is what a certificate of the block's own names.
  [[nodiscard]] Status add(const LoggedBlock& block, const Link& self,
                           const v1::ValidatorSet& validators);
  // After the last block of an epoch, or of the log.
  [[nodiscard]] Status finish(std::uint64_t height) const;
  [[nodiscard]] std::uint64_t checked() const { return checked_; }

private:
  // Consensus makes far fewer blocks final at once.
  static constexpr std::size_t kMaxAwaited = 1024;
  struct Awaited {
    std::uint64_t by_height; // of the first block that carries the certificate
    std::string result_hash;
  };

  const Hash& chain_;
  std::map<std::string, Awaited> awaited_; // by id of the certified block
  bool covered_ = false;                   // the last block, by a certificate of its own
  std::uint64_t checked_ = 0;
};

Status CertificateCheck::add(const LoggedBlock& block, const Link& self,
                             const v1::ValidatorSet& validators) {
  covered_ = block.height == 0; // whoever has the genesis document can compute it
  if (const auto found = awaited_.find(self.block_id.str()); found != awaited_.end()) {
    TENON_RETURN_IF_ERROR(expect_equal(found->second.by_height, "certified result",
                                       self.result_hash, found->second.result_hash));
    awaited_.erase(found);
  }
  const Bytes& bytes = block.part(BlockPart::kCertificate);
  if (bytes.empty())
    return ok_status();
  v1::Certificate certificate;
  if (!parse(certificate, bytes))
    return damaged(block.height, "the certificate is malformed");
  const Status verified = wire::verify_certificate(certificate, chain_, validators);
  if (!verified.ok())
    return damaged(block.height, "the certificate does not hold: " + verified.message());
  ++checked_;
  if (certificate.block_id() == self.block_id.view()) {
    covered_ = true;
    return expect_equal(block.height, "certified result", self.result_hash,
                        certificate.result_hash());
  }
  const auto [place, added] = awaited_.try_emplace(
      certificate.block_id(), Awaited{block.height, certificate.result_hash()});
  if (!added && place->second.result_hash != certificate.result_hash())
    return damaged(block.height, "its certificate and that of block " +
                                     std::to_string(place->second.by_height) +
                                     " give one block different results");
  if (awaited_.size() > kMaxAwaited) {
    return damaged(block.height, "expected certificates of at most " + std::to_string(kMaxAwaited) +
                                     " blocks yet to come, found more");
  }
  return ok_status();
}

Status CertificateCheck::finish(std::uint64_t height) const {
  if (!awaited_.empty()) {
    const auto& [id, awaited] = *awaited_.begin();
    return damaged(awaited.by_height, "the certificate is for block " + to_hex(id) +
                                          ", which is neither this one nor a later one of its "
                                          "epoch in the log");
  }
  if (!covered_)
    return damaged(height, "the last block of its epoch or of the log carries no certificate of "
                           "its own");
  return ok_status();
}

} // namespace

Result<LoggedBlock> read_block(const plugin::Store& store, std::uint64_t height) {
  LoggedBlock block;
  block.height = height;
  for (std::size_t i = 0; i < plugin::kBlockParts; ++i) {
    auto part = store.read_block(height, static_cast<BlockPart>(i));
    if (part.status().code() == Code::kOutOfRange)
      return part.status(); // pruned
    if (!part.ok())
      return damaged(height, std::string(kPartNames[i]) + ": " + part.status().message());
    if (!*part && static_cast<BlockPart>(i) != BlockPart::kCertificate)
      return damaged(height, std::string("the ") + kPartNames[i] + " is missing");
    block.parts[i] = (*part).value_or(Bytes());
  }
  if (!parse(block.header, block.part(BlockPart::kHeader)))
    return damaged(height, "the header is malformed");
  if (!parse(block.result, block.part(BlockPart::kResultHeader)))
    return damaged(height, "the result header is malformed");
  return block;
}

Result<ChainReport>
check_chain(const plugin::Store& store, const Trust& trust,
            FunctionRef<void(std::uint64_t done, std::uint64_t total)> progress) {
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHead head, store.head());
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHorizon horizon, store.horizon());
  ChainReport report;
  report.oldest_block = horizon.oldest_block;
  if (head.empty)
    return report;
  EpochWalk epochs(store, trust);
  CertificateCheck certificates(trust.chain);
  std::optional<Link> link; // of the block below; nothing where that is not in the log
  if (horizon.oldest_block == 0)
    link = Link();
  for (std::uint64_t height = horizon.oldest_block; height <= head.height; ++height) {
    TENON_ASSIGN_OR_RETURN(const LoggedBlock block, read_block(store, height));
    TENON_RETURN_IF_ERROR(check_identity(block, trust));
    if (link)
      TENON_RETURN_IF_ERROR(check_links(block, *link));
    TENON_RETURN_IF_ERROR(epochs.enter(block));
    TENON_ASSIGN_OR_RETURN(const std::uint64_t transactions, check_contents(block));
    link = Link{crypto::sha256(block.part(BlockPart::kHeader)),
                crypto::sha256(block.part(BlockPart::kResultHeader))};
    TENON_RETURN_IF_ERROR(certificates.add(block, *link, epochs.validators()));
    if (height == head.height || epochs.ends_with(block))
      TENON_RETURN_IF_ERROR(certificates.finish(height));
    report.transactions += transactions;
    report.blocks += 1;
    if (height == head.height) {
      TENON_RETURN_IF_ERROR(
          expect_equal(height, "state root", head.state_root, block.result.state_root()));
    }
    progress(report.blocks, head.height - horizon.oldest_block + 1);
  }
  if (link->block_id != head.block_id || link->result_hash != head.result_hash)
    return damaged(head.height, "the store's head names another block");
  report.certificates = certificates.checked();
  report.epochs = epochs.entered();
  report.begins_with_trusted = epochs.begins_with_trusted();
  return report;
}

} // namespace tenon::tool
