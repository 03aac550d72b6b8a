#include "link/envelope.hpp"

#include <google/protobuf/io/coded_stream.h>

#include <array>

#include "link/limits.hpp"
#include "link/parse_cost.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::host::link {

namespace {

using google::protobuf::io::CodedInputStream;

constexpr std::uint32_t kIdField = pb::Request::kIdFieldNumber;
constexpr std::uint32_t kFirstContent = pb::Request::kBatchFieldNumber;
static_assert(kIdField == pb::Answer::kIdFieldNumber);
static_assert(kFirstContent == pb::Answer::kRefusalFieldNumber);

enum WireType : std::uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

Status broken(std::string what) {
  return invalid_argument(std::move(what));
}

// A tag or a size. Longer forms, which this class of protobuf's would cut to 32 bits, are none to
// its message decoder.
bool take_u32(CodedInputStream& in, std::uint32_t& out) {
  const int before = in.CurrentPosition();
  std::uint64_t number = 0;
  if (!in.ReadVarint64(&number) || number > UINT32_MAX || in.CurrentPosition() > before + 5)
    return false;
  out = static_cast<std::uint32_t>(number);
  return true;
}

// The bytes of a length-delimited field.
bool take_bytes(CodedInputStream& in, BytesView frame, BytesView& out) {
  std::uint32_t size = 0;
  if (!take_u32(in, size))
    return false;
  const auto at = static_cast<std::size_t>(in.CurrentPosition());
  if (size > frame.size() - at)
    return false;
  out = frame.substr(at, size);
  return in.Skip(static_cast<int>(size));
}

bool skip(CodedInputStream& in, BytesView frame, std::uint32_t wire_type) {
  std::uint64_t number = 0;
  std::uint32_t small = 0;
  BytesView bytes;
  switch (wire_type) {
  case kVarint: return in.ReadVarint64(&number);
  case kFixed64: return in.ReadLittleEndian64(&number);
  case kBytes: return take_bytes(in, frame, bytes);
  case kFixed32: return in.ReadLittleEndian32(&small);
  default: return false;
  }
}

Result<Envelope> open(BytesView frame, std::uint32_t last_content) {
  const Status cut_off = broken("a message of " + std::to_string(frame.size()) +
                                " bytes cannot be taken apart");
  if (frame.size() > INT32_MAX)
    return cut_off;
  CodedInputStream in(reinterpret_cast<const std::uint8_t*>(frame.data()),
                      static_cast<int>(frame.size()));
  Envelope envelope;
  bool has_id = false;
  while (static_cast<std::size_t>(in.CurrentPosition()) < frame.size()) {
    std::uint32_t tag = 0;
    if (!take_u32(in, tag) || tag >> 3 == 0)
      return cut_off;
    const std::uint32_t field = tag >> 3;
    const std::uint32_t wire_type = tag & 7;
    if (field == kIdField && wire_type == kVarint) {
      if (std::exchange(has_id, true))
        return broken("a message has two ids");
      if (!in.ReadVarint64(&envelope.id))
        return cut_off;
    } else if (field >= kFirstContent && field <= last_content && wire_type == kBytes) {
      if (std::exchange(envelope.field, field) != 0)
        return broken("a message has two contents");
      if (!take_bytes(in, frame, envelope.content))
        return cut_off;
    } else if (field <= last_content || !skip(in, frame, wire_type)) {
      return cut_off;
    }
  }
  if (envelope.id == 0)
    return broken("a message has no id");
  return envelope;
}

template <typename Message> Result<Message> read(BytesView content, const char* what) {
  Message message;
  if (!message.ParseFromArray(content.data(), static_cast<int>(content.size())))
    return broken("what should be " + std::string(what) + " of " + std::to_string(content.size()) +
                  " bytes cannot be decoded");
  return message;
}

bool fits(std::uint32_t field, Kind kind) {
  constexpr std::array<std::uint32_t, kKinds> kFields = {pb::Answer::kBatchTakenFieldNumber,
                                                         pb::Answer::kPageFieldNumber,
                                                         pb::Answer::kProofFieldNumber,
                                                         pb::Answer::kStateFieldNumber};
  return field == pb::Answer::kRefusalFieldNumber ||
         field == kFields[static_cast<std::size_t>(kind)];
}

} // namespace

std::string_view kind_name(Kind kind) {
  constexpr std::array<std::string_view, kKinds> kNames = {"batch", "stream", "proof", "state"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::optional<Kind> kind_of(const pb::Request& request) {
  switch (request.what_case()) {
  case pb::Request::kBatch: return Kind::kBatch;
  case pb::Request::kStream: return Kind::kStream;
  case pb::Request::kProof: return Kind::kProof;
  case pb::Request::kState: return Kind::kState;
  case pb::Request::WHAT_NOT_SET: break;
  }
  return std::nullopt;
}

Result<Envelope> open_request(BytesView frame) {
  return open(frame, pb::Request::kStateFieldNumber);
}

Result<Envelope> open_answer(BytesView frame) {
  return open(frame, pb::Answer::kStateFieldNumber);
}

std::optional<Kind> kind_of(const Envelope& request) {
  if (request.field == 0)
    return std::nullopt;
  return static_cast<Kind>(request.field - kFirstContent);
}

Result<pb::StreamWanted> read_stream(const Envelope& request) {
  return read<pb::StreamWanted>(request.content, "a request for the stream");
}

Result<v1::ProofRequest> read_proof(const Envelope& request) {
  return read<v1::ProofRequest>(request.content, "a request for a proof");
}

Result<v1::StateRequest> read_state(const Envelope& request) {
  return read<v1::StateRequest>(request.content, "a request for the state");
}

Result<pb::Answer> read_answer(const Envelope& answer, Kind kind) {
  if (!fits(answer.field, kind))
    return broken("a request of kind " + std::string(kind_name(kind)) +
                  " was answered with field " + std::to_string(answer.field));
  TENON_RETURN_IF_ERROR(check_parse_cost(
      answer.content, answer.field == pb::Answer::kRefusalFieldNumber ? Kind::kBatch : kind));
  pb::Answer result;
  result.set_id(answer.id);
  if (answer.field == pb::Answer::kRefusalFieldNumber) {
    TENON_ASSIGN_OR_RETURN(*result.mutable_refusal(),
                           read<pb::Refusal>(answer.content, "a refusal"));
    const std::uint32_t code = result.refusal().code();
    if (code == 0 || code > static_cast<std::uint32_t>(Code::kUnauthenticated))
      return broken("a refusal has code " + std::to_string(code) + "; expected 1 to 16");
  } else if (kind == Kind::kBatch) {
    TENON_ASSIGN_OR_RETURN(*result.mutable_batch_taken(),
                           read<pb::BatchTaken>(answer.content, "the receipt for a batch"));
  } else if (kind == Kind::kStream) {
    TENON_ASSIGN_OR_RETURN(*result.mutable_page(),
                           read<v1::StreamPage>(answer.content, "a page of the stream"));
  } else if (kind == Kind::kProof) {
    TENON_ASSIGN_OR_RETURN(*result.mutable_proof(),
                           read<v1::LedgerProof>(answer.content, "a proof"));
  } else {
    TENON_ASSIGN_OR_RETURN(*result.mutable_state(),
                           read<v1::StatePart>(answer.content, "a part of the state"));
  }
  return result;
}

pb::Answer refusal(std::uint64_t id, const Status& status) {
  pb::Answer answer;
  answer.set_id(id);
  pb::Refusal& refusal = *answer.mutable_refusal();
  refusal.set_code(static_cast<std::uint32_t>(status.code()));
  refusal.set_message(status.fault()
                          ? "this replica has a fault and cannot answer; ask another one"
                          : as_utf8(status.message().substr(0, kMostRefusalTextBytes)));
  return answer;
}

Status refused(const pb::Refusal& refusal) {
  return {static_cast<Code>(refusal.code()), refusal.message()};
}

} // namespace tenon::host::link
