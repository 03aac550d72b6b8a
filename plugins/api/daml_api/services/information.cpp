#include "services/information.hpp"

#include "com/daml/ledger/api/v1/ledger_configuration_service.pb.h"
#include "com/daml/ledger/api/v1/ledger_identity_service.pb.h"
#include "com/daml/ledger/api/v1/version_service.pb.h"
#include "services/participant_parts.hpp"
#include "services/timestamps.hpp"

namespace tenon::daml_api {

namespace lapi = com::daml::ledger::api::v1;

namespace {

// The configuration never changes while a node runs: told once, and the stream stays open.
class ConfigurationSource final : public rpc::Source {
public:
  explicit ConfigurationSource(std::string response) : response_(std::move(response)) {}
  void on_wake(std::function<void()>) override {}
  Step next() override {
    if (response_.empty())
      return Pending{};
    return std::exchange(response_, {});
  }

private:
  std::string response_;
};

Answer<std::unique_ptr<rpc::Source>>
ledger_configuration(const ServiceParts& parts,
                     const lapi::GetLedgerConfigurationRequest& request) {
  TENON_RETURN_IF_FAILED(check_ledger_id(parts, request.ledger_id()));
  lapi::GetLedgerConfigurationResponse response;
  set_duration(*response.mutable_ledger_configuration()->mutable_max_deduplication_duration(),
               static_cast<std::int64_t>(parts.settings.max_deduplication_us));
  return std::unique_ptr<rpc::Source>(
      std::make_unique<ConfigurationSource>(response.SerializeAsString()));
}

void describe_features(const ServiceSettings& settings, lapi::FeaturesDescriptor& features) {
  lapi::ExperimentalFeatures& experimental = *features.mutable_experimental();
  experimental.mutable_static_time()->set_supported(settings.static_time);
  lapi::CommandDeduplicationFeatures& deduplication =
      *experimental.mutable_command_deduplication();
  deduplication.mutable_deduplication_period_support()->set_offset_support(
      lapi::CommandDeduplicationPeriodSupport::OFFSET_CONVERT_TO_DURATION);
  deduplication.mutable_deduplication_period_support()->set_duration_support(
      lapi::CommandDeduplicationPeriodSupport::DURATION_NATIVE_SUPPORT);
  deduplication.set_deduplication_type(lapi::ASYNC_ONLY);
  deduplication.set_max_deduplication_duration_enforced(true);
  experimental.mutable_optional_ledger_id();
  experimental.mutable_contract_ids()->set_v1(lapi::ExperimentalContractIds::NON_SUFFIXED);
  // Transactions have the same ids and offsets on every node.
  experimental.mutable_committer_event_log()->set_event_log_type(
      lapi::ExperimentalCommitterEventLog::CENTRALIZED);
  experimental.mutable_explicit_disclosure()->set_supported(true);
  experimental.mutable_user_and_party_local_metadata_extensions()->set_supported(true);
  experimental.mutable_acs_active_at_offset()->set_supported(true);
  experimental.mutable_template_filters()->set_supported(true);
  experimental.mutable_command_inspection_service()->set_supported(true);
  experimental.mutable_pruned_offsets()->set_supported(true);
  features.mutable_user_management()->set_supported(true);
  features.mutable_user_management()->set_max_rights_per_user(
      static_cast<std::int32_t>(kMaxRightsPerUser));
  features.mutable_user_management()->set_max_users_page_size(kMaxUsersPage);
  features.mutable_party_management()->set_max_parties_page_size(kMaxPartiesPage);
}

Answer<lapi::GetLedgerApiVersionResponse> version(const ServiceParts& parts,
                                                  const lapi::GetLedgerApiVersionRequest& request) {
  TENON_RETURN_IF_FAILED(check_ledger_id(parts, request.ledger_id()));
  lapi::GetLedgerApiVersionResponse response;
  response.set_version(parts.settings.event_format == EventFormat::k2_6 ? "2.6.5" : "2.10.4");
  describe_features(parts.settings, *response.mutable_features());
  return response;
}

} // namespace

void add_information_services(rpc::Methods& methods, const ServiceParts& parts) {
  methods.unary<lapi::GetLedgerIdentityRequest, lapi::GetLedgerIdentityResponse>(
      std::string(kApi) + "LedgerIdentityService/GetLedgerIdentity",
      [&parts](const rpc::Call&, const lapi::GetLedgerIdentityRequest&, auto reply) {
        lapi::GetLedgerIdentityResponse response;
        response.set_ledger_id(parts.settings.ledger_id);
        reply(std::move(response));
      });
  methods.stream<lapi::GetLedgerConfigurationRequest>(
      std::string(kApi) + "LedgerConfigurationService/GetLedgerConfiguration",
      [&parts](const rpc::Call&, const lapi::GetLedgerConfigurationRequest& request) {
        return ledger_configuration(parts, request);
      });
  methods.unary<lapi::GetLedgerApiVersionRequest, lapi::GetLedgerApiVersionResponse>(
      std::string(kApi) + "VersionService/GetLedgerApiVersion",
      [&parts](const rpc::Call&, const lapi::GetLedgerApiVersionRequest& request, auto reply) {
        reply(version(parts, request));
      });
}

} // namespace tenon::daml_api
