#include "tenon/merkle/ordered_tree.hpp"

#include <catch2/catch.hpp>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

using namespace tenon;
using namespace tenon::merkle;

TEST_CASE("ordered tree: the roots are those of Certificate Transparency", "[sdk][merkle]") {
  // Inputs and roots that CT implementations share as test data.
  const char* const inputs[] = {"",
                                "00",
                                "10",
                                "2021",
                                "3031",
                                "40414243",
                                "5051525354555657",
                                "606162636465666768696a6b6c6d6e6f"};
  const char* const roots[] = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                               "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                               "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                               "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                               "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                               "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                               "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                               "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  CHECK(ordered_root({}) == crypto::sha256(BytesView()));
  std::vector<Hash> leaves;
  for (std::size_t i = 0; i < 8; ++i) {
    leaves.push_back(ordered_leaf(*from_hex(inputs[i])));
    CHECK(to_hex(ordered_root(leaves).view()) == roots[i]);
  }
}

TEST_CASE("ordered tree: every leaf of every size has a path, and no other leaf fits it",
          "[sdk][merkle]") {
  std::vector<Hash> leaves;
  for (std::size_t count = 1; count <= 40; ++count) {
    leaves.push_back(ordered_leaf(std::to_string(count)));
    const Hash root = ordered_root(leaves);
    for (std::size_t i = 0; i < count; ++i) {
      const auto path = ordered_path(leaves, i);
      REQUIRE(verify_ordered_path(root, leaves[i], i, count, path));
      REQUIRE_FALSE(verify_ordered_path(root, leaves[i], i + count, count, path));
      if (count > 1) {
        REQUIRE_FALSE(verify_ordered_path(root, leaves[(i + 1) % count], i, count, path));
        REQUIRE_FALSE(verify_ordered_path(root, leaves[i], (i + 1) % count, count, path));
        REQUIRE_FALSE(
            verify_ordered_path(root, leaves[i], i, count, std::span(path).first(path.size() - 1)));
      }
    }
  }
}

TEST_CASE("ordered tree: a removal and a write have different leaves", "[sdk][merkle]") {
  const Hash key = crypto::sha256("k");
  const Hash value = crypto::sha256("v");
  CHECK(write_leaf(key, nullptr) != write_leaf(key, &value));
  CHECK(write_leaf(key, &value) == ordered_leaf(Bytes(key.view()) + '\x01' + Bytes(value.view())));
}

TEST_CASE("ordered tree: the root of a block's writes is that of their leaves", "[sdk][merkle]") {
  for (std::size_t count = 0; count < 40; ++count) {
    std::vector<Hash> values;
    for (std::size_t i = 0; i < count; ++i)
      values.push_back(crypto::sha256("v" + std::to_string(i)));
    std::vector<WrittenKey> writes;
    std::vector<Hash> leaves;
    for (std::size_t i = 0; i < count; ++i) {
      const Hash key = crypto::sha256(std::to_string(i));
      writes.push_back({key, i % 5 == 2 ? nullptr : &values[i]});
      leaves.push_back(write_leaf(key, writes.back().value_hash));
    }
    REQUIRE(writes_root(writes) == ordered_root(leaves));
  }
}
