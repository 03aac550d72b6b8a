#include "auth/claims.hpp"
#include "errors/codes.hpp"
#include "participant/store.hpp"
#include "values/fields.hpp"

namespace tenon::daml_api {

namespace {

constexpr std::string_view kTable = "user_annotations";
constexpr std::size_t kMaxCachedRights = 10'000;

Failure about_user(const ErrorCode& code, std::string cause, const std::string& id) {
  return Failure(code, std::move(cause)).about("USER", id);
}

Failure not_found(std::string_view operation, const std::string& id) {
  return about_user(codes::kUserNotFound,
                    std::string(operation) + ": there is no user \"" + id + "\"", id);
}

Failure another_provider(const std::string& id) {
  return not_allowed("the user " + id + " belongs to another identity provider");
}

Failure too_large(const std::string& id) {
  return about_user(codes::kMaxUserAnnotationsSizeExceeded,
                    "the annotations of the user '" + id + "' would have more than 256 KiB", id);
}

User user_of(const sqlite::Rows& rows) {
  User user;
  user.id = rows.bytes(0);
  user.primary_party = rows.bytes(1);
  user.identity_provider_id = rows.bytes(2);
  user.deactivated = rows.integer(3) != 0;
  user.version = rows.integer(4);
  return user;
}

std::shared_ptr<const UserRights> summary(const User& user, const std::set<UserRight>& rights) {
  auto out = std::make_shared<UserRights>();
  out->deactivated = user.deactivated;
  out->identity_provider_id = user.identity_provider_id;
  for (const UserRight& right : rights) {
    switch (right.kind) {
    case UserRight::Kind::kParticipantAdmin:
      out->participant_admin = true;
      break;
    case UserRight::Kind::kIdentityProviderAdmin:
      out->identity_provider_admin = true;
      break;
    case UserRight::Kind::kActAs:
      out->act_as.insert(right.party);
      break;
    case UserRight::Kind::kReadAs:
      out->read_as.insert(right.party);
      break;
    }
  }
  return out;
}

} // namespace

Answer<std::optional<User>> ParticipantStore::find_user(const std::string& id) {
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const find,
      connection_->statement("SELECT id, primary_party, identity_provider, deactivated, version "
                             "FROM users WHERE id = ?"));
  sqlite::Rows rows = find->run(std::string_view(id));
  TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
  if (!there)
    return std::optional<User>();
  User user = user_of(rows);
  TENON_ASSIGN_OR_RETURN(user.annotations, read_annotations(kTable, id));
  return std::optional<User>(std::move(user));
}

Answer<User> ParticipantStore::require_user(const std::string& id, const std::string& provider,
                                            std::string_view operation) {
  TENON_ASSIGN_OR_RETURN(std::optional<User> found, find_user(id));
  if (!found.has_value())
    return not_found(operation, id);
  if (found->identity_provider_id != provider)
    return another_provider(id);
  return *std::move(found);
}

Answer<std::set<UserRight>> ParticipantStore::read_rights(const std::string& id) {
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const find,
      connection_->statement("SELECT kind, party FROM user_rights WHERE user = ?"));
  sqlite::Rows rows = find->run(std::string_view(id));
  std::set<UserRight> rights;
  for (;;) {
    TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
    if (!there)
      return rights;
    rights.insert({static_cast<UserRight::Kind>(rows.integer(0)), std::string(rows.bytes(1))});
  }
}

Status ParticipantStore::add_right(const std::string& id, const UserRight& right) {
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const add,
      connection_->statement("INSERT OR IGNORE INTO user_rights VALUES (?, ?, ?)"));
  return add->execute(std::string_view(id), static_cast<std::int64_t>(right.kind),
                      std::string_view(right.party));
}

Outcome ParticipantStore::require_few_rights(const std::string& id) {
  TENON_ASSIGN_OR_RETURN(const std::set<UserRight> rights, read_rights(id));
  if (rights.size() <= kMaxRightsPerUser)
    return {};
  return about_user(codes::kTooManyUserRights,
                    "the user \"" + id + "\" would have " + std::to_string(rights.size()) +
                        " rights, at most " + std::to_string(kMaxRightsPerUser) + " are possible",
                    id);
}

Answer<User> ParticipantStore::user(const std::string& id, const std::string& provider) {
  const std::lock_guard lock(mutex_);
  return require_user(id, provider, "getting a user");
}

Answer<std::vector<User>> ParticipantStore::users(const std::string& provider,
                                                  const std::string& after, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const find,
      connection_->statement("SELECT id, primary_party, identity_provider, deactivated, version "
                             "FROM users WHERE identity_provider = ? AND id > ? "
                             "ORDER BY id LIMIT ?"));
  std::vector<User> users;
  {
    sqlite::Rows rows = find->run(std::string_view(provider), std::string_view(after),
                                  static_cast<std::uint64_t>(limit));
    for (;;) {
      TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
      if (!there)
        break;
      users.push_back(user_of(rows));
    }
  }
  for (User& user : users) {
    TENON_ASSIGN_OR_RETURN(user.annotations, read_annotations(kTable, user.id));
  }
  return users;
}

Answer<User> ParticipantStore::create_user(const User& user, const std::set<UserRight>& rights) {
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(sqlite::Transaction transaction,
                         sqlite::Transaction::begin(*connection_, true));
  TENON_ASSIGN_OR_RETURN(const std::optional<User> found, find_user(user.id));
  if (found.has_value() && found->identity_provider_id != user.identity_provider_id)
    return another_provider(user.id);
  if (found.has_value()) {
    return about_user(codes::kUserAlreadyExists,
                      "creating a user: there is a user \"" + user.id + "\" already", user.id);
  }
  if (!annotations_fit(user.annotations))
    return too_large(user.id);
  TENON_ASSIGN_OR_RETURN(sqlite::Statement* const add,
                         connection_->statement("INSERT INTO users VALUES (?, ?, ?, ?, 0)"));
  TENON_RETURN_IF_ERROR(add->execute(std::string_view(user.id),
                                     std::string_view(user.primary_party),
                                     std::string_view(user.identity_provider_id),
                                     static_cast<std::int64_t>(user.deactivated)));
  TENON_RETURN_IF_ERROR(write_annotations(kTable, user.id, user.annotations));
  for (const UserRight& right : rights)
    TENON_RETURN_IF_ERROR(add_right(user.id, right));
  TENON_RETURN_IF_FAILED(require_few_rights(user.id));
  TENON_RETURN_IF_ERROR(transaction.commit());
  User created = user;
  created.version = 0;
  return created;
}

Answer<User> ParticipantStore::update_user(const UserUpdate& update) {
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(sqlite::Transaction transaction,
                         sqlite::Transaction::begin(*connection_, true));
  TENON_ASSIGN_OR_RETURN(User user,
                         require_user(update.id, update.identity_provider_id, "updating a user"));
  if (update.expected_version.has_value() && *update.expected_version != user.version) {
    return about_user(codes::kConcurrentUserUpdateDetected,
                      "the user '" + user.id + "' has been changed meanwhile: it is at version " +
                          std::to_string(user.version),
                      user.id);
  }
  if (update.annotations.has_value()) {
    user.annotations = merge_annotations(std::move(user.annotations), *update.annotations);
    if (!annotations_fit(user.annotations))
      return too_large(user.id);
    TENON_RETURN_IF_ERROR(write_annotations(kTable, user.id, user.annotations));
  }
  user.primary_party = update.primary_party.value_or(user.primary_party);
  user.deactivated = update.deactivated.value_or(user.deactivated);
  ++user.version;
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const write,
      connection_->statement(
          "UPDATE users SET primary_party = ?, deactivated = ?, version = ? WHERE id = ?"));
  TENON_RETURN_IF_ERROR(write->execute(std::string_view(user.primary_party),
                                       static_cast<std::int64_t>(user.deactivated), user.version,
                                       std::string_view(user.id)));
  TENON_RETURN_IF_ERROR(transaction.commit());
  forget_rights(user.id);
  return user;
}

Outcome ParticipantStore::delete_user(const std::string& id, const std::string& provider) {
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(const User user, require_user(id, provider, "deleting a user"));
  TENON_ASSIGN_OR_RETURN(sqlite::Statement* const remove,
                         connection_->statement("DELETE FROM users WHERE id = ?"));
  TENON_RETURN_IF_ERROR(remove->execute(std::string_view(user.id)));
  forget_rights(id);
  return {};
}

Outcome ParticipantStore::move_user(const std::string& id, const std::string& from,
                                    const std::string& to) {
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(const User user,
                         require_user(id, from, "changing the identity provider of a user"));
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const write,
      connection_->statement("UPDATE users SET identity_provider = ? WHERE id = ?"));
  TENON_RETURN_IF_ERROR(write->execute(std::string_view(to), std::string_view(user.id)));
  forget_rights(id);
  return {};
}

Answer<std::set<UserRight>> ParticipantStore::rights(const std::string& id,
                                                     const std::string& provider) {
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(const User user,
                         require_user(id, provider, "listing the rights of a user"));
  return read_rights(user.id);
}

Answer<std::set<UserRight>> ParticipantStore::grant_rights(const std::string& id,
                                                           const std::string& provider,
                                                           const std::set<UserRight>& rights) {
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(sqlite::Transaction transaction,
                         sqlite::Transaction::begin(*connection_, true));
  TENON_ASSIGN_OR_RETURN(const User user,
                         require_user(id, provider, "granting rights to a user"));
  TENON_ASSIGN_OR_RETURN(const std::set<UserRight> present, read_rights(user.id));
  std::set<UserRight> granted;
  for (const UserRight& right : rights) {
    if (present.contains(right))
      continue;
    TENON_RETURN_IF_ERROR(add_right(user.id, right));
    granted.insert(right);
  }
  TENON_RETURN_IF_FAILED(require_few_rights(user.id));
  TENON_RETURN_IF_ERROR(transaction.commit());
  forget_rights(id);
  return granted;
}

Answer<std::set<UserRight>> ParticipantStore::revoke_rights(const std::string& id,
                                                            const std::string& provider,
                                                            const std::set<UserRight>& rights) {
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(sqlite::Transaction transaction,
                         sqlite::Transaction::begin(*connection_, true));
  TENON_ASSIGN_OR_RETURN(const User user,
                         require_user(id, provider, "revoking rights of a user"));
  TENON_ASSIGN_OR_RETURN(const std::set<UserRight> present, read_rights(user.id));
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const remove,
      connection_->statement("DELETE FROM user_rights WHERE user = ? AND kind = ? AND party = ?"));
  std::set<UserRight> revoked;
  for (const UserRight& right : rights) {
    if (!present.contains(right))
      continue;
    TENON_RETURN_IF_ERROR(remove->execute(std::string_view(user.id),
                                          static_cast<std::int64_t>(right.kind),
                                          std::string_view(right.party)));
    revoked.insert(right);
  }
  TENON_RETURN_IF_ERROR(transaction.commit());
  forget_rights(id);
  return revoked;
}

Answer<std::shared_ptr<const UserRights>>
ParticipantStore::rights_of(const std::string& user_id) {
  TENON_RETURN_IF_FAILED(require_argument(kUserIdSyntax, user_id));
  {
    const std::lock_guard lock(cache_mutex_);
    if (const auto found = cached_rights_.find(user_id); found != cached_rights_.end())
      return found->second;
  }
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(const std::optional<User> user, find_user(user_id));
  if (!user.has_value())
    return std::shared_ptr<const UserRights>();
  TENON_ASSIGN_OR_RETURN(const std::set<UserRight> rights, read_rights(user_id));
  auto found = summary(*user, rights);
  // With the connection still held, so that no change comes between.
  const std::lock_guard cache_lock(cache_mutex_);
  if (cached_rights_.size() >= kMaxCachedRights)
    cached_rights_.clear();
  // Another thread may have been faster: all see the same pointer.
  return cached_rights_.emplace(user_id, std::move(found)).first->second;
}

void ParticipantStore::forget_rights(const std::string& id) {
  const std::lock_guard lock(cache_mutex_);
  cached_rights_.erase(id);
}

} // namespace tenon::daml_api
