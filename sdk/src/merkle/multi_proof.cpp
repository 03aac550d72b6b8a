#include "tenon/merkle/multi_proof.hpp"

#include <algorithm>

#include "tenon/core/encoding.hpp"
#include "tenon/merkle/sparse_proof.hpp"

namespace tenon::merkle {

namespace {

using Kind = WalkStep::Kind;
using Claims = std::span<const KeyClaim>;
using Keys = std::span<const Hash>;

constexpr std::size_t kDepth = 256;
// A place of each depth from the root's to that of a single key hash, for every key.
constexpr std::size_t kMaxSteps = kMaxMultiProofKeys * (kDepth + 1);

Status malformed(const std::string& what) {
  return invalid_argument("malformed multiproof: " + what);
}

const Hash& key_of(const Hash& key_hash) {
  return key_hash;
}

const Hash& key_of(const KeyClaim& claim) {
  return claim.key_hash;
}

template <typename Asked> Status check_order(std::span<const Asked> asked) {
  if (asked.empty() || asked.size() > kMaxMultiProofKeys) {
    return invalid_argument("a multiproof is asked about 1 to " +
                            std::to_string(kMaxMultiProofKeys) + " keys, found " +
                            std::to_string(asked.size()));
  }
  for (std::size_t i = 1; i < asked.size(); ++i) {
    if (key_of(asked[i]) <= key_of(asked[i - 1])) {
      return invalid_argument("key " + std::to_string(i) + " of a multiproof, key hash " +
                              to_hex(key_of(asked[i]).view()) + ", is not above the one before it");
    }
  }
  return {};
}

// Of those at a place `depth` (< 256) bits below the root, those in its left and its right half.
template <typename Asked>
std::pair<std::span<const Asked>, std::span<const Asked>> halves_of(std::span<const Asked> here,
                                                                    std::size_t depth) {
  const auto middle = std::partition_point(here.begin(), here.end(), [&](const Asked& asked) {
    return !bit_at(key_of(asked), depth);
  });
  const auto left = static_cast<std::size_t>(middle - here.begin());
  return {here.first(left), here.subspan(left)};
}

class Verifier {
public:
  explicit Verifier(const MultiProof& proof) : steps_(proof.steps) {}

  // The hash that a place has according to the proof and the claims in it, of which there are some.
  Result<Hash> hash_of(Claims here, std::size_t depth) {
    if (steps_.empty())
      return malformed("it ends before the walk to the keys does");
    const WalkStep& step = steps_.front();
    steps_ = steps_.subspan(1);
    switch (step.kind) {
    case Kind::kEmpty:
    case Kind::kLeaf:
    case Kind::kOtherLeaf:
      return end(step, here, depth);
    default:
      return inner(step, here, depth);
    }
  }

  [[nodiscard]] bool done() const { return steps_.empty(); }

private:
  // Where the tree ends, at most one of the keys is present.
  static Result<Hash> end(const WalkStep& step, Claims here, std::size_t depth) {
    const KeyClaim* present = nullptr;
    for (const KeyClaim& claim : here) {
      if (!claim.value_hash)
        continue;
      if (step.kind != Kind::kLeaf)
        return contradicted(claim.key_hash, "is absent");
      if (present != nullptr)
        return contradicted(claim.key_hash, "is absent, or one before it is");
      present = &claim;
    }
    if (step.kind == Kind::kEmpty)
      return empty_hash();
    if (step.kind == Kind::kOtherLeaf) {
      const bool asked = std::any_of(here.begin(), here.end(), [&](const KeyClaim& claim) {
        return claim.key_hash == step.hash;
      });
      if (asked || !same_beginning(step.hash, here.front().key_hash, depth))
        return malformed("another key's leaf is that of a key asked for, or off its place");
      return leaf_hash(step.hash, step.value_hash);
    }
    if (present == nullptr) {
      return contradicted(here.front().key_hash,
                          here.size() == 1 ? "is present" : "or one after it is present");
    }
    return leaf_hash(present->key_hash, *present->value_hash);
  }

  static Status contradicted(const Hash& key_hash, const std::string& truth) {
    return invalid_argument("the proof shows that the key with hash " + to_hex(key_hash.view()) +
                            " " + truth);
  }

  Result<Hash> inner(const WalkStep& step, Claims here, std::size_t depth) {
    if (depth == kDepth)
      return malformed("an inner node at the place of a single key hash");
    const auto [left_claims, right_claims] = halves_of(here, depth);
    const bool both = !left_claims.empty() && !right_claims.empty();
    if (both != (step.kind == Kind::kInner))
      return malformed("a step does not fit where the keys lie");
    Hash left = step.kind == Kind::kEmptyBeside ? empty_hash() : step.hash;
    Hash right = left;
    if (!left_claims.empty()) {
      TENON_ASSIGN_OR_RETURN(left, hash_of(left_claims, depth + 1));
    }
    if (!right_claims.empty()) {
      TENON_ASSIGN_OR_RETURN(right, hash_of(right_claims, depth + 1));
    }
    return inner_hash(left, right);
  }

  std::span<const WalkStep> steps_;
};

class Prover {
public:
  explicit Prover(TreeLookup lookup) : lookup_(lookup) {}

  Status walk(Keys keys, const KeySpan& place, std::size_t depth) {
    TENON_ASSIGN_OR_RETURN(const TreeNode node, lookup_(place, depth));
    if (node.leaf) {
      const bool asked = std::binary_search(keys.begin(), keys.end(), node.leaf->key_hash);
      proof.steps.push_back(
          asked ? WalkStep{Kind::kLeaf, {}, {}}
                : WalkStep{Kind::kOtherLeaf, node.leaf->key_hash, node.leaf->value_hash});
      return {};
    }
    if (node.hash == empty_hash()) {
      proof.steps.push_back({Kind::kEmpty, {}, {}});
      return {};
    }
    if (depth == kDepth)
      return data_loss("the state tree has an inner node at the place of a single key hash");
    const auto [left, right] = halves_of(keys, depth);
    const auto halves = place.halves(depth);
    WalkStep step{Kind::kInner, {}, {}};
    if (left.empty() || right.empty()) {
      const KeySpan& beside = left.empty() ? halves.first : halves.second;
      TENON_ASSIGN_OR_RETURN(const TreeNode sibling, lookup_(beside, depth + 1));
      step.kind = sibling.hash == empty_hash() ? Kind::kEmptyBeside : Kind::kHashBeside;
      if (step.kind == Kind::kHashBeside)
        step.hash = sibling.hash;
    }
    proof.steps.push_back(step);
    if (!left.empty())
      TENON_RETURN_IF_ERROR(walk(left, halves.first, depth + 1));
    return right.empty() ? Status() : walk(right, halves.second, depth + 1);
  }

  MultiProof proof;

private:
  TreeLookup lookup_;
};

} // namespace

Bytes encode_multi_proof(const MultiProof& proof) {
  return encode_steps(proof.steps);
}

Result<MultiProof> decode_multi_proof(BytesView encoded) {
  TENON_ASSIGN_OR_RETURN(auto steps, decode_steps(encoded, kMaxSteps, "multiproof"));
  return MultiProof{std::move(steps)};
}

Status verify_multi_proof(const MultiProof& proof, const Hash& root, Claims claims) {
  TENON_RETURN_IF_ERROR(check_order(claims));
  Verifier verifier(proof);
  TENON_ASSIGN_OR_RETURN(const Hash found, verifier.hash_of(claims, 0));
  if (!verifier.done())
    return malformed("steps after the end of the walk");
  if (found == root)
    return {};
  return invalid_argument("the multiproof leads to root " + to_hex(found.view()) + ", expected " +
                          to_hex(root.view()));
}

Result<MultiProof> make_multi_proof(Keys key_hashes, TreeLookup lookup) {
  TENON_RETURN_IF_ERROR(check_order(key_hashes));
  Prover prover(lookup);
  TENON_RETURN_IF_ERROR(prover.walk(key_hashes, KeySpan::all(), 0));
  return std::move(prover.proof);
}

} // namespace tenon::merkle
