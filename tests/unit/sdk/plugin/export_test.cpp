// The C++ author layer, driven through its own C tables as a host would.
#include <catch2/catch.hpp>

#include <map>
#include <stdexcept>

#include "tenon/plugin/export_engine.hpp"

using namespace tenon;
using namespace tenon::plugin;

namespace {

// Does to its one key what the payload says.
class CounterEngine final : public Plugin, public Engine {
public:
  static Result<std::unique_ptr<CounterEngine>> create(Host, std::string_view config) {
    if (config == "throw")
      throw std::runtime_error("no such luck");
    if (config != "{}")
      return invalid_argument("expected {}");
    return std::make_unique<CounterEngine>();
  }
  Status start() override { return {}; }
  Status drain(std::uint64_t) override { return {}; }
  void stop() override {}

  [[nodiscard]] Result<Hash> fingerprint() const override { return Hash{}; }
  [[nodiscard]] Result<ExecutionResult> execute(const StateView& view,
                                                const EngineTransaction& transaction,
                                                const EngineContext& context) override {
    if (transaction.payload == "throw")
      throw std::bad_alloc();
    if (transaction.payload == "reject")
      return failed_precondition("NO_FUNDS: none left");
    TENON_ASSIGN_OR_RETURN(const auto old, view.get("n"));
    ExecutionResult result;
    result.writes.push_back(
        {KeyClass::kState, "n", old.value_or("") + "x", {transaction.act_as[0]}, 0});
    result.events.push_back({"grew", {"alice", "bob"}});
    result.response = "height " + std::to_string(context.height);
    return result;
  }
  [[nodiscard]] Result<Bytes> prepare(const StateView&, BytesView command,
                                      const EngineTransaction&) override {
    return Bytes(command);
  }
  [[nodiscard]] Result<Bytes> query(const StateView& view, BytesView, const EngineTransaction&,
                                    const EngineContext&) override {
    Bytes all;
    TENON_RETURN_IF_ERROR(view.scan("", "", [&](BytesView key, BytesView value) {
      all.append(key).append("=").append(value).append(";");
      return key != "m";
    }));
    return all;
  }
  [[nodiscard]] Result<std::vector<EngineWrite>> index_of(BytesView key, BytesView) override {
    return std::vector<EngineWrite>{{KeyClass::kIndex, "by/" + Bytes(key), Bytes("1"), {}, 0}};
  }
};

using Exporter = Export<CounterEngine, EngineExport<CounterEngine>>;

tenon_host empty_host() {
  return {sizeof(tenon_host), TENON_ABI_MAJOR, TENON_ABI_MINOR, nullptr,
          [](void*, tenon_bytes) -> const void* { return nullptr; }};
}

// A view over a map, as a C table.
struct MapView {
  std::map<std::string, std::string> values;
  tenon_state_view table{sizeof(tenon_state_view), this, get, scan, scan, has_party};

  static std::int32_t get(void* self, tenon_bytes key, tenon_sink sink, tenon_status* status) {
    const auto& values = static_cast<MapView*>(self)->values;
    if (from_abi(key) == "secret")
      return permission_denied("not yours").to_abi(status);
    const auto found = values.find(std::string(from_abi(key)));
    if (found == values.end())
      return TENON_NOT_FOUND;
    write_sink(sink, found->second);
    return TENON_OK;
  }
  static std::int32_t scan(void* self, tenon_bytes, tenon_bytes, void* context, tenon_visit visit,
                           tenon_status*) {
    for (const auto& [key, value] : static_cast<MapView*>(self)->values) {
      if (visit(context, to_abi(key), to_abi(value)) != 0)
        break;
    }
    return TENON_OK;
  }
  static std::int32_t has_party(void*, tenon_bytes party, std::uint32_t* found, tenon_status*) {
    *found = from_abi(party) == "alice" ? 1 : 0;
    return TENON_OK;
  }
};

struct Fixture {
  tenon_host host = empty_host();
  tenon_instance* instance = nullptr;
  const tenon_engine* engine = nullptr;
  MapView view;

  Fixture() {
    tenon_status status;
    REQUIRE(Exporter::entry()->create(&host, to_abi("{}"), &instance, &status) == TENON_OK);
    engine = static_cast<const tenon_engine*>(
        Exporter::entry()->query(instance, to_abi(BytesView(TENON_ENGINE_INTERFACE))));
    REQUIRE(engine != nullptr);
  }
  ~Fixture() { Exporter::entry()->destroy(instance); }

  Status execute(BytesView payload, ExecutionResult& result) {
    const tenon_execution_sink sink = {
        sizeof(tenon_execution_sink),
        &result,
        [](void* context, const tenon_engine_write* write) {
          static_cast<ExecutionResult*>(context)->writes.push_back(
              {static_cast<KeyClass>(write->key_class),
               Bytes(from_abi(write->key)),
               Bytes(from_abi(write->value)),
               {},
               write->expires_at_us});
        },
        [](void* context, const tenon_engine_event* event) {
          EngineEvent copy{Bytes(from_abi(event->payload)), {}};
          for (std::uint64_t i = 0; i < event->reader_count; ++i) {
            copy.readers.emplace_back(from_abi(event->readers[i]));
          }
          static_cast<ExecutionResult*>(context)->events.push_back(copy);
        },
        [](void* context, tenon_bytes response) {
          static_cast<ExecutionResult*>(context)->response = from_abi(response);
        },
        [](void*, std::uint64_t, std::uint64_t) {}};
    const tenon_bytes alice = to_abi(BytesView("alice"));
    const tenon_engine_transaction transaction = {
        sizeof(tenon_engine_transaction), 0, {}, to_abi(payload), &alice, 1, nullptr, 0, {}};
    const tenon_engine_context context = {sizeof(tenon_engine_context), 0, 5, 1000};
    return checked([&](tenon_status* status) {
      return engine->execute(instance, &view.table, &transaction, &context, &sink, status);
    });
  }
};

} // namespace

TEST_CASE("export: a failed or throwing create leaves no instance and says why", "[sdk][plugin]") {
  const tenon_host host = empty_host();
  auto* instance = reinterpret_cast<tenon_instance*>(1);
  tenon_status status;
  CHECK(Exporter::entry()->create(&host, to_abi("[]"), &instance, &status) ==
        TENON_INVALID_ARGUMENT);
  CHECK(instance == nullptr);
  const std::int32_t code = Exporter::entry()->create(&host, to_abi("throw"), &instance, &status);
  CHECK(code == TENON_INTERNAL);
  CHECK(Status::from_abi(code, status).message() ==
        "an exception reached the plugin border: no such luck");
}

TEST_CASE_METHOD(Fixture, "export: execution crosses the border whole", "[sdk][plugin]") {
  view.values["n"] = "xx";
  ExecutionResult result;
  REQUIRE(execute("grow", result).ok());
  REQUIRE(result.writes.size() == 1);
  CHECK(result.writes[0].value == "xxx");
  REQUIRE(result.events.size() == 1);
  CHECK(result.events[0].readers == std::vector<std::string>{"alice", "bob"});
  CHECK(result.response == "height 5");
}

TEST_CASE_METHOD(Fixture, "export: a rejection is no fault, an exception is one", "[sdk][plugin]") {
  ExecutionResult result;
  const Status rejected = execute("reject", result);
  CHECK(rejected.code() == Code::kFailedPrecondition);
  CHECK_FALSE(rejected.fault());
  CHECK(execute("throw", result).fault());
}

TEST_CASE_METHOD(Fixture, "export: a scan ends when the visitor says so", "[sdk][plugin]") {
  view.values = {{"a", "1"}, {"m", "2"}, {"z", "3"}};
  Bytes out;
  const tenon_engine_transaction caller = {
      sizeof(tenon_engine_transaction), 0, {}, {}, nullptr, 0, nullptr, 0, {}};
  const tenon_engine_context context = {sizeof(tenon_engine_context), 0, 5, 1000};
  const auto answer = collected([&](tenon_sink sink, tenon_status* status) {
    return engine->query(instance, &view.table, {}, &caller, &context, sink, status);
  });
  REQUIRE(answer.ok());
  CHECK(*answer == "a=1;m=2;");
}

TEST_CASE_METHOD(Fixture, "export: views tell absent from forbidden", "[sdk][plugin]") {
  const StateViewFromAbi state(&view.table);
  CHECK_FALSE(state.get("nothing").value().has_value());
  CHECK(state.get("secret").status().code() == Code::kPermissionDenied);
}

TEST_CASE_METHOD(Fixture, "export: an unknown interface is NULL", "[sdk][plugin]") {
  CHECK(Exporter::entry()->query(instance, to_abi("tenon.store/1")) == nullptr);
}
