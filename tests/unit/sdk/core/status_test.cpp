#include "tenon/core/status.hpp"

#include <catch2/catch.hpp>

using namespace tenon;

TEST_CASE("status: a failure crosses the C border with code, fault and text", "[sdk][core]") {
  tenon_status raw;
  const Status original = data_loss("block 7 is torn");
  const std::int32_t code = original.to_abi(&raw);
  CHECK(code == TENON_DATA_LOSS);
  const Status back = Status::from_abi(code, raw);
  CHECK(back.code() == Code::kDataLoss);
  CHECK(back.fault());
  CHECK(back.message() == "block 7 is torn");
  CHECK(back.to_string() == "DATA_LOSS: block 7 is torn (fault)");
}

TEST_CASE("status: success leaves the caller's status alone", "[sdk][core]") {
  tenon_status raw;
  raw.code = 77;
  CHECK(ok_status().to_abi(&raw) == TENON_OK);
  CHECK(raw.code == 77);
}

TEST_CASE("status: text beyond the capacity is cut between characters", "[sdk][core]") {
  std::string text(TENON_STATUS_TEXT_CAPACITY - 1, 'x');
  text += "\xc3\xa9"; // é would be cut in two
  tenon_status raw;
  static_cast<void>(invalid_argument(text).to_abi(&raw));
  CHECK(raw.text_size == TENON_STATUS_TEXT_CAPACITY - 1);
}

TEST_CASE("status: what a broken callee returns is a fault, never a rejection", "[sdk][core]") {
  tenon_status raw{};
  CHECK(Status::from_abi(99, raw).fault());
  CHECK(Status::from_abi(-1, raw).fault());
  raw.text_size = TENON_STATUS_TEXT_CAPACITY + 1;
  CHECK(Status::from_abi(TENON_INVALID_ARGUMENT, raw).fault());
}

TEST_CASE("status: context is told from the outside in", "[sdk][core]") {
  const Status status = not_found("no such key").with_context("contract x");
  CHECK(status.message() == "contract x: no such key");
  CHECK_FALSE(status.fault());
  CHECK(ok_status().with_context("anything").ok());
}
