// Files cut anywhere, files with any bit turned: they are refused with a message, or what they say
// now is read and written the same. Nothing else happens.
#include <catch2/catch.hpp>
#include <functional>

#include "archive/dar.hpp"
#include "sample.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/testkit/full_run.hpp"
#include "wire.hpp"
#include "zip_builder.hpp"

namespace tenon::daml::archive {
namespace {

using lf::FieldOrder;
using lf::LanguageVersion;

void check_refusal(const Status& status) {
  if (status.fault() || status.message().empty() || !is_utf8(status.message()))
    FAIL(status.to_string());
}

// True when the payload was accepted.
bool check_payload(BytesView payload) {
  const Result<lf::Package> package = decode_payload(payload);
  if (!package.ok()) {
    check_refusal(package.status());
    return false;
  }
  const Result<Bytes> again = encode_package(*package);
  if (!again.ok() || *again != payload)
    FAIL("not written as read: " << to_hex(payload) << ", " << again.status().to_string());
  return true;
}

void check_dar(BytesView bytes) {
  const Result<Dar> dar = read_dar(bytes, "hostile.dar");
  if (!dar.ok())
    return check_refusal(dar.status());
  const Result<std::vector<lf::Package>> packages = decode_dar(*dar, "hostile.dar");
  if (!packages.ok())
    check_refusal(packages.status());
}

TEST_CASE("hostile: a payload cut at any byte is refused", "[daml][archive][hostile]") {
  for (const LanguageVersion version : {LanguageVersion::k1_6, LanguageVersion::k1_17}) {
    const Bytes payload = encode_package(lf::Sample(version).build()).value();
    for (std::size_t size = 0; size < payload.size(); ++size)
      CHECK_FALSE(check_payload(BytesView(payload).substr(0, size)));
  }
}

TEST_CASE("hostile: a payload with any bit turned is refused or is another package",
          "[daml][archive][hostile]") {
  for (const LanguageVersion version : {LanguageVersion::k1_6, LanguageVersion::k1_17}) {
    Bytes payload = encode_package(lf::Sample(version).build()).value();
    std::size_t accepted = 0;
    const std::size_t step = testkit::full_run() ? 1 : 31;
    for (std::size_t bit = 0; bit < payload.size() * 8; bit += step) {
      char& byte = payload[bit / 8];
      const char before = byte;
      byte = static_cast<char>(byte ^ (1 << (bit % 8)));
      accepted += check_payload(payload) ? 1 : 0;
      byte = before;
    }
    CHECK(accepted > 0); // a number of a line, say
    CHECK(check_payload(payload));
  }
}

TEST_CASE("hostile: a small package with any byte replaced by any other",
          "[daml][archive][hostile]") {
  for (const FieldOrder order : {FieldOrder::kByNumber, FieldOrder::kAsListed}) {
    Bytes payload = encode_package(lf::value_package(LanguageVersion::k1_15, order)).value();
    for (std::size_t i = 0; i < payload.size(); ++i) {
      const char before = payload[i];
      for (int value = 0; value < 256; ++value) {
        payload[i] = static_cast<char>(value);
        check_payload(payload);
      }
      payload[i] = before;
    }
  }
}

TEST_CASE("hostile: a DAR cut at any byte is refused", "[daml][archive][hostile]") {
  const Bytes dar = make_dar({encode_package(lf::value_package(LanguageVersion::k1_15)).value(),
                              encode_package(lf::value_package(LanguageVersion::k1_6)).value()});
  for (std::size_t size = 0; size < dar.size(); ++size) {
    const Result<Dar> read = read_dar(BytesView(dar).substr(0, size), "cut.dar");
    REQUIRE_FALSE(read.ok());
    check_refusal(read.status());
  }
}

TEST_CASE("hostile: a DAR with any bit turned is refused or read", "[daml][archive][hostile]") {
  Bytes dar = make_dar({encode_package(lf::value_package(LanguageVersion::k1_15)).value(),
                        encode_package(lf::value_package(LanguageVersion::k1_6)).value()});
  for (std::size_t bit = 0; bit < dar.size() * 8; ++bit) {
    char& byte = dar[bit / 8];
    const char before = byte;
    byte = static_cast<char>(byte ^ (1 << (bit % 8)));
    check_dar(dar);
    byte = before;
  }
}

TEST_CASE("hostile: messages nested without end are refused, wherever they may nest",
          "[daml][archive][hostile][limits]") {
  const auto nested = [](Bytes core, const std::function<Bytes(const Bytes&)>& around) {
    for (int i = 0; i < 3000; ++i)
      core = around(core);
    return core;
  };
  const Bytes unit = wire::unit_expr();
  const Bytes location = nested("", [](const Bytes& core) { return wire::part(1, core); });
  const std::vector<Bytes> bodies{
      nested(unit,
             [&](const Bytes& core) {
               return wire::part(11, wire::part(1, core) + wire::part(2, unit));
             }),
      nested(unit, [](const Bytes& core) { return wire::part(15, wire::part(1, core)); }),
      nested(unit,
             [](const Bytes& core) { return wire::part(20, wire::part(2, wire::part(2, core))); }),
      nested(unit, [](const Bytes& core) { return wire::part(21, wire::part(5, core)); }),
      // Types and kinds.
      wire::part(17, wire::part(1, nested(wire::old_type(0),
                                          [](const Bytes& core) {
                                            return wire::part(3, wire::number(1, 9) +
                                                                     wire::part(2, core));
                                          }))),
      wire::part(14, wire::part(1, wire::part(1, "a") +
                                       wire::part(2, nested(wire::part(1, ""),
                                                            [](const Bytes& core) {
                                                              return wire::part(
                                                                  2, wire::part(1, core) +
                                                                         wire::part(
                                                                             2, wire::part(1, "")));
                                                            }))) +
                         wire::part(2, unit)),
  };
  for (const Bytes& body : bodies) {
    const Status status = decode_payload(wire::old_value_payload(body)).status();
    CHECK(status.code() == Code::kInvalidArgument);
    CHECK_THAT(status.message(), Catch::Contains("at most 1000 messages in each other"));
  }
  check_payload(wire::old_value_payload(location));
}

TEST_CASE("hostile: a payload beyond the size of packages is refused unread",
          "[daml][archive][hostile][limits]") {
  const Bytes payload(lf::kMaxPackageSize + 1, '\0');
  const Status status = decode_payload(payload).status();
  CHECK(status.code() == Code::kResourceExhausted);
  CHECK_THAT(status.message(), Catch::EndsWith("expected at most 67108864 bytes, found 67108865"));
}

} // namespace
} // namespace tenon::daml::archive
