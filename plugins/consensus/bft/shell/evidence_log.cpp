#include "bft/shell/evidence_log.hpp"

#include <fstream>

#include "tenon/core/encoding.hpp"

namespace tenon::consensus::bft {

namespace {

constexpr std::uint64_t kMaxLines = 1024; // a liar does not fill the disk
constexpr std::size_t kMaxShown = 16;

nlohmann::json shown(const Vote& vote) {
  const VoteSubject& subject = vote.subject;
  nlohmann::json json = {{"kind", kind_name(subject.kind)},
                         {"view", subject.view},
                         {"signature", to_hex(vote.signature)}};
  if (subject.kind != VoteKind::kNullify)
    json["block"] = to_hex(subject.block.view());
  if (subject.kind == VoteKind::kFinalize)
    json["result"] = to_hex(subject.result.view());
  return json;
}

} // namespace

EvidenceLog::EvidenceLog(std::filesystem::path file) : file_(std::move(file)) {
  std::ifstream in(file_);
  for (std::string line; std::getline(in, line) && lines_ < kMaxLines; ++lines_) {
    if (auto evidence = nlohmann::json::parse(line, nullptr, false); evidence.is_object())
      remember(std::move(evidence));
  }
}

nlohmann::json EvidenceLog::add(const Accuse& accuse) {
  nlohmann::json evidence = {{"validator", accuse.validator},
                             {"epoch", accuse.epoch},
                             {"first", shown(accuse.evidence.first)},
                             {"second", shown(accuse.evidence.second)}};
  if (lines_ < kMaxLines) {
    std::ofstream(file_, std::ios::app) << evidence.dump() << '\n';
    ++lines_;
  }
  remember(evidence);
  return evidence;
}

void EvidenceLog::remember(nlohmann::json evidence) {
  const std::lock_guard lock(mutex_);
  latest_.push_back(std::move(evidence));
  if (latest_.size() > kMaxShown)
    latest_.pop_front();
}

nlohmann::json EvidenceLog::latest() const {
  const std::lock_guard lock(mutex_);
  return nlohmann::json(latest_);
}

} // namespace tenon::consensus::bft
