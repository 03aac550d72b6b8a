#include "pipeline/genesis.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "pipeline/block_room.hpp"
#include "pipeline/keys.hpp"
#include "pipeline/operator_rules.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/ed25519.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::host::pipeline {

namespace {

using nlohmann::json;

constexpr BytesView kEnginesTag("tenon/engines/v1\0", 17);
constexpr std::uint64_t kVersion = 1;

// Takes members out of one JSON object and complains, with their path, about what is missing, of
// another type, or unknown.
class Members {
public:
  Members(const json& object, std::string path) : path_(std::move(path)), object_(object) {
    if (!object_.is_object())
      fail("", "an object", object_.type_name());
  }

  const json* child(const char* name, json::value_t type, const char* expected) {
    ++taken_;
    const auto found = object_.is_object() ? object_.find(name) : object_.end();
    if (!object_.is_object() || found == object_.end()) {
      fail(name, expected, "nothing");
      return nullptr;
    }
    if (found->type() != type) {
      fail(name, expected, found->type_name());
      return nullptr;
    }
    return &*found;
  }
  // Null, without a complaint, when it is not there.
  const json* optional_child(const char* name, json::value_t type, const char* expected) {
    return object_.is_object() && object_.contains(name) ? child(name, type, expected) : nullptr;
  }
  std::string text(const char* name) {
    const json* const value = child(name, json::value_t::string, "a string");
    return value == nullptr ? "" : value->get<std::string>();
  }
  std::uint64_t number(const char* name) {
    const json* const value = child(name, json::value_t::number_unsigned, "a number, zero or more");
    return value == nullptr ? 0 : value->get<std::uint64_t>();
  }
  bool boolean(const char* name) {
    const json* const value = child(name, json::value_t::boolean, "true or false");
    return value != nullptr && value->get<bool>();
  }
  bool optional_boolean(const char* name) {
    return object_.is_object() && object_.contains(name) && boolean(name);
  }
  Bytes hex32(const char* name) {
    const std::string value = text(name);
    const auto bytes = hash_from_hex(value);
    if (!bytes)
      fail(name, "64 hex digits", "\"" + value + "\"");
    return bytes ? bytes->str() : Bytes();
  }
  Bytes optional_hex32(const char* name) {
    return object_.is_object() && object_.contains(name) ? hex32(name) : Bytes();
  }
  void fail(const std::string& name, const std::string& expected, const std::string& found) {
    if (status_.ok()) {
      status_ = invalid_argument("genesis document, " + path_ + (name.empty() ? "" : "/" + name) +
                                 ": expected " + expected + ", found " + found);
    }
  }
  Status finish() {
    if (status_.ok() && object_.size() != taken_)
      fail("", std::to_string(taken_) + " members", std::to_string(object_.size()));
    return status_;
  }
  [[nodiscard]] const Status& status() const { return status_; }
  [[nodiscard]] const std::string& path() const { return path_; }

private:
  std::string path_;
  const json& object_;
  std::size_t taken_ = 0;
  Status status_;
};

// Calls `each` for every object of a list.
template <typename Each> Status for_objects(Members& parent, const char* name, Each&& each) {
  const json* const list = parent.child(name, json::value_t::array, "a list");
  if (list == nullptr)
    return parent.status();
  std::size_t index = 0;
  for (const json& item : *list) {
    Members members(item, parent.path() + "/" + name + "/" + std::to_string(index++));
    each(members);
    TENON_RETURN_IF_ERROR(members.finish());
  }
  return {};
}

Status parse_parameters(Members& document, v1::LedgerParameters& parameters) {
  const json* const object = document.child("parameters", json::value_t::object, "an object");
  if (object == nullptr)
    return document.status();
  Members members(*object, "/parameters");
  parameters.set_max_block_bytes(members.number("max_block_bytes"));
  parameters.set_max_block_transactions(members.number("max_block_transactions"));
  parameters.set_max_transaction_bytes(members.number("max_transaction_bytes"));
  parameters.set_max_expiries_per_block(members.number("max_expiries_per_block"));
  parameters.set_max_dedup_window_us(members.number("max_dedup_window_us"));
  return members.finish();
}

Status parse_validators(Members& document, v1::ValidatorSet& validators) {
  return for_objects(document, "validators", [&](Members& members) {
    v1::Validator& validator = *validators.add_validators();
    validator.set_name(members.text("name"));
    validator.set_public_key(members.hex32("public_key"));
    validator.set_tls_key(members.optional_hex32("tls_key"));
  });
}

Status parse_operators(Members& document, v1::OperatorSet& operators) {
  const json* const object =
      document.optional_child("operators", json::value_t::object, "an object");
  if (object == nullptr)
    return document.status();
  Members members(*object, "/operators");
  operators.set_threshold(static_cast<std::uint32_t>(
      std::min<std::uint64_t>(members.number("threshold"), UINT32_MAX)));
  TENON_RETURN_IF_ERROR(for_objects(members, "keys", [&](Members& key) {
    v1::Operator& one = *operators.add_operators();
    one.set_name(key.text("name"));
    one.set_public_key(key.hex32("public_key"));
  }));
  TENON_RETURN_IF_ERROR(members.finish());
  operators.set_next_sequence(1);
  return check_operator_set(operators).with_context("genesis document, /operators");
}

Status parse_clients(Members& document, Genesis& genesis) {
  return for_objects(document, "clients", [&](Members& members) {
    const std::string id = members.text("id");
    if (!keys::valid_client(id))
      members.fail("id", "1 to 63 of A-Z a-z 0-9 . _ -", "\"" + id + "\"");
    v1::ClientRecord record;
    record.set_public_key(members.hex32("public_key"));
    record.set_may_allocate_parties(members.boolean("may_allocate_parties"));
    record.set_streams(members.optional_boolean("streams"));
    record.set_hosting_epoch(1);
    record.set_tls_key(members.optional_hex32("tls_key"));
    genesis.clients.emplace_back(id, std::move(record));
  });
}

Status parse_engines(Members& document, Genesis& genesis) {
  return for_objects(document, "engines", [&](Members& members) {
    const std::string id = members.text("id");
    if (!keys::valid_engine(id))
      members.fail("id", "[a-z][a-z0-9_]* other than \"sys\"", "\"" + id + "\"");
    genesis.engines.push_back({id, Hash::from_view_or_zero(members.hex32("fingerprint"))});
  });
}

Status check_genesis(const Genesis& genesis) {
  const auto needs = [](const char* what, bool holds) {
    return holds ? Status() : invalid_argument(std::string("genesis document: ") + what);
  };
  const v1::LedgerParameters& parameters = genesis.parameters;
  const auto validators = static_cast<std::uint64_t>(genesis.validators.validators_size());
  TENON_RETURN_IF_ERROR(needs("expected at least one validator", validators > 0));
  TENON_RETURN_IF_ERROR(needs("expected 3 * max_byzantine + 1 validators or more",
                              validators > 3ull * genesis.validators.max_byzantine()));
  std::set<std::string> names;
  std::set<std::string> validator_keys;
  for (const v1::Validator& validator : genesis.validators.validators()) {
    TENON_RETURN_IF_ERROR(needs("expected validators with different names and keys",
                                names.insert(validator.name()).second &&
                                    validator_keys.insert(validator.public_key()).second));
  }
  TENON_RETURN_IF_ERROR(needs("expected at least one client", !genesis.clients.empty()));
  TENON_RETURN_IF_ERROR(
      needs("expected all parameters above zero",
            parameters.max_block_bytes() > 0 && parameters.max_block_transactions() > 0 &&
                parameters.max_transaction_bytes() > 0 && parameters.max_expiries_per_block() > 0 &&
                parameters.max_dedup_window_us() > 0));
  // The index of a transaction in its block has 24 bits in an offset.
  TENON_RETURN_IF_ERROR(needs("expected max_block_transactions below 2^24",
                              parameters.max_block_transactions() < (1u << 24)));
  TENON_RETURN_IF_ERROR(
      needs("expected max_block_bytes + 256 * max_block_transactions of at most 21 MiB, so that "
            "what a client sees of a block fits into a frame; lower one of them",
            leaves_room(parameters)));
  return needs("expected max_transaction_bytes below max_block_bytes, by 4096 at least",
               parameters.max_transaction_bytes() + 4096 <= parameters.max_block_bytes());
}

} // namespace

Result<Genesis> parse_genesis(BytesView document) {
  const json parsed = json::parse(document, nullptr, /*allow_exceptions=*/false);
  if (parsed.is_discarded())
    return invalid_argument("genesis document: expected JSON, found something else");
  Genesis genesis;
  genesis.chain = crypto::sha256(document);
  Members members(parsed, "");
  if (const std::uint64_t version = members.number("version"); version != kVersion)
    members.fail("version", "1", std::to_string(version));
  genesis.name = members.text("name");
  genesis.time_us = members.number("time_us");
  const std::uint64_t max_byzantine = members.number("max_byzantine");
  genesis.validators.set_max_byzantine(static_cast<std::uint32_t>(max_byzantine));
  TENON_RETURN_IF_ERROR(members.status());
  TENON_RETURN_IF_ERROR(parse_engines(members, genesis));
  TENON_RETURN_IF_ERROR(parse_validators(members, genesis.validators));
  TENON_RETURN_IF_ERROR(parse_clients(members, genesis));
  TENON_RETURN_IF_ERROR(parse_operators(members, genesis.operators));
  TENON_RETURN_IF_ERROR(parse_parameters(members, genesis.parameters));
  TENON_RETURN_IF_ERROR(members.finish());
  TENON_RETURN_IF_ERROR(check_genesis(genesis));
  return genesis;
}

std::string solo_genesis_document(const std::string& node_name, BytesView public_key,
                                  std::span<const EngineFingerprint> engines,
                                  std::uint64_t time_us) {
  const std::string key = to_hex(public_key);
  json document;
  document["version"] = kVersion;
  document["name"] = node_name;
  document["time_us"] = time_us;
  document["max_byzantine"] = 0;
  document["engines"] = json::array();
  for (const EngineFingerprint& engine : engines) {
    document["engines"].push_back(
        {{"id", engine.id}, {"fingerprint", to_hex(engine.fingerprint.view())}});
  }
  document["validators"] = json::array({{{"name", node_name}, {"public_key", key}}});
  document["clients"] =
      json::array({{{"id", node_name}, {"public_key", key}, {"may_allocate_parties", true}}});
  document["operators"] = {
      {"threshold", 1}, {"keys", json::array({{{"name", node_name}, {"public_key", key}}})}};
  document["parameters"] = {{"max_block_bytes", 16u << 20},
                            {"max_block_transactions", 8192},
                            {"max_transaction_bytes", 4u << 20},
                            {"max_expiries_per_block", 16384},
                            {"max_dedup_window_us", 7ull * 24 * 3600 * 1'000'000}};
  return document.dump(2) + "\n";
}

Hash network_fingerprint(std::vector<EngineFingerprint> engines) {
  std::sort(engines.begin(), engines.end(),
            [](const auto& left, const auto& right) { return left.id < right.id; });
  Bytes bytes(kEnginesTag);
  append_be32(bytes, kRulesVersion);
  for (const EngineFingerprint& engine : engines) {
    append_be32(bytes, static_cast<std::uint32_t>(engine.id.size()));
    bytes.append(engine.id).append(engine.fingerprint.view());
  }
  return crypto::sha256(bytes);
}

} // namespace tenon::host::pipeline
