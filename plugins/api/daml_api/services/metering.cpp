#include "services/metering.hpp"

#include <google/protobuf/util/json_util.h>

#include "com/daml/ledger/api/v1/admin/metering_report_service.pb.h"
#include "common/json/json_text.hpp"
#include "errors/codes.hpp"
#include "services/timestamps.hpp"
#include "submission/durations.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::daml_api {

namespace admin = com::daml::ledger::api::v1::admin;

namespace {

constexpr std::int64_t kHourUs = 3600 * kMicrosPerSecond;

Answer<std::uint64_t> read_hour(const google::protobuf::Timestamp& timestamp,
                                std::string_view field) {
  const auto us = timestamp_us(timestamp);
  if (!us || *us < 0 || *us % kHourUs != 0)
    return wrong_argument(std::string(field) + ": expected a full hour from 1970 on, found " +
                          std::to_string(timestamp.seconds()) + " s");
  return static_cast<std::uint64_t>(*us);
}

// Of the report without this member, written without spaces and with names in order. It tells
// whether a report was changed by accident; it is no proof of who made it.
api::Json digest_of(const api::Json& report) {
  return {{"scheme", "sha256"}, {"digest", to_hex(crypto::sha256(api::dump(report)).view())}};
}

api::Json request_json(const admin::GetMeteringReportRequest& request, std::uint64_t from,
                       std::uint64_t to) {
  api::Json asked = {{"from", rfc3339(from)}};
  if (request.has_to())
    asked["to"] = rfc3339(to);
  if (!request.application_id().empty())
    asked["application"] = request.application_id();
  return asked;
}

Answer<admin::GetMeteringReportResponse>
metering_report(const ServiceParts& parts, const admin::GetMeteringReportRequest& request) {
  if (!request.has_from())
    return missing_field("from");
  TENON_ASSIGN_OR_RETURN(const std::uint64_t from, read_hour(request.from(), "from"));
  const std::uint64_t now = parts.host.wall_us();
  std::uint64_t to = now;
  if (request.has_to()) {
    TENON_ASSIGN_OR_RETURN(to, read_hour(request.to(), "to"));
  }
  TENON_RETURN_IF_FAILED(
      optional_field(kApplicationIdSyntax, request.application_id(), "application_id"));
  TENON_ASSIGN_OR_RETURN(const auto events,
                         parts.index.metering(from, to, request.application_id()));

  api::Json report = {{"participant", parts.settings.participant_id},
                      {"request", request_json(request, from, to)},
                      {"applications", api::Json::array()}};
  // A span that is over does not change any more.
  report["final"] = request.has_to() && to <= parts.index.extent().end_record_time_us;
  for (const auto& [application, count] : events)
    report["applications"].push_back({{"application", application}, {"events", count}});
  report["check"] = digest_of(report);

  admin::GetMeteringReportResponse response;
  *response.mutable_request() = request;
  set_timestamp(*response.mutable_report_generation_time(), static_cast<std::int64_t>(now));
  const auto read = google::protobuf::util::JsonStringToMessage(
      api::dump(report), response.mutable_metering_report_json());
  if (!read.ok())
    return Failure(codes::kLedgerApiInternalError, "the report cannot be given as a Struct");
  return response;
}

} // namespace

void add_metering_service(rpc::Methods& methods, const ServiceParts& parts) {
  methods.unary<admin::GetMeteringReportRequest, admin::GetMeteringReportResponse>(
      std::string(kAdminApi) + "MeteringReportService/GetMeteringReport",
      [&parts](const rpc::Call&, const admin::GetMeteringReportRequest& request, auto reply) {
        reply(metering_report(parts, request));
      });
}

} // namespace tenon::daml_api
