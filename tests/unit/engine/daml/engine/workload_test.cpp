// Tokens that are minted, split, merged and passed on at random, beside a model of who owns what.
#include <catch2/catch.hpp>

#include <map>
#include <random>
#include <set>

#include "world.hpp"

namespace tenon::daml::engine::test {
namespace {

constexpr const char* kToken = "#tenon-token:Token:Token";
constexpr std::array<const char*, 3> kOwners = {"alice", "bob", "carol"};

struct Held {
  std::string owner;
  std::int64_t amount = 0;
  std::string former_owner = {}; // who passed it on has seen what became of it
};

class Workload {
public:
  explicit Workload(std::uint32_t seed) : random_(seed) {
    world_.upload(sample_dar("token"));
    issuer_ = world_.accepted({"bank"}, {{"create",
                                          {{"templateId", "#tenon-token:Token:Issuer"},
                                           {"payload", {{"issuer", "bank"}, {"symbol", "GLD"}}}}}})
                  ["result"];
  }

  void step() {
    const std::uint32_t choice = draw(10);
    if (tokens_.empty() || choice == 0)
      return mint();
    const auto [id, held] = any();
    if (choice < 4)
      return transfer(id, held);
    if (choice < 6)
      return split(id, held);
    if (choice < 8)
      return merge(id, held);
    steal(id, held);
  }

  void check() {
    std::int64_t total = 0;
    std::map<std::string, std::set<std::string>> expected;
    for (const auto& [id, held] : tokens_) {
      total += held.amount;
      expected[held.owner].insert(id);
      expected["bank"].insert(id);
    }
    CHECK(total == minted_);
    for (const char* party : {"alice", "bob", "carol", "bank", "dora"}) {
      std::set<std::string> seen;
      const json body = {{"templateIds", json::array({kToken})}, {"limit", 1000}};
      const json page = world_.query({party}, {{"activeContracts", body}}).value();
      for (const json& contract : page["contracts"])
        seen.insert(contract["contractId"]);
      CHECK(seen == expected[party]);
    }
  }

private:
  std::uint32_t draw(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
  std::string owner() { return kOwners[draw(kOwners.size())]; }
  std::pair<std::string, Held> any() {
    auto place = tokens_.begin();
    std::advance(place, draw(static_cast<std::uint32_t>(tokens_.size())));
    return *place;
  }

  json act(const std::string& party, const std::string& id, const char* choice, json argument) {
    const json answer =
        world_.accepted({party}, exercise(kToken, id, choice, std::move(argument)));
    // Nobody but the parties of the tokens that are touched gets anything of it.
    for (const plugin::EngineEvent& event : world_.last().events) {
      CHECK(std::find(event.readers.begin(), event.readers.end(), "bank") != event.readers.end());
      CHECK(std::find(event.readers.begin(), event.readers.end(), "dora") == event.readers.end());
    }
    return answer["result"];
  }

  void mint() {
    const std::string to = owner();
    const std::int64_t amount = 1 + draw(1000);
    const json id =
        world_.accepted({"bank"}, exercise("#tenon-token:Token:Issuer", issuer_, "Mint",
                                           {{"owner", to}, {"amount", std::to_string(amount)}}))
            ["result"];
    tokens_[id] = {to, amount};
    minted_ += amount;
  }

  void transfer(const std::string& id, const Held& held) {
    const std::string to = owner();
    const std::string moved = act(held.owner, id, "Transfer", {{"newOwner", to}});
    tokens_.erase(id);
    tokens_[moved] = {to, held.amount, held.owner};
  }

  void split(const std::string& id, const Held& held) {
    const std::int64_t part = draw(static_cast<std::uint32_t>(held.amount) + 2);
    const json argument = {{"amount", std::to_string(part)}};
    if (part < 1 || part >= held.amount) {
      CHECK(world_.refused({held.owner}, exercise(kToken, id, "Split", argument)) ==
            "DAML_INTERPRETATION_ERROR");
      return;
    }
    const json parts = act(held.owner, id, "Split", argument);
    tokens_.erase(id);
    tokens_[parts["part"]] = {held.owner, part};
    tokens_[parts["rest"]] = {held.owner, held.amount - part};
  }

  void merge(const std::string& id, const Held& held) {
    const auto [other, with] = any();
    const json argument = {{"other", other}};
    if (other == id || with.owner != held.owner) {
      CHECK_FALSE(world_.refused({held.owner}, exercise(kToken, id, "Merge", argument)).empty());
      return;
    }
    // To archive the other is for the issuer to do, who signs the token and so acts within it.
    const std::string merged = act(held.owner, id, "Merge", argument);
    tokens_.erase(id);
    tokens_.erase(other);
    tokens_[merged] = {held.owner, held.amount + with.amount};
  }

  void steal(const std::string& id, const Held& held) {
    const std::string thief = held.owner == "alice" ? "bob" : "alice";
    CHECK(world_.refused({thief}, exercise(kToken, id, "Transfer", {{"newOwner", thief}})) ==
          (held.former_owner == thief ? "DAML_AUTHORIZATION_ERROR" : "CONTRACT_NOT_FOUND"));
    CHECK(world_.refused({"bank"}, exercise(kToken, id, "Transfer", {{"newOwner", "alice"}})) ==
          "DAML_AUTHORIZATION_ERROR");
  }

  std::mt19937 random_;
  World world_;
  json issuer_;
  std::map<std::string, Held> tokens_;
  std::int64_t minted_ = 0;
};

TEST_CASE("daml engine: no token is lost, doubled or shown to others, whatever is done with them",
          "[daml][engine]") {
  for (const std::uint32_t seed : {1u, 2u, 3u, 4u}) {
    INFO("seed " << seed);
    Workload workload(seed);
    for (int i = 0; i < 150; ++i)
      workload.step();
    workload.check();
  }
}

} // namespace
} // namespace tenon::daml::engine::test
