#include "com/daml/ledger/api/v1/admin/config_management_service.pb.h"
#include "com/daml/ledger/api/v1/admin/metering_report_service.pb.h"
#include "com/daml/ledger/api/v1/admin/package_management_service.pb.h"
#include "com/daml/ledger/api/v1/admin/participant_pruning_service.pb.h"
#include "com/daml/ledger/api/v1/event_query_service.pb.h"
#include "com/daml/ledger/api/v1/ledger_configuration_service.pb.h"
#include "com/daml/ledger/api/v1/package_service.pb.h"
#include "com/daml/ledger/api/v1/testing/time_service.pb.h"
#include "com/daml/ledger/api/v1/version_service.pb.h"
#include "google/protobuf/empty.pb.h"
#include "services/configuration.hpp"
#include "services/event_query.hpp"
#include "services/information.hpp"
#include "services/metering.hpp"
#include "services/packages.hpp"
#include "services/pruning.hpp"
#include "services/time.hpp"
#include "stage.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::daml_api::test {

namespace lapi = com::daml::ledger::api::v1;
namespace admin = com::daml::ledger::api::v1::admin;

namespace {

const std::string kApiName = "com.daml.ledger.api.v1.";
const std::string kAdminName = kApiName + "admin.";

} // namespace

TEST_CASE("packages: are listed, given and told apart from unknown ones", "[daml_api][services]") {
  Stage stage;
  add_package_services(stage.methods, stage.parts);
  const std::string service = kApiName + "PackageService/";
  const auto list = stage.call<lapi::ListPackagesResponse>(service + "ListPackages",
                                                           lapi::ListPackagesRequest());
  REQUIRE(list.response.package_ids_size() == 1);
  lapi::GetPackageRequest get;
  get.set_package_id("pkg");
  const auto got = stage.call<lapi::GetPackageResponse>(service + "GetPackage", get);
  CHECK(got.response.archive_payload() == "payload");
  CHECK(got.response.hash() == "pkg");
  get.set_package_id("unknown");
  CHECK(stage.call<lapi::GetPackageResponse>(service + "GetPackage", get).failure ==
        "PACKAGE_NOT_FOUND");
  lapi::GetPackageStatusRequest status;
  status.set_package_id("unknown");
  const auto told =
      stage.call<lapi::GetPackageStatusResponse>(service + "GetPackageStatus", status);
  CHECK(told.failure.empty());
  CHECK(told.response.package_status() == lapi::UNKNOWN);
  status.set_package_id("");
  CHECK(stage.call<lapi::GetPackageStatusResponse>(service + "GetPackageStatus", status).failure ==
        "INVALID_ARGUMENT");
}

TEST_CASE("packages: an upload goes to the ledger, and its refusal keeps its id",
          "[daml_api][services]") {
  Stage stage;
  add_package_services(stage.methods, stage.parts);
  admin::UploadDarFileRequest request;
  request.set_dar_file("a DAR");
  std::vector<std::string> answers;
  const auto upload = [&] {
    stage.start<admin::UploadDarFileResponse>(
        kAdminName + "PackageManagementService/UploadDarFile", request,
        [&](const auto& told) { answers.push_back(told.failure); });
  };
  upload();
  upload();
  REQUIRE(stage.ledger.submissions.size() == 2);
  CHECK(stage.ledger.submissions[0].command_id() != stage.ledger.submissions[1].command_id());
  daml::engine::v1::CommandRequest command;
  REQUIRE(command.ParseFromString(stage.ledger.submissions[0].command().substr(1)));
  CHECK(command.upload().dar() == "a DAR");
  CHECK(answers.empty());
  stage.ledger.waiting[0](v1::Completion());
  v1::Completion refusal;
  refusal.set_code(static_cast<std::uint32_t>(Code::kInvalidArgument));
  refusal.set_reason("DAR_PARSE_ERROR");
  refusal.set_message("it is no archive");
  stage.ledger.waiting[1](refusal);
  stage.ledger.refusal = Status(Code::kUnavailable, "STOPPING: this node is shutting down");
  upload();
  CHECK(answers ==
        std::vector<std::string>{"", "DAR_PARSE_ERROR", "SERVER_IS_SHUTTING_DOWN"});
}

TEST_CASE("pruning: up to an offset before the end, and never up to the end",
          "[daml_api][services]") {
  Stage stage;
  add_pruning_service(stage.methods, stage.parts);
  for (const char* const id : {"a", "b"})
    stage.index.add(Scene().create(id, "alice"));
  admin::PruneRequest request;
  const auto prune = [&](const std::string& up_to) {
    request.set_prune_up_to(up_to);
    return stage
        .call<admin::PruneResponse>(kAdminName + "ParticipantPruningService/Prune", request)
        .failure;
  };
  CHECK(prune("") == "INVALID_ARGUMENT");
  CHECK(prune("no offset") == "NON_HEXADECIMAL_OFFSET");
  CHECK(prune(offset(2)) == "OFFSET_OUT_OF_RANGE");
  CHECK(stage.index.extent().pruned_up_to == 0);
  request.set_prune_all_divulged_contracts(true);
  CHECK(prune(offset(1)).empty());
  CHECK(stage.index.extent().pruned_up_to == 1);
  CHECK(stage.index.pruned_divulged);
}

TEST_CASE("event query: a contract's create and archive, to its stakeholders",
          "[daml_api][services]") {
  Stage stage;
  add_event_query_service(stage.methods, stage.parts);
  const std::string method = kApiName + "EventQueryService/GetEventsByContractId";
  const std::string id = "00" + std::string(64, 'a');
  stage.index.add(Scene().create(from_hex(id).value_or(""), "alice", {"bob"}));
  stage.index.add(Scene().archive(from_hex(id).value_or(""), {"alice", "bob"}));
  lapi::GetEventsByContractIdRequest request;
  request.set_contract_id(id);
  using Response = lapi::GetEventsByContractIdResponse;
  CHECK(stage.call<Response>(method, request).failure == "MISSING_FIELD");
  request.add_requesting_parties("bob");
  const auto told = stage.call<Response>(method, request);
  CHECK(told.response.create_event().witness_parties_size() == 1);
  CHECK(told.response.create_event().contract_id() == id);
  CHECK(told.response.archive_event().contract_id() == id);
  request.set_requesting_parties(0, "carol");
  const auto foreign = stage.call<Response>(method, request);
  CHECK(foreign.failure.empty());
  CHECK_FALSE(foreign.response.has_create_event());
  CHECK_FALSE(foreign.response.has_archive_event());
  request.set_contract_id("no id");
  CHECK(stage.call<Response>(method, request).failure == "INVALID_FIELD");
}

TEST_CASE("event query: by key, step by step with the token of the answer before",
          "[daml_api][services]") {
  Stage stage;
  add_event_query_service(stage.methods, stage.parts);
  const std::string method = kApiName + "EventQueryService/GetEventsByContractKey";
  stage.index.add(Scene().create("c", "alice"));
  stage.index.next_key_events.events = *stage.index.contract_events("63");
  stage.index.next_key_events.continue_before = index::Position{7, 3};
  lapi::GetEventsByContractKeyRequest request;
  using Response = lapi::GetEventsByContractKeyResponse;
  CHECK(stage.call<Response>(method, request).failure == "MISSING_FIELD");
  request.mutable_contract_key()->set_text("key");
  request.mutable_template_id()->set_package_id("pkg");
  request.mutable_template_id()->set_module_name("Main");
  request.mutable_template_id()->set_entity_name("Asset");
  request.add_requesting_parties("alice");
  const auto first = stage.call<Response>(method, request);
  CHECK(first.response.create_event().contract_id() == "63");
  REQUIRE_FALSE(first.response.continuation_token().empty());
  CHECK_FALSE(stage.index.asked_before);
  request.set_continuation_token(first.response.continuation_token());
  stage.index.next_key_events = {};
  const auto second = stage.call<Response>(method, request);
  CHECK(stage.index.asked_before == index::Position{7, 3});
  CHECK(second.response.continuation_token().empty());
  for (const char* const wrong : {"00", "no token", "0000000000000007000000030"}) {
    request.set_continuation_token(wrong);
    CHECK(stage.call<Response>(method, request).failure == "INVALID_FIELD");
  }
}

TEST_CASE("time: who sets it says what it was, and streams hear of it", "[daml_api][services]") {
  Stage stage;
  TimeWatchers watchers;
  add_time_service(stage.methods, stage.parts, watchers);
  const std::string service = kApiName + "testing.TimeService/";
  using lapi::testing::GetTimeRequest;
  using lapi::testing::GetTimeResponse;
  using lapi::testing::SetTimeRequest;
  const auto stream = stage.open(service + "GetTime", GetTimeRequest());
  const auto now = hear<GetTimeResponse>(*stream);
  REQUIRE(now.messages.size() == 1);
  CHECK(now.messages[0].current_time().seconds() == 1'700'000'000);
  CHECK(hear<GetTimeResponse>(*stream).messages.empty());
  SetTimeRequest request;
  const auto set = [&] {
    return stage.call<google::protobuf::Empty>(service + "SetTime", request).failure;
  };
  CHECK(set() == "MISSING_FIELD");
  request.mutable_current_time()->set_seconds(5);
  CHECK(set() == "MISSING_FIELD");
  request.mutable_new_time()->set_seconds(1'700'000'010);
  CHECK(set() == "INVALID_ARGUMENT");
  request.mutable_new_time()->set_nanos(-1);
  CHECK(set() == "INVALID_FIELD");
}

TEST_CASE("configuration: the stream tells once and stays open", "[daml_api][services]") {
  Stage stage;
  add_information_services(stage.methods, stage.parts);
  const auto stream =
      stage.open(kApiName + "LedgerConfigurationService/GetLedgerConfiguration",
                 lapi::GetLedgerConfigurationRequest());
  const auto heard = hear<lapi::GetLedgerConfigurationResponse>(*stream);
  REQUIRE(heard.messages.size() == 1);
  CHECK_FALSE(heard.ended);
  CHECK(heard.messages[0].ledger_configuration().max_deduplication_duration().seconds() == 1'800);
}

TEST_CASE("version: is that of the release whose events are given", "[daml_api][services]") {
  for (const auto& [format, version] : {std::pair{EventFormat::k2_6, "2.6.5"},
                                        std::pair{EventFormat::k2_10, "2.10.4"}}) {
    Stage stage(format);
    add_information_services(stage.methods, stage.parts);
    const auto told = stage.call<lapi::GetLedgerApiVersionResponse>(
        kApiName + "VersionService/GetLedgerApiVersion", lapi::GetLedgerApiVersionRequest());
    CHECK(told.response.version() == version);
    CHECK_FALSE(told.response.features().experimental().static_time().supported());
  }
}

TEST_CASE("time model: is read, and set by who knows its generation before the time is over",
          "[daml_api][services]") {
  Stage stage;
  testkit::TemporaryFolder folder;
  const auto store = ParticipantStore::open(folder.path() / "participant.db");
  REQUIRE(store.ok());
  add_configuration_service(stage.methods, stage.parts, **store);
  const std::string service = kAdminName + "ConfigManagementService/";
  const auto get = [&] {
    return stage
        .call<admin::GetTimeModelResponse>(service + "GetTimeModel", admin::GetTimeModelRequest())
        .response;
  };
  const auto before = get();
  admin::SetTimeModelRequest request;
  const auto set = [&] {
    return stage.call<admin::SetTimeModelResponse>(service + "SetTimeModel", request).failure;
  };
  CHECK(set() == "MISSING_FIELD");
  *request.mutable_new_time_model() = before.time_model();
  request.mutable_new_time_model()->mutable_min_skew()->set_seconds(77);
  request.mutable_new_time_model()->mutable_avg_transaction_latency()->set_nanos(1);
  request.set_configuration_generation(before.configuration_generation());
  CHECK(set() == "MISSING_FIELD");
  request.mutable_maximum_record_time()->set_seconds(1'600'000'000);
  CHECK(set() == "REQUEST_TIME_OUT");
  request.mutable_maximum_record_time()->set_seconds(1'800'000'000);
  CHECK(set().empty());
  CHECK(get().time_model().SerializeAsString() == request.new_time_model().SerializeAsString());
  CHECK(get().configuration_generation() == before.configuration_generation() + 1);
  CHECK(set() == "INVALID_ARGUMENT"); // the generation is another now
  request.set_configuration_generation(get().configuration_generation());
  request.mutable_new_time_model()->mutable_max_skew()->set_seconds(300'000'000'000);
  CHECK(set() == "INVALID_ARGUMENT");
}

TEST_CASE("metering: counts by application, says whether that is final, and comes with a digest",
          "[daml_api][services]") {
  Stage stage;
  add_metering_service(stage.methods, stage.parts);
  const std::string method = kAdminName + "MeteringReportService/GetMeteringReport";
  using Response = admin::GetMeteringReportResponse;
  admin::GetMeteringReportRequest request;
  CHECK(stage.call<Response>(method, request).failure == "MISSING_FIELD");
  request.mutable_from()->set_seconds(3'601);
  CHECK(stage.call<Response>(method, request).failure == "INVALID_ARGUMENT");
  request.mutable_from()->set_seconds(3'600);
  request.mutable_to()->set_seconds(7'200);
  request.set_application_id("b");
  const auto told = stage.call<Response>(method, request);
  const auto& report = told.response.metering_report_json().fields();
  CHECK(report.at("participant").string_value() == "participant");
  CHECK(report.at("final").bool_value());
  REQUIRE(report.at("applications").list_value().values_size() == 1);
  const auto& entry = report.at("applications").list_value().values(0).struct_value().fields();
  CHECK(entry.at("application").string_value() == "b");
  CHECK(entry.at("events").number_value() == 4);
  const auto& check = report.at("check").struct_value().fields();
  CHECK(check.at("scheme").string_value() == "sha256");
  const std::string text =
      R"({"applications":[{"application":"b","events":4}],"final":true,)"
      R"("participant":"participant","request":{"application":"b",)"
      R"("from":"1970-01-01T01:00:00.000000Z",)"
      R"("to":"1970-01-01T02:00:00.000000Z"}})";
  CHECK(check.at("digest").string_value() == to_hex(crypto::sha256(text).view()));
  request.clear_to();
  CHECK_FALSE(stage.call<Response>(method, request)
                  .response.metering_report_json()
                  .fields()
                  .at("final")
                  .bool_value());
}

} // namespace tenon::daml_api::test
