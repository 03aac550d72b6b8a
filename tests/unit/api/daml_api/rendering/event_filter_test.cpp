#include "rendering/event_filter.hpp"

#include <algorithm>

#include "../services/stage.hpp"

namespace tenon::daml_api::test {

namespace lapi = com::daml::ledger::api::v1;

namespace {

lapi::Identifier identifier(const std::string& package, const std::string& name) {
  lapi::Identifier id;
  id.set_package_id(package);
  id.set_module_name("Main");
  id.set_entity_name(name);
  return id;
}

// A created event of one transaction.
class Created {
public:
  explicit Created(const Scene& scene) {
    index_.add(scene);
    transaction_ = *index_.transaction(std::string(31, 't') + '\1');
  }
  [[nodiscard]] const index::IndexedEvent& event() const { return transaction_->events.front(); }

private:
  StageIndex index_;
  std::shared_ptr<const index::IndexedTransaction> transaction_;
};

class Filters {
public:
  lapi::InclusiveFilters& of(const std::string& party) {
    return *(*filter.mutable_filters_by_party())[party].mutable_inclusive();
  }
  lapi::InterfaceFilter& interface_of(const std::string& party) {
    auto& wish = *of(party).add_interface_filters();
    *wish.mutable_interface_id() = identifier("pkg", "Named");
    return wish;
  }
  EventFilter parse() {
    auto parsed = EventFilter::parse(filter, engine);
    INFO((parsed.ok() ? "" : parsed.failure().cause()));
    REQUIRE(parsed.ok());
    return *std::move(parsed);
  }
  std::string refusal() {
    const auto parsed = EventFilter::parse(filter, engine);
    return parsed.ok() ? "" : std::string(parsed.failure().code().id);
  }

  StageLedger ledger;
  EngineQueries engine{ledger, "daml"};
  lapi::TransactionFilter filter;
};

using Names = std::vector<std::string_view>;

} // namespace

TEST_CASE("event filter: a party without wishes, or with empty ones, is shown all its contracts",
          "[daml_api][rendering]") {
  Filters filters;
  SECTION("no wishes") {
    (*filters.filter.mutable_filters_by_party())["alice"];
  }
  SECTION("empty wishes") {
    filters.of("alice");
  }
  const EventFilter filter = filters.parse();
  const Created mine(Scene().create("c", "alice", {"bob"}));
  const Created theirs(Scene().create("c", "bob"));
  const auto shown = filter.project(mine.event());
  CHECK(shown.witnesses == Names{"alice"});
  CHECK(shown.arguments);
  CHECK_FALSE(shown.created_event_blob);
  CHECK(filter.project(theirs.event()).witnesses.empty());
  CHECK(filter.interest().parties.at("alice").empty());
}

TEST_CASE("event filter: a template's contracts are shown, others not, and a blob on demand",
          "[daml_api][rendering]") {
  Filters filters;
  auto& wish = *filters.of("alice").add_template_filters();
  *wish.mutable_template_id() = identifier("pkg", "Asset");
  wish.set_include_created_event_blob(true);
  const EventFilter filter = filters.parse();
  const auto shown = filter.project(Created(Scene().create("c", "alice")).event());
  CHECK(shown.arguments);
  CHECK(shown.created_event_blob);
  const Created other(Scene().create("c", "alice", {}, kOther));
  CHECK(filter.project(other.event()).witnesses.empty());
  CHECK(filter.interest().parties.at("alice") == index::Interest::Templates{kAsset});
}

TEST_CASE("event filter: an interface shows its implementations without their arguments",
          "[daml_api][rendering]") {
  Filters filters;
  filters.interface_of("alice").set_include_interface_view(true);
  const EventFilter filter = filters.parse();
  CHECK(filter.wants_views());
  const Created created(Scene().create("c", "alice", {}, kOther));
  const auto shown = filter.project(created.event());
  CHECK(shown.witnesses == Names{"alice"});
  CHECK_FALSE(shown.arguments);
  CHECK(shown.interfaces == std::set<std::string_view>{kNamed});
}

TEST_CASE("event filter: what one party asks for decides, and all parties with a stake are named",
          "[daml_api][rendering]") {
  Filters filters;
  *filters.of("alice").add_template_ids() = identifier("pkg", "Asset");
  *filters.of("bob").add_template_ids() = identifier("pkg", "Other");
  const EventFilter filter = filters.parse();
  const Created created(Scene().create("c", "bob", {"carol", "alice", "alice"}));
  CHECK(filter.project(created.event()).witnesses == Names{"alice", "bob"});
}

TEST_CASE("event filter: packages that come later are known once the filter is resolved again",
          "[daml_api][rendering]") {
  Filters filters;
  filters.interface_of("alice").set_include_created_event_blob(true);
  EventFilter filter = filters.parse();
  const Created created(Scene().create("c", "alice", {}, "new:Main:Asset"));
  CHECK(filter.project(created.event()).witnesses.empty());
  filters.ledger.implementing[kNamed].push_back("new:Main:Asset");
  REQUIRE(filter.resolve(filters.engine).ok());
  CHECK(filter.project(created.event()).created_event_blob);
}

TEST_CASE("event filter: a package's name stands for all packages of that name",
          "[daml_api][rendering]") {
  Filters filters;
  *filters.of("alice").add_template_ids() = identifier("#package-name", "Asset");
  EventFilter filter = filters.parse();
  filters.ledger.templates.push_back("new:Main:Asset");
  REQUIRE(filter.resolve(filters.engine).ok());
  CHECK(filter.interest().parties.at("alice") ==
        index::Interest::Templates{kAsset, "new:Main:Asset"});
}

TEST_CASE("event filter: resolving costs nothing where no package to come could change anything",
          "[daml_api][rendering]") {
  Filters filters;
  *filters.of("alice").add_template_ids() = identifier("pkg", "Asset");
  EventFilter filter = filters.parse();
  const std::size_t asked = filters.ledger.asked.size();
  REQUIRE(filter.resolve(filters.engine).ok());
  CHECK(filters.ledger.asked.size() == asked);
}

TEST_CASE("event filter: wishes of the wrong form are refused", "[daml_api][rendering]") {
  Filters filters;
  CHECK(filters.refusal() == "INVALID_ARGUMENT"); // no party
  SECTION("a party that is none") {
    filters.of("not a party!");
    CHECK(filters.refusal() == "INVALID_ARGUMENT");
  }
  SECTION("a template filter without a template") {
    filters.of("alice").add_template_filters();
    CHECK(filters.refusal() == "MISSING_FIELD");
  }
  SECTION("an interface filter without an interface") {
    filters.of("alice").add_interface_filters();
    CHECK(filters.refusal() == "MISSING_FIELD");
  }
  SECTION("both ways to ask for blobs, of two parties") {
    *filters.of("alice").add_template_ids() = identifier("pkg", "Asset");
    filters.interface_of("bob").set_include_created_event_blob(true);
    CHECK(filters.refusal() == "INVALID_ARGUMENT");
  }
  SECTION("a template and an interface that nobody knows") {
    *filters.of("alice").add_template_ids() = identifier("pkg", "Nothing");
    CHECK(filters.refusal() == "TEMPLATES_OR_INTERFACES_NOT_FOUND");
    *filters.of("bob").add_interface_filters()->mutable_interface_id() =
        identifier("pkg", "Asset");
    const auto both = EventFilter::parse(filters.filter, filters.engine);
    CHECK(both.failure().cause() == "Templates do not exist: [pkg:Main:Nothing]. "
                                    "Interfaces do not exist: [pkg:Main:Asset]");
    REQUIRE(both.failure().resources().size() == 2);
    CHECK(both.failure().resources().back().type == "INTERFACE_ID");
    filters.of("bob").clear_interface_filters();
    filters.of("alice").clear_template_ids();
    *filters.of("alice").add_interface_filters()->mutable_interface_id() =
        identifier("pkg", "Asset");
    CHECK(filters.refusal() == "TEMPLATES_OR_INTERFACES_NOT_FOUND");
  }
}

} // namespace tenon::daml_api::test
