// A tree beside what it must hold.
#pragma once

#include <catch2/catch.hpp>

#include <map>

#include "common/tree/tree.hpp"

namespace tenon::store {

struct Known {
  Tree tree;
  std::map<Hash, Hash> leaves;

  void check() const {
    auto expected = leaves.begin();
    const Status status = tree.visit_from(Hash(), [&](const Leaf& leaf) -> Result<bool> {
      if (expected == leaves.end() || expected->first != leaf.key_hash ||
          expected->second != leaf.value_hash)
        return false;
      ++expected;
      return true;
    });
    REQUIRE(status.to_string() == Status().to_string());
    REQUIRE(expected == leaves.end()); // neither fewer nor others
    if (!leaves.empty()) {
      const auto& [key, value] = *leaves.begin();
      const auto proof = tree.prove(key).value();
      REQUIRE(merkle::verify_proof(proof, tree.root_hash(), key, value).ok());
    }
  }

  void check(const Hash& key) const {
    const auto found = leaves.find(key);
    REQUIRE(tree.find(key).value() ==
            (found == leaves.end() ? std::nullopt : std::optional(found->second)));
  }
};

} // namespace tenon::store
