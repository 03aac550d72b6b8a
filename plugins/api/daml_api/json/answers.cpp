#include "json/answers.hpp"

#include "errors/status.hpp"
#include "google/rpc/error_details.pb.h"

namespace tenon::daml_api::json {

namespace {

using api::JsonWriter;

unsigned http_status(Code code) {
  switch (code) {
  case Code::kOk:
    return 200;
  case Code::kInvalidArgument:
  case Code::kFailedPrecondition:
  case Code::kOutOfRange:
    return 400;
  case Code::kUnauthenticated:
    return 401;
  case Code::kPermissionDenied:
    return 403;
  case Code::kNotFound:
    return 404;
  case Code::kAborted:
  case Code::kAlreadyExists:
    return 409;
  case Code::kResourceExhausted:
    return 429;
  case Code::kUnimplemented:
    return 501;
  case Code::kUnavailable:
    return 503;
  case Code::kDeadlineExceeded:
    return 504;
  case Code::kCancelled:
  case Code::kUnknown:
  case Code::kInternal:
  case Code::kDataLoss:
    break;
  }
  return 500;
}

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

// One of the details of a google.rpc.Status; kinds that clients of this API do not know are left
// out.
void write_detail(JsonWriter& json, const google::protobuf::Any& detail) {
  google::rpc::ErrorInfo error;
  google::rpc::RetryInfo retry;
  google::rpc::RequestInfo request;
  google::rpc::ResourceInfo resource;
  if (detail.UnpackTo(&error)) {
    json.begin_object().key("@type").string("ErrorInfoDetail");
    json.key("errorCodeId").string(error.reason());
    json.key("metadata").begin_object();
    for (const auto& [name, value] : std::map(error.metadata().begin(), error.metadata().end()))
      json.key(name).string(value);
    json.end_object().end_object();
  } else if (detail.UnpackTo(&retry)) {
    const std::int64_t nanos =
        retry.retry_delay().seconds() * kNanosPerSecond + retry.retry_delay().nanos();
    json.begin_object().key("@type").string("RetryInfoDetail");
    json.key("duration").integer(static_cast<std::uint64_t>(nanos)).end_object();
  } else if (detail.UnpackTo(&request)) {
    json.begin_object().key("@type").string("RequestInfoDetail");
    json.key("correlationId").string(request.request_id()).end_object();
  } else if (detail.UnpackTo(&resource)) {
    json.begin_object().key("@type").string("ResourceInfoDetail");
    json.key("name").string(resource.resource_name());
    json.key("typ").string(resource.resource_type()).end_object();
  }
}

void write_ledger_error(JsonWriter& json, const google::rpc::Status& status) {
  json.key("ledgerApiError").begin_object();
  json.key("code").integer(static_cast<std::uint64_t>(status.code()));
  json.key("details").begin_array();
  for (const auto& detail : status.details())
    write_detail(json, detail);
  json.end_array();
  json.key("message").string(status.message());
  json.end_object();
}

} // namespace

Refusal::Refusal(Failure failure)
    : status_(http_status(grpc_code(failure.code().category))), failure_(std::move(failure)) {}

std::string Refusal::to_json(std::string_view request_id) const {
  JsonWriter json;
  json.begin_object();
  json.key("errors").begin_array();
  std::optional<google::rpc::Status> ledger;
  if (failure_) {
    ledger = daml_api::to_status(*failure_, request_id);
    json.string(std::string(code_name(static_cast<Code>(ledger->code()))) + ": " +
                ledger->message());
  } else {
    json.string(error_);
  }
  json.end_array();
  if (ledger)
    write_ledger_error(json, *ledger);
  json.key("status").integer(status_);
  if (!warnings_.is_null())
    json.key("warnings").raw(api::dump(warnings_));
  json.end_object();
  return json.take();
}

Refusal bad_request(std::string error) {
  return {400, std::move(error)};
}

Refusal unauthorized(std::string error) {
  return {401, std::move(error)};
}

api::http::Response json_response(unsigned status, std::string body) {
  api::http::Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

api::http::Response result_response(std::string_view result, std::string_view warnings) {
  std::string body = "{";
  body.reserve(result.size() + warnings.size() + 48);
  if (!warnings.empty())
    body.append("\"warnings\":").append(warnings).append(",");
  body.append("\"result\":").append(result).append(",\"status\":200}");
  return json_response(200, std::move(body));
}

api::http::Response refusal_response(const Refusal& refusal, std::string_view request_id) {
  return json_response(refusal.status(), refusal.to_json(request_id));
}

std::string warnings_text(const char* name, const std::vector<std::string>& unknown) {
  if (unknown.empty())
    return {};
  JsonWriter json;
  json.begin_object().key(name).begin_array();
  for (const std::string& one : unknown)
    json.string(one);
  json.end_array().end_object();
  return json.take();
}

} // namespace tenon::daml_api::json
