#include "tenon/wire/hashing.hpp"

#include <catch2/catch.hpp>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/ordered_tree.hpp"

using namespace tenon;
using namespace tenon::wire;

TEST_CASE("hashing: offsets order by height, then by place in the block", "[sdk][wire]") {
  CHECK(make_offset(1, 0) > make_offset(0, 0xffffff));
  CHECK(offset_height(make_offset(70000, 3)) == 70000);
  CHECK(offset_index(make_offset(70000, 3)) == 3);
}

TEST_CASE("hashing: quorums are computed from n and f", "[sdk][wire]") {
  CHECK(quorum(1, 0) == 1);
  CHECK(quorum(4, 1) == 3);
  CHECK(quorum(6, 1) == 4);
  CHECK(quorum(7, 2) == 5);
  CHECK(quorum(31, 10) == 21);
}

TEST_CASE("hashing: the transactions root binds the bytes of signatures too", "[sdk][wire]") {
  v1::TransactionBatch batch;
  batch.set_client("solo");
  batch.set_signature("one");
  batch.add_transactions("t");
  v1::BlockBody body;
  body.add_batches(batch.SerializeAsString());
  const Hash root = transactions_root(body).value();
  batch.set_signature("two");
  v1::BlockBody other;
  other.add_batches(batch.SerializeAsString());
  CHECK(transactions_root(other).value() != root);
  other.set_batches(0, "\xff not a message");
  CHECK(transactions_root(other).status().code() == Code::kInvalidArgument);
}

TEST_CASE("hashing: what is signed separates chains, kinds and clients", "[sdk][wire]") {
  v1::TransactionBatch batch;
  batch.set_client("solo");
  batch.add_transactions("t");
  const Hash chain = crypto::sha256("chain");
  const Bytes base = batch_signing_bytes(chain, batch);
  CHECK(base != batch_signing_bytes(crypto::sha256("other"), batch));
  v1::TransactionBatch renamed = batch;
  renamed.set_client("mallory");
  CHECK(base != batch_signing_bytes(chain, renamed));
  v1::TransactionBatch signed_batch = batch;
  signed_batch.set_signature("s");
  CHECK(base == batch_signing_bytes(chain, signed_batch));
  const Bytes certificate = certificate_signing_bytes(chain, 3, 258, chain, Hash{});
  CHECK(certificate == Bytes("tenon/finalize/v1\0", 18) + chain.str() +
                           Bytes("\0\0\0\0\0\0\0\3\0\0\0\0\0\0\1\2", 16) + chain.str() +
                           Bytes(Hash::kSize, '\0'));
}

TEST_CASE("hashing: what operators and new keys sign is laid out as the specification says",
          "[sdk][wire]") {
  const Hash chain = crypto::sha256("chain");
  CHECK(operator_signing_bytes(chain, 258, "abc") ==
        Bytes("tenon/operator/v1\0", 18) + chain.str() + Bytes("\0\0\0\0\0\0\1\2", 8) +
            Bytes("\0\0\0\3", 4) + "abc");
  CHECK(rotation_signing_bytes(chain, "v0", "key", "") ==
        Bytes("tenon/rotation/v1\0", 18) + chain.str() + Bytes("\0\0\0\2", 4) + "v0" +
            Bytes("\0\0\0\3", 4) + "key" + Bytes(4, '\0'));
  // The vectors of docs/spec/operators.md.
  CHECK(to_hex(crypto::sha256(operator_signing_bytes(Hash{}, 1, "command")).view()) ==
        "8c9498e5d9dba7abda2e73b735b2685c20744e3c33b64001497a221724fa5cd8");
  CHECK(to_hex(crypto::sha256(rotation_signing_bytes(Hash{}, "v0", Bytes(32, 'a'), {})).view()) ==
        "b78e205157ab7fab0540af074f56ff80a51821481b968f9f26735cdec44bb24d");
  v1::BlockBody body;
  body.set_unwedge("unwedge");
  CHECK(to_hex(transactions_root(body)->view()) ==
        "b8eb1074304877a60d325e11d0c2158bde7c808be9d8943f845b5d17f645abb0");
}

TEST_CASE("hashing: the word that ends a wedge is bound by the block's root", "[sdk][wire]") {
  v1::BlockBody body;
  const Hash without = transactions_root(body).value();
  body.set_unwedge("one");
  const Hash one = transactions_root(body).value();
  CHECK(one != without);
  body.set_unwedge("two");
  CHECK(transactions_root(body).value() != one);
}

TEST_CASE("hashing: a validator's key for channels is not in the set's hash", "[sdk][wire]") {
  v1::ValidatorSet set;
  set.add_validators()->set_name("v0");
  const Hash before = validators_hash(set);
  set.mutable_validators(0)->set_tls_key("key");
  CHECK(validators_hash(set) == before);
  set.set_epoch(1);
  CHECK(validators_hash(set) != before);
}

TEST_CASE("hashing: an outcome's leaf covers all but the response itself", "[sdk][wire]") {
  v1::Outcome outcome;
  outcome.set_transaction_id(std::string(32, 'i'));
  outcome.set_response_hash(std::string(32, 'h'));
  const Bytes leaf = outcome_leaf(outcome);
  v1::Outcome changed = outcome;
  changed.set_response("secret");
  CHECK(outcome_leaf(changed) == leaf);
  changed.set_code(3);
  CHECK(outcome_leaf(changed) != leaf);
}

TEST_CASE("hashing: event leaves depend on place, readers, salt and payload", "[sdk][wire]") {
  v1::Event event;
  event.set_engine("wasm");
  event.set_payload("p");
  event.add_readers("alice");
  event.set_salt(std::string(32, 's'));
  const Hash leaf = event_leaf(event, 5, 1, 0);
  CHECK(leaf != event_leaf(event, 6, 1, 0));
  CHECK(leaf != event_leaf(event, 5, 2, 0));
  CHECK(leaf != event_leaf(event, 5, 1, 1));
  v1::Event other = event;
  other.set_salt(std::string(32, 't'));
  CHECK(leaf != event_leaf(other, 5, 1, 0));
  other = event;
  other.add_readers("bob");
  CHECK(leaf != event_leaf(other, 5, 1, 0));
}
