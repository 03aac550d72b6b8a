// The genesis document and the block made from it: block 0, whose state holds the validators, the
// clients and the parameters that every replica shares. Used by the pipeline when it opens an empty
// store and by whoever makes a new chain. Pure; any thread.
//
// The document is JSON (docs/spec/genesis.md). Nobody re-encodes it: the chain id is the SHA-256 of
// its bytes.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"
#include "tenon/v1/ledger_types.pb.h"

namespace tenon::host::pipeline {

struct EngineFingerprint {
  std::string id;
  Hash fingerprint;
};

struct Genesis {
  Hash chain; // SHA-256 of the document's bytes
  std::string name;
  std::uint64_t time_us = 0; // record time of block 0
  std::vector<EngineFingerprint> engines;
  v1::ValidatorSet validators;
  v1::LedgerParameters parameters;
  std::vector<std::pair<std::string, v1::ClientRecord>> clients;
  v1::OperatorSet operators; // empty: nobody can change the ledger's validators, engines, clients
};

// What is wrong with the document is said with the path of the member.
[[nodiscard]] Result<Genesis> parse_genesis(BytesView document);

// A chain of one node, which is its only validator, client and operator; default parameters.
[[nodiscard]] std::string solo_genesis_document(const std::string& node_name, BytesView public_key,
                                                std::span<const EngineFingerprint> engines,
                                                std::uint64_t time_us);

// The host's own part of what decides a result: admission, deduplication, expiry, system commands,
// roots. Raised by every change after which some block gives another result than before.
inline constexpr std::uint32_t kRulesVersion = 1;

// Hash of the host's rules and the sorted (engine id, fingerprint) pairs: what replicas compare
// before they vote.
[[nodiscard]] Hash network_fingerprint(std::vector<EngineFingerprint> engines);

} // namespace tenon::host::pipeline
