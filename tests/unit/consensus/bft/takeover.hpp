// A replica that takes over a state, and one that has it: for the tests of both. One thread.
#pragma once

#include <catch2/catch.hpp>

#include "consensus/bft/one_core.hpp"

namespace tenon::consensus::bft {

using merkle::KeySpan;

inline Settings with_transfer() {
  Settings settings;
  settings.state_transfer = true;
  settings.state_slices = simulation::kModelSlices;
  settings.snapshot_after_blocks = 20;
  return settings;
}

inline void make_final(OneCore& one, int blocks) {
  for (View view = 1; blocks > 0; ++view) {
    if (view % 4 == 1) {
      one.give_up(view);
      continue;
    }
    one.finalize(view, "transaction" + std::to_string(view));
    --blocks;
  }
}

// A replica that is far ahead, and has let go of what is old.
struct Ahead {
  OneCore one;
  explicit Ahead(int blocks) { make_final(one, blocks); }
  [[nodiscard]] Height height() { return one.ledger().height(); }
  [[nodiscard]] Bytes target(Height height = 0) {
    return one.ledger().export_target(0, height).value();
  }
  [[nodiscard]] pb::Message range(Height height, BytesView first) {
    pb::Message message;
    message.mutable_range()->set_height(height);
    message.mutable_range()->set_first(Bytes(first));
    message.mutable_range()->set_range(
        one.ledger().export_range(height, Hash::from_view(first)).value());
    return message;
  }
};

inline void tell(OneCore& one, ValidatorIndex from, Height committed, Height oldest) {
  pb::Message message;
  message.mutable_position()->set_view(1);
  message.mutable_position()->set_committed(committed);
  message.mutable_position()->set_oldest(oldest);
  one.receive(from, message);
}

inline void offer(OneCore& one, ValidatorIndex from, const Bytes& target) {
  pb::Message message;
  message.set_target(target);
  one.receive(from, message);
}

// Up to where ranges are asked for.
inline void begin(OneCore& one, Ahead& ahead) {
  for (ValidatorIndex i = 1; i < 4; ++i)
    tell(one, i, ahead.height(), ahead.height() - 2);
  offer(one, 1, ahead.target());
  offer(one, 2, ahead.target());
  REQUIRE(one.begun().size() == 1);
  REQUIRE(one.ledger().import_begin(one.begun()[0].target).ok());
  one.core().import_begun(ahead.height(), one.ledger().import_missing(), one.now_us());
  one.act();
}

inline std::map<std::string, std::size_t> asked(const OneCore& one) {
  std::map<std::string, std::size_t> counts;
  for (const auto& [to, message] : one.sent(pb::Message::kWantRange))
    ++counts[to];
  return counts;
}

// What has come is written.
inline void take_in(OneCore& one) {
  for (const ImportRange& range : one.take_ranges()) {
    REQUIRE(one.ledger().import_range(range.height, range.range).ok());
    one.core().range_imported(range.from, range.height, range.first, one.ledger().import_missing(),
                              one.now_us());
    one.act();
  }
}

inline void give_all(OneCore& one, Ahead& ahead) {
  for (int rounds = 0; rounds < 100 && one.finished().empty(); ++rounds) {
    const auto wanted = one.sent(pb::Message::kWantRange);
    one.forget_sent();
    for (const auto& [to, message] : wanted) {
      const auto from = static_cast<ValidatorIndex>(to.back() - '0');
      one.receive(from, ahead.range(message.want_range().height(), message.want_range().first()));
    }
    take_in(one);
  }
}

} // namespace tenon::consensus::bft
