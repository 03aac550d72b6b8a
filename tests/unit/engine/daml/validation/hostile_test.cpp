// Packages with something changed at random: found valid or refused, never worse.
#include <catch2/catch.hpp>

#include "archive/archive.hpp"
#include "lab.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::daml::validation {
namespace {

struct Tally {
  std::size_t undecoded = 0;
  std::size_t refused = 0;
  std::size_t valid = 0;
};

void judge(BytesView payload, Tally& tally) {
  const auto package = archive::decode_payload(payload);
  if (!package.ok()) {
    ++tally.undecoded;
    return;
  }
  const Status status = validate(*package, PackageSet());
  if (status.ok()) {
    ++tally.valid;
    return;
  }
  ++tally.refused;
  CHECK_FALSE(status.fault());
  CHECK(is_utf8(status.message()));
  CHECK_THAT(status.message(), Catch::StartsWith("package " + package->id() + ": "));
}

TEST_CASE("hostile packages: any bit of a package turned does no harm",
          "[daml][validation][hostile]") {
  for (const lf::LanguageVersion version :
       {lf::LanguageVersion::k1_6, lf::LanguageVersion::k1_8, lf::LanguageVersion::k1_11,
        lf::LanguageVersion::k1_14, lf::LanguageVersion::k1_17}) {
    INFO(to_string(version));
    Lab lab(version);
    lab.add({lab.data("Rec"), lab.rec()}, "rec");
    Bytes payload = archive::encode_package(lab.build()).value();
    REQUIRE(validate(archive::decode_payload(payload).value(), PackageSet()).ok());
    Tally tally;
    for (std::size_t bit = 0; bit < payload.size() * 8; ++bit) {
      char& byte = payload[bit / 8];
      const char before = byte;
      byte = static_cast<char>(byte ^ (1 << (bit % 8)));
      judge(payload, tally);
      byte = before;
    }
    CHECK(tally.undecoded > 0);
    CHECK(tally.refused > 0);
    CHECK(tally.valid > 0); // other names
  }
}

} // namespace
} // namespace tenon::daml::validation
