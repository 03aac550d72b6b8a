#include "pipeline/epoch_handovers.hpp"

#include <algorithm>

#include "pipeline/keys.hpp"
#include "pipeline/ledger_opener.hpp"
#include "pipeline/ledger_records.hpp"

namespace tenon::host::pipeline {

namespace {

using plugin::BlockPart;

// Of one proof. A verifier that has missed more epochs asks for an older block's proof first.
constexpr std::uint64_t kMaxHandovers = 1024;

// Without the validators that follow.
Result<v1::EpochHandover> read_handover(const plugin::Store& store, const BlockState& state,
                                        std::uint64_t epoch, std::uint64_t last_height) {
  v1::EpochHandover handover;
  TENON_ASSIGN_OR_RETURN(const auto kept,
                         state.base().get(plugin::KeyClass::kIndex, keys::handover(epoch)));
  if (kept && handover.ParseFromString(*kept))
    return handover;
  TENON_ASSIGN_OR_RETURN(*handover.mutable_header(),
                         read_part(store, last_height, BlockPart::kHeader));
  TENON_ASSIGN_OR_RETURN(*handover.mutable_result_header(),
                         read_part(store, last_height, BlockPart::kResultHeader));
  TENON_ASSIGN_OR_RETURN(*handover.mutable_certificate(),
                         read_part(store, last_height, BlockPart::kCertificate));
  return handover;
}

} // namespace

Status add_handovers(const plugin::Store& store, const BlockState& state, std::uint64_t from_epoch,
                     v1::LedgerProof& proof) {
  const std::uint64_t epoch = proof.validators().epoch();
  const std::uint64_t oldest = epoch > kMaxHandovers ? epoch - kMaxHandovers : 0;
  v1::ValidatorSet next = proof.validators();
  for (std::uint64_t at = epoch; at > std::max(from_epoch, oldest); --at) {
    TENON_ASSIGN_OR_RETURN(const auto ended,
                           read_required_record<v1::EndedEpoch>(state, keys::epoch(at - 1)));
    Result<v1::EpochHandover> handover = read_handover(store, state, at - 1, ended.last_height());
    if (handover.status().code() == Code::kOutOfRange)
      break; // pruned
    TENON_ASSIGN_OR_RETURN(*proof.add_handovers(), std::move(handover));
    *proof.mutable_handovers()->rbegin()->mutable_next() = std::move(next);
    next = ended.validators();
  }
  std::reverse(proof.mutable_handovers()->begin(), proof.mutable_handovers()->end());
  return {};
}

Result<Handovers> known_handovers(const plugin::Store& store, const BlockState& state) {
  v1::LedgerProof proof;
  TENON_ASSIGN_OR_RETURN(*proof.mutable_validators(),
                         read_required_record<v1::ValidatorSet>(state, keys::kValidators));
  TENON_RETURN_IF_ERROR(add_handovers(store, state, 0, proof));
  return Handovers(proof.handovers().begin(), proof.handovers().end());
}

Status keep_handovers(plugin::Store& store, const Handovers& handovers) {
  std::vector<std::pair<Bytes, Bytes>> entries;
  for (const v1::EpochHandover& handover : handovers) {
    if (handover.next().epoch() > 0)
      entries.emplace_back(keys::handover(handover.next().epoch() - 1),
                           handover.SerializeAsString());
  }
  std::vector<plugin::StoreWrite> writes;
  for (const auto& [key, value] : entries)
    writes.push_back({plugin::KeyClass::kIndex, false, key, value});
  return writes.empty() ? Status() : store.put_index(writes, /*whole=*/false);
}

} // namespace tenon::host::pipeline
