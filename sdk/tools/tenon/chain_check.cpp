#include "chain_check.hpp"

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"
#include "tenon/wire/ledger_proof.hpp"

namespace tenon::tool {
namespace {

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

Status check_links(const LoggedBlock& block, const Link& parent, const Trust& trust) {
  if (block.header.height() != block.height)
    return damaged(block.height, "its header says " + std::to_string(block.header.height()));
  TENON_RETURN_IF_ERROR(expect_equal(block.height, "chain", trust.chain, block.header.chain()));
  TENON_RETURN_IF_ERROR(
      expect_equal(block.height, "parent", parent.block_id, block.header.parent()));
  TENON_RETURN_IF_ERROR(expect_equal(block.height, "block id",
                                     crypto::sha256(block.part(BlockPart::kHeader)),
                                     block.result.block_id()));
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

// True when the block carries a certificate of its own; blocks without one are covered by a later.
Result<bool> check_certificate(const LoggedBlock& block, const Link& self, const Trust& trust) {
  const Bytes& bytes = block.part(BlockPart::kCertificate);
  if (bytes.empty())
    return false;
  v1::Certificate certificate;
  if (!parse(certificate, bytes))
    return damaged(block.height, "the certificate is malformed");
  TENON_RETURN_IF_ERROR(
      expect_equal(block.height, "certified block", self.block_id, certificate.block_id()));
  TENON_RETURN_IF_ERROR(
      expect_equal(block.height, "certified result", self.result_hash, certificate.result_hash()));
  const Status verified = wire::verify_certificate(certificate, trust.chain, trust.validators);
  if (!verified.ok())
    return damaged(block.height, "the certificate does not hold: " + verified.message());
  return true;
}

} // namespace

Result<LoggedBlock> read_block(const plugin::Store& store, std::uint64_t height) {
  LoggedBlock block;
  block.height = height;
  for (std::size_t i = 0; i < plugin::kBlockParts; ++i) {
    auto part = store.read_block(height, static_cast<BlockPart>(i));
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
  ChainReport report;
  if (head.empty)
    return report;
  Link link;
  bool certified = false;
  for (std::uint64_t height = 0; height <= head.height; ++height) {
    TENON_ASSIGN_OR_RETURN(const LoggedBlock block, read_block(store, height));
    TENON_RETURN_IF_ERROR(check_links(block, link, trust));
    TENON_ASSIGN_OR_RETURN(const std::uint64_t transactions, check_contents(block));
    link = {crypto::sha256(block.part(BlockPart::kHeader)),
            crypto::sha256(block.part(BlockPart::kResultHeader))};
    TENON_ASSIGN_OR_RETURN(certified, check_certificate(block, link, trust));
    report.certificates += certified ? 1 : 0;
    report.transactions += transactions;
    report.blocks += 1;
    if (height == head.height) {
      TENON_RETURN_IF_ERROR(
          expect_equal(height, "state root", head.state_root, block.result.state_root()));
    }
    progress(height + 1, head.height + 1);
  }
  if (link.block_id != head.block_id || link.result_hash != head.result_hash)
    return damaged(head.height, "the store's head names another block");
  if (!certified && head.height > 0)
    return damaged(head.height, "the head carries no certificate");
  return report;
}

} // namespace tenon::tool
