#include "values/hashing.hpp"

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::daml {

namespace {

using Kind = Value::Kind;

constexpr std::uint8_t kRecordEnd = 0xff; // begins no 32-bit index of a field

// Fields that an upgrade may have added count only when they say something.
bool is_default(const Value& value) {
  switch (value.kind()) {
  case Kind::kUnit:
    return true;
  case Kind::kBool:
    return !value.as_bool();
  case Kind::kInt64:
    return value.as_int64() == 0;
  case Kind::kDate:
    return value.as_date() == Date();
  case Kind::kTimestamp:
    return value.as_timestamp() == Timestamp();
  case Kind::kNumeric:
    return value.as_numeric().unscaled() == 0;
  case Kind::kText:
    return value.as_text().empty();
  case Kind::kOptional:
  case Kind::kList:
  case Kind::kTextMap:
  case Kind::kGenMap:
    return value.children().empty();
  case Kind::kParty:
  case Kind::kContractId:
  case Kind::kRecord:
  case Kind::kVariant:
  case Kind::kEnum:
    break;
  }
  return false;
}

} // namespace

HashBuilder::HashBuilder(Scheme scheme, Purpose purpose) : scheme_(scheme) {
  add_byte(static_cast<std::uint8_t>(scheme)).add_byte(static_cast<std::uint8_t>(purpose));
}

HashBuilder& HashBuilder::add_byte(std::uint8_t value) {
  bytes_.push_back(static_cast<char>(value));
  return *this;
}

HashBuilder& HashBuilder::add_int32(std::int32_t value) {
  append_be32(bytes_, static_cast<std::uint32_t>(value));
  return *this;
}

HashBuilder& HashBuilder::add_int64(std::int64_t value) {
  append_be64(bytes_, static_cast<std::uint64_t>(value));
  return *this;
}

HashBuilder& HashBuilder::add_hash(const Hash& value) {
  bytes_ += value.view();
  return *this;
}

HashBuilder& HashBuilder::add_text(std::string_view value) {
  add_size(value.size());
  bytes_ += value;
  return *this;
}

HashBuilder& HashBuilder::add_size(std::size_t size) {
  append_be32(bytes_, static_cast<std::uint32_t>(size));
  return *this;
}

HashBuilder& HashBuilder::add_dotted_name(const DottedName& name) {
  const auto segments = name.segments();
  add_size(segments.size());
  for (const std::string_view segment : segments)
    add_text(segment);
  return *this;
}

HashBuilder& HashBuilder::add_identifier(const Identifier& identifier) {
  return add_text(identifier.package.str())
      .add_dotted_name(identifier.module)
      .add_dotted_name(identifier.name);
}

HashBuilder& HashBuilder::add_parties(const std::set<Party>& parties) {
  add_size(parties.size());
  for (const Party& party : parties)
    add_text(party.str());
  return *this;
}

Status HashBuilder::add_value(const Value& value, ContractIds contract_ids) {
  TENON_RETURN_IF_ERROR(check_nesting(value));
  contract_ids_ = contract_ids;
  return scheme_ == Scheme::kPlain ? add_plain(value) : add_upgradable(value);
}

Status HashBuilder::add_leaf(const Value& value) {
  switch (value.kind()) {
  case Kind::kBool:
    add_byte(value.as_bool() ? 1 : 0);
    break;
  case Kind::kInt64:
    add_int64(value.as_int64());
    break;
  case Kind::kDate:
    add_int32(value.as_date().days());
    break;
  case Kind::kTimestamp:
    add_int64(value.as_timestamp().micros());
    break;
  case Kind::kNumeric:
    add_text(value.as_numeric().unscaled_bytes());
    break;
  case Kind::kText:
    add_text(value.as_text());
    break;
  case Kind::kParty:
    add_text(value.as_party().str());
    break;
  case Kind::kContractId:
    if (contract_ids_ == ContractIds::kForbidden) {
      return invalid_argument("a contract key may not contain a contract id; found " +
                              value.as_contract_id().to_text());
    }
    add_text(value.as_contract_id().bytes());
    break;
  default:
    add_byte(0); // unit
    break;
  }
  return {};
}

// What a value contains, after how many there are where that is not fixed.
Status HashBuilder::add_elements(const Value& value) {
  const auto children = value.children();
  if (value.kind() == Kind::kGenMap) {
    add_size(children.size() / 2);
  } else if (value.kind() != Kind::kVariant && value.kind() != Kind::kOptional) {
    add_size(children.size());
  }
  for (std::size_t i = 0; i < children.size(); ++i) {
    if (value.kind() == Kind::kTextMap)
      add_text(value.keys()[i]);
    TENON_RETURN_IF_ERROR(scheme_ == Scheme::kPlain ? add_plain(children[i])
                                                    : add_upgradable(children[i]));
  }
  return {};
}

Status HashBuilder::add_plain(const Value& value) {
  switch (value.kind()) {
  case Kind::kOptional:
    add_int32(value.children().empty() ? 0 : 1);
    return add_elements(value);
  case Kind::kEnum:
    add_text(value.constructor().name.str());
    return {};
  case Kind::kVariant:
    add_text(value.constructor().name.str());
    return add_elements(value);
  case Kind::kList:
  case Kind::kTextMap:
  case Kind::kGenMap:
  case Kind::kRecord:
    return add_elements(value);
  default:
    return add_leaf(value);
  }
}

Status HashBuilder::add_upgradable(const Value& value) {
  switch (value.kind()) {
  case Kind::kOptional:
    add_byte(value.children().empty() ? 0 : 1);
    return add_elements(value);
  case Kind::kRecord:
    return add_upgradable_record(value);
  default:
    return add_plain(value);
  }
}

Status HashBuilder::add_upgradable_record(const Value& value) {
  const auto fields = value.children();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Value& field = fields[i];
    if (is_default(field))
      continue;
    // Maps stand without the index of their field: so it was fixed once, and keys depend on it.
    if (field.kind() != Kind::kTextMap && field.kind() != Kind::kGenMap)
      add_size(i);
    // A `some` stands as what it contains: that it is there tells it from none.
    const bool some = field.kind() == Kind::kOptional;
    TENON_RETURN_IF_ERROR(add_upgradable(some ? field.children()[0] : field));
  }
  add_byte(kRecordEnd);
  return {};
}

Hash HashBuilder::build() const {
  return keyed_ ? crypto::hmac_sha256(key_.view(), bytes_) : crypto::sha256(bytes_);
}

Result<Hash> hash_contract_key(const Identifier& template_id, const Value& key) {
  HashBuilder builder(HashBuilder::Scheme::kPlain, HashBuilder::Purpose::kContractKey);
  builder.add_identifier(template_id);
  TENON_RETURN_IF_ERROR(builder.add_value(key, HashBuilder::ContractIds::kForbidden));
  return builder.build();
}

Result<Hash> hash_upgradable_contract_key(const PackageName& package,
                                          const Identifier& template_id, const Value& key) {
  HashBuilder builder(HashBuilder::Scheme::kUpgradable, HashBuilder::Purpose::kContractKey);
  builder.add_text("#" + package.str())
      .add_dotted_name(template_id.module)
      .add_dotted_name(template_id.name);
  TENON_RETURN_IF_ERROR(builder.add_value(key, HashBuilder::ContractIds::kForbidden));
  return builder.build();
}

Result<Hash> hash_contract_instance(const Identifier& template_id, const Value& argument) {
  HashBuilder builder(HashBuilder::Scheme::kPlain, HashBuilder::Purpose::kContractInstance);
  builder.add_identifier(template_id);
  TENON_RETURN_IF_ERROR(builder.add_value(argument, HashBuilder::ContractIds::kAllowed));
  return builder.build();
}

Hash hash_change_id(const ApplicationId& application, const CommandId& command,
                    const std::set<Party>& act_as) {
  return HashBuilder(HashBuilder::Scheme::kPlain, HashBuilder::Purpose::kChangeId)
      .add_text(application.str())
      .add_text(command.str())
      .add_parties(act_as)
      .build();
}

Hash hash_maintainer_key(const Hash& key_hash, const Party& maintainer) {
  return HashBuilder(HashBuilder::Scheme::kPlain, HashBuilder::Purpose::kMaintainerKey)
      .add_hash(key_hash)
      .add_text(maintainer.str())
      .build();
}

Hash hash_private_key(std::string_view text) {
  return HashBuilder(HashBuilder::Scheme::kPlain, HashBuilder::Purpose::kPrivateKey)
      .add_text(text)
      .build();
}

Hash derive_submission_seed(const Hash& nonce, const ApplicationId& application,
                            const CommandId& command, const Party& submitter) {
  return HashBuilder(nonce)
      .add_text(application.str())
      .add_text(command.str())
      .add_text(submitter.str())
      .build();
}

Hash derive_transaction_seed(const Hash& submission_seed, const ParticipantId& participant,
                             Timestamp submission_time) {
  return HashBuilder(submission_seed)
      .add_text(participant.str())
      .add_int64(submission_time.micros())
      .build();
}

Hash derive_node_seed(const Hash& parent, std::uint32_t child) {
  return HashBuilder(parent).add_size(child).build();
}

Hash derive_contract_discriminator(const Hash& node_seed, Timestamp submission_time,
                                   const std::set<Party>& stakeholders) {
  return HashBuilder(node_seed)
      .add_int64(submission_time.micros())
      .add_parties(stakeholders)
      .build();
}

} // namespace tenon::daml
