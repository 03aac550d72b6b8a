// What may be uploaded: modules built here byte by byte, and the token damaged in many ways.
#include <catch2/catch.hpp>

#include "ledger.hpp"
#include "tenon/testkit/full_run.hpp"

namespace tenon::wasm {
namespace {

Bytes number(std::uint32_t value) {
  Bytes out;
  do {
    const auto low = static_cast<char>(value & 0x7fu);
    value >>= 7;
    out.push_back(value == 0 ? low : static_cast<char>(low | '\x80'));
  } while (value != 0);
  return out;
}

Bytes name(BytesView text) {
  return number(static_cast<std::uint32_t>(text.size())).append(text);
}

Bytes section(char id, std::initializer_list<Bytes> entries) {
  Bytes content = number(static_cast<std::uint32_t>(entries.size()));
  for (const Bytes& entry : entries)
    content += entry;
  return Bytes(1, id) + number(static_cast<std::uint32_t>(content.size())) + content;
}

const Bytes kHeader("\0asm\1\0\0\0", 8);
const Bytes kNoValues("\x60\0\0", 3);                 // the type () -> ()
const Bytes kEmptyBody("\2\0\x0b", 3);                // no locals, end
const Bytes kMemory = section(5, {Bytes("\0\1", 2)}); // one page
const Bytes kTypes = section(1, {kNoValues});
const Bytes kExportMemory = name("memory") + Bytes("\2\0", 2);

std::string upload(const Bytes& module) {
  Ledger ledger;
  const auto uploaded = ledger.upload("alice", module);
  CHECK_FALSE(uploaded.status().fault());
  return uploaded.ok() ? "OK" : uploaded.status().message();
}

void check_refused(const Bytes& module, const std::string& why) {
  const std::string message = upload(module);
  CHECK(message.starts_with("BAD_MODULE: "));
  CHECK_THAT(message, Catch::Contains(why));
}

TEST_CASE("module: what is no module is refused with a place", "[wasm][module]") {
  check_refused("", "");
  check_refused("not a module", "");
  check_refused(kHeader, "memory");
}

TEST_CASE("module: an unknown import is refused by its name", "[wasm][module]") {
  const auto importing = [](BytesView module, BytesView field) {
    return kHeader + kTypes + section(2, {name(module) + name(field) + Bytes("\0\0", 2)}) +
           kMemory + section(7, {kExportMemory});
  };
  check_refused(importing("wasi_snapshot_preview1", "fd_write"), "fd_write");
  check_refused(importing("env", "get"), "get");
  check_refused(importing("tenon", "sleep"), "sleep");
  // A known name of another type.
  check_refused(importing("tenon", "block_time"), "block_time");
}

TEST_CASE("module: an imported memory, global or table is refused", "[wasm][module]") {
  for (const Bytes& kind : {Bytes("\2\0\1", 3), Bytes("\3\x7f\0", 3), Bytes("\1\x70\0\1", 4)})
    check_refused(kHeader + section(2, {name("tenon") + name("get") + kind}), "get");
}

TEST_CASE("module: a start function is refused, so that nothing runs before init",
          "[wasm][module]") {
  check_refused(kHeader + kTypes + section(3, {number(0)}) + kMemory + section(7, {kExportMemory}) +
                    Bytes("\x08\1\0", 3) + section(10, {kEmptyBody}),
                "start");
}

TEST_CASE("module: memories, tables and globals beyond the limits are refused", "[wasm][module]") {
  check_refused(kHeader + section(5, {Bytes(1, '\0') + number(60000)}), "memory");
  check_refused(kHeader + section(4, {Bytes("\x70\0", 2) + number(100'000'000)}), "table");
  Bytes globals = number(2000);
  for (int i = 0; i < 2000; ++i)
    globals += Bytes("\x7f\1\x41\0\x0b", 5);
  check_refused(kHeader + Bytes(1, 6) + number(static_cast<std::uint32_t>(globals.size())) +
                    globals + kMemory + section(7, {kExportMemory}),
                "globals");
}

TEST_CASE("module: a function with a million locals is refused before anything is allocated",
          "[wasm][module]") {
  const Bytes body = Bytes(1, 1) + number(1'000'000) + Bytes("\x7e\x0b", 2);
  check_refused(kHeader + kTypes + section(3, {number(0)}) + kMemory + section(7, {kExportMemory}) +
                    section(10, {number(static_cast<std::uint32_t>(body.size())) + body}),
                "locals");
}

Bytes with_function(std::uint32_t locals, const Bytes& code) {
  const Bytes body = number(1) + number(locals) + Bytes(1, '\x7f') + code + '\x0b';
  return kHeader + kTypes + section(3, {number(0)}) + section(4, {Bytes("\x70\0\1", 3)}) + kMemory +
         section(7, {kExportMemory}) +
         section(10, {number(static_cast<std::uint32_t>(body.size())) + body});
}

// `loops` inside each other, over `locals` that each of them may change.
Bytes nested_loops(int loops, std::uint32_t locals) {
  Bytes body;
  for (int i = 0; i < loops; ++i)
    body += Bytes("\x03\x40", 2);
  for (std::uint32_t local = 0; local < locals; ++local) // local += 1
    body += Bytes(1, '\x20') + number(local) + Bytes("\x41\1\x6a\x21", 4) + number(local);
  for (int i = 0; i < loops; ++i)
    body += Bytes("\x20\0\x0d\0\x0b", 5); // branch back if local 0 is not 0
  return with_function(locals, body);
}

Bytes indirect_calls(int calls, std::uint32_t locals) {
  Bytes body;
  for (int i = 0; i < calls; ++i)
    body += Bytes("\x41\0\x11\0\0", 5); // call the function in place 0 of the table
  return with_function(locals, body);
}

TEST_CASE("module: what would take the compiler minutes is refused before it sees it",
          "[wasm][module]") {
  check_refused(nested_loops(60, 1000), "branches times locals of the module: expected at most");
  check_refused(nested_loops(2000, 1), "branches times locals");
  check_refused(indirect_calls(2000, 1000), "branches times locals");
  // What compilers make of programs is far from it, and gets as far as its missing description.
  for (const Bytes& module :
       {nested_loops(8, 200), nested_loops(60, 100), indirect_calls(200, 100)})
    CHECK_THAT(upload(module), Catch::Contains("does not export \"describe\""));
}

TEST_CASE("module: SIMD, threads and reserved exports are refused", "[wasm][module]") {
  const Bytes simd("\x0b\0\x41\0\xfd\x0f\x1a\x0b\0\0\0", 8);
  check_refused(kHeader + kTypes + section(3, {number(0)}) + kMemory + section(7, {kExportMemory}) +
                    section(10, {Bytes("\7\0\x41\0\xfd\x0f\x1a\x0b", 8)}),
                "SIMD");
  check_refused(kHeader + section(5, {Bytes("\3\1\1", 3)}), "");
  check_refused(kHeader + kMemory +
                    section(7, {kExportMemory, name("tenon:stack") + Bytes("\2\0", 2)}),
                "tenon:stack");
}

TEST_CASE("module: without a description there is no contract", "[wasm][module]") {
  const Bytes module = kHeader + kTypes + section(3, {number(0)}) + kMemory +
                       section(7, {kExportMemory, name("describe") + Bytes("\0\0", 2)}) +
                       section(10, {kEmptyBody});
  check_refused(module, "description");
  CHECK(upload(kHeader + kMemory + section(7, {kExportMemory})) != "OK");
}

TEST_CASE("module: an entry point of another type is refused at upload", "[wasm][module]") {
  for (const char* const entry : {"execute", "query"}) {
    check_refused(kHeader + kTypes + section(3, {number(0)}) + kMemory +
                      section(7, {kExportMemory, name(entry) + Bytes("\0\0", 2)}) +
                      section(10, {kEmptyBody}),
                  entry);
  }
  check_refused(kHeader + kMemory +
                    section(7, {kExportMemory, name("describe") + Bytes("\2\0", 2)}),
                "describe");
}

TEST_CASE("module: a module above a megabyte is refused", "[wasm][module]") {
  const Bytes filler(2u << 20, 'x');
  check_refused(kHeader + kMemory + section(7, {kExportMemory}) + Bytes(1, '\0') +
                    number(static_cast<std::uint32_t>(filler.size() + 2)) + name("f") + filler,
                "bytes");
}

TEST_CASE("module: a truncated token is refused at every length", "[wasm][module]") {
  const Bytes token = read_file(kToken);
  REQUIRE(token.size() > 1000);
  for (std::size_t size = 0; size < token.size(); size += 97) {
    const auto prepared = Runtime::prepare(BytesView(token).substr(0, size));
    REQUIRE_FALSE(prepared.ok());
    REQUIRE_FALSE(prepared.status().fault());
  }
}

TEST_CASE("module: a token with a flipped bit is refused or runs within its limits",
          "[wasm][module]") {
  const Bytes token = read_file(kToken);
  const std::size_t stride = testkit::full_run() ? 11 : 499;
  Ledger ledger;
  for (std::size_t at = 8; at < token.size(); at += stride) {
    Bytes damaged = token;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << (at % 8)));
    const auto uploaded = ledger.upload("alice", damaged);
    INFO("byte " << at << ": " << (uploaded.ok() ? "" : uploaded.status().message()));
    REQUIRE_FALSE(uploaded.status().fault());
    if (!uploaded.ok())
      continue;
    const auto made = ledger.submit(
        "alice", {{"instantiate",
                   {{"contract", (*uploaded)["contract"]},
                    {"arguments", {{"name", "n"}, {"symbol", "s"}, {"decimals", 0}}}}}});
    REQUIRE_FALSE(made.status().fault());
  }
}

} // namespace
} // namespace tenon::wasm
