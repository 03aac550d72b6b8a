// The participant's own records in an SQLite database, which exists nowhere else: every change is
// on the disk before it is answered. Owned by the plugin object; any thread, calls may block on the
// disk. Failures are those of the API; `provider` is the identity provider that the caller asks
// about (empty: the default one): what belongs to another is refused with PERMISSION_DENIED.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "auth/users.hpp"
#include "errors/failure.hpp"
#include "index/pruning_record.hpp"
#include "index/sqlite.hpp"
#include "participant/records.hpp"

namespace tenon::daml_api {

class ParticipantStore final : public UserDirectory {
public:
  [[nodiscard]] static Result<std::unique_ptr<ParticipantStore>>
  open(const std::filesystem::path& file);

  // Users (users.cpp).
  [[nodiscard]] Answer<User> user(const std::string& id, const std::string& provider);
  // Of one provider, by id, at most `limit` of those after `after`.
  [[nodiscard]] Answer<std::vector<User>> users(const std::string& provider,
                                                const std::string& after, std::size_t limit);
  [[nodiscard]] Answer<User> create_user(const User& user, const std::set<UserRight>& rights);
  [[nodiscard]] Answer<User> update_user(const UserUpdate& update);
  [[nodiscard]] Outcome delete_user(const std::string& id, const std::string& provider);
  [[nodiscard]] Outcome move_user(const std::string& id, const std::string& from,
                                  const std::string& to);
  [[nodiscard]] Answer<std::set<UserRight>> rights(const std::string& id,
                                                   const std::string& provider);
  // Those that were not there before, those that were.
  [[nodiscard]] Answer<std::set<UserRight>> grant_rights(const std::string& id,
                                                         const std::string& provider,
                                                         const std::set<UserRight>& rights);
  [[nodiscard]] Answer<std::set<UserRight>> revoke_rights(const std::string& id,
                                                          const std::string& provider,
                                                          const std::set<UserRight>& rights);
  Answer<std::shared_ptr<const UserRights>> rights_of(const std::string& user_id) override;

  // Parties (parties.cpp). Those without a record belong to the default provider.
  [[nodiscard]] Answer<std::map<std::string, PartyRecord>>
  parties(const std::vector<std::string>& names);
  [[nodiscard]] Answer<PartyRecord> create_party(const PartyRecord& record);
  // `hosted`: whether the party is one of this node's, so that it may get a record now.
  [[nodiscard]] Answer<PartyRecord> update_party(const PartyUpdate& update, bool hosted);
  [[nodiscard]] Outcome move_party(const std::string& party, const std::string& from,
                                   const std::string& to, bool hosted);

  // Identity providers (providers.cpp).
  [[nodiscard]] Answer<bool> has_provider(const std::string& id); // the default one too
  [[nodiscard]] Answer<IdentityProvider> provider(const std::string& id);
  [[nodiscard]] Answer<std::vector<IdentityProvider>> providers();
  [[nodiscard]] Answer<IdentityProvider> create_provider(const IdentityProvider& provider);
  [[nodiscard]] Answer<IdentityProvider> update_provider(const IdentityProviderUpdate& update);
  [[nodiscard]] Outcome delete_provider(const std::string& id);
  Result<std::optional<TrustedIssuer>> trusted_issuer(const std::string& issuer) override;

  // The configuration that is the participant's (time_model.cpp).
  [[nodiscard]] Answer<TimeModel> time_model();
  // `model.generation` is the one that is changed: INVALID_ARGUMENT when another is in force.
  [[nodiscard]] Answer<TimeModel> set_time_model(const TimeModel& model);

  // How far the ledger of that chain was pruned for this participant's readers (pruned.cpp).
  [[nodiscard]] Result<index::PrunedOffsets> pruned(std::string_view chain);
  Status set_pruned(std::string_view chain, const index::PrunedOffsets& pruned);

private:
  explicit ParticipantStore(std::unique_ptr<sqlite::Connection> connection)
      : connection_(std::move(connection)) {}

  // Each of these with mutex_ held.
  [[nodiscard]] Answer<std::optional<User>> find_user(const std::string& id);
  [[nodiscard]] Answer<User> require_user(const std::string& id, const std::string& provider,
                                          std::string_view operation);
  [[nodiscard]] Answer<std::set<UserRight>> read_rights(const std::string& id);
  [[nodiscard]] Status add_right(const std::string& id, const UserRight& right);
  [[nodiscard]] Outcome require_few_rights(const std::string& id);
  [[nodiscard]] Answer<std::optional<PartyRecord>> find_party(const std::string& party);
  [[nodiscard]] Status insert_party(const PartyRecord& record);
  [[nodiscard]] Result<std::optional<IdentityProvider>> find_provider(const std::string& id);
  [[nodiscard]] Outcome require_free_issuer(const std::string& issuer, const std::string& id,
                                            std::string_view operation);
  [[nodiscard]] Result<Annotations> read_annotations(std::string_view table,
                                                     const std::string& owner);
  [[nodiscard]] Status write_annotations(std::string_view table, const std::string& owner,
                                         const Annotations& annotations);
  void forget_rights(const std::string& id);

  std::mutex mutex_; // of the connection
  const std::unique_ptr<sqlite::Connection> connection_;
  std::mutex cache_mutex_; // taken alone or inside mutex_
  std::unordered_map<std::string, std::shared_ptr<const UserRights>> cached_rights_;
};

} // namespace tenon::daml_api
