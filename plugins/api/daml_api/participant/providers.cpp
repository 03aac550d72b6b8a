#include "errors/codes.hpp"
#include "participant/store.hpp"

namespace tenon::daml_api {

namespace {

constexpr std::string_view kColumns = "id, issuer, jwks_url, audience, deactivated";

Failure about_provider(const ErrorCode& code, std::string cause, const std::string& id) {
  return Failure(code, std::move(cause)).about("IDENTITY_PROVIDER_CONFIG", id);
}

Failure not_found(std::string_view operation, const std::string& id) {
  return about_provider(codes::kIdpConfigNotFound,
                        std::string(operation) + ": there is no identity provider \"" + id + "\"",
                        id);
}

IdentityProvider provider_of(const sqlite::Rows& rows) {
  IdentityProvider provider;
  provider.id = rows.bytes(0);
  provider.issuer = rows.bytes(1);
  provider.jwks_url = rows.bytes(2);
  provider.audience = rows.bytes(3);
  provider.deactivated = rows.integer(4) != 0;
  return provider;
}

} // namespace

Result<std::optional<IdentityProvider>> ParticipantStore::find_provider(const std::string& id) {
  TENON_ASSIGN_OR_RETURN(sqlite::Statement* const find,
                         connection_->statement("SELECT " + std::string(kColumns) +
                                                " FROM identity_providers WHERE id = ?"));
  sqlite::Rows rows = find->run(std::string_view(id));
  TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
  return there ? std::optional(provider_of(rows)) : std::nullopt;
}

Outcome ParticipantStore::require_free_issuer(const std::string& issuer, const std::string& id,
                                              std::string_view operation) {
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const find,
      connection_->statement("SELECT id FROM identity_providers WHERE issuer = ? AND id <> ?"));
  sqlite::Rows rows = find->run(std::string_view(issuer), std::string_view(id));
  TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
  if (!there)
    return {};
  return about_provider(codes::kIdpConfigIssuerAlreadyExists,
                        std::string(operation) + ": the issuer \"" + issuer +
                            "\" is that of another identity provider",
                        issuer);
}

Answer<bool> ParticipantStore::has_provider(const std::string& id) {
  if (id == kDefaultProvider)
    return true;
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(const std::optional<IdentityProvider> found, find_provider(id));
  return found.has_value();
}

Answer<IdentityProvider> ParticipantStore::provider(const std::string& id) {
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(std::optional<IdentityProvider> found, find_provider(id));
  if (!found.has_value())
    return not_found("getting an identity provider", id);
  return *std::move(found);
}

Answer<std::vector<IdentityProvider>> ParticipantStore::providers() {
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(sqlite::Statement* const find,
                         connection_->statement("SELECT " + std::string(kColumns) +
                                                " FROM identity_providers ORDER BY id"));
  sqlite::Rows rows = find->run();
  std::vector<IdentityProvider> providers;
  for (;;) {
    TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
    if (!there)
      return providers;
    providers.push_back(provider_of(rows));
  }
}

Answer<IdentityProvider> ParticipantStore::create_provider(const IdentityProvider& provider) {
  constexpr std::string_view kOperation = "creating an identity provider";
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(sqlite::Transaction transaction,
                         sqlite::Transaction::begin(*connection_, true));
  TENON_ASSIGN_OR_RETURN(const std::optional<IdentityProvider> found, find_provider(provider.id));
  if (found.has_value()) {
    return about_provider(codes::kIdpConfigAlreadyExists,
                          std::string(kOperation) + ": there is one of the id \"" + provider.id +
                              "\" already",
                          provider.id);
  }
  TENON_RETURN_IF_FAILED(require_free_issuer(provider.issuer, provider.id, kOperation));
  TENON_ASSIGN_OR_RETURN(const std::int64_t count,
                         connection_->integer("SELECT COUNT(*) FROM identity_providers"));
  if (count >= static_cast<std::int64_t>(kMaxIdentityProviders)) {
    return Failure(codes::kTooManyIdentityProviderConfigs,
                   std::string(kOperation) + ": there are " + std::to_string(count) +
                       " already, and no more are possible");
  }
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const add,
      connection_->statement("INSERT INTO identity_providers VALUES (?, ?, ?, ?, ?)"));
  TENON_RETURN_IF_ERROR(add->execute(
      std::string_view(provider.id), std::string_view(provider.issuer),
      std::string_view(provider.jwks_url), std::string_view(provider.audience),
      static_cast<std::int64_t>(provider.deactivated)));
  TENON_RETURN_IF_ERROR(transaction.commit());
  return provider;
}

Answer<IdentityProvider> ParticipantStore::update_provider(const IdentityProviderUpdate& update) {
  constexpr std::string_view kOperation = "updating an identity provider";
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(sqlite::Transaction transaction,
                         sqlite::Transaction::begin(*connection_, true));
  TENON_ASSIGN_OR_RETURN(std::optional<IdentityProvider> found, find_provider(update.id));
  if (!found.has_value())
    return not_found(kOperation, update.id);
  if (update.issuer.has_value())
    TENON_RETURN_IF_FAILED(require_free_issuer(*update.issuer, update.id, kOperation));
  IdentityProvider provider = *std::move(found);
  provider.issuer = update.issuer.value_or(provider.issuer);
  provider.jwks_url = update.jwks_url.value_or(provider.jwks_url);
  provider.audience = update.audience.value_or(provider.audience);
  provider.deactivated = update.deactivated.value_or(provider.deactivated);
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const write,
      connection_->statement("UPDATE identity_providers SET issuer = ?, jwks_url = ?, "
                             "audience = ?, deactivated = ? WHERE id = ?"));
  TENON_RETURN_IF_ERROR(write->execute(
      std::string_view(provider.issuer), std::string_view(provider.jwks_url),
      std::string_view(provider.audience), static_cast<std::int64_t>(provider.deactivated),
      std::string_view(provider.id)));
  TENON_RETURN_IF_ERROR(transaction.commit());
  return provider;
}

Outcome ParticipantStore::delete_provider(const std::string& id) {
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(sqlite::Transaction transaction,
                         sqlite::Transaction::begin(*connection_, true));
  TENON_ASSIGN_OR_RETURN(const std::optional<IdentityProvider> found, find_provider(id));
  if (!found.has_value())
    return not_found("deleting an identity provider", id);
  for (const std::string_view table : {"users", "parties"}) {
    TENON_ASSIGN_OR_RETURN(
        sqlite::Statement* const find,
        connection_->statement("SELECT 1 FROM " + std::string(table) +
                               " WHERE identity_provider = ? LIMIT 1"));
    sqlite::Rows rows = find->run(std::string_view(id));
    TENON_ASSIGN_OR_RETURN(const bool used, rows.next());
    if (used) {
      return about_provider(codes::kInvalidArgument,
                            "deleting an identity provider: " + std::string(table) +
                                " belong to \"" + id +
                                "\"; delete them or give them to another provider first",
                            id);
    }
  }
  TENON_ASSIGN_OR_RETURN(sqlite::Statement* const remove,
                         connection_->statement("DELETE FROM identity_providers WHERE id = ?"));
  TENON_RETURN_IF_ERROR(remove->execute(std::string_view(id)));
  return transaction.commit();
}

Result<std::optional<TrustedIssuer>>
ParticipantStore::trusted_issuer(const std::string& issuer) {
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const find,
      connection_->statement("SELECT " + std::string(kColumns) +
                             " FROM identity_providers WHERE issuer = ? AND deactivated = 0"));
  sqlite::Rows rows = find->run(std::string_view(issuer));
  TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
  if (!there)
    return std::optional<TrustedIssuer>();
  const IdentityProvider provider = provider_of(rows);
  return std::optional<TrustedIssuer>({provider.id, provider.jwks_url, provider.audience});
}

} // namespace tenon::daml_api
