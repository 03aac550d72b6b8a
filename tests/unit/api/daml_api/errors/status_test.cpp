#include "errors/status.hpp"

#include <catch2/catch.hpp>

#include "errors/codes.hpp"
#include "google/rpc/error_details.pb.h"

namespace tenon::daml_api {

namespace {

template <typename Detail> std::vector<Detail> details(const google::rpc::Status& status) {
  std::vector<Detail> found;
  for (const google::protobuf::Any& any : status.details()) {
    Detail detail;
    if (any.Is<Detail>() && any.UnpackTo(&detail))
      found.push_back(std::move(detail));
  }
  return found;
}

google::rpc::ErrorInfo info_of(const Failure& failure, std::string_view request_id = "r") {
  const auto found = details<google::rpc::ErrorInfo>(to_status(failure, request_id));
  REQUIRE(found.size() == 1);
  return found.front();
}

bool ends_with_half_a_character(const std::string& text) {
  // "é" is two bytes: C3 A9.
  return !text.empty() && static_cast<unsigned char>(text.back()) == 0xC3U;
}

} // namespace

TEST_CASE("errors: the message names the error, its category and the start of the request id",
          "[daml_api][errors]") {
  const Failure failure(codes::kMissingField, "the field is missing: commands");
  CHECK(to_status(failure, "0123456789abcdef").message() ==
        "MISSING_FIELD(8,01234567): the field is missing: commands");
  CHECK(to_status(failure, "ab").message() ==
        "MISSING_FIELD(8,ab): the field is missing: commands");
  CHECK(to_status(failure, "").message() == "MISSING_FIELD(8,0): the field is missing: commands");
}

TEST_CASE("errors: details name the error, the request and the resources", "[daml_api][errors]") {
  const google::rpc::Status status = to_status(Failure(codes::kContractNotFound, "not there")
                                                   .about("CONTRACT_ID", "00ab")
                                                   .about("TEMPLATE_ID", "p:M:T")
                                                   .with("some-key", "some value"),
                                               "request-one");
  const auto infos = details<google::rpc::ErrorInfo>(status);
  REQUIRE(infos.size() == 1);
  CHECK(infos[0].reason() == "CONTRACT_NOT_FOUND");
  CHECK(infos[0].domain().empty());
  CHECK(infos[0].metadata().at("category") == "11");
  CHECK(infos[0].metadata().at("definite_answer") == "false");
  CHECK(infos[0].metadata().at("some-key") == "some value");
  const auto requests = details<google::rpc::RequestInfo>(status);
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].request_id() == "request-one");
  const auto resources = details<google::rpc::ResourceInfo>(status);
  REQUIRE(resources.size() == 2);
  CHECK(resources[0].resource_type() == "CONTRACT_ID");
  CHECK(resources[0].resource_name() == "00ab");
  CHECK(resources[1].resource_name() == "p:M:T");
  CHECK(details<google::rpc::RetryInfo>(status).empty());
}

TEST_CASE("errors: retryable ones say after how long", "[daml_api][errors]") {
  for (const ErrorCode* const code : codes::kAll) {
    INFO(code->id);
    const auto found = details<google::rpc::RetryInfo>(to_status(Failure(*code, "why"), "r"));
    REQUIRE(found.size() == (retry_delay_s(*code) ? 1U : 0U));
    if (!found.empty())
      CHECK(found[0].retry_delay().seconds() == *retry_delay_s(*code));
  }
}

TEST_CASE("errors: whether a command had no effect is said as published, or as the failure says",
          "[daml_api][errors]") {
  CHECK(info_of(Failure(codes::kInvalidField, "x")).metadata().at("definite_answer") == "false");
  CHECK(info_of(Failure(codes::kLedgerIdMismatch, "x")).metadata().at("definite_answer") == "true");
  CHECK_FALSE(info_of(Failure(codes::kNonHexadecimalOffset, "x"))
                  .metadata()
                  .contains("definite_answer"));
  CHECK_FALSE(info_of(Failure(codes::kInvalidUserUpdateRequest, "x"))
                  .metadata()
                  .contains("definite_answer"));
  CHECK(info_of(Failure(codes::kInvalidField, "x").definite(true))
            .metadata()
            .at("definite_answer") == "true");
  CHECK(info_of(Failure(codes::kLedgerIdMismatch, "x").definite(false))
            .metadata()
            .at("definite_answer") == "false");
}

TEST_CASE("errors: of a failure that is the operator's to know, a client gets a request id only",
          "[daml_api][errors]") {
  std::size_t hidden = 0;
  for (const ErrorCode* const code : codes::kAll) {
    INFO(code->id);
    const google::rpc::Status status =
        to_status(
            Failure(*code, "secret cause").with("k", "secret value").about("t", "secret name"),
            "request-one");
    const bool told = status.SerializeAsString().find("secret") != std::string::npos;
    CHECK(told != is_hidden(code->category));
    CHECK(details<google::rpc::ErrorInfo>(status).empty() == is_hidden(code->category));
    if (!is_hidden(code->category))
      continue;
    ++hidden;
    CHECK(status.message() == "An error occurred. Please contact the operator and inquire about "
                              "the request request-one");
    CHECK(status.SerializeAsString().find(code->id) == std::string::npos);
  }
  CHECK(hidden > 10);
}

TEST_CASE("errors: a long cause is cut between characters", "[daml_api][errors]") {
  const Failure exact(codes::kInvalidField, std::string(512, 'x'));
  CHECK(to_status(exact, "r").message() == "INVALID_FIELD(8,r): " + std::string(512, 'x'));
  const Failure over(codes::kInvalidField, std::string(513, 'x'));
  CHECK(to_status(over, "r").message() == "INVALID_FIELD(8,r): " + std::string(512, 'x') + "...");
  std::string accents = "x";
  for (int i = 0; i < 1000; ++i)
    accents += "\xC3\xA9";
  const std::string message = to_status(Failure(codes::kInvalidField, accents), "r").message();
  REQUIRE(message.ends_with("..."));
  CHECK_FALSE(ends_with_half_a_character(message.substr(0, message.size() - 3)));
  std::string id = "1234567\xC3\xA9";
  CHECK(to_status(exact, id).message().starts_with("INVALID_FIELD(8,1234567): "));
}

TEST_CASE("errors: long metadata is cut, the longest first, and short entries stay whole",
          "[daml_api][errors]") {
  const auto metadata = info_of(Failure(codes::kInvalidField, "x")
                                    .with("long", std::string(10'000, 'l'))
                                    .with("short", "whole")
                                    .with("empty", "")
                                    .with("od d\"key", "kept")
                                    .with(std::string(200, 'k'), "v"))
                            .metadata();
  CHECK(metadata.at("short") == "whole");
  CHECK(metadata.at("oddkey") == "kept");
  CHECK_FALSE(metadata.contains("empty"));
  CHECK(metadata.contains(std::string(63, 'k')));
  CHECK(metadata.at("long").size() > 1000);
  CHECK(metadata.at("long").size() < 2000);
  CHECK(metadata.at("long").ends_with("..."));
}

TEST_CASE("errors: nothing that a failure holds makes its status too big for a header",
          "[daml_api][errors]") {
  Failure failure(codes::kParticipantBackpressure, std::string(100'000, 'c'));
  for (int i = 0; i < 500; ++i) {
    failure = std::move(failure)
                  .about("PARTY", "p" + std::to_string(i))
                  .with("key" + std::to_string(i), std::string(100, 'v'));
  }
  failure = std::move(failure).about("CONTRACT_ID", std::string(50'000, '0'));
  const google::rpc::Status status = to_status(failure, std::string(10'000, 'r'));
  CHECK(status.ByteSizeLong() <= 4096);
  const auto infos = details<google::rpc::ErrorInfo>(status);
  REQUIRE(infos.size() == 1);
  CHECK(infos[0].metadata().at("category") == "2");
  CHECK(infos[0].metadata().at("definite_answer") == "false");
  CHECK(details<google::rpc::RetryInfo>(status).size() == 1);
  CHECK_FALSE(details<google::rpc::ResourceInfo>(status).empty());
}

} // namespace tenon::daml_api
