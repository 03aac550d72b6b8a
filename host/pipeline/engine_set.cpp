#include "pipeline/engine_set.hpp"

#include "pipeline/keys.hpp"
#include "pipeline/outcome.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::host::pipeline {

Result<EngineSet> EngineSet::make(const std::vector<EngineBinding>& engines) {
  EngineSet set;
  for (const EngineBinding& binding : engines) {
    if (!keys::valid_engine(binding.id)) {
      return invalid_argument("engine id \"" + binding.id +
                              "\": expected [a-z][a-z0-9_]*, at most 32 characters, other than "
                              "\"sys\"; rename it in the configuration");
    }
    const Entry entry{binding.engine, keys::engine_prefix(binding.id)};
    if (!set.entries_.emplace(binding.id, entry).second)
      return invalid_argument("engine id \"" + binding.id + "\" is configured twice");
    const Result<Hash> fingerprint = binding.engine->fingerprint();
    if (!fingerprint.ok())
      return fingerprint.status().with_context("the fingerprint of engine " + binding.id);
    set.fingerprints_.push_back({binding.id, *fingerprint});
  }
  set.network_fingerprint_ = pipeline::network_fingerprint(set.fingerprints_);
  return set;
}

const EngineSet::Entry* EngineSet::find(std::string_view id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

Result<EngineSet::IndexEntries> EngineSet::index_of(BytesView key, BytesView value) const {
  IndexEntries entries;
  const Entry* const entry = find(key.substr(0, key.find('/')));
  if (entry == nullptr)
    return entries;
  auto writes = entry->engine->index_of(key.substr(entry->prefix.size()), value);
  if (!writes.ok())
    return as_fault(writes.status());
  for (plugin::EngineWrite& write : *writes) {
    if (write.key_class != plugin::KeyClass::kIndex || !write.value)
      return fault("engine " + entry->prefix + " derived from its state what is no index entry");
    entries.emplace_back(Bytes(entry->prefix).append(write.key), *std::move(write.value));
  }
  return entries;
}

std::string EngineSet::names() const {
  std::string names;
  for (const auto& [id, entry] : entries_)
    names.append(names.empty() ? "" : ", ").append(id);
  return names;
}

Result<plugin::ExecutionResult> EngineSet::execute(const Entry& entry, const BlockState& state,
                                                   const Hash& id,
                                                   const v1::Transaction& transaction,
                                                   const plugin::EngineContext& context,
                                                   ReadSet* reads) {
  const std::vector<std::string> act_as = party_list(transaction.act_as());
  const std::vector<std::string> read_as = party_list(transaction.read_as());
  const EngineView view(state, entry.prefix, reads);
  const Hash seed = wire::derived_salt(transaction.salt(), "seed", {});
  Result<plugin::ExecutionResult> result =
      entry.engine->execute(view, {id, transaction.payload(), act_as, read_as, seed}, context);
  if (!view.failure().ok())
    return as_fault(view.failure());
  return result;
}

} // namespace tenon::host::pipeline
