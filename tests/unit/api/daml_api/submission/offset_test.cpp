#include "submission/offset.hpp"

#include <catch2/catch.hpp>

using namespace tenon::daml_api;
using com::daml::ledger::api::v1::LedgerOffset;

TEST_CASE("offset: texts sort as the ledger does and come back", "[daml_api][submission]") {
  const std::uint64_t offsets[] = {0, 1, 15, 16, 1U << 24, 0xabcdef0123456789, UINT64_MAX};
  std::string last;
  for (const std::uint64_t offset : offsets) {
    const std::string text = offset_text(offset);
    REQUIRE(text.size() == 16);
    REQUIRE(last < text);
    REQUIRE(*parse_offset(text, "begin") == offset);
    last = text;
  }
  REQUIRE(offset_text(0xab) == "00000000000000ab");
}

TEST_CASE("offset: of any length it stands where its text sorts", "[daml_api][submission]") {
  // Behind the offset before those that begin with it …
  REQUIRE(*parse_offset("00", "begin") == 0);
  REQUIRE(*parse_offset("01", "begin") == 0x00ffffffffffffff);
  REQUIRE(offset_text(*parse_offset("01", "begin")) < "01");
  REQUIRE(offset_text(*parse_offset("01", "begin") + 1) > "01");
  // … and before the one after that which begins it.
  REQUIRE(*parse_offset("000000000000000500", "begin") == 5);
  REQUIRE(*parse_offset("ffff0000000000000005", "begin") == 0xffff000000000000);
}

TEST_CASE("offset: what is none has the published error", "[daml_api][submission]") {
  const auto missing = parse_offset("", "begin");
  REQUIRE(missing.failure().code().id == "MISSING_FIELD");
  for (const char* text : {"covfefe", "0", "000", "00AB", " 00", "0x00", "ä"}) {
    INFO(text);
    const auto answer = parse_offset(text, "prune_up_to");
    REQUIRE_FALSE(answer.ok());
    REQUIRE(answer.failure().code().id == "NON_HEXADECIMAL_OFFSET");
    REQUIRE(answer.failure().cause().find("prune_up_to needs to be a hexadecimal string and not") !=
            std::string::npos);
  }
}

TEST_CASE("offset: boundaries are the ledger's", "[daml_api][submission]") {
  LedgerOffset offset;
  REQUIRE(resolve_offset(offset, "begin", 9).failure().metadata().at("field_name") ==
          "begin.(boundary|value)");
  offset.set_boundary(LedgerOffset::LEDGER_BEGIN);
  REQUIRE(*resolve_offset(offset, "begin", 9) == 0);
  offset.set_boundary(LedgerOffset::LEDGER_END);
  REQUIRE(*resolve_offset(offset, "begin", 9) == 9);
  offset.set_boundary(static_cast<LedgerOffset::LedgerBoundary>(7));
  REQUIRE(resolve_offset(offset, "begin", 9).failure().code().id == "INVALID_ARGUMENT");
  offset.set_absolute(offset_text(3));
  REQUIRE(*resolve_offset(offset, "begin", 9) == 3);
}

TEST_CASE("offset: one after the ledger's end says so", "[daml_api][submission]") {
  REQUIRE(require_not_after_end("Begin", 9, 9).ok());
  const Outcome after = require_not_after_end("Begin", 10, 9);
  REQUIRE(after.failure().code().id == "OFFSET_AFTER_LEDGER_END");
  REQUIRE(after.failure().cause() ==
          "Begin offset (000000000000000a) is after ledger end (0000000000000009)");
}
