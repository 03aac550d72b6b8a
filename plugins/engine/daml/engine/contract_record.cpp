#include "engine/contract_record.hpp"

#include <algorithm>

#include "engine/labels.hpp"
#include "engine/state_keys.hpp"
#include "values/value_codec.hpp"

namespace tenon::daml::engine {

namespace {

template <typename Repeated> bool holds_one_of(const Repeated& names,
                                               const ledger::PartySet& parties) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return std::any_of(parties.begin(), parties.end(),
                       [&](const Party& party) { return party.str() == name; });
  });
}

} // namespace

std::vector<std::string> to_names(const ledger::PartySet& parties) {
  std::vector<std::string> names;
  names.reserve(parties.size());
  for (const Party& party : parties)
    names.push_back(party.str());
  return names;
}

Result<v1::Contract> make_record(interpreter::PackageStore& store, const ledger::Create& create,
                                 const Origin& origin) {
  TENON_ASSIGN_OR_RETURN(const auto* const code, store.contract(create.template_id));
  v1::Contract record;
  record.set_contract_id(create.contract_id.bytes());
  record.set_template_(create.template_id.to_text());
  if (create.package_name)
    record.set_package_name(create.package_name->str());
  TENON_ASSIGN_OR_RETURN(*record.mutable_argument(),
                         encode_named(store, *code->type, create.argument));
  record.set_agreement(create.agreement);
  for (const Party& party : create.signatories)
    record.add_signatories(party.str());
  for (const Party& party : create.stakeholders) {
    if (!create.signatories.contains(party))
      record.add_observers(party.str());
  }
  if (create.key && code->key_type != nullptr) {
    TENON_ASSIGN_OR_RETURN(*record.mutable_key(),
                           encode_named(store, *code->key_type, create.key->key.value));
    for (const Party& party : create.key->maintainers)
      record.add_maintainers(party.str());
    record.set_key_hash(create.key->key.hash.str());
  }
  record.set_version(static_cast<std::uint32_t>(create.version));
  record.set_created_at_us(origin.ledger_time.micros());
  record.set_transaction(origin.transaction.str());
  record.set_node(static_cast<std::uint32_t>(ledger::index_of(origin.node)));
  return record;
}

Result<v1::Contract> read_record(BytesView bytes) {
  v1::Contract record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return data_loss("the record of a contract is malformed");
  return record;
}

Result<interpreter::ContractInstance> instance_of(const v1::Contract& record) {
  TENON_ASSIGN_OR_RETURN(Identifier template_id, Identifier::parse(record.template_()));
  TENON_ASSIGN_OR_RETURN(Value argument, decode_value(record.argument(), kNamedVersion));
  return interpreter::ContractInstance{std::move(template_id), std::move(argument)};
}

std::vector<std::string> stakeholders_of(const v1::Contract& record) {
  std::vector<std::string> parties(record.signatories().begin(), record.signatories().end());
  parties.insert(parties.end(), record.observers().begin(), record.observers().end());
  return parties;
}

bool has_stakeholder(const v1::Contract& record, const ledger::PartySet& parties) {
  return holds_one_of(record.signatories(), parties) || holds_one_of(record.observers(), parties);
}

std::vector<Bytes> index_keys_of(const v1::Contract& record) {
  const Hash hash = keys::template_hash(record.template_());
  std::vector<Bytes> result;
  for (const std::string& party : stakeholders_of(record))
    result.push_back(keys::active(party, hash, record.contract_id()));
  return result;
}

} // namespace tenon::daml::engine
