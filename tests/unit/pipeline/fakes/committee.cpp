#include "unit/pipeline/fakes/committee.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::test {

using nlohmann::json;

crypto::PrivateKey key_of(const std::string& name) {
  return *crypto::PrivateKey::from_seed(crypto::sha256("the key of " + name).view());
}

WorldOptions committee_options(bool streams) {
  WorldOptions options;
  options.with_consensus = false;
  options.change_genesis = [streams](std::string& document) {
    const auto named = [](const std::string& name) {
      return json{{"name", name}, {"public_key", to_hex(key_of(name).public_key())}};
    };
    json genesis = json::parse(document);
    genesis["max_byzantine"] = 1;
    genesis["clients"][0]["streams"] = streams;
    genesis["validators"] = {named("v0"), named("v1"), named("v2"), named("v3")};
    genesis["operators"] = {{"threshold", 2},
                            {"keys", {named("olga"), named("omar"), named("otto")}}};
    document = genesis.dump();
  };
  return options;
}

Committee::Committee(World& world) : world_(world) {
  keys_.emplace(world.host().node_key().public_key(), world.host().node_key());
  for (int i = 0; i < 10; ++i) {
    const crypto::PrivateKey key = key_of("v" + std::to_string(i));
    keys_.emplace(key.public_key(), key);
  }
}

std::uint64_t Committee::height() const {
  return world_.pipeline().head()->height;
}

v1::BlockHeader Committee::head() const {
  v1::BlockHeader header;
  header.ParseFromString(head_header(world_.pipeline()));
  return header;
}

v1::EpochSchedule Committee::schedule() const {
  v1::EpochSchedule schedule;
  schedule.ParseFromString(*world_.pipeline().schedule(world_.pipeline().head()->block_id));
  return schedule;
}

Bytes Committee::value(const Bytes& key) const {
  const auto snapshot = *world_.store().snapshot(height());
  const auto entry = *snapshot->get(plugin::KeyClass::kState, key);
  return entry ? Bytes(merkle::decode_entry(*entry)->value) : Bytes();
}

v1::OperatorCommand Committee::sign(const v1::OperatorAction& action,
                                    const std::vector<std::string>& signers) const {
  return sign(action, record<v1::OperatorSet>("sys/operators").next_sequence(), signers);
}

v1::OperatorCommand Committee::sign(const v1::OperatorAction& action, std::uint64_t sequence,
                                    const std::vector<std::string>& signers) const {
  v1::OperatorCommand command;
  command.set_command(action.SerializeAsString());
  command.set_sequence(sequence);
  const Bytes bytes =
      wire::operator_signing_bytes(world_.pipeline().chain(), sequence, command.command());
  for (const std::string& name : signers) {
    v1::OperatorSignature& signature = *command.add_signatures();
    signature.set_name(name);
    signature.set_signature(*key_of(name).sign(bytes));
  }
  return command;
}

v1::Transaction Committee::transaction(const v1::OperatorCommand& command) {
  v1::SystemCommand system;
  *system.mutable_operator_command() = command;
  const Hash unique = crypto::sha256("transaction " + std::to_string(made_++));
  v1::Transaction made;
  made.set_chain(world_.pipeline().chain().str());
  made.set_engine("sys");
  made.set_command_id(std::to_string(made_));
  made.set_dedup_key(unique.str());
  made.set_dedup_until_us(world_.host().now_us() + 3'600'000'000);
  made.set_salt(unique.str());
  made.set_payload(system.SerializeAsString());
  return made;
}

Result<Bytes> Committee::propose(const std::vector<v1::Transaction>& transactions) {
  auto& replica = world_.pipeline();
  std::vector<Bytes> batches;
  if (!transactions.empty()) {
    v1::TransactionBatch batch;
    batch.set_client("node");
    for (const v1::Transaction& transaction : transactions)
      batch.add_transactions(transaction.SerializeAsString());
    batch.set_signature(
        *world_.host().node_key().sign(wire::batch_signing_bytes(replica.chain(), batch)));
    batches.push_back(batch.SerializeAsString());
  }
  const v1::EpochSchedule epochs = schedule();
  const bool over = epochs.last_height() != 0 && height() >= epochs.last_height();
  const std::uint64_t epoch = epochs.validators().epoch() + (over ? 1 : 0);
  const Bytes parent = head_header(replica);
  return replica.propose({parent, replica.head()->block_id, epoch, height() + 1, batches});
}

Result<Bytes> Committee::execute(const Bytes& block) {
  Result<Bytes> answer = unavailable("no answer");
  world_.pipeline().execute(block, [&](Result<Bytes> result) { answer = std::move(result); });
  world_.host().run_all();
  return answer;
}

Bytes Committee::certify(const Bytes& encoded, const Bytes& result_header) {
  v1::Block block;
  REQUIRE(block.ParseFromString(encoded));
  const Hash id = crypto::sha256(block.header());
  const Hash result = crypto::sha256(result_header);
  v1::EpochSchedule epoch;
  REQUIRE(epoch.ParseFromString(*world_.pipeline().schedule(id)));
  const auto size = static_cast<std::size_t>(epoch.validators().validators_size());
  v1::Certificate certificate;
  certificate.set_view(height() + 1);
  certificate.set_block_id(id.str());
  certificate.set_result_hash(result.str());
  const Bytes bytes =
      wire::certificate_signing_bytes(world_.pipeline().chain(), epoch.validators().epoch(),
                                      certificate.view(), id, result);
  for (std::size_t i = 0; i < wire::quorum(size, epoch.validators().max_byzantine()); ++i) {
    v1::ValidatorSignature& signature = *certificate.add_signatures();
    signature.set_validator(static_cast<std::uint32_t>(i));
    signature.set_signature(
        *keys_.at(epoch.validators().validators(static_cast<int>(i)).public_key()).sign(bytes));
  }
  return certificate.SerializeAsString();
}

std::vector<v1::Outcome> Committee::commit(const std::vector<v1::Transaction>& transactions) {
  const Result<Bytes> block = propose(transactions);
  INFO(block.status().to_string());
  REQUIRE(block.ok());
  const Result<Bytes> result = execute(*block);
  INFO(result.status().to_string());
  REQUIRE(result.ok());
  v1::Block decoded;
  REQUIRE(decoded.ParseFromString(*block));
  Status done = unavailable("no answer");
  world_.pipeline().finalized(crypto::sha256(decoded.header()), certify(*block, *result),
                              [&](const Status& status) { done = status; });
  world_.host().run_all();
  INFO(done.to_string());
  REQUIRE(done.ok());
  v1::BlockResults results;
  REQUIRE(results.ParseFromString(
      **world_.pipeline().read_block(height(), plugin::BlockPart::kResults)));
  std::vector<v1::Outcome> outcomes;
  for (const v1::TransactionResult& entry : results.results())
    outcomes.push_back(entry.outcome());
  return outcomes;
}

std::string Committee::order(const v1::OperatorAction& action) {
  return order(sign(action));
}

std::string Committee::order(const v1::OperatorCommand& command) {
  const v1::Outcome outcome = commit({transaction(command)}).at(0);
  return outcome.code() == 0 ? "OK" : outcome.reason();
}

void Committee::grow_to(std::uint64_t target) {
  while (height() < target)
    commit();
}

} // namespace tenon::test
