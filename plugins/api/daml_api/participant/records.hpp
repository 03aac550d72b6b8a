// What the participant keeps of its own, which stands in no ledger: users and their rights, local
// data of parties, identity providers, the time model. Values only; any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace tenon::daml_api {

// The identity provider that needs no configuration.
inline const std::string kDefaultProvider;
// The user who is there from the start.
inline constexpr const char* kParticipantAdmin = "participant_admin";

inline constexpr std::size_t kMaxRightsPerUser = 1000;
inline constexpr std::size_t kMaxIdentityProviders = 16;
inline constexpr std::size_t kMaxAnnotationsBytes = std::size_t{256} << 10;

using Annotations = std::map<std::string, std::string>;

// Whether keys and values together are within kMaxAnnotationsBytes; those without a value do not
// count, they stand for removals.
[[nodiscard]] bool annotations_fit(const Annotations& annotations);
// Those of `changes` take the place of what was there; without a value they go away.
[[nodiscard]] Annotations merge_annotations(Annotations present, const Annotations& changes);

struct User {
  std::string id;
  std::string primary_party; // empty: none
  bool deactivated = false;
  std::string identity_provider_id;
  Annotations annotations;
  std::int64_t version = 0; // grows with every change of the above
};

struct UserRight {
  // The numbers are stored.
  enum class Kind : std::uint8_t {
    kParticipantAdmin = 1,
    kActAs = 2,
    kReadAs = 3,
    kIdentityProviderAdmin = 4,
  };
  Kind kind = Kind::kParticipantAdmin;
  std::string party; // of the two kinds that are about one
  auto operator<=>(const UserRight&) const = default;
};

// What is given changes. Annotations are merged: one without a value goes away.
struct UserUpdate {
  std::string id;
  std::string identity_provider_id;
  std::optional<std::string> primary_party;
  std::optional<bool> deactivated;
  std::optional<Annotations> annotations;
  std::optional<std::int64_t> expected_version;
};

struct PartyRecord {
  std::string party;
  std::string identity_provider_id;
  Annotations annotations;
  std::int64_t version = 0;
};

struct PartyUpdate {
  std::string party;
  std::string identity_provider_id;
  std::optional<Annotations> annotations;
  std::optional<std::int64_t> expected_version;
};

struct IdentityProvider {
  std::string id;
  bool deactivated = false;
  std::string issuer;
  std::string jwks_url;
  std::string audience; // empty: none in particular
};

struct IdentityProviderUpdate {
  std::string id;
  std::optional<bool> deactivated;
  std::optional<std::string> issuer;
  std::optional<std::string> jwks_url;
  std::optional<std::string> audience;
};

struct TimeModel {
  std::int64_t generation = 1; // of the configuration; one more with every change
  std::int64_t average_latency_ns = 0;
  std::int64_t min_skew_ns = 30'000'000'000;
  std::int64_t max_skew_ns = 30'000'000'000;
};

} // namespace tenon::daml_api
