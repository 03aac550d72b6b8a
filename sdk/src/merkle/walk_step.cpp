#include "tenon/merkle/walk_step.hpp"

#include "tenon/core/encoding.hpp"
#include "tenon/merkle/sparse_proof.hpp"

namespace tenon::merkle {

namespace {

using Kind = WalkStep::Kind;

constexpr std::uint8_t kVersion = 1;

} // namespace

Bytes encode_steps(std::span<const WalkStep> steps) {
  Bytes out;
  out.push_back(static_cast<char>(kVersion));
  for (const WalkStep& step : steps) {
    out.push_back(static_cast<char>(step.kind));
    if (step.kind == Kind::kOtherLeaf || step.kind == Kind::kHashBeside)
      out.append(step.hash.view());
    if (step.kind == Kind::kOtherLeaf)
      out.append(step.value_hash.view());
  }
  return out;
}

Result<std::vector<WalkStep>> decode_steps(BytesView encoded, std::size_t max_steps,
                                           const std::string& what) {
  const auto malformed = [&](const std::string& how) {
    return invalid_argument("malformed " + what + ": " + how);
  };
  Reader reader(encoded);
  std::vector<WalkStep> steps;
  std::uint8_t version = 0;
  if (!reader.u8(version) || version != kVersion)
    return malformed("expected version 1");
  while (!reader.empty()) {
    if (steps.size() == max_steps)
      return malformed("more than " + std::to_string(max_steps) + " steps");
    std::uint8_t kind = 0;
    WalkStep step;
    if (!reader.u8(kind) || kind > static_cast<std::uint8_t>(Kind::kHashBeside))
      return malformed("unknown kind of step");
    step.kind = static_cast<Kind>(kind);
    const bool has_hash = step.kind == Kind::kOtherLeaf || step.kind == Kind::kHashBeside;
    if ((has_hash && !reader.hash(step.hash)) ||
        (step.kind == Kind::kOtherLeaf && !reader.hash(step.value_hash))) {
      return malformed("it ends inside a step");
    }
    // Each proof has one encoding: an empty half is said by its kind alone.
    if (step.kind == Kind::kHashBeside && step.hash == empty_hash())
      return malformed("an empty half spelled out");
    steps.push_back(step);
  }
  return steps;
}

} // namespace tenon::merkle
