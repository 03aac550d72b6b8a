// What Daml hashes: contract keys, contracts, changes, and the seeds from which the ids of
// contracts are made. Every replica, and every client that checks one, computes the same. Pure; any
// thread.
#pragma once

#include <set>

#include "values/transaction_version.hpp"
#include "values/value.hpp"

namespace tenon::daml {

// Collects bytes and hashes them. Numbers are big-endian; texts and lists have their size before
// them in 32 bits, so that no two sequences of additions give the same bytes.
class HashBuilder {
public:
  // The second byte that is hashed: no hash of one purpose is one of another.
  enum class Purpose : std::uint8_t {
    kTesting = 1,
    kContractKey = 2,
    kPrivateKey = 3,
    kMaintainerKey = 4,
    kContractInstance = 5,
    kChangeId = 6,
  };
  // The first byte, and how values are written: kUpgradable gives one hash to values that differ
  // only by fields which an upgrade added and which are empty.
  enum class Scheme : std::uint8_t { kPlain = 0, kUpgradable = 1 };
  enum class ContractIds : bool { kForbidden, kAllowed };

  // SHA-256
  HashBuilder(Scheme scheme, Purpose purpose);
  // HMAC-SHA-256
  explicit HashBuilder(const Hash& key) : key_(key), keyed_(true) {}

  HashBuilder& add_byte(std::uint8_t value);
  HashBuilder& add_int32(std::int32_t value);
  HashBuilder& add_int64(std::int64_t value);
  HashBuilder& add_hash(const Hash& value);
  HashBuilder& add_text(std::string_view value);
  HashBuilder& add_size(std::size_t size); // of what follows, in elements
  HashBuilder& add_dotted_name(const DottedName& name);
  HashBuilder& add_identifier(const Identifier& identifier);
  HashBuilder& add_parties(const std::set<Party>& parties);
  // INVALID_ARGUMENT for a value nested too deep, and for a contract id where none may be. Type
  // names, labels, the scales of Numerics and ranks do not count.
  [[nodiscard]] Status add_value(const Value& value, ContractIds contract_ids);

  [[nodiscard]] Hash build() const;

private:
  Status add_plain(const Value& value);
  Status add_upgradable(const Value& value);
  Status add_leaf(const Value& value);
  Status add_elements(const Value& value);
  Status add_upgradable_record(const Value& value);

  Bytes bytes_;
  Hash key_;
  bool keyed_ = false;
  Scheme scheme_ = Scheme::kPlain;
  ContractIds contract_ids_ = ContractIds::kForbidden;
};

// The hash under which a contract is found by its key. Names the template by its package's id.
[[nodiscard]] Result<Hash> hash_contract_key(const Identifier& template_id, const Value& key);
// From transaction version 17 on: by its package's name, one for all versions of the package.
[[nodiscard]] Result<Hash> hash_upgradable_contract_key(const PackageName& package,
                                                        const Identifier& template_id,
                                                        const Value& key);
[[nodiscard]] Result<Hash> hash_contract_instance(const Identifier& template_id,
                                                  const Value& argument);
// What submissions are deduplicated by.
[[nodiscard]] Hash hash_change_id(const ApplicationId& application, const CommandId& command,
                                  const std::set<Party>& act_as);
[[nodiscard]] Hash hash_maintainer_key(const Hash& key_hash, const Party& maintainer);
// A seed made of a text, where tests and static seeding need one.
[[nodiscard]] Hash hash_private_key(std::string_view text);

// From the seed of a submission to the ids of the contracts that it creates. `nonce` and the seed
// of a submission are secret and random.
[[nodiscard]] Hash derive_submission_seed(const Hash& nonce, const ApplicationId& application,
                                          const CommandId& command, const Party& submitter);
[[nodiscard]] Hash derive_transaction_seed(const Hash& submission_seed,
                                           const ParticipantId& participant,
                                           Timestamp submission_time);
// `parent` is the seed of the transaction or of an exercise. `child` counts the actions below it
// from 0; a rollback is none, and those below it continue the count of its parent.
[[nodiscard]] Hash derive_node_seed(const Hash& parent, std::uint32_t child);
[[nodiscard]] Hash derive_contract_discriminator(const Hash& node_seed, Timestamp submission_time,
                                                 const std::set<Party>& stakeholders);

} // namespace tenon::daml
