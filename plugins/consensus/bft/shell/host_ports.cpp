#include "bft/shell/host_ports.hpp"

#include "tenon/crypto/ed25519.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::consensus::bft {

namespace {

constexpr std::string_view kKey = "node";

Result<tenon::v1::EpochSchedule> schedule_of(const plugin::ReplicaApp& app, const Hash& block) {
  TENON_ASSIGN_OR_RETURN(const Bytes encoded, app.schedule(block));
  tenon::v1::EpochSchedule schedule;
  if (!schedule.ParseFromString(encoded) || schedule.validators().validators_size() == 0)
    return fault("the host gave no schedule of epochs that can be read");
  return schedule;
}

} // namespace

Result<Bytes> HostScheme::sign(BytesView message) {
  ++made_;
  auto signature = host_.sign(kKey, message);
  if (!signature.ok())
    return fault("the node's key does not sign: " + signature.status().message());
  return signature;
}

bool HostScheme::verify(std::span<const SignatureCheck> checks) {
  for (const SignatureCheck& check : checks) {
    ++checked_;
    const auto right = host_.verify(check.public_key, check.message, check.signature);
    if (!(right ? *right : crypto::verify(check.public_key, check.message, check.signature)))
      return false;
  }
  return true;
}

Result<Start> start_of(plugin::ReplicaApp& app) {
  TENON_ASSIGN_OR_RETURN(const plugin::ReplicaHead head, app.head());
  TENON_ASSIGN_OR_RETURN(const auto header,
                         app.read_block(head.height, plugin::BlockPart::kHeader));
  TENON_ASSIGN_OR_RETURN(const auto certificate,
                         app.read_block(head.height, plugin::BlockPart::kCertificate));
  TENON_ASSIGN_OR_RETURN(const auto schedule, schedule_of(app, head.block_id));
  tenon::v1::BlockHeader decoded;
  if (!header || !decoded.ParseFromString(*header) ||
      crypto::sha256(*header) != head.block_id)
    return fault("the header of the committed head cannot be read");
  Start start;
  const bool over = schedule.last_height() != 0 && head.height >= schedule.last_height();
  start.epoch_first = over && schedule.has_next();
  start.validators = start.epoch_first ? schedule.next() : schedule.validators();
  start.head.id = head.block_id;
  start.head.parent = Hash::from_view_or_zero(decoded.parent());
  start.head.height = head.height;
  start.head.view = decoded.view();
  start.head.header = *header;
  start.head.epoch_end = start.epoch_first ? 0 : schedule.last_height();
  start.head_certificate = certificate.value_or(Bytes());
  if (plugin::StateTransfer* const transfer = app.state_transfer()) {
    TENON_ASSIGN_OR_RETURN(start.oldest, transfer->oldest_block());
    TENON_ASSIGN_OR_RETURN(const auto import, transfer->import_missing());
    if (import)
      start.unfinished_import = std::pair(import->height, import->block_id);
  }
  return start;
}

Result<EpochEnd> epoch_end_of(const plugin::ReplicaApp& app, const Hash& block) {
  TENON_ASSIGN_OR_RETURN(auto schedule, schedule_of(app, block));
  EpochEnd end;
  end.last_height = schedule.last_height();
  if (schedule.has_next())
    end.next = std::move(*schedule.mutable_next());
  return end;
}

} // namespace tenon::consensus::bft
