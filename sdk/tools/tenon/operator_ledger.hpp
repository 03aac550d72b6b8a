// What the ledger says of its operators: who they are, what they have ordered. Asked of a node and
// proved to the asker, who trusts a genesis document alone. Main thread.
#pragma once

#include "node_client.hpp"
#include "pipeline/genesis.hpp"

namespace tenon::tool {

// --genesis of a command; help and meaning are the same everywhere.
void add_genesis_option(CLI::App& command, std::string& file);
// The named genesis document, or that of the session's data directory.
[[nodiscard]] Result<host::pipeline::Genesis> read_ledger_genesis(const Session& session,
                                                                  const std::string& file);

class OperatorLedger {
public:
  OperatorLedger(Session& session, host::pipeline::Genesis genesis);

  // NOT_FOUND when the ledger has none.
  [[nodiscard]] Result<v1::OperatorSet> operators();
  // Accepted commands by sequence: first, first + 1 …; at most kMaxEntries of them.
  static constexpr std::size_t kMaxEntries = 100;
  [[nodiscard]] Result<std::vector<v1::OperatorLogEntry>> log(std::uint64_t first,
                                                              std::size_t count);

private:
  // The values of these keys, in their order; empty: proved absent.
  [[nodiscard]] Result<std::vector<Bytes>> values(const std::vector<Bytes>& keys);

  Session& session_;
  NodeClient node_;
  host::pipeline::Genesis genesis_;
};

} // namespace tenon::tool
