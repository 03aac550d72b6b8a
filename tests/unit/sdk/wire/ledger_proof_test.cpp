#include "tenon/wire/ledger_proof.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <functional>
#include <sstream>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/ed25519.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/sparse_proof.hpp"
#include "tenon/merkle/state_entry.hpp"
#include "tenon/wire/hashing.hpp"

using namespace tenon;
using namespace tenon::wire;

namespace {

// A ledger with one key, certified one block later by three of four validators.
struct Ledger {
  Hash chain = crypto::sha256("genesis");
  std::vector<crypto::PrivateKey> keys;
  v1::ValidatorSet validators;
  v1::LedgerProof proof;

  Ledger() {
    validators.set_max_byzantine(1);
    for (char i = 0; i < 4; ++i) {
      keys.push_back(crypto::PrivateKey::from_seed(Bytes(32, i)).value());
      auto* const validator = validators.add_validators();
      validator->set_name("v" + std::to_string(i));
      validator->set_public_key(keys.back().public_key());
    }
    add_state();
    add_certificate();
  }

  void add_state() {
    const std::vector<std::string> readers = {"alice"};
    const Hash salt = crypto::sha256("salt");
    const Hash access = crypto::sha256(merkle::encode_readers(readers));
    const Hash value_hash = merkle::entry_hash(salt, access, 0, "100");
    v1::BlockHeader header;
    header.set_chain(chain.str());
    header.set_height(7);
    header.set_record_time_us(1'000'000);
    header.set_validators(validators_hash(validators).str());
    proof.set_version(1);
    proof.set_chain(chain.str());
    proof.set_header(header.SerializeAsString());
    v1::ResultHeader result;
    result.set_block_id(crypto::sha256(proof.header()).str());
    result.set_state_root(merkle::leaf_hash(crypto::sha256("wasm/a"), value_hash).str());
    proof.set_result_header(result.SerializeAsString());
    auto* const key = proof.add_keys();
    key->set_key("wasm/a");
    key->set_present(true);
    key->set_value("100");
    key->set_salt(salt.str());
    key->set_access_hash(access.str());
    merkle::SparseProof path;
    path.end = merkle::SparseProof::End::kLeaf;
    key->set_path(merkle::encode_proof(path));
  }

  void add_certificate() {
    v1::ResultHeader later;
    later.set_block_id(crypto::sha256("block 8").str());
    later.set_parent_result(crypto::sha256(proof.result_header()).str());
    proof.add_later_result_headers(later.SerializeAsString());
    v1::Certificate certificate;
    certificate.set_view(9);
    certificate.set_block_id(later.block_id());
    certificate.set_result_hash(crypto::sha256(proof.later_result_headers(0)).str());
    for (std::uint32_t i = 0; i < 3; ++i) {
      auto* const signature = certificate.add_signatures();
      signature->set_validator(i);
      signature->set_signature(
          keys[i]
              .sign(certificate_signing_bytes(chain, validators.epoch(), 9,
                                              Hash::from_view(later.block_id()),
                                              Hash::from_view(certificate.result_hash())))
              .value());
    }
    proof.set_certificate(certificate.SerializeAsString());
  }

  [[nodiscard]] Result<ProvedState> verify(const v1::LedgerProof& changed) const {
    return verify_ledger_proof(changed, chain, validators);
  }
};

} // namespace

TEST_CASE("ledger proof: a certified value verifies offline", "[sdk][wire]") {
  const Ledger ledger;
  const auto state = ledger.verify(ledger.proof);
  REQUIRE(state.ok());
  CHECK(state->height == 7);
  REQUIRE(state->keys.size() == 1);
  CHECK(state->keys[0].value == "100");
}

TEST_CASE("ledger proof: another value, root, block, chain or validator set is refused",
          "[sdk][wire]") {
  const Ledger ledger;
  v1::LedgerProof changed = ledger.proof;
  changed.mutable_keys(0)->set_value("101");
  CHECK_FALSE(ledger.verify(changed).ok());
  changed = ledger.proof;
  changed.mutable_keys(0)->set_present(false);
  CHECK_FALSE(ledger.verify(changed).ok());
  changed = ledger.proof;
  changed.clear_later_result_headers();
  CHECK_FALSE(ledger.verify(changed).ok());
  changed = ledger.proof;
  changed.set_version(2);
  CHECK_FALSE(ledger.verify(changed).ok());
  CHECK_FALSE(
      verify_ledger_proof(ledger.proof, crypto::sha256("other chain"), ledger.validators).ok());
  v1::ValidatorSet fewer = ledger.validators;
  fewer.mutable_validators()->RemoveLast();
  CHECK_FALSE(verify_ledger_proof(ledger.proof, ledger.chain, fewer).ok());
}

namespace {

// Three epochs of four validators each; the proved block is of the last one.
struct Epochs {
  Hash chain = crypto::sha256("genesis");
  std::vector<v1::ValidatorSet> sets;
  v1::LedgerProof proof;

  Epochs() {
    for (std::uint64_t epoch = 0; epoch < 3; ++epoch) {
      v1::ValidatorSet& set = sets.emplace_back();
      set.set_epoch(epoch);
      set.set_max_byzantine(1);
      for (int i = 0; i < 4; ++i)
        set.add_validators()->set_public_key(key(epoch, i).public_key());
    }
    for (std::uint64_t epoch = 0; epoch < 2; ++epoch) {
      v1::EpochHandover& handover = *proof.add_handovers();
      v1::BlockHeader header;
      header.set_chain(chain.str());
      header.set_height(10 * (epoch + 1));
      header.set_validators(validators_hash(sets[epoch]).str());
      header.set_next_validators(validators_hash(sets[epoch + 1]).str());
      handover.set_header(header.SerializeAsString());
      certify(epoch, handover.header(), *handover.mutable_result_header(),
              *handover.mutable_certificate());
      *handover.mutable_next() = sets[epoch + 1];
    }
    v1::BlockHeader header;
    header.set_chain(chain.str());
    header.set_height(25);
    header.set_validators(validators_hash(sets[2]).str());
    proof.set_version(1);
    proof.set_header(header.SerializeAsString());
    certify(2, proof.header(), *proof.mutable_result_header(), *proof.mutable_certificate());
  }

  static crypto::PrivateKey key(std::uint64_t epoch, int index) {
    const auto seed = static_cast<char>(static_cast<int>(epoch) * 4 + index);
    return crypto::PrivateKey::from_seed(Bytes(32, seed)).value();
  }
  void certify(std::uint64_t epoch, const Bytes& header, Bytes& result_header,
               Bytes& encoded) const {
    const Hash id = crypto::sha256(header);
    v1::ResultHeader result;
    result.set_block_id(id.str());
    result.set_state_root(crypto::sha256("state").str());
    result_header = result.SerializeAsString();
    const Hash result_hash = crypto::sha256(result_header);
    v1::Certificate certificate;
    certificate.set_view(9);
    certificate.set_block_id(id.str());
    certificate.set_result_hash(result_hash.str());
    for (int i = 0; i < 3; ++i) {
      auto* const signature = certificate.add_signatures();
      signature->set_validator(static_cast<std::uint32_t>(i));
      signature->set_signature(
          key(epoch, i).sign(certificate_signing_bytes(chain, epoch, 9, id, result_hash)).value());
    }
    encoded = certificate.SerializeAsString();
  }
  [[nodiscard]] bool holds(const v1::LedgerProof& changed, std::size_t trusted = 0) const {
    return verify_ledger_proof(changed, chain, sets[trusted]).ok();
  }
};

} // namespace

TEST_CASE("ledger proof: handovers lead from any epoch that is trusted to the block's",
          "[sdk][wire]") {
  const Epochs epochs;
  for (std::size_t trusted = 0; trusted < 3; ++trusted) {
    INFO(trusted);
    const auto state = verify_ledger_proof(epochs.proof, epochs.chain, epochs.sets[trusted]);
    INFO(state.status().to_string());
    REQUIRE(state.ok());
    CHECK(state->validators.epoch() == 2);
  }
}

TEST_CASE("ledger proof: a handover that is missing, foreign, reordered or altered proves nothing",
          "[sdk][wire]") {
  const Epochs epochs;
  const auto broken = [&](const std::function<void(v1::LedgerProof&)>& change) {
    v1::LedgerProof changed = epochs.proof;
    change(changed);
    return !epochs.holds(changed);
  };
  CHECK(broken([](auto& p) { p.clear_handovers(); }));
  CHECK(broken([](auto& p) { p.mutable_handovers()->RemoveLast(); }));
  CHECK(broken([](auto& p) { p.mutable_handovers()->DeleteSubrange(0, 1); }));
  CHECK(broken([](auto& p) { p.mutable_handovers()->SwapElements(0, 1); }));
  CHECK(broken([](auto& p) { p.mutable_handovers(0)->mutable_next()->set_epoch(2); }));
  CHECK(broken([](auto& p) { p.mutable_handovers(0)->mutable_next()->set_max_byzantine(0); }));
  CHECK(broken([](auto& p) { p.mutable_handovers(0)->set_certificate(""); }));
  CHECK(broken([](auto& p) { p.mutable_handovers(0)->set_result_header("\xff"); }));
  CHECK(broken([](auto& p) {
    p.mutable_handovers(0)->set_certificate(p.handovers(1).certificate());
  }));
  CHECK(broken([&](auto& p) { // certified by those who come, not by those who go
    epochs.certify(1, p.handovers(0).header(), *p.mutable_handovers(0)->mutable_result_header(),
                   *p.mutable_handovers(0)->mutable_certificate());
  }));
  CHECK(broken([&](auto& p) { // the last epoch's block, certified by the first epoch's validators
    epochs.certify(0, p.header(), *p.mutable_result_header(), *p.mutable_certificate());
  }));
  CHECK_FALSE(verify_ledger_proof(epochs.proof, crypto::sha256("other"), epochs.sets[0]).ok());
}

TEST_CASE("ledger proof: a certificate needs a quorum of different, right signatures",
          "[sdk][wire]") {
  const Ledger ledger;
  v1::Certificate certificate;
  REQUIRE(certificate.ParseFromString(ledger.proof.certificate()));
  REQUIRE(verify_certificate(certificate, ledger.chain, ledger.validators).ok());
  v1::Certificate changed = certificate;
  changed.mutable_signatures()->RemoveLast();
  CHECK(verify_certificate(changed, ledger.chain, ledger.validators).message() ==
        "not proved: the certificate has 2 signatures, a quorum is 3");
  changed = certificate;
  *changed.mutable_signatures(2) = changed.signatures(1);
  CHECK_FALSE(verify_certificate(changed, ledger.chain, ledger.validators).ok());
  changed = certificate;
  changed.mutable_signatures(0)->set_validator(3);
  CHECK_FALSE(verify_certificate(changed, ledger.chain, ledger.validators).ok());
  changed = certificate;
  changed.mutable_signatures(0)->set_validator(4);
  CHECK_FALSE(verify_certificate(changed, ledger.chain, ledger.validators).ok());
  changed = certificate;
  changed.set_view(10);
  CHECK_FALSE(verify_certificate(changed, ledger.chain, ledger.validators).ok());
}

TEST_CASE("ledger proof: any flipped bit of the encoded message is refused or says nothing else",
          "[sdk][wire]") {
  const Ledger ledger;
  const Bytes encoded = ledger.proof.SerializeAsString();
  for (std::size_t bit = 0; bit < encoded.size() * 8; ++bit) {
    Bytes bytes = encoded;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    v1::LedgerProof changed;
    if (!changed.ParseFromString(bytes))
      continue;
    const auto state = ledger.verify(changed);
    // Flips in tags or in fields that the verifier does not use may leave the proof true; they
    // can drop a key, but never change what is proved about one.
    if (!state.ok())
      continue;
    INFO("bit " << bit);
    for (const ProvedKey& key : state->keys) {
      REQUIRE(key.key == "wasm/a");
      REQUIRE(key.value == "100");
    }
    REQUIRE(state->height == 7);
  }
}

namespace {

// One message of sdk/testdata/proofs/ledger_proofs.txt, which other verifiers read too.
struct Vector {
  Hash chain;
  v1::ValidatorSet validators;
  Bytes encoded;
  std::string verdict;
  std::string flips; // "1,4-6": bits that may be flipped; empty: not recorded
};

void read_trust(std::istringstream& words, Vector& vector) {
  std::string chain, member;
  std::uint64_t epoch = 0;
  std::uint32_t max_byzantine = 0;
  words >> chain >> epoch >> max_byzantine;
  vector.chain = hash_from_hex(chain).value();
  vector.validators.Clear();
  vector.validators.set_epoch(epoch);
  vector.validators.set_max_byzantine(max_byzantine);
  while (words >> member) {
    auto& validator = *vector.validators.add_validators();
    validator.set_name(member.substr(0, member.find('=')));
    validator.set_public_key(from_hex(member.substr(member.find('=') + 1)).value());
  }
}

std::vector<Vector> read_vectors() {
  std::ifstream file(TENON_SOURCE_DIR "/sdk/testdata/proofs/ledger_proofs.txt");
  std::vector<Vector> vectors;
  Vector next;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string command, rest;
    words >> command;
    if (command.empty() || command.starts_with("#"))
      continue;
    if (command == "trust") {
      read_trust(words, next);
    } else if (command == "proof") {
      words >> rest;
      next.encoded = from_hex(rest).value();
      vectors.push_back(next);
    } else if (command == "flips") {
      words >> vectors.back().flips;
    } else {
      vectors.back().verdict = line;
    }
  }
  return vectors;
}

// In the words of the vectors.
std::string verdict_on(BytesView encoded, const Vector& vector) {
  v1::LedgerProof proof;
  if (!proof.ParseFromArray(encoded.data(), static_cast<int>(encoded.size())))
    return "unreadable";
  const auto state = verify_ledger_proof(proof, vector.chain, vector.validators);
  if (!state.ok())
    return "refused " + state.status().message();
  std::string said = "proved " + std::to_string(state->height) + " " +
                     std::to_string(state->record_time_us) + " " +
                     to_hex(state->state_root.view()) + " " +
                     std::to_string(state->validators.epoch());
  for (const ProvedKey& key : state->keys)
    said += " " + to_hex(key.key) + (key.value ? "=" + to_hex(*key.value) : "");
  return said;
}

} // namespace

TEST_CASE("ledger proof: every shared proof gets its verdict, and a refused one its reason",
          "[sdk][wire]") {
  const auto vectors = read_vectors();
  REQUIRE(vectors.size() > 70);
  for (const Vector& vector : vectors)
    CHECK(verdict_on(vector.encoded, vector) == vector.verdict);
}

TEST_CASE("ledger proof: the bits on which nothing proved depends are those that are recorded",
          "[sdk][wire]") {
  for (const Vector& vector : read_vectors()) {
    if (vector.flips.empty())
      continue;
    std::string found;
    const std::size_t bits = vector.encoded.size() * 8;
    const auto holds = [&](std::size_t bit) {
      Bytes changed = vector.encoded;
      changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
      return verdict_on(changed, vector).starts_with("proved");
    };
    for (std::size_t first = 0; first < bits; ++first) {
      if (!holds(first))
        continue;
      std::size_t last = first;
      while (last + 1 < bits && holds(last + 1))
        ++last;
      found += (found.empty() ? "" : ",") + std::to_string(first) +
               (last == first ? "" : "-" + std::to_string(last));
      first = last;
    }
    CHECK(found == vector.flips);
  }
}
