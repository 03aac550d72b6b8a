// Which versions of Daml-LF this engine reads, and what each of them can say. Constants and pure
// functions; any thread.
//
// Everything that depends on a version asks supports(): no other place compares versions, so that a
// new version is one more row here.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "tenon/core/status.hpp"
#include "values/transaction_version.hpp"

namespace tenon::daml::lf {

// The supported versions; the value is the minor number, so that the order of values is the order
// of versions. 1.16 was withdrawn by its makers and "1.dev" never was a promise: both are refused.
enum class LanguageVersion : std::uint8_t {
  k1_6 = 6,
  k1_7 = 7,
  k1_8 = 8,
  k1_11 = 11,
  k1_12 = 12,
  k1_13 = 13,
  k1_14 = 14,
  k1_15 = 15,
  k1_17 = 17,
};

inline constexpr std::array kLanguageVersions = {
    LanguageVersion::k1_6,  LanguageVersion::k1_7,  LanguageVersion::k1_8,
    LanguageVersion::k1_11, LanguageVersion::k1_12, LanguageVersion::k1_13,
    LanguageVersion::k1_14, LanguageVersion::k1_15, LanguageVersion::k1_17,
};
inline constexpr LanguageVersion kOldestVersion = kLanguageVersions.front();
inline constexpr LanguageVersion kNewestVersion = kLanguageVersions.back();

// "1.15".
[[nodiscard]] std::string to_string(LanguageVersion version);
// "15": as archives write it.
[[nodiscard]] std::string minor_text(LanguageVersion version);
// "1.6-1.8, 1.11-1.15 and 1.17": for messages.
[[nodiscard]] std::string_view supported_versions();
// From the minor part, "15". UNIMPLEMENTED names the version found and the ones supported.
[[nodiscard]] Result<LanguageVersion> parse_minor_version(std::string_view minor);

// What is not the same in all versions. The first group came at some version, the second went.
enum class Feature : std::uint8_t {
  kInternedNames,     // strings and dotted names come from the package's tables
  kNumeric,           // Numeric with a scale, type-level naturals
  kAny,               // Any, to_any, from_any
  kTypeRep,           // type representations as values
  kTypeSynonyms,      //
  kPackageMetadata,   // name and version of the package; required from then on
  kGenericComparison, // EQUAL, LESS … on every comparable type
  kGenMap,            // maps with keys of any comparable type
  kContractIdToText,  //
  kExerciseByKey,     //
  kInternedTypes,     // definitions name types by their entry in the package's table
  kChoiceObservers,   // required from then on
  kBigNumeric,        // unbounded decimals and rounding modes
  kExceptions,        // throw, try, exception definitions; rollback nodes in transactions
  kByKeyFlag,         // transaction nodes tell whether they were reached by key
  kInterfaces,        //
  kUpgrades,          // packages of one name may replace each other; soft fetch and exercise
  kDecimal,           // Decimal instead of Numeric
  kTypedComparison,   // EQUAL_INT64, LESS_TEXT …: one built-in per type
  kQuotedParty,       // PARTY_TO_QUOTED_TEXT
  kContractIdsV0,     // may run beside the old scheme of contract ids
};

struct FeatureRange {
  Feature feature;
  std::string_view name;
  LanguageVersion first;
  LanguageVersion last;
};

// One row for each feature, in the order of the enumeration.
inline constexpr std::array kFeatures = {
    FeatureRange{Feature::kInternedNames, "interned names", LanguageVersion::k1_7, kNewestVersion},
    FeatureRange{Feature::kNumeric, "Numeric", LanguageVersion::k1_7, kNewestVersion},
    FeatureRange{Feature::kAny, "Any", LanguageVersion::k1_7, kNewestVersion},
    FeatureRange{Feature::kTypeRep, "type representations", LanguageVersion::k1_7, kNewestVersion},
    FeatureRange{Feature::kTypeSynonyms, "type synonyms", LanguageVersion::k1_8, kNewestVersion},
    FeatureRange{Feature::kPackageMetadata, "package metadata", LanguageVersion::k1_8,
                 kNewestVersion},
    FeatureRange{Feature::kGenericComparison, "generic comparison", LanguageVersion::k1_11,
                 kNewestVersion},
    FeatureRange{Feature::kGenMap, "generic maps", LanguageVersion::k1_11, kNewestVersion},
    FeatureRange{Feature::kContractIdToText, "contract ids as text", LanguageVersion::k1_11,
                 kNewestVersion},
    FeatureRange{Feature::kExerciseByKey, "exercise by key", LanguageVersion::k1_11,
                 kNewestVersion},
    FeatureRange{Feature::kInternedTypes, "interned types", LanguageVersion::k1_11, kNewestVersion},
    FeatureRange{Feature::kChoiceObservers, "choice observers", LanguageVersion::k1_11,
                 kNewestVersion},
    FeatureRange{Feature::kBigNumeric, "BigNumeric", LanguageVersion::k1_13, kNewestVersion},
    FeatureRange{Feature::kExceptions, "exceptions", LanguageVersion::k1_14, kNewestVersion},
    FeatureRange{Feature::kByKeyFlag, "by-key flag", LanguageVersion::k1_14, kNewestVersion},
    FeatureRange{Feature::kInterfaces, "interfaces", LanguageVersion::k1_15, kNewestVersion},
    FeatureRange{Feature::kUpgrades, "upgrades", LanguageVersion::k1_17, kNewestVersion},
    FeatureRange{Feature::kDecimal, "Decimal", kOldestVersion, LanguageVersion::k1_6},
    FeatureRange{Feature::kTypedComparison, "comparison per type", kOldestVersion,
                 LanguageVersion::k1_8},
    FeatureRange{Feature::kQuotedParty, "quoted parties", kOldestVersion, LanguageVersion::k1_13},
    FeatureRange{Feature::kContractIdsV0, "contract ids V0", kOldestVersion, LanguageVersion::k1_8},
};

constexpr bool features_in_order() {
  for (std::size_t i = 0; i < kFeatures.size(); ++i) {
    if (static_cast<std::size_t>(kFeatures[i].feature) != i)
      return false;
  }
  return true;
}
static_assert(features_in_order());

constexpr const FeatureRange& range_of(Feature feature) {
  return kFeatures[static_cast<std::size_t>(feature)];
}

constexpr bool supports(LanguageVersion version, Feature feature) {
  const FeatureRange& range = range_of(feature);
  return range.first <= version && version <= range.last;
}

// The version of the transaction format that a node of a template in such a package is written in.
[[nodiscard]] TransactionVersion transaction_version(LanguageVersion version);

} // namespace tenon::daml::lf
