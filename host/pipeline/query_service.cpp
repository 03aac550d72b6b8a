#include "pipeline/query_service.hpp"

#include <algorithm>

#include "pipeline/epoch_handovers.hpp"
#include "pipeline/key_proofs.hpp"
#include "pipeline/keys.hpp"
#include "pipeline/ledger_opener.hpp"
#include "pipeline/ledger_records.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::host::pipeline {

namespace {

using plugin::BlockPart;

constexpr std::size_t kMaxProvedKeys = 1000;
constexpr std::uint64_t kMaxLaterHeaders = 1024;
constexpr std::uint64_t kDefaultPageSize = 100;
constexpr std::uint64_t kMaxPageSize = 1000;

Status not_certified_yet() {
  return failed_precondition("NOT_CERTIFIED: no certificate covers this block yet; ask again once "
                             "a later block is committed");
}

} // namespace

Result<QueryService::At> QueryService::at(std::uint64_t height) const {
  const auto head = head_.get();
  if (height == 0 || height == head->block->height())
    return At{head->block->height(), head->block->header.record_time_us(), head->snapshot, true};
  if (height > head->block->height()) {
    return out_of_range("HEIGHT_NOT_REACHED: block " + std::to_string(height) +
                        " does not exist; the head is " + std::to_string(head->block->height()));
  }
  TENON_ASSIGN_OR_RETURN(const Bytes encoded, read_part(store_, height, BlockPart::kHeader));
  v1::BlockHeader header;
  if (!header.ParseFromString(encoded))
    return data_loss("the header of block " + std::to_string(height) + " is malformed");
  TENON_ASSIGN_OR_RETURN(auto snapshot, store_.snapshot(height));
  return At{height, header.record_time_us(), std::move(snapshot), false};
}

Result<Bytes> QueryService::run(const At& where, const std::string& engine,
                                std::span<const std::string> parties, BytesView request,
                                ReadSet* reads) const {
  const EngineSet::Entry* const entry = engines_.find(engine);
  if (entry == nullptr) {
    return not_found("UNKNOWN_ENGINE: expected one of " + engines_.names() + ", found \"" + engine +
                     "\"");
  }
  const BlockState state(where.snapshot, where.record_time_us);
  const QueryView view(state, entry->prefix, parties, where.is_head, reads);
  return entry->engine->query(view, request, {Hash{}, {}, {}, parties},
                              {where.height, where.record_time_us});
}

Result<v1::QueryResponse> QueryService::query(const v1::QueryRequest& request) const {
  TENON_ASSIGN_OR_RETURN(const At where, at(request.height()));
  const std::vector<std::string> parties = party_list(request.parties());
  TENON_ASSIGN_OR_RETURN(Bytes response,
                         run(where, request.engine(), parties, request.request(), nullptr));
  v1::QueryResponse answer;
  answer.set_response(std::move(response));
  answer.set_height(where.height);
  return answer;
}

Result<v1::LedgerProof> QueryService::prove(const v1::ProofRequest& request) const {
  TENON_ASSIGN_OR_RETURN(const At where, at(request.height()));
  const std::vector<std::string> parties = party_list(request.parties());
  v1::LedgerProof proof;
  proof.set_version(1);
  std::vector<Bytes> keys;
  if (request.has_query()) {
    ReadSet reads;
    TENON_ASSIGN_OR_RETURN(Bytes response, run(where, request.query().engine(), parties,
                                               request.query().request(), &reads));
    TENON_ASSIGN_OR_RETURN(
        keys, reads.keys_in(BlockState(where.snapshot, where.record_time_us), parties,
                            kMaxProvedKeys));
    proof.set_query_request(request.query().request());
    proof.set_query_response(std::move(response));
  } else {
    keys.assign(request.keys().keys().begin(), request.keys().keys().end());
  }
  if (keys.empty() || keys.size() > kMaxProvedKeys) {
    return invalid_argument("a proof covers 1 to " + std::to_string(kMaxProvedKeys) +
                            " keys, found " + std::to_string(keys.size()));
  }
  TENON_RETURN_IF_ERROR(add_validators(where, request.from_epoch(), proof));
  TENON_RETURN_IF_ERROR(add_certified_headers(where.height, proof));
  TENON_RETURN_IF_ERROR(add_keys(where, keys, parties, proof));
  return proof;
}

Result<v1::LedgerProof> QueryService::prove_for(const std::string& client,
                                                const v1::ProofRequest& request) const {
  const auto head = head_.get();
  const BlockState state(head->snapshot, head->block->header.record_time_us());
  TENON_ASSIGN_OR_RETURN(const auto asking,
                         read_record<v1::ClientRecord>(state, keys::client(client)));
  if (!asking || asking->public_key().empty()) {
    return permission_denied("UNKNOWN_CLIENT: the ledger has no client " + client +
                             "; operators add one");
  }
  for (const std::string& party : request.parties()) {
    TENON_ASSIGN_OR_RETURN(const auto record,
                           read_record<v1::PartyRecord>(state, keys::party(party)));
    if (!record || !hosts(&*record, client)) {
      return permission_denied("PARTY_NOT_HOSTED: client " + client + " does not host party " +
                               party + "; ask for parties that it hosts");
    }
  }
  return prove(request);
}

Status QueryService::add_validators(const At& where, std::uint64_t from_epoch,
                                    v1::LedgerProof& proof) const {
  const BlockState state(where.snapshot, where.record_time_us);
  TENON_ASSIGN_OR_RETURN(*proof.mutable_validators(),
                         read_required_record<v1::ValidatorSet>(state, keys::kValidators));
  return add_handovers(store_, state, from_epoch, proof);
}

Status QueryService::add_certified_headers(std::uint64_t height, v1::LedgerProof& proof) const {
  TENON_ASSIGN_OR_RETURN(Bytes header, read_part(store_, height, BlockPart::kHeader));
  TENON_ASSIGN_OR_RETURN(Bytes result, read_part(store_, height, BlockPart::kResultHeader));
  v1::BlockHeader decoded;
  if (!decoded.ParseFromString(header))
    return data_loss("the header of block " + std::to_string(height) + " is malformed");
  proof.set_chain(decoded.chain());
  const auto head = head_.get();
  proof.set_header(std::move(header));

  // A block's certificate may be a descendant's: then the results up to that one lead there.
  Bytes certificate;
  for (std::uint64_t at = height; certificate.empty(); ++at) {
    if (at > head->block->height())
      return not_certified_yet();
    TENON_ASSIGN_OR_RETURN(certificate, read_part(store_, at, BlockPart::kCertificate));
  }
  v1::Certificate certified;
  if (!certified.ParseFromString(certificate))
    return data_loss("the certificate of block " + std::to_string(height) + " is malformed");
  Hash result_hash = crypto::sha256(result);
  proof.set_result_header(std::move(result));
  for (std::uint64_t at = height + 1; certified.result_hash() != result_hash.view(); ++at) {
    if (at > head->block->height())
      return not_certified_yet();
    if (at > height + kMaxLaterHeaders)
      return data_loss("the certificate of block " + std::to_string(height) + " leads nowhere");
    TENON_ASSIGN_OR_RETURN(Bytes later, read_part(store_, at, BlockPart::kResultHeader));
    result_hash = crypto::sha256(later);
    proof.add_later_result_headers(std::move(later));
  }
  proof.set_certificate(std::move(certificate));
  return {};
}

Status QueryService::add_keys(const At& where, std::span<const Bytes> keys,
                              std::span<const std::string> parties, v1::LedgerProof& proof) const {
  TENON_ASSIGN_OR_RETURN(
      std::vector<v1::KeyProof> proofs,
      key_proofs(*where.snapshot, keys,
                 [&](BytesView readers) { return merkle::may_read(readers, parties); }));
  for (v1::KeyProof& one : proofs)
    *proof.add_keys() = std::move(one);
  return {};
}

Result<v1::PartiesResponse> QueryService::parties(const v1::PartiesRequest& request) const {
  const auto head = head_.get();
  const BlockState state(head->snapshot, head->block->header.record_time_us());
  v1::PartiesResponse response;
  const auto add = [&](const std::string& name, const v1::PartyRecord& record) {
    v1::PartyInfo& info = *response.add_parties();
    info.set_party(name);
    *info.mutable_record() = record;
  };
  if (request.parties_size() > 0) {
    for (const std::string& name : request.parties()) {
      TENON_ASSIGN_OR_RETURN(const auto record,
                             read_record<v1::PartyRecord>(state, keys::party(name)));
      if (record)
        add(name, *record);
    }
    return response;
  }
  const std::uint64_t limit =
      std::min(request.limit() == 0 ? kDefaultPageSize : request.limit(), kMaxPageSize);
  const Bytes begin = request.after().empty() ? Bytes(keys::kParties)
                                              : keys::party(request.after()) + std::string(1, '\0');
  bool malformed = false;
  TENON_RETURN_IF_ERROR(state.scan(
      begin, prefix_end(keys::kParties), [&](BytesView key, const merkle::StateEntry& entry) {
        if (static_cast<std::uint64_t>(response.parties_size()) == limit) {
          response.set_more(true);
          return false;
        }
        v1::PartyRecord record;
        malformed =
            !record.ParseFromArray(entry.value.data(), static_cast<int>(entry.value.size()));
        add(std::string(key.substr(keys::kParties.size())), record);
        return !malformed;
      }));
  if (malformed)
    return data_loss("a party's record is malformed");
  return response;
}

} // namespace tenon::host::pipeline
