// The state as an engine sees it: its own keyspace, without salts and readers.
// EngineView is for execution and preparation; QueryView shows only what the asking parties may
// read. Both can record what was read. Owned by the call they are made for; one thread.
#pragma once

#include <span>
#include <string>

#include "pipeline/read_set.hpp"
#include "tenon/plugin/engine.hpp"

namespace tenon::host::pipeline {

class EngineView final : public plugin::StateView {
public:
  // `reads` may be null. `state` and `prefix` outlive the view.
  EngineView(const BlockState& state, BytesView prefix, ReadSet* reads = nullptr)
      : state_(state), prefix_(prefix), reads_(reads) {}

  [[nodiscard]] Result<std::optional<Bytes>> get(BytesView key) const override;
  [[nodiscard]] Status scan(BytesView begin, BytesView end,
                            plugin::ScanVisitor visit) const override;
  [[nodiscard]] Status scan_index(BytesView begin, BytesView end,
                                  plugin::ScanVisitor visit) const override;
  [[nodiscard]] Result<bool> has_party(BytesView party) const override;

  // The first failure of a read. An engine that went on in spite of it is not believed.
  [[nodiscard]] const Status& failure() const { return failure_; }

private:
  const BlockState& state_;
  BytesView prefix_;
  ReadSet* reads_;
  mutable Status failure_;
};

class QueryView final : public plugin::StateView {
public:
  QueryView(const BlockState& state, BytesView prefix, std::span<const std::string> parties,
            bool is_head, ReadSet* reads = nullptr)
      : state_(state), prefix_(prefix), parties_(parties), is_head_(is_head), reads_(reads) {}

  [[nodiscard]] Result<std::optional<Bytes>> get(BytesView key) const override;
  [[nodiscard]] Status scan(BytesView begin, BytesView end,
                            plugin::ScanVisitor visit) const override;
  [[nodiscard]] Status scan_index(BytesView begin, BytesView end,
                                  plugin::ScanVisitor visit) const override;
  [[nodiscard]] Result<bool> has_party(BytesView party) const override;

private:
  const BlockState& state_;
  BytesView prefix_;
  std::span<const std::string> parties_;
  bool is_head_;
  ReadSet* reads_;
};

} // namespace tenon::host::pipeline
