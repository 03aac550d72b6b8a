// Contracts that try to break out, use up, or confuse: each ends in its own rejection, the same at
// every repetition, and the engine goes on.
#include <catch2/catch.hpp>

#include "ledger.hpp"

namespace tenon::wasm {
namespace {

struct HostileLedger : Ledger {
  std::string instance = deploy(kHostile, "mallory");
  std::string run_function(const std::string& function) {
    return reason(execute("mallory", instance, function));
  }
};

struct Attack {
  const char* function;
  const char* reason;
};

TEST_CASE("hostile: each attack is rejected for its own reason", "[wasm][hostile]") {
  HostileLedger ledger;
  const std::size_t entries = ledger.state().entries().size();
  const auto attack = GENERATE(
      Attack{"recurse", "STACK_LIMIT"}, Attack{"recurse_indirectly", "STACK_LIMIT"},
      Attack{"leave_memory", "TRAP_MEMORY"}, Attack{"divide", "TRAP_ARITHMETIC"},
      Attack{"trap", "TRAP_UNREACHABLE"}, Attack{"call_nothing", "TRAP_CALL"},
      Attack{"bad_range", "TRAP_MEMORY"}, Attack{"huge_range", "TRAP_MEMORY"},
      Attack{"many_writes", "TOO_MANY_WRITES"}, Attack{"long_key", "BAD_KEY"},
      Attack{"bad_readers", "BAD_READERS"}, Attack{"unknown_event", "BAD_VALUE"},
      Attack{"malformed_event", "BAD_VALUE"}, Attack{"bad_result", "BAD_VALUE"},
      Attack{"many_scans", "TOO_MANY_SCANS"}, Attack{"abort_oddly", "CONTRACT_ABORT"},
      Attack{"call_self", "REENTRANT_CALL"}, Attack{"call_unknown", "UNKNOWN_INSTANCE"},
      Attack{"big_value", "VALUE_TOO_LARGE"}, Attack{"write_then_trap", "TRAP_UNREACHABLE"});
  INFO(attack.function);
  CHECK(ledger.run_function(attack.function) == attack.reason);
  CHECK(ledger.run_function(attack.function) == attack.reason);
  CHECK(ledger.state().entries().size() == entries);
}

TEST_CASE("hostile: what never ends runs out of fuel", "[wasm][hostile]") {
  HostileLedger ledger;
  CHECK(ledger.run_function("spin") == "OUT_OF_FUEL");
  CHECK(ledger.run_function("fill") == "OUT_OF_FUEL");
  CHECK(reason(ledger.query("mallory", ledger.instance, "spin")) == "OUT_OF_FUEL");
}

TEST_CASE("hostile: memory ends where the limit says", "[wasm][hostile]") {
  HostileLedger ledger;
  CHECK(ledger.run_function("grow") == "MEMORY_LIMIT");
}

TEST_CASE("hostile: a query cannot write", "[wasm][hostile]") {
  HostileLedger ledger;
  CHECK(reason(ledger.query("mallory", ledger.instance, "write")) == "READ_ONLY");
  CHECK(reason(ledger.query("mallory", ledger.instance, "emit")) == "READ_ONLY");
}

TEST_CASE("hostile: NaN has one bit pattern", "[wasm][hostile]") {
  HostileLedger ledger;
  const auto result = ledger.execute("mallory", ledger.instance, "nan");
  REQUIRE(result.ok());
  CHECK((*result)["result"] == std::to_string(0x7ff8000000000000ull));
}

TEST_CASE("hostile: frames full of live values fit the stack up to the limit", "[wasm][hostile]") {
  HostileLedger ledger;
  CHECK(ledger.run_function("deep_frame") == "OK");
}

TEST_CASE("hostile: contracts that call each other share one stack", "[wasm][hostile]") {
  HostileLedger ledger;
  std::vector<std::string> instances;
  for (int i = 0; i < 8; ++i)
    instances.push_back(ledger.deploy(kHostile, "mallory"));
  const auto descend = [&](std::size_t calls) {
    std::string path;
    for (std::size_t i = 0; i < calls; ++i)
      path += instances[i];
    return reason(ledger.execute("mallory", ledger.instance, "descend", {{"path", path}}));
  };
  CHECK(descend(0) == "OK");
  CHECK(descend(1) == "OK");
  CHECK(descend(7) == "STACK_LIMIT");
  CHECK(descend(1) == "OK"); // what the others used is free again
}

TEST_CASE("hostile: after every attack the engine still serves", "[wasm][hostile]") {
  HostileLedger ledger;
  const std::string token = deploy_token(ledger);
  for (int i = 0; i < 200; ++i) {
    REQUIRE(ledger.run_function("trap") == "TRAP_UNREACHABLE");
    REQUIRE(reason(ledger.execute("issuer", token, "mint", {{"to", "a"}, {"amount", 1}})) == "OK");
  }
}

} // namespace
} // namespace tenon::wasm
