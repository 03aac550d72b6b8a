#include "services/configuration.hpp"

#include <limits>

#include "com/daml/ledger/api/v1/admin/config_management_service.pb.h"
#include "errors/codes.hpp"
#include "submission/durations.hpp"

namespace tenon::daml_api {

namespace admin = com::daml::ledger::api::v1::admin;

namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kMostSeconds = std::numeric_limits<std::int64_t>::max() / kNanosPerSecond;

void write_duration(google::protobuf::Duration& duration, std::int64_t ns) {
  duration.set_seconds(ns / kNanosPerSecond);
  duration.set_nanos(static_cast<std::int32_t>(ns % kNanosPerSecond));
}

Answer<admin::GetTimeModelResponse> get_time_model(ParticipantStore& store) {
  TENON_ASSIGN_OR_RETURN(const TimeModel model, store.time_model());
  admin::GetTimeModelResponse response;
  response.set_configuration_generation(model.generation);
  admin::TimeModel& times = *response.mutable_time_model();
  write_duration(*times.mutable_avg_transaction_latency(), model.average_latency_ns);
  write_duration(*times.mutable_min_skew(), model.min_skew_ns);
  write_duration(*times.mutable_max_skew(), model.max_skew_ns);
  return response;
}

// In nanoseconds.
Answer<std::int64_t> read_duration(bool is_there, const google::protobuf::Duration& duration,
                                   std::string_view field) {
  if (!is_there)
    return missing_field(field);
  const auto us = duration_us(duration);
  if (!us || *us < 0 || duration.seconds() >= kMostSeconds) {
    return wrong_argument(std::string(field) +
                          ": expected a duration of at least 0 and less than 292 years");
  }
  return duration.seconds() * kNanosPerSecond + duration.nanos();
}

Answer<admin::SetTimeModelResponse> set_time_model(const ServiceParts& parts,
                                                   ParticipantStore& store,
                                                   const admin::SetTimeModelRequest& request) {
  TENON_RETURN_IF_FAILED(
      optional_field(kLedgerStringSyntax, request.submission_id(), "submission_id"));
  if (!request.has_new_time_model())
    return missing_field("new_time_model");
  const admin::TimeModel& times = request.new_time_model();
  TimeModel model;
  model.generation = request.configuration_generation();
  TENON_ASSIGN_OR_RETURN(model.average_latency_ns,
                         read_duration(times.has_avg_transaction_latency(),
                                       times.avg_transaction_latency(), "avg_transaction_latency"));
  TENON_ASSIGN_OR_RETURN(model.min_skew_ns,
                         read_duration(times.has_min_skew(), times.min_skew(), "min_skew"));
  TENON_ASSIGN_OR_RETURN(model.max_skew_ns,
                         read_duration(times.has_max_skew(), times.max_skew(), "max_skew"));
  if (!request.has_maximum_record_time())
    return missing_field("maximum_record_time");
  const auto latest = timestamp_us(request.maximum_record_time());
  if (!latest)
    return wrong_argument("maximum_record_time: expected a time of the years 1 to 9999");
  if (*latest < static_cast<std::int64_t>(parts.host.wall_us())) {
    return Failure(codes::kRequestTimeOut, "maximum_record_time has passed; ask with a later one");
  }
  TENON_ASSIGN_OR_RETURN(model, store.set_time_model(model));
  admin::SetTimeModelResponse response;
  response.set_configuration_generation(model.generation);
  return response;
}

} // namespace

void add_configuration_service(rpc::Methods& methods, const ServiceParts& parts,
                               ParticipantStore& store) {
  const std::string service = std::string(kAdminApi) + "ConfigManagementService/";
  methods.unary<admin::GetTimeModelRequest, admin::GetTimeModelResponse>(
      service + "GetTimeModel",
      [&store](const rpc::Call&, const admin::GetTimeModelRequest&, auto reply) {
        reply(get_time_model(store));
      });
  methods.unary<admin::SetTimeModelRequest, admin::SetTimeModelResponse>(
      service + "SetTimeModel",
      [&parts, &store](const rpc::Call&, const admin::SetTimeModelRequest& request, auto reply) {
        reply(set_time_model(parts, store, request));
      });
}

} // namespace tenon::daml_api
