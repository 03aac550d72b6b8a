#include "pipeline/block_log.hpp"

#include <zlib.h>

#include <istream>
#include <mutex>
#include <ostream>

#include "pipeline/decoded_block.hpp"
#include "pipeline/ledger_opener.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::host::pipeline {

namespace {

using plugin::BlockPart;

constexpr BytesView kMagic("TENON BLOCK LOG 1\n", 18);
constexpr std::uint32_t kMaxRecordBytes = 1u << 30;
constexpr std::size_t kRecordHead = 8; // size, checksum

std::uint32_t checksum(BytesView bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

Status damaged(std::uint64_t record, const std::string& what) {
  return invalid_argument("block log, record " + std::to_string(record) + ": " + what +
                          "; export the log again");
}

// Waits for one asynchronous answer.
template <typename T> class Answer {
public:
  void give(T value) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
  }
  T take(const std::function<void()>& wait) {
    for (;;) {
      {
        const std::lock_guard lock(mutex_);
        if (value_)
          return std::move(*value_);
      }
      wait();
    }
  }

private:
  std::mutex mutex_;
  std::optional<T> value_;
};

Status compare_part(const plugin::ReplicaApp& app, const BlockRecord& record, BlockPart part,
                    const char* name) {
  TENON_ASSIGN_OR_RETURN(const std::optional<Bytes> here, app.read_block(record.height, part));
  if (here && *here == record.part(part))
    return {};
  return failed_precondition("block " + std::to_string(record.height) + " of the log has another " +
                             name + " than the ledger here; the log belongs to another chain");
}

Status replay_block(const BlockRecord& record, plugin::ReplicaApp& app,
                    const std::function<void()>& wait) {
  const auto executed = std::make_shared<Answer<Result<Bytes>>>();
  app.execute(encode_block(record.part(BlockPart::kHeader), record.part(BlockPart::kBody)),
              [executed](Result<Bytes> result) { executed->give(std::move(result)); });
  const Result<Bytes> result = executed->take(wait);
  const std::string where = "block " + std::to_string(record.height);
  if (!result.ok())
    return result.status().with_context(where);
  if (*result != record.part(BlockPart::kResultHeader)) {
    return fault(where + " gives another result here than recorded: expected result hash " +
                 to_hex(crypto::sha256(record.part(BlockPart::kResultHeader)).view()) + ", found " +
                 to_hex(crypto::sha256(*result).view()));
  }
  const Hash id = crypto::sha256(record.part(BlockPart::kHeader));
  v1::Certificate certificate;
  if (!certificate.ParseFromString(record.part(BlockPart::kCertificate)))
    return invalid_argument(where + ": the certificate is malformed");
  if (certificate.block_id() != id.view())
    return {}; // a descendant's: this block becomes final with that one
  const auto finalized = std::make_shared<Answer<Status>>();
  app.finalized(id, record.part(BlockPart::kCertificate),
                [finalized](Status status) { finalized->give(std::move(status)); });
  return finalized->take(wait).with_context(where);
}

} // namespace

BlockLogWriter::BlockLogWriter(std::ostream& out) : out_(out) {
  out_.write(kMagic.data(), static_cast<std::streamsize>(kMagic.size()));
}

Status BlockLogWriter::append(const BlockRecord& record) {
  Bytes payload;
  append_be64(payload, record.height);
  for (const Bytes& part : record.parts) {
    append_be32(payload, static_cast<std::uint32_t>(part.size()));
    payload.append(part);
  }
  Bytes head;
  append_be32(head, static_cast<std::uint32_t>(payload.size()));
  append_be32(head, checksum(payload));
  out_.write(head.data(), static_cast<std::streamsize>(head.size()));
  out_.write(payload.data(), static_cast<std::streamsize>(payload.size()));
  return out_ ? Status() : unavailable("the block log cannot be written; is the disk full?");
}

Status BlockLogReader::read_head() {
  Bytes magic(kMagic.size(), '\0');
  if (!in_.read(magic.data(), static_cast<std::streamsize>(magic.size())) || magic != kMagic) {
    return invalid_argument("expected a block log, version 1, found another file; make one with "
                            "`tenon db export`");
  }
  head_read_ = true;
  return {};
}

Result<std::optional<BlockRecord>> BlockLogReader::next() {
  if (!head_read_)
    TENON_RETURN_IF_ERROR(read_head());
  Bytes head(kRecordHead, '\0');
  in_.read(head.data(), static_cast<std::streamsize>(head.size()));
  if (in_.gcount() == 0)
    return std::optional<BlockRecord>();
  const std::uint64_t number = records_++;
  if (static_cast<std::size_t>(in_.gcount()) < kRecordHead)
    return damaged(number, "the file ends inside it");
  const std::uint32_t size = read_be32(head);
  if (size > kMaxRecordBytes)
    return damaged(number, "its size is impossible");
  Bytes payload(size, '\0');
  if (!in_.read(payload.data(), size))
    return damaged(number, "the file ends inside it");
  if (checksum(payload) != read_be32(BytesView(head).substr(4)))
    return damaged(number, "its checksum is wrong");
  BlockRecord record;
  Reader reader(payload);
  bool complete = reader.be64(record.height);
  for (Bytes& part : record.parts) {
    std::uint32_t part_size = 0;
    BytesView bytes;
    complete = complete && reader.be32(part_size) && reader.take(part_size, bytes);
    part = bytes;
  }
  if (!complete || !reader.empty() || record.height != number)
    return damaged(number, "its parts do not add up");
  return std::optional<BlockRecord>(std::move(record));
}

Result<std::uint64_t> export_block_log(const plugin::Store& store, std::ostream& out) {
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHead head, store.head());
  BlockLogWriter writer(out);
  if (head.empty)
    return std::uint64_t{0};
  for (std::uint64_t height = 0; height <= head.height; ++height) {
    BlockRecord record;
    record.height = height;
    for (std::size_t i = 0; i < plugin::kBlockParts; ++i) {
      TENON_ASSIGN_OR_RETURN(record.parts[i], read_part(store, height, static_cast<BlockPart>(i)));
    }
    TENON_RETURN_IF_ERROR(writer.append(record));
  }
  return head.height + 1;
}

Result<std::uint64_t> replay_block_log(std::istream& in, plugin::ReplicaApp& app,
                                       const std::function<void()>& wait) {
  TENON_ASSIGN_OR_RETURN(const plugin::ReplicaHead start, app.head());
  BlockLogReader reader(in);
  std::uint64_t last = 0;
  for (;;) {
    TENON_ASSIGN_OR_RETURN(const std::optional<BlockRecord> record, reader.next());
    if (!record)
      break;
    last = record->height;
    if (record->height <= start.height) {
      TENON_RETURN_IF_ERROR(compare_part(app, *record, BlockPart::kHeader, "header"));
      TENON_RETURN_IF_ERROR(compare_part(app, *record, BlockPart::kResultHeader, "result"));
    } else {
      TENON_RETURN_IF_ERROR(replay_block(*record, app, wait));
    }
  }
  TENON_ASSIGN_OR_RETURN(const plugin::ReplicaHead end, app.head());
  if (end.height < last) {
    return failed_precondition("the log ends with block " + std::to_string(last) +
                               ", but its certificates reach only to block " +
                               std::to_string(end.height));
  }
  return end.height;
}

} // namespace tenon::host::pipeline
