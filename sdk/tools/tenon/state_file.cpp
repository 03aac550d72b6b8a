#include "state_file.hpp"

#include <ostream>

#include "chain_check.hpp"
#include "render.hpp"
#include "session.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/merkle/snapshot_range.hpp"
#include "tenon/merkle/state_entry.hpp"

namespace tenon::tool {
namespace {

constexpr BytesView kMagic("TENON STATE 1\n");
constexpr std::uint64_t kRangeBytes = 1u << 20;

Status check_written(const std::ostream& out) {
  return out ? Status() : unavailable("the file cannot be written; is the disk full?");
}

// The root that the block's certified result names.
Result<Hash> root_after(const plugin::Store& store, const plugin::StoreHead& head,
                        std::uint64_t height) {
  if (height == head.height)
    return head.state_root;
  TENON_ASSIGN_OR_RETURN(const LoggedBlock block, read_block(store, height));
  return Hash::from_view_or_zero(block.result.state_root());
}

Json line_of(const merkle::SnapshotEntry& entry) {
  Json line = {{"key", printable(entry.key)},
               {"key_hash", to_hex(entry.leaf.key_hash.view())},
               {"value_hash", to_hex(entry.leaf.value_hash.view())}};
  const auto decoded = merkle::decode_entry(entry.entry);
  if (!decoded.ok()) {
    line["bytes"] = to_base64(entry.entry);
    return line;
  }
  const auto readers = merkle::decode_readers(decoded->readers);
  line["value"] = to_base64(decoded->value);
  line["salt"] = to_hex(decoded->salt.view());
  line["expires_at_us"] = std::to_string(decoded->expires_at_us);
  line["readers"] = readers ? Json(*readers) : Json(nullptr);
  return line;
}

class StateWriter {
public:
  StateWriter(StateFormat format, std::ostream& out) : format_(format), out_(out) {}

  void begin(const Hash& chain, const StateReport& report) {
    if (format_ == StateFormat::kJsonLines) {
      out_ << Json{{"chain", to_hex(chain.view())},
                   {"height", std::to_string(report.height)},
                   {"state_root", to_hex(report.state_root.view())}}
                  .dump()
           << '\n';
      return;
    }
    Bytes head(kMagic);
    head.append(chain.view());
    append_be64(head, report.height);
    head.append(report.state_root.view());
    write(head);
  }
  void add(BytesView encoded, const merkle::SnapshotRange& range) {
    if (format_ == StateFormat::kRanges) {
      Bytes size;
      append_be32(size, static_cast<std::uint32_t>(encoded.size()));
      write(size);
      write(encoded);
      return;
    }
    for (const merkle::SnapshotEntry& entry : range.entries)
      out_ << line_of(entry).dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
  }

private:
  void write(BytesView bytes) {
    out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

  StateFormat format_;
  std::ostream& out_;
};

} // namespace

Result<StateReport> export_state(const plugin::Store& store, const Hash& chain,
                                 std::uint64_t height, StateFormat format, std::ostream& out,
                                 FunctionRef<void(std::uint64_t done)> progress) {
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHead head, store.head());
  if (head.empty)
    return failed_precondition("the store is empty: there is no state to export");
  StateReport report;
  report.height = height == plugin::kHeadHeight ? head.height : height;
  TENON_ASSIGN_OR_RETURN(const auto view, store.snapshot(report.height));
  TENON_ASSIGN_OR_RETURN(report.state_root, root_after(store, head, report.height));
  StateWriter writer(format, out);
  writer.begin(chain, report);
  for (std::optional<Hash> next = Hash(); next;) {
    TENON_ASSIGN_OR_RETURN(const Bytes encoded, view->export_range(*next, kRangeBytes));
    TENON_ASSIGN_OR_RETURN(const auto range, merkle::decode_snapshot_range(encoded));
    if (const Status fits = merkle::verify_snapshot_range(range, report.state_root); !fits.ok()) {
      return data_loss("the state after block " + std::to_string(report.height) +
                       " does not lead to its root " + to_hex(report.state_root.view()) + ": " +
                       fits.message());
    }
    writer.add(encoded, range);
    TENON_RETURN_IF_ERROR(check_written(out));
    report.entries += range.entries.size();
    ++report.ranges;
    next = merkle::next_hash(range.span.last);
    progress(report.entries);
  }
  out.flush();
  TENON_RETURN_IF_ERROR(check_written(out));
  return report;
}

} // namespace tenon::tool
