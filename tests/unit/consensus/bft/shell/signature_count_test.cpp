#include <catch2/catch.hpp>

#include <array>

#include "bft/shell/host_ports.hpp"
#include "tenon/testkit/manual_host.hpp"

namespace tenon::consensus::bft {
namespace {

TEST_CASE("signatures: those that are made and those that are checked are counted",
          "[bft][shell]") {
  const testkit::ManualHost host(Hash{});
  HostScheme scheme(host.host());
  const auto signature = scheme.sign("vote");
  REQUIRE(signature.ok());
  const Bytes key = host.node_key().public_key();
  const SignatureCheck right{key, "vote", *signature};
  const SignatureCheck wrong{key, "another", *signature};

  CHECK(scheme.verify(std::array{right, right}));
  CHECK(scheme.made() == 1);
  CHECK(scheme.checked() == 2);
  CHECK_FALSE(scheme.verify(std::array{wrong}));
  CHECK(scheme.checked() == 3);
}

} // namespace
} // namespace tenon::consensus::bft
