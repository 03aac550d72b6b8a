// A token contract on a node, from nothing: parties, upload, instance, mint. What `tenon up` shows
// and what the benchmarks run on. Every step is skipped when it is done already. One thread.
#pragma once

#include <string>

#include "node_client.hpp"

namespace tenon::tool {

struct TokenLedger {
  std::string contract;
  std::string instance;
};

inline constexpr const char* kIssuer = "alice";
inline constexpr const char* kReceiver = "bob";
inline constexpr std::uint64_t kTransferAmount = 25;

// Parties kIssuer and kReceiver, the contract, and an instance labelled "gold" that kIssuer issues.
[[nodiscard]] Result<TokenLedger> prepare_token_ledger(Session& session, NodeClient& node);

[[nodiscard]] Result<Json> execute(NodeClient& node, const TokenLedger& ledger,
                                   const std::string& function, const Json& arguments);
[[nodiscard]] Result<std::uint64_t> balance(NodeClient& node, const TokenLedger& ledger,
                                            const std::string& owner);

} // namespace tenon::tool
