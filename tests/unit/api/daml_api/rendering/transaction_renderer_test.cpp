#include "rendering/transaction_renderer.hpp"

#include "../services/stage.hpp"
#include "com/daml/ledger/api/v1/transaction.pb.h"

namespace tenon::daml_api::test {

namespace lapi = com::daml::ledger::api::v1;

namespace {

class Renderings {
public:
  explicit Renderings(const Scene& scene) {
    index.add(scene);
    transaction = *index.transaction(std::string(31, 't') + '\1');
  }
  lapi::Transaction flat(const EventFilter& filter, EventFormat format = EventFormat::k2_10,
                         bool verbose = true) {
    const TransactionRenderer renderer(filter, engine, EventRenderer(format, verbose));
    const auto bytes = renderer.flat(*transaction);
    REQUIRE(bytes.ok());
    lapi::Transaction read;
    REQUIRE(read.ParseFromString(*bytes));
    return read;
  }
  lapi::TransactionTree tree(const Parties& parties, EventFormat format = EventFormat::k2_10) {
    const EventFilter filter = EventFilter::of_parties(parties);
    const TransactionRenderer renderer(filter, engine, EventRenderer(format, true));
    const auto bytes = renderer.tree(*transaction);
    REQUIRE(bytes.ok());
    lapi::TransactionTree read;
    REQUIRE(read.ParseFromString(*bytes));
    return read;
  }

  StageIndex index;
  StageLedger ledger;
  EngineQueries engine{ledger, "daml"};
  std::shared_ptr<const index::IndexedTransaction> transaction;
};

EventFilter interface_filter(const EngineQueries& engine) {
  lapi::TransactionFilter filter;
  auto& wish =
      *(*filter.mutable_filters_by_party())["alice"].mutable_inclusive()->add_interface_filters();
  wish.mutable_interface_id()->set_package_id("pkg");
  wish.mutable_interface_id()->set_module_name("Main");
  wish.mutable_interface_id()->set_entity_name("Named");
  wish.set_include_interface_view(true);
  auto parsed = EventFilter::parse(filter, engine);
  REQUIRE(parsed.ok());
  return *std::move(parsed);
}

} // namespace

TEST_CASE("transaction: a created event holds all that is known of the contract",
          "[daml_api][rendering]") {
  Renderings renderings(Scene().create("c", "alice", {"bob"}).workflow("work").trace("00-trace"));
  const auto flat = renderings.flat(EventFilter::of_parties({"alice", "bob"}));
  CHECK(flat.command_id() == "command");
  CHECK(flat.workflow_id() == "work");
  CHECK(flat.offset() == offset(1));
  CHECK(flat.trace_context().traceparent().value() == "00-trace");
  REQUIRE(flat.events_size() == 1);
  const auto& created = flat.events(0).created();
  CHECK(created.event_id() == "#" + flat.transaction_id() + ":0");
  CHECK(created.contract_id() == "63");
  CHECK(created.template_id().entity_name() == "Asset");
  CHECK(created.create_arguments().fields(1).label() == "text");
  CHECK(created.create_arguments().fields(1).value().text() == "text of 63");
  CHECK(created.contract_key().record().fields(0).value().party() == "alice");
  CHECK(created.agreement_text().value() == "agreed");
  CHECK(created.witness_parties_size() == 2);
  CHECK(created.signatories(0) == "alice");
  CHECK(created.observers(0) == "bob");
  CHECK(created.package_name().value() == "package-name");
  CHECK(created.created_at().seconds() == 1'700'000'000);
  CHECK_FALSE(created.has_metadata());
}

TEST_CASE("transaction: in the form of 2.6 a contract's time stands in its metadata, and names of "
          "packages and traces are not told",
          "[daml_api][rendering]") {
  Renderings renderings(Scene().create("c", "alice").trace("00-trace"));
  const auto flat = renderings.flat(EventFilter::of_parties({"alice"}), EventFormat::k2_6);
  const auto& created = flat.events(0).created();
  CHECK(created.metadata().created_at().seconds() == 1'700'000'000);
  CHECK_FALSE(created.metadata().driver_metadata().empty());
  CHECK_FALSE(created.has_created_at());
  CHECK_FALSE(created.has_package_name());
  CHECK_FALSE(flat.has_trace_context());
  CHECK_FALSE(renderings.tree({"alice"}, EventFormat::k2_6).has_trace_context());
}

TEST_CASE("transaction: without verbose there are no labels", "[daml_api][rendering]") {
  Renderings renderings(Scene().create("c", "alice"));
  const auto flat = renderings.flat(EventFilter::of_parties({"alice"}), EventFormat::k2_10, false);
  const auto& record = flat.events(0).created().create_arguments();
  CHECK(record.fields(1).label().empty());
  CHECK(record.fields(1).value().text() == "text of 63");
}

TEST_CASE("transaction: others than the submitters are not told the command's id",
          "[daml_api][rendering]") {
  Renderings renderings(Scene({"alice"}).create("c", "alice", {"bob"}));
  CHECK(renderings.flat(EventFilter::of_parties({"bob"})).command_id().empty());
  CHECK(renderings.tree({"bob"}).command_id().empty());
  CHECK(renderings.tree({"alice", "bob"}).command_id() == "command");
}

TEST_CASE("transaction: what comes and goes within is in the tree only", "[daml_api][rendering]") {
  Renderings renderings(Scene()
                            .create("c", "alice")
                            .transient()
                            .archive("c", {"alice"})
                            .transient()
                            .create("d", "alice"));
  const auto flat = renderings.flat(EventFilter::of_parties({"alice"}));
  REQUIRE(flat.events_size() == 1);
  CHECK(flat.events(0).created().contract_id() == "64");
  CHECK(renderings.tree({"alice"}).events_by_id_size() == 3);
}

TEST_CASE("transaction tree: exercises hold what happens in them, and a party that sees only what "
          "is inside finds it at the root",
          "[daml_api][rendering]") {
  Renderings renderings(Scene()
                            .exercise("a", {"alice"}, {"alice"})
                            .create("b", "alice", {"bob"})
                            .inside(0));
  const auto whole = renderings.tree({"alice"});
  const std::string first = "#" + whole.transaction_id() + ":0";
  const std::string second = "#" + whole.transaction_id() + ":1";
  REQUIRE(whole.root_event_ids_size() == 1);
  CHECK(whole.root_event_ids(0) == first);
  const auto& exercised = whole.events_by_id().at(first).exercised();
  CHECK(exercised.choice() == "Choice");
  CHECK_FALSE(exercised.consuming());
  CHECK(exercised.acting_parties(0) == "alice");
  CHECK(exercised.exercise_result().has_unit());
  REQUIRE(exercised.child_event_ids_size() == 1);
  CHECK(exercised.child_event_ids(0) == second);
  const auto part = renderings.tree({"bob"});
  REQUIRE(part.root_event_ids_size() == 1);
  CHECK(part.root_event_ids(0) == second);
  CHECK(part.events_by_id_size() == 1);
  CHECK(part.events_by_id().at(second).created().witness_parties(0) == "bob");
}

TEST_CASE("transaction: an archive is told to the contract's stakeholders",
          "[daml_api][rendering]") {
  Renderings renderings(Scene().archive("c", {"alice", "bob"}));
  const auto flat = renderings.flat(EventFilter::of_parties({"bob"}));
  REQUIRE(flat.events_size() == 1);
  CHECK(flat.events(0).archived().contract_id() == "63");
  CHECK(flat.events(0).archived().witness_parties_size() == 1);
  CHECK(renderings.flat(EventFilter::of_parties({"carol"})).events_size() == 0);
}

TEST_CASE("transaction: views of interfaces come with their values, or with why there is none",
          "[daml_api][rendering]") {
  Renderings renderings(Scene().create("c", "alice"));
  const EventFilter filter = interface_filter(renderings.engine);
  const auto read = [&] { return renderings.flat(filter).events(0).created(); };
  const auto good = read();
  CHECK_FALSE(good.has_create_arguments());
  CHECK_FALSE(good.has_contract_key());
  REQUIRE(good.interface_views_size() == 1);
  CHECK(good.interface_views(0).interface_id().entity_name() == "Named");
  CHECK(good.interface_views(0).view_status().code() == 0);
  CHECK(good.interface_views(0).view_value().fields(0).value().party() == "viewed");
  renderings.ledger.view_fails = true;
  const auto bad = read();
  CHECK(bad.interface_views(0).view_status().code() != 0);
  CHECK_FALSE(bad.interface_views(0).has_view_value());
}

TEST_CASE("transaction: more views than the engine makes at once are asked for in parts",
          "[daml_api][rendering]") {
  constexpr int kContracts = 10'001;
  Scene scene;
  for (int i = 0; i < kContracts; ++i)
    scene.create(std::to_string(i), "alice");
  Renderings renderings(scene);
  const EventFilter filter = interface_filter(renderings.engine);
  renderings.ledger.asked.clear();
  const auto flat = renderings.flat(filter);
  REQUIRE(flat.events_size() == kContracts);
  for (const auto& event : flat.events())
    REQUIRE(event.created().interface_views_size() == 1);
  REQUIRE(renderings.ledger.asked.size() == 2);
  CHECK(renderings.ledger.asked[0].views().contracts_size() == 10'000);
}

TEST_CASE("event id: gives its transaction, and what is no event id is refused",
          "[daml_api][rendering]") {
  CHECK(*transaction_of_event("#abcd:7") == "abcd");
  CHECK(*transaction_of_event(event_id("00ff", 12)) == "00ff");
  for (const char* const wrong :
       {"", "#", "abcd:7", "#abcd", "#:7", "#abcd:", "#abcd:x", "#abcd:-1", "#abcd:99999999999"}) {
    INFO(wrong);
    const auto answer = transaction_of_event(wrong);
    REQUIRE_FALSE(answer.ok());
    CHECK(answer.failure().code().id == "INVALID_ARGUMENT");
  }
}

} // namespace tenon::daml_api::test
