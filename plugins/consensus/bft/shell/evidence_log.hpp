// What proves that validators have contradicted themselves: kept in a file of JSON lines for
// whoever has to settle it with them, the latest of it in memory for the node's status. The votes
// are shown with their signatures, so that anybody who knows the validators of the epoch can check
// them (docs/spec/consensus.md). Owned by the shell; its turns add, any thread reads.
#pragma once

#include <deque>
#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>

#include "bft/core/core.hpp"

namespace tenon::consensus::bft {

class EvidenceLog {
public:
  // Reads what earlier lives have kept; lines that nobody can read are passed over.
  explicit EvidenceLog(std::filesystem::path file);

  // The evidence as it is kept. A failure to write it is one of the disk's, and no reason to stop.
  nlohmann::json add(const Accuse& accuse);
  // The latest, oldest first.
  [[nodiscard]] nlohmann::json latest() const;

private:
  void remember(nlohmann::json evidence);

  std::filesystem::path file_;
  std::uint64_t lines_ = 0; // of the file
  mutable std::mutex mutex_;
  std::deque<nlohmann::json> latest_;
};

} // namespace tenon::consensus::bft
