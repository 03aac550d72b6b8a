#include "com/daml/ledger/api/v1/admin/metering_report_service.pb.h"
#include "com/daml/ledger/api/v1/admin/package_management_service.pb.h"
#include "com/daml/ledger/api/v1/package_service.pb.h"
#include "json/accounts.hpp"
#include "json/members.hpp"
#include "json/service_call.hpp"
#include "json/time_text.hpp"

namespace tenon::daml_api::json {

namespace {

using api::Json;
using api::JsonWriter;
namespace lapi = com::daml::ledger::api::v1;

constexpr std::int64_t kSecondsPerDay = 86'400;

// Midnight of the day that a member says, by UTC; nothing when it is absent.
Read<std::optional<std::int64_t>> read_day(const Members& members, const char* name) {
  TENON_ASSIGN_OR_RETURN(const auto text, members.optional_text(name));
  if (!text)
    return std::optional<std::int64_t>();
  const auto days = parse_date(*text);
  if (!days) {
    return bad_request(std::string("\"") + name + "\": expected a date as 2022-01-31, found \"" +
                       *text + "\"");
  }
  return std::optional<std::int64_t>(*days * kSecondsPerDay);
}

Read<lapi::admin::GetMeteringReportRequest> read_report(const Exchange& exchange) {
  TENON_ASSIGN_OR_RETURN(const Json body, parse_body(exchange.body));
  TENON_ASSIGN_OR_RETURN(const Members members, Members::of(body));
  if (auto refusal = members.only({"from", "to", "application"}))
    return *std::move(refusal);
  TENON_ASSIGN_OR_RETURN(const auto from_s, read_day(members, "from"));
  TENON_ASSIGN_OR_RETURN(const auto to_s, read_day(members, "to"));
  TENON_ASSIGN_OR_RETURN(const auto application, members.optional_text("application"));
  if (!from_s)
    return bad_request("\"from\": expected a date as 2022-01-31, found nothing");
  lapi::admin::GetMeteringReportRequest request;
  request.mutable_from()->set_seconds(*from_s);
  if (to_s)
    request.mutable_to()->set_seconds(*to_s);
  request.set_application_id(application.value_or(""));
  return request;
}

Json json_of(const google::protobuf::Value& value) {
  switch (value.kind_case()) {
  case google::protobuf::Value::kNumberValue: {
    const auto integer = static_cast<std::int64_t>(value.number_value());
    return static_cast<double>(integer) == value.number_value() ? Json(integer)
                                                                 : Json(value.number_value());
  }
  case google::protobuf::Value::kStringValue:
    return value.string_value();
  case google::protobuf::Value::kBoolValue:
    return value.bool_value();
  case google::protobuf::Value::kStructValue: {
    Json object = Json::object();
    for (const auto& [name, member] : value.struct_value().fields())
      object[name] = json_of(member);
    return object;
  }
  case google::protobuf::Value::kListValue: {
    Json list = Json::array();
    for (const auto& item : value.list_value().values())
      list.push_back(json_of(item));
    return list;
  }
  default:
    return nullptr;
  }
}

} // namespace

void list_packages(const Parts& parts, const ExchangePtr& exchange) {
  call_for<lapi::ListPackagesResponse>(parts, exchange, "PackageService/ListPackages",
                                   lapi::ListPackagesRequest(),
                                   [exchange](const lapi::ListPackagesResponse& response) {
                                     JsonWriter json;
                                     json.begin_array();
                                     for (const std::string& id : response.package_ids())
                                       json.string(id);
                                     json.end_array();
                                     exchange->result(json.take());
                                   });
}

void get_package(const Parts& parts, const ExchangePtr& exchange) {
  lapi::GetPackageRequest request;
  request.set_package_id(exchange->tail);
  call_for<lapi::GetPackageResponse>(parts, exchange, "PackageService/GetPackage",
                                     std::move(request),
                                 [exchange](const lapi::GetPackageResponse& response) {
                                   api::http::Response bytes;
                                   bytes.content_type = std::string(api::http::kBytes);
                                   bytes.body = response.archive_payload();
                                   exchange->respond(std::move(bytes));
                                 });
}

void upload_package(const Parts& parts, const ExchangePtr& exchange) {
  lapi::admin::UploadDarFileRequest request;
  request.set_dar_file(exchange->body);
  call_for<lapi::admin::UploadDarFileResponse>(
      parts, exchange, "admin.PackageManagementService/UploadDarFile", std::move(request),
      // One file was taken.
      [exchange](const lapi::admin::UploadDarFileResponse&) { exchange->result("1"); });
}

void metering_report(const Parts& parts, const ExchangePtr& exchange) {
  auto request = read_report(*exchange);
  if (!request.ok())
    return exchange->refuse(request.status());
  call_for<lapi::admin::GetMeteringReportResponse>(
      parts, exchange, "admin.MeteringReportService/GetMeteringReport", *std::move(request),
      [exchange](const lapi::admin::GetMeteringReportResponse& response) {
        google::protobuf::Value report;
        *report.mutable_struct_value() = response.metering_report_json();
        exchange->result(api::dump(json_of(report)));
      });
}

} // namespace tenon::daml_api::json
