#include "tenon/merkle/range_proof.hpp"

#include <algorithm>

#include "tenon/core/encoding.hpp"
#include "tenon/merkle/sparse_proof.hpp"

namespace tenon::merkle {

namespace {

using Kind = WalkStep::Kind;
using Leaves = std::span<const RangeLeaf>;

constexpr std::size_t kDepth = 256;
// Two borders, each of which passes at most 256 places that lie partly in the range.
constexpr std::size_t kMaxSteps = 2 * kDepth;

Status malformed(const std::string& what) {
  return invalid_argument("malformed range proof: " + what);
}

Leaves leaves_in(Leaves leaves, const KeySpan& place) {
  const auto below = [](const RangeLeaf& leaf, const Hash& hash) { return leaf.key_hash < hash; };
  const auto above = [](const Hash& hash, const RangeLeaf& leaf) { return hash < leaf.key_hash; };
  const auto begin = std::lower_bound(leaves.begin(), leaves.end(), place.first, below);
  const auto end = std::upper_bound(begin, leaves.end(), place.last, above);
  return {begin, end};
}

// Is exactly one half of the place outside of the range? Then the walk goes on in the other one.
bool has_half_outside(const KeySpan& range, const std::pair<KeySpan, KeySpan>& halves) {
  return range.overlaps(halves.first) != range.overlaps(halves.second);
}

class Verifier {
public:
  Verifier(const RangeProof& proof, const KeySpan& range) : steps_(proof.steps), range_(range) {}

  // The hash that the place has according to the proof and the leaves in it.
  Result<Hash> hash_of(const KeySpan& place, std::size_t depth, Leaves leaves) {
    if (range_.contains(place))
      return subtree_root(leaves, depth);
    if (steps_.empty())
      return malformed("it ends before the walk along the borders does");
    const WalkStep& step = steps_.front();
    steps_ = steps_.subspan(1);
    switch (step.kind) {
    case Kind::kEmpty:
      if (!leaves.empty())
        return malformed("a place is said to be empty, and has leaves");
      return empty_hash();
    case Kind::kLeaf:
      if (leaves.size() != 1) {
        return malformed("a place is said to have one leaf of the range, and has " +
                         std::to_string(leaves.size()));
      }
      return leaf_hash(leaves[0].key_hash, leaves[0].value_hash);
    case Kind::kOtherLeaf:
      if (!leaves.empty() || !place.contains(step.hash) || range_.contains(step.hash))
        return malformed("a leaf beside the range lies in it, or off its place");
      return leaf_hash(step.hash, step.value_hash);
    default:
      return inner(step, place, depth, leaves);
    }
  }

  [[nodiscard]] bool done() const { return steps_.empty(); }

private:
  Result<Hash> inner(const WalkStep& step, const KeySpan& place, std::size_t depth,
                     Leaves leaves) {
    const auto halves = place.halves(depth);
    if (has_half_outside(range_, halves) == (step.kind == Kind::kInner))
      return malformed("a step does not fit where the range lies");
    const bool goes_left = range_.overlaps(halves.first);
    Hash left = step.kind == Kind::kEmptyBeside ? empty_hash() : step.hash;
    Hash right = left;
    if (goes_left) {
      TENON_ASSIGN_OR_RETURN(
          left, hash_of(halves.first, depth + 1, leaves_in(leaves, halves.first)));
    }
    if (range_.overlaps(halves.second)) {
      TENON_ASSIGN_OR_RETURN(
          right, hash_of(halves.second, depth + 1, leaves_in(leaves, halves.second)));
    }
    return inner_hash(left, right);
  }

  std::span<const WalkStep> steps_;
  KeySpan range_;
};

class Prover {
public:
  Prover(const KeySpan& range, TreeLookup lookup) : range_(range), lookup_(lookup) {}

  Status walk(const KeySpan& place, std::size_t depth) {
    if (range_.contains(place))
      return {};
    TENON_ASSIGN_OR_RETURN(const TreeNode node, lookup_(place, depth));
    if (node.leaf) {
      const bool inside = range_.contains(node.leaf->key_hash);
      proof.steps.push_back(
          inside ? WalkStep{Kind::kLeaf, {}, {}}
                 : WalkStep{Kind::kOtherLeaf, node.leaf->key_hash, node.leaf->value_hash});
      return {};
    }
    if (node.hash == empty_hash()) {
      proof.steps.push_back({Kind::kEmpty, {}, {}});
      return {};
    }
    const auto halves = place.halves(depth);
    const bool goes_left = range_.overlaps(halves.first);
    WalkStep step{Kind::kInner, {}, {}};
    if (has_half_outside(range_, halves)) {
      const KeySpan& beside = goes_left ? halves.second : halves.first;
      TENON_ASSIGN_OR_RETURN(const TreeNode sibling, lookup_(beside, depth + 1));
      step.kind = sibling.hash == empty_hash() ? Kind::kEmptyBeside : Kind::kHashBeside;
      if (step.kind == Kind::kHashBeside)
        step.hash = sibling.hash;
    }
    proof.steps.push_back(step);
    if (goes_left)
      TENON_RETURN_IF_ERROR(walk(halves.first, depth + 1));
    return range_.overlaps(halves.second) ? walk(halves.second, depth + 1) : Status();
  }

  RangeProof proof;

private:
  KeySpan range_;
  TreeLookup lookup_;
};

} // namespace

std::optional<Hash> next_hash(const Hash& hash) {
  Hash next = hash;
  for (std::size_t i = Hash::kSize; i-- > 0;) {
    if (++next.bytes[i] != 0)
      return next;
  }
  return std::nullopt;
}

std::optional<Hash> previous_hash(const Hash& hash) {
  Hash previous = hash;
  for (std::size_t i = Hash::kSize; i-- > 0;) {
    if (previous.bytes[i]-- != 0)
      return previous;
  }
  return std::nullopt;
}

KeySpan KeySpan::all() {
  KeySpan span;
  span.last.bytes.fill(0xff);
  return span;
}

std::pair<KeySpan, KeySpan> KeySpan::halves(std::size_t depth) const {
  const auto bit = static_cast<std::uint8_t>(0x80u >> (depth % 8));
  std::pair<KeySpan, KeySpan> result = {*this, *this};
  std::uint8_t& left_end = result.first.last.bytes[depth / 8];
  left_end = static_cast<std::uint8_t>(left_end & ~bit);
  std::uint8_t& right_begin = result.second.first.bytes[depth / 8];
  right_begin = static_cast<std::uint8_t>(right_begin | bit);
  return result;
}

Bytes encode_range_proof(const RangeProof& proof) {
  return encode_steps(proof.steps);
}

Result<RangeProof> decode_range_proof(BytesView encoded) {
  TENON_ASSIGN_OR_RETURN(auto steps, decode_steps(encoded, kMaxSteps, "range proof"));
  return RangeProof{std::move(steps)};
}

Status verify_range_proof(const RangeProof& proof, const Hash& root, const KeySpan& range,
                          Leaves leaves) {
  if (range.last < range.first)
    return invalid_argument("a range of key hashes ends before it begins");
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (!range.contains(leaves[i].key_hash) ||
        (i > 0 && leaves[i].key_hash <= leaves[i - 1].key_hash)) {
      return invalid_argument("leaf " + std::to_string(i) + " of a range, key hash " +
                              to_hex(leaves[i].key_hash.view()) +
                              ", lies outside of the range or is not above the one before it");
    }
  }
  Verifier verifier(proof, range);
  TENON_ASSIGN_OR_RETURN(const Hash found, verifier.hash_of(KeySpan::all(), 0, leaves));
  if (!verifier.done())
    return malformed("steps after the end of the walk");
  if (found == root)
    return {};
  return invalid_argument("the range proof leads to root " + to_hex(found.view()) + ", expected " +
                          to_hex(root.view()));
}

Result<RangeProof> make_range_proof(const KeySpan& range, TreeLookup lookup) {
  if (range.last < range.first)
    return invalid_argument("a range of key hashes ends before it begins");
  Prover prover(range, lookup);
  TENON_RETURN_IF_ERROR(prover.walk(KeySpan::all(), 0));
  return std::move(prover.proof);
}

Hash subtree_root(Leaves leaves, std::size_t depth) {
  if (leaves.empty())
    return empty_hash();
  if (leaves.size() == 1)
    return leaf_hash(leaves[0].key_hash, leaves[0].value_hash);
  const auto middle = std::partition_point(leaves.begin(), leaves.end(), [&](const auto& leaf) {
    return !bit_at(leaf.key_hash, depth);
  });
  const auto left = static_cast<std::size_t>(middle - leaves.begin());
  return inner_hash(subtree_root(leaves.first(left), depth + 1),
                    subtree_root(leaves.subspan(left), depth + 1));
}

TreeNode node_of_leaves(Leaves leaves, const KeySpan& place, std::size_t depth) {
  const Leaves here = leaves_in(leaves, place);
  TreeNode node{subtree_root(here, depth), std::nullopt};
  if (here.size() == 1)
    node.leaf = here[0];
  return node;
}

} // namespace tenon::merkle
