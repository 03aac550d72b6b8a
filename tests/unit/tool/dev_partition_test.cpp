#include "tenon/dev_partition.hpp"

#include <catch2/catch.hpp>

#include "tenon/files.hpp"
#include "tenon/session.hpp"
#include "tenon/testkit/temporary_folder.hpp"

using namespace tenon;
using namespace tenon::tool;
using testkit::TemporaryFolder;

namespace {

using Names = std::vector<std::string>;

std::vector<DevNode> network_in(const std::filesystem::path& folder) {
  std::vector<DevNode> nodes;
  for (const auto* const name : {"replica-1", "replica-2", "replica-3", "client-1", "client-2"}) {
    DevNode node;
    node.name = name;
    node.role = node.name.starts_with("client") ? "client" : "replica";
    node.folder = folder / name;
    std::filesystem::create_directory(node.folder);
    const Json config = {{"network", {{"peers", Json::array()}}}};
    REQUIRE(write_file(node.config(), config.dump()).ok());
    nodes.push_back(node);
  }
  return nodes;
}

Json cut_off(const DevNode& node) {
  return Json::parse(read_file(node.config()).value())["network"].value("cut_off", Json());
}

} // namespace

TEST_CASE("partition: nodes of different groups are cut off from each other, both ways", "[tool]") {
  const TemporaryFolder folder;
  const auto nodes = network_in(folder.path());
  const auto cuts = plan_cuts(nodes, {"1,2", "replica-3"});
  REQUIRE(cuts.ok());
  CHECK(*cuts == Cuts{{"replica-1", {"replica-3"}},
                      {"replica-2", {"replica-3"}},
                      {"replica-3", {"replica-1", "replica-2"}}});
}

TEST_CASE("partition: a single group is apart from everybody else", "[tool]") {
  const TemporaryFolder folder;
  const auto nodes = network_in(folder.path());
  const auto cuts = plan_cuts(nodes, {"replica-1,client-1"});
  REQUIRE(cuts.ok());
  CHECK(cuts->at("replica-1") == Names{"replica-2", "replica-3", "client-2"});
  CHECK(cuts->at("client-1") == Names{"replica-2", "replica-3"});
  CHECK(cuts->at("client-2") == Names{"replica-1"});
}

TEST_CASE("partition: what cuts nothing or names a node wrongly is refused", "[tool]") {
  const TemporaryFolder folder;
  const auto nodes = network_in(folder.path());
  for (const Names& groups : {Names{}, Names{"1,2,3,4,5"}, Names{"1", "1"}, Names{"1", "6"},
                              Names{"1", "replica-9"}, Names{"", ""}}) {
    const auto cuts = plan_cuts(nodes, groups);
    REQUIRE_FALSE(cuts.ok());
    CHECK(cuts.status().code() == Code::kInvalidArgument);
    CHECK(cuts.status().message().find("expected") != std::string::npos);
  }
}

TEST_CASE("partition: the configurations say who is cut off, and nothing once it is healed",
          "[tool]") {
  const TemporaryFolder folder;
  const auto nodes = network_in(folder.path());
  REQUIRE(apply_cuts(nodes, *plan_cuts(nodes, {"1", "2"})).ok());
  CHECK(cut_off(nodes[0]) == Json{"replica-2"});
  CHECK(cut_off(nodes[1]) == Json{"replica-1"});
  CHECK(cut_off(nodes[2]).is_null());
  REQUIRE(apply_cuts(nodes, *plan_cuts(nodes, {"1", "3"})).ok());
  CHECK(cut_off(nodes[1]).is_null());
  REQUIRE(apply_cuts(nodes, {}).ok());
  for (const DevNode& node : nodes)
    CHECK(cut_off(node).is_null());
}
