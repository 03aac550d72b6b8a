#include "pipeline/result_builder.hpp"

#include "pipeline/keys.hpp"
#include "pipeline/outcome.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::host::pipeline {

namespace {

Bytes offset_bytes(std::uint64_t offset) {
  Bytes bytes;
  append_be64(bytes, offset);
  return bytes;
}

} // namespace

std::map<std::string_view, char> postings_of(const v1::Transaction& transaction,
                                             const v1::TransactionResult& result) {
  std::map<std::string_view, char> postings;
  for (const v1::Event& event : result.events()) {
    for (const std::string& reader : event.readers())
      postings[reader] |= kPostingEvents;
  }
  for (const auto* parties : {&transaction.act_as(), &transaction.read_as()}) {
    for (const std::string& party : *parties) {
      if (keys::valid_party(party))
        postings[party] |= kPostingSubmitter;
    }
  }
  return postings;
}

const v1::TransactionResult& ResultBuilder::commit(const DecodedTransaction& transaction,
                                                   BytesView key_prefix,
                                                   const plugin::ExecutionResult& result) {
  const std::uint64_t offset = wire::make_offset(height_, index());
  v1::TransactionResult& out = *results_->add_results();
  v1::Outcome& outcome = *out.mutable_outcome();
  outcome.set_transaction_id(transaction.id.str());
  outcome.set_response(result.response);
  const Hash salt = wire::derived_salt(transaction.message.salt(), "response", {});
  outcome.set_response_hash(crypto::sha256({salt.view(), result.response}).str());
  apply(transaction.message, key_prefix, result);
  add_events(transaction.message, result, out);
  state_.put_index(keys::transaction(transaction.id.view()), offset_bytes(offset));
  post(transaction.message, out);
  return out;
}

Status ResultBuilder::reject(const DecodedTransaction& transaction, const Status& why) {
  const std::uint64_t offset = wire::make_offset(height_, index());
  v1::TransactionResult& out = *results_->add_results();
  out.mutable_outcome()->set_transaction_id(transaction.id.str());
  fill_outcome(why, *out.mutable_outcome());
  // The same transaction may stand in the ledger twice; its id leads to the first.
  Bytes key = keys::transaction(transaction.id.view());
  TENON_ASSIGN_OR_RETURN(const auto earlier, state_.base().get(plugin::KeyClass::kIndex, key));
  if (!earlier && !state_.has_index(key))
    state_.put_index(std::move(key), offset_bytes(offset));
  post(transaction.message, out);
  return {};
}

void ResultBuilder::apply(const v1::Transaction& transaction, BytesView key_prefix,
                          const plugin::ExecutionResult& result) {
  for (const plugin::EngineWrite& write : result.writes) {
    Bytes key = Bytes(key_prefix).append(write.key);
    if (write.key_class == plugin::KeyClass::kIndex) {
      if (write.value)
        state_.put_index(std::move(key), *write.value);
      else
        state_.remove_index(std::move(key));
    } else if (!write.value) {
      state_.remove(std::move(key));
    } else {
      const Hash salt = wire::derived_salt(transaction.salt(), "state", key);
      const Bytes readers = merkle::encode_readers(write.readers);
      state_.put(std::move(key), {salt, write.expires_at_us, readers, *write.value});
    }
  }
}

void ResultBuilder::add_events(const v1::Transaction& transaction,
                               const plugin::ExecutionResult& result, v1::TransactionResult& out) {
  std::uint32_t position = 0;
  for (const plugin::EngineEvent& event : result.events) {
    v1::Event& added = *out.add_events();
    added.set_engine(transaction.engine());
    added.set_payload(event.payload);
    // Through the encoding, which sorts, removes doubles and reduces a public list to "*".
    if (const auto readers = merkle::decode_readers(merkle::encode_readers(event.readers))) {
      for (const std::string& reader : *readers)
        added.add_readers(reader);
    }
    Bytes name;
    append_be32(name, position++);
    added.set_salt(wire::derived_salt(transaction.salt(), "event", name).str());
  }
}

void ResultBuilder::post(const v1::Transaction& transaction, const v1::TransactionResult& result) {
  const std::uint64_t offset = wire::make_offset(height_, index() - 1);
  for (const auto& [party, flags] : postings_of(transaction, result))
    state_.put_index(keys::event(party, offset), Bytes(1, flags));
}

std::uint64_t ResultBuilder::finish(std::uint64_t before) {
  if (index() == 0)
    return before;
  const std::uint64_t last = wire::make_offset(height_, index() - 1);
  state_.put_index(Bytes(keys::kLastOffset), offset_bytes(last));
  return last;
}

} // namespace tenon::host::pipeline
