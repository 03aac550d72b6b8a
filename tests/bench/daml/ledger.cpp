#include "ledger.hpp"

#include <cstring>

#include "tenon/core/encoding.hpp"

namespace tenon::bench {

namespace {

constexpr std::uint64_t kTime = 1'700'000'000'000'000;

daml::engine::DamlEngine::Options options() {
  daml::engine::DamlEngine::Options options;
  options.now_us = [] { return kTime; };
  return options;
}

} // namespace

Result<std::optional<Bytes>> PlainView::get(BytesView key) const {
  const auto found = state_.entries().find(key);
  if (found == state_.entries().end())
    return std::optional<Bytes>();
  return std::optional<Bytes>(found->second.value);
}

Status PlainView::scan(BytesView begin, BytesView end, plugin::ScanVisitor visit) const {
  const auto& entries = state_.entries();
  for (auto i = entries.lower_bound(begin); i != entries.end() && (end.empty() || i->first < end);
       ++i) {
    if (!visit(i->first, i->second.value))
      break;
  }
  return {};
}

Status PlainView::scan_index(BytesView, BytesView, plugin::ScanVisitor) const {
  return plugin::no_index_here();
}

Result<bool> PlainView::has_party(BytesView party) const {
  return state_.has_party(party);
}

Ledger::Ledger() : engine_(options()) {
  for (const std::string& party : parties_)
    state_.add_party(party);
}

Status Ledger::upload(BytesView dar) {
  return submit({{"upload", {{"dar", to_base64(dar)}, {"source", "the benchmark"}}}}).status();
}

Result<Bytes> Ledger::prepare(const std::string& command) {
  return engine_.prepare(view_, command, {{}, {}, parties_, {}});
}

// Ids and seeds need to be different, not hard to guess.
plugin::EngineTransaction Ledger::next(BytesView payload) {
  plugin::EngineTransaction transaction{{}, payload, parties_, {}};
  ++transactions_;
  transaction.id.bytes.fill(1);
  transaction.seed.bytes.fill(2);
  std::memcpy(transaction.id.bytes.data(), &transactions_, sizeof transactions_);
  std::memcpy(transaction.seed.bytes.data(), &transactions_, sizeof transactions_);
  return transaction;
}

Result<plugin::ExecutionResult> Ledger::execute(BytesView payload) {
  return engine_.execute(view_, next(payload), {1, kTime});
}

Result<nlohmann::json> Ledger::submit(const nlohmann::json& command) {
  TENON_ASSIGN_OR_RETURN(const Bytes payload, prepare(command.dump()));
  TENON_ASSIGN_OR_RETURN(const auto result, execute(payload));
  state_.apply(result);
  return nlohmann::json::parse(result.response);
}

Result<daml::engine::Interpreted> Ledger::interpret(BytesView bytes) {
  daml::engine::v1::Payload payload;
  if (!payload.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fault("the engine prepared what is no payload");
  TENON_ASSIGN_OR_RETURN(const auto submission,
                         daml::engine::decode_submission(payload.commands()));
  TENON_ASSIGN_OR_RETURN(const auto parties, daml::engine::to_parties(parties_));
  const daml::engine::LedgerReader reader(view_);
  return daml::engine::interpret({library_, settings_, reader}, {parties, parties}, submission,
                                 next(bytes).seed);
}

} // namespace tenon::bench
