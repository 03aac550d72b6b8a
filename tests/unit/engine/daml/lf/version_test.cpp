// Which versions there are and what each can say.
#include "lf/version.hpp"

#include <catch2/catch.hpp>

namespace tenon::daml::lf {
namespace {

TEST_CASE("language version: every supported one is read back from its minor part",
          "[daml][lf][version]") {
  for (const LanguageVersion version : kLanguageVersions)
    CHECK(parse_minor_version(minor_text(version)).value() == version);
  CHECK(to_string(kOldestVersion) == "1.6");
  CHECK(to_string(kNewestVersion) == "1.17");
}

TEST_CASE("language version: another one is refused with its name and the supported range",
          "[daml][lf][version]") {
  for (const std::string minor : {"5", "9", "10", "16", "18", "dev", "", "015", "15 ", "-6"}) {
    const Status status = parse_minor_version(minor).status();
    CHECK(status.code() == Code::kUnimplemented);
    CHECK(status.message() ==
          "language version: expected one of 1.6-1.8, 1.11-1.15 and 1.17, found 1." + minor);
  }
  CHECK(parse_minor_version(std::string(1000, '1')).status().message().size() < 120);
}

TEST_CASE("features: each comes or goes at the version that the language says",
          "[daml][lf][version]") {
  using V = LanguageVersion;
  CHECK_FALSE(supports(V::k1_6, Feature::kInternedNames));
  CHECK(supports(V::k1_7, Feature::kInternedNames));
  CHECK_FALSE(supports(V::k1_7, Feature::kPackageMetadata));
  CHECK(supports(V::k1_8, Feature::kTypeSynonyms));
  CHECK_FALSE(supports(V::k1_8, Feature::kInternedTypes));
  CHECK(supports(V::k1_11, Feature::kChoiceObservers));
  CHECK_FALSE(supports(V::k1_12, Feature::kBigNumeric));
  CHECK(supports(V::k1_13, Feature::kBigNumeric));
  CHECK_FALSE(supports(V::k1_13, Feature::kExceptions));
  CHECK(supports(V::k1_14, Feature::kByKeyFlag));
  CHECK_FALSE(supports(V::k1_14, Feature::kInterfaces));
  CHECK(supports(V::k1_15, Feature::kInterfaces));
  CHECK_FALSE(supports(V::k1_15, Feature::kUpgrades));
  CHECK(supports(V::k1_17, Feature::kUpgrades));
  CHECK(supports(V::k1_6, Feature::kDecimal));
  CHECK_FALSE(supports(V::k1_7, Feature::kDecimal));
  CHECK(supports(V::k1_8, Feature::kTypedComparison));
  CHECK_FALSE(supports(V::k1_11, Feature::kTypedComparison));
  CHECK(supports(V::k1_13, Feature::kQuotedParty));
  CHECK_FALSE(supports(V::k1_14, Feature::kQuotedParty));
}

TEST_CASE("features: each has a range of supported versions and a name", "[daml][lf][version]") {
  for (const FeatureRange& range : kFeatures) {
    CHECK(range.first <= range.last);
    CHECK_FALSE(range.name.empty());
  }
}

TEST_CASE("transaction version: that of the language version, but never an older one than 10",
          "[daml][lf][version]") {
  CHECK(transaction_version(LanguageVersion::k1_6) == TransactionVersion::k10);
  CHECK(transaction_version(LanguageVersion::k1_8) == TransactionVersion::k10);
  CHECK(transaction_version(LanguageVersion::k1_11) == TransactionVersion::k11);
  CHECK(transaction_version(LanguageVersion::k1_15) == TransactionVersion::k15);
  CHECK(transaction_version(LanguageVersion::k1_17) == TransactionVersion::k17);
}

} // namespace
} // namespace tenon::daml::lf
