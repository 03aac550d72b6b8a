// Whatever bytes arrive as a transaction: they are refused in words, or they are the one encoding
// of a transaction that can be judged, blinded, projected and compared.
#include <cstdlib>

#include "ledger/authorization.hpp"
#include "ledger/consistency.hpp"
#include "ledger/normal_form.hpp"
#include "ledger/projection.hpp"
#include "ledger/replay.hpp"
#include "ledger/transaction_codec.hpp"
#include "ledger/well_formed.hpp"

using namespace tenon;
using namespace tenon::daml;
using namespace tenon::daml::ledger;

namespace {

void require(bool condition) {
  if (!condition)
    std::abort();
}

void check_projection(const Transaction& transaction, const Blinding& blinding,
                      const Party& party) {
  const Projection projection = project(transaction, blinding, {party});
  require(check_well_formed(projection.transaction).ok());
  require(check_normal_rollbacks(projection.transaction).ok());
  require(encode_transaction(projection.transaction).ok());
  for (const TreeEvent& event : transaction_tree(transaction, blinding, {party}).events)
    require(blinding.of(event.node).contains(party));
  for (const FlatEvent& event : flat_transaction(transaction, {party}))
    require(blinding.of(event.node).contains(party));
}

void check_transaction(const Transaction& transaction, BytesView bytes) {
  require(encode_transaction(transaction).value() == bytes);
  require(check_well_formed(transaction).ok());
  require(check_replay(transaction, transaction).ok());
  require(encode_transaction(normalize(transaction).value()).value() == bytes);
  const auto blinding = blind(transaction);
  if (!blinding.ok())
    return;
  PartySet all;
  for (const Node& node : transaction.nodes) {
    const PartySet informees = informees_of(node);
    all.insert(informees.begin(), informees.end());
  }
  constexpr int kProjections = 3; // of a hostile one there may be thousands
  int projections = 0;
  for (const Party& party : all) {
    if (projections++ < kProjections)
      check_projection(transaction, *blinding, party);
  }
  static_cast<void>(check_authorization(transaction, all));
  for (const KeyMode mode : {KeyMode::kStrict, KeyMode::kOff})
    static_cast<void>(check_internal_consistency(transaction, mode));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  BytesView bytes(reinterpret_cast<const char*>(data), size);
  const auto transaction = decode_transaction(bytes);
  if (transaction.ok()) {
    check_transaction(*transaction, bytes);
  } else {
    require(!transaction.status().fault() && !transaction.status().message().empty());
  }
  if (bytes.empty())
    return 0;
  constexpr std::uint64_t kVersions = 8;
  const auto version = transaction_version(10 + static_cast<std::uint8_t>(bytes[0]) % kVersions);
  bytes.remove_prefix(1);
  if (!version.ok())
    return 0;
  const auto placed = decode_node(bytes, *version);
  if (placed.ok())
    require(encode_node(placed->id, placed->node, *version).value() == bytes);
  else
    require(!placed.status().fault() && !placed.status().message().empty());
  return 0;
}
