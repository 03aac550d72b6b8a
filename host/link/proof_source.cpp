#include "link/proof_source.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <future>
#include <map>

#include "pipeline/keys.hpp"
#include "pipeline/ledger_records.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::host::link {

namespace {

constexpr std::uint64_t kAnswerMs = 2'000;
constexpr std::size_t kMaxReplicasAsked = 3;

// The proved keys of one engine, as its queries see them. A key that is not among them was not read
// by the replica that answered, so reading it shows that the answer is not what the query gives.
class ProvedView final : public plugin::StateView {
public:
  ProvedView(const v1::LedgerProof& proof, BytesView prefix, std::uint64_t record_time_us) {
    for (const v1::KeyProof& key : proof.keys()) {
      const bool expired = key.expires_at_us() != 0 && key.expires_at_us() <= record_time_us;
      const bool present = key.present() && !expired;
      if (key.key().starts_with(prefix)) {
        entries_[key.key().substr(prefix.size())] =
            present ? std::optional<Bytes>(key.value()) : std::nullopt;
      } else if (key.key().starts_with(pipeline::keys::kParties)) {
        parties_[key.key().substr(pipeline::keys::kParties.size())] = present;
      }
    }
  }

  [[nodiscard]] Result<std::optional<Bytes>> get(BytesView key) const override {
    const auto found = entries_.find(key);
    if (found == entries_.end())
      return lacking();
    return found->second;
  }

  [[nodiscard]] Status scan(BytesView begin, BytesView end,
                            plugin::ScanVisitor visit) const override {
    for (auto at = entries_.lower_bound(begin); at != entries_.end(); ++at) {
      if (!end.empty() && at->first >= end)
        break;
      if (at->second && !visit(at->first, *at->second))
        break;
    }
    return {};
  }

  [[nodiscard]] Status scan_index(BytesView, BytesView, plugin::ScanVisitor) const override {
    return plugin::no_index_here();
  }
  [[nodiscard]] Result<bool> has_party(BytesView party) const override {
    const auto found = parties_.find(party);
    if (found == parties_.end())
      return lacking();
    return found->second;
  }

private:
  static Status lacking() {
    return invalid_argument("the proof lacks a key that the query reads");
  }

  std::map<Bytes, std::optional<Bytes>, std::less<>> entries_;
  std::map<Bytes, bool, std::less<>> parties_;
};

} // namespace

// A proof that is not good enough is no reason to cut its replica, which may just be behind: who
// lies about proofs lies to nobody's harm.
Result<v1::LedgerProof> ProofSource::prove(const v1::ProofRequest& request,
                                           const std::string& preferred) {
  if (!slots_.try_acquire_for(std::chrono::milliseconds(kAnswerMs)))
    return resource_exhausted("TOO_MANY_PROOFS: this client node asks its replicas for other "
                              "proofs already; try again later");
  const std::unique_ptr<void, std::function<void(void*)>> slot(
      this, [this](void*) { slots_.release(); });
  std::vector<std::string> replicas = link_.connected();
  const auto first = std::ranges::find(replicas, preferred);
  if (first != replicas.end())
    std::ranges::rotate(replicas, first);
  replicas.resize(std::min(replicas.size(), kMaxReplicasAsked));
  const std::uint64_t at_least = request.height() == 0 ? projection_.cursor().height : 0;
  Status last = unavailable("NO_REPLICA: this client node is connected to no replica, and proofs "
                            "come from one; ask again later");
  for (const std::string& replica : replicas) {
    Result<pb::Answer> answer = ask(replica, request);
    last = answer.ok() ? check(request, answer->proof(), at_least) : answer.status();
    if (last.ok())
      return std::move(*answer->mutable_proof());
    if (answer.ok()) {
      last = unavailable("PROOF_REFUSED: the proof of " + replica + " is not good enough: " +
                         last.message() + "; ask again later");
    }
  }
  return last;
}

Result<pb::Answer> ProofSource::ask(const std::string& replica,
                                          const v1::ProofRequest& request) {
  pb::Request message;
  *message.mutable_proof() = request;
  auto answered = std::make_shared<std::promise<Result<pb::Answer>>>();
  auto answer = answered->get_future();
  link_.ask(replica, std::move(message), kAnswerMs,
            [answered](Result<pb::Answer> given) { answered->set_value(std::move(given)); });
  if (answer.wait_for(std::chrono::milliseconds(2 * kAnswerMs)) != std::future_status::ready)
    return unavailable("this node is too busy to take in an answer of " + replica);
  return answer.get();
}

// The proof begins with validators that this node knows: those of the genesis document, of an epoch
// that is over, or of the present one.
Result<wire::ProvedState> ProofSource::verify(const v1::LedgerProof& proof) const {
  const wire::StreamCursor cursor = projection_.cursor();
  auto proved = wire::verify_ledger_proof(proof, genesis_.chain, genesis_.validators);
  if (!proved.ok())
    proved = wire::verify_ledger_proof(proof, genesis_.chain, cursor.validators);
  v1::BlockHeader header;
  if (proved.ok() || !header.ParseFromString(proof.header()))
    return proved;
  const auto head = projection_.head().get();
  const pipeline::BlockState state(head->snapshot, head->block->header.record_time_us());
  TENON_ASSIGN_OR_RETURN(const auto ended, pipeline::read_record<v1::EndedEpoch>(
                                               state, pipeline::keys::epoch(header.epoch())));
  return ended ? wire::verify_ledger_proof(proof, genesis_.chain, ended->validators()) : proved;
}

Status ProofSource::check(const v1::ProofRequest& request, const v1::LedgerProof& proof,
                          std::uint64_t at_least) const {
  TENON_ASSIGN_OR_RETURN(const wire::ProvedState proved, verify(proof));
  if (request.height() != 0 && proved.height != request.height())
    return invalid_argument("it proves block " + std::to_string(proved.height) + " instead of " +
                            std::to_string(request.height()));
  if (proved.height < at_least)
    return invalid_argument("it proves block " + std::to_string(proved.height) +
                            ", and this node knows block " + std::to_string(at_least));
  TENON_ASSIGN_OR_RETURN(const std::optional<Hash> known, projection_.block_id(proved.height));
  if (known && *known != crypto::sha256(proof.header()))
    return invalid_argument("it proves another block " + std::to_string(proved.height) +
                            " than this node knows");
  if (request.has_query())
    return check_query(request, proof, proved.height, proved.record_time_us);
  const auto same = [](const Bytes& asked, const v1::KeyProof& given) {
    return asked == given.key();
  };
  if (!std::ranges::equal(request.keys().keys(), proof.keys(), same))
    return invalid_argument("it proves other keys than those asked for");
  return {};
}

Status ProofSource::check_query(const v1::ProofRequest& request, const v1::LedgerProof& proof,
                                std::uint64_t height, std::uint64_t record_time_us) const {
  const pipeline::EngineSet::Entry* const engine = engines_.find(request.query().engine());
  if (engine == nullptr)
    return invalid_argument("it proves a query of an engine that this node does not have");
  if (proof.query_request() != request.query().request())
    return invalid_argument("it proves another query than the one asked");
  const std::vector<std::string> parties = pipeline::party_list(request.parties());
  TENON_ASSIGN_OR_RETURN(
      const Bytes response,
      engine->engine->query(ProvedView(proof, engine->prefix, record_time_us),
                            request.query().request(),
                            {Hash{}, {}, {}, parties}, {height, record_time_us}));
  return response == proof.query_response()
             ? Status()
             : invalid_argument("its answer is not what the proved keys give");
}

} // namespace tenon::host::link
