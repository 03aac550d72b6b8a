#include "errors/status.hpp"

#include <algorithm>
#include <cctype>

#include "errors/codes.hpp"
#include "google/rpc/error_details.pb.h"

namespace tenon::daml_api {

namespace {

constexpr std::size_t kMaxStatusBytes = 4096;
constexpr std::size_t kMaxCauseBytes = 512;
constexpr std::size_t kMaxMetadataBytes = 2000;
constexpr std::size_t kMaxMetadataKeyBytes = 63;
constexpr std::size_t kMetadataEntryBytes = 8; // of an entry beside its key and value
constexpr std::size_t kMaxResourceBytes = 2000;
constexpr std::size_t kMaxRequestIdBytes = 255;
constexpr std::size_t kRequestIdInMessageBytes = 8;
// By these words clients recognize that they are told no more.
constexpr std::string_view kHiddenPrefix =
    "An error occurred. Please contact the operator and inquire about the request ";

// The first `limit` bytes or fewer, without half a character at the end.
std::string_view prefix(std::string_view text, std::size_t limit) {
  if (text.size() <= limit)
    return text;
  std::size_t end = limit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
    --end;
  return text.substr(0, end);
}

std::string shortened(std::string_view text, std::size_t limit) {
  if (text.size() <= limit)
    return std::string(text);
  return std::string(prefix(text, limit)) + "...";
}

std::string metadata_key(std::string_view key) {
  std::string kept;
  for (const char c : key) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_')
      kept.push_back(c);
  }
  return std::string(prefix(kept, kMaxMetadataKeyBytes));
}

// Short values first: what they leave of their share, the long ones may use.
void add_metadata(const std::map<std::string, std::string>& given,
                  google::protobuf::Map<std::string, std::string>& metadata) {
  std::vector<std::pair<std::string_view, std::string_view>> entries;
  for (const auto& [key, value] : given) {
    if (!value.empty())
      entries.emplace_back(key, value);
  }
  std::ranges::stable_sort(entries, {}, [](const auto& entry) { return entry.second.size(); });
  std::size_t left = kMaxMetadataBytes;
  for (std::size_t at = 0; at < entries.size(); ++at) {
    const std::size_t share = left / (entries.size() - at);
    const std::string key = metadata_key(entries[at].first);
    const std::size_t fixed = key.size() + kMetadataEntryBytes;
    if (key.empty() || fixed >= share)
      continue;
    std::string value = shortened(entries[at].second, share - fixed);
    left -= std::min(left, fixed + value.size());
    metadata[key] = std::move(value);
  }
}

void add_error_info(const Failure& failure, google::rpc::Status& status) {
  const ErrorCode& code = failure.code();
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(code.id));
  add_metadata(failure.metadata(), *info.mutable_metadata());
  auto& metadata = *info.mutable_metadata();
  metadata["category"] = std::to_string(static_cast<unsigned>(code.category));
  if (code.definite != Definite::kUnsaid && !metadata.contains("definite_answer"))
    metadata["definite_answer"] = code.definite == Definite::kYes ? "true" : "false";
  status.add_details()->PackFrom(info);
}

// Those that there is room for.
void add_resources(const Failure& failure, google::rpc::Status& status) {
  std::size_t left = kMaxResourceBytes;
  for (const Resource& resource : failure.resources()) {
    const std::size_t size = resource.type.size() + resource.name.size();
    if (size >= left)
      continue;
    google::rpc::ResourceInfo info;
    info.set_resource_type(resource.type);
    info.set_resource_name(resource.name);
    status.add_details()->PackFrom(info);
    if (status.ByteSizeLong() > kMaxStatusBytes) {
      status.mutable_details()->RemoveLast();
      return;
    }
    left -= size;
  }
}

} // namespace

std::optional<std::uint32_t> retry_delay_s(const ErrorCode& code) {
  // Whose rights have changed begins its stream again at once.
  if (code.id == codes::kStaleStreamAuthorization.id)
    return 0;
  // It may well take as long the next time: not too soon.
  if (code.id == codes::kInterpretationTimeExceeded.id)
    return 60;
  switch (code.category) {
  case Category::kTransientServerFailure:
  case Category::kContentionOnSharedResources:
  case Category::kDeadlineExceededRequestStateUnknown:
    return 1;
  default:
    return std::nullopt;
  }
}

Code grpc_code(Category category) {
  switch (category) {
  case Category::kTransientServerFailure:
    return Code::kUnavailable;
  case Category::kContentionOnSharedResources:
    return Code::kAborted;
  case Category::kDeadlineExceededRequestStateUnknown:
    return Code::kDeadlineExceeded;
  case Category::kInvalidAuthenticationCredentials:
    return Code::kUnauthenticated;
  case Category::kInsufficientPermission:
    return Code::kPermissionDenied;
  case Category::kSecurityAlert:
  case Category::kInvalidIndependentOfSystemState:
    return Code::kInvalidArgument;
  case Category::kInvalidGivenCurrentSystemStateOther:
    return Code::kFailedPrecondition;
  case Category::kInvalidGivenCurrentSystemStateResourceExists:
    return Code::kAlreadyExists;
  case Category::kInvalidGivenCurrentSystemStateResourceMissing:
    return Code::kNotFound;
  case Category::kInvalidGivenCurrentSystemStateSeekAfterEnd:
    return Code::kOutOfRange;
  case Category::kInternalUnsupportedOperation:
    return Code::kUnimplemented;
  case Category::kSystemInternalAssumptionViolated:
  case Category::kBackgroundProcessDegradationWarning:
    break;
  }
  return Code::kInternal;
}

bool is_hidden(Category category) {
  switch (category) {
  case Category::kSystemInternalAssumptionViolated:
  case Category::kSecurityAlert:
  case Category::kInvalidAuthenticationCredentials:
  case Category::kInsufficientPermission:
  case Category::kInternalUnsupportedOperation:
    return true;
  default:
    return false;
  }
}

std::string message_of(const Failure& failure, std::string_view request_id) {
  const std::string_view id = prefix(request_id, kMaxRequestIdBytes);
  const ErrorCode& code = failure.code();
  if (is_hidden(code.category))
    return std::string(kHiddenPrefix) + std::string(id.empty() ? "<no-correlation-id>" : id);
  const std::string_view start = id.empty() ? "0" : prefix(id, kRequestIdInMessageBytes);
  return std::string(code.id) + "(" + std::to_string(static_cast<unsigned>(code.category)) + "," +
         std::string(start) + "): " + shortened(failure.cause(), kMaxCauseBytes);
}

google::rpc::Status to_status(const Failure& failure, std::string_view request_id) {
  const ErrorCode& code = failure.code();
  google::rpc::Status status;
  status.set_code(static_cast<std::int32_t>(grpc_code(code.category)));
  status.set_message(message_of(failure, request_id));
  if (!is_hidden(code.category))
    add_error_info(failure, status);
  if (const auto delay_s = retry_delay_s(code)) {
    google::rpc::RetryInfo info;
    info.mutable_retry_delay()->set_seconds(*delay_s);
    status.add_details()->PackFrom(info);
  }
  if (!request_id.empty()) {
    google::rpc::RequestInfo info;
    info.set_request_id(std::string(prefix(request_id, kMaxRequestIdBytes)));
    status.add_details()->PackFrom(info);
  }
  if (!is_hidden(code.category))
    add_resources(failure, status);
  return status;
}

} // namespace tenon::daml_api
