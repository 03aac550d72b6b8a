#include "bft/core/types.hpp"

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/ed25519.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::consensus::bft {

namespace {

namespace pb = tenon::bft::v1;

constexpr BytesView kNotarizeTag("tenon/notarize/v1", 18); // with its zero byte
constexpr BytesView kNullifyTag("tenon/nullify/v1", 17);

// Do block and result stand exactly where the kind has them?
std::optional<VoteSubject> subject_of(pb::VoteKind kind, View view, const std::string& block,
                                      const std::string& result) {
  const bool has_block = kind == pb::NOTARIZE || kind == pb::FINALIZE;
  const bool has_result = kind == pb::FINALIZE;
  if ((!has_block && kind != pb::NULLIFY) || view == 0 ||
      block.size() != (has_block ? Hash::kSize : 0) ||
      result.size() != (has_result ? Hash::kSize : 0))
    return std::nullopt;
  return VoteSubject{static_cast<VoteKind>(kind), view, Hash::from_view_or_zero(block),
                     Hash::from_view_or_zero(result)};
}

template <typename Message> void subject_to(const VoteSubject& subject, Message& message) {
  message.set_kind(static_cast<pb::VoteKind>(subject.kind));
  message.set_view(subject.view);
  if (subject.kind != VoteKind::kNullify)
    message.set_block_id(subject.block.str());
  if (subject.kind == VoteKind::kFinalize)
    message.set_result_hash(subject.result.str());
}

// Ascending, so that no validator counts twice.
template <typename Signatures>
bool take_signatures(const Signatures& signatures, Certificate& certificate) {
  for (const auto& signature : signatures) {
    if (signature.signature().size() != crypto::kSignatureSize ||
        (!certificate.signatures.empty() &&
         certificate.signatures.back().first >= signature.validator()))
      return false;
    certificate.signatures.emplace_back(signature.validator(), signature.signature());
  }
  return true;
}

template <typename Message> void give_signatures(const Certificate& certificate, Message& message) {
  for (const auto& [validator, bytes] : certificate.signatures) {
    auto& signature = *message.add_signatures();
    signature.set_validator(validator);
    signature.set_signature(bytes);
  }
}

} // namespace

Bytes signing_bytes(const Hash& chain, std::uint64_t epoch, const VoteSubject& subject) {
  if (subject.kind == VoteKind::kFinalize) {
    return wire::certificate_signing_bytes(chain, epoch, subject.view, subject.block,
                                           subject.result);
  }
  Bytes bytes(subject.kind == VoteKind::kNotarize ? kNotarizeTag : kNullifyTag);
  bytes.append(chain.view());
  append_be64(bytes, epoch);
  append_be64(bytes, subject.view);
  if (subject.kind == VoteKind::kNotarize)
    bytes.append(subject.block.view());
  return bytes;
}

std::optional<Vote> from_message(const pb::Vote& message) {
  const auto subject =
      subject_of(message.kind(), message.view(), message.block_id(), message.result_hash());
  if (!subject || message.signature().size() != crypto::kSignatureSize)
    return std::nullopt;
  return Vote{*subject, message.validator(), message.signature()};
}

std::optional<Certificate> from_message(const pb::Certificate& message) {
  const auto subject =
      subject_of(message.kind(), message.view(), message.block_id(), message.result_hash());
  if (!subject)
    return std::nullopt;
  Certificate certificate{*subject, {}};
  if (!take_signatures(message.signatures(), certificate))
    return std::nullopt;
  return certificate;
}

void to_message(const Vote& vote, pb::Vote& message) {
  subject_to(vote.subject, message);
  message.set_validator(vote.validator);
  message.set_signature(vote.signature);
}

void to_message(const Certificate& certificate, pb::Certificate& message) {
  subject_to(certificate.subject, message);
  give_signatures(certificate, message);
}

Bytes to_ledger(const Certificate& certificate) {
  tenon::v1::Certificate message;
  message.set_view(certificate.subject.view);
  message.set_block_id(certificate.subject.block.str());
  message.set_result_hash(certificate.subject.result.str());
  give_signatures(certificate, message);
  return message.SerializeAsString();
}

std::optional<Certificate> from_ledger(BytesView encoded) {
  tenon::v1::Certificate message;
  if (!message.ParseFromArray(encoded.data(), static_cast<int>(encoded.size())))
    return std::nullopt;
  const auto subject =
      subject_of(pb::FINALIZE, message.view(), message.block_id(), message.result_hash());
  Certificate certificate;
  if (!subject || !take_signatures(message.signatures(), certificate))
    return std::nullopt;
  certificate.subject = *subject;
  return certificate;
}

const char* kind_name(VoteKind kind) {
  return kind == VoteKind::kNotarize  ? "NOTARIZE"
         : kind == VoteKind::kNullify ? "NULLIFY"
                                      : "FINALIZE";
}

std::string to_text(const VoteSubject& subject) {
  std::string text = std::string(kind_name(subject.kind)) + " of view " +
                     std::to_string(subject.view);
  if (subject.kind != VoteKind::kNullify)
    text += ", block " + to_hex(subject.block.view());
  if (subject.kind == VoteKind::kFinalize)
    text += ", result " + to_hex(subject.result.view());
  return text;
}

} // namespace tenon::consensus::bft
