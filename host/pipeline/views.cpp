#include "pipeline/views.hpp"

#include "pipeline/keys.hpp"

namespace tenon::host::pipeline {

namespace {

Bytes with_prefix(BytesView prefix, BytesView key) {
  Bytes full;
  full.reserve(prefix.size() + key.size());
  return full.append(prefix).append(key);
}

// The end of a range in the whole keyspace; an engine's open end is the end of its own.
Bytes full_end(BytesView prefix, BytesView end) {
  return end.empty() ? prefix_end(prefix) : with_prefix(prefix, end);
}

// Scans the engine's range, shows what `visible` admits, and records what was shown.
template <typename Visible>
Status scan_range(const BlockState& state, BytesView prefix, BytesView begin, BytesView end,
                  plugin::ScanVisitor visit, ReadSet* reads, Visible&& visible) {
  const Bytes full_begin = with_prefix(prefix, begin);
  const Bytes range_end = full_end(prefix, end);
  ReadSet::RangeDigest seen;
  bool exhausted = true;
  TENON_RETURN_IF_ERROR(
      state.scan(full_begin, range_end, [&](BytesView key, const merkle::StateEntry& entry) {
        if (!visible(entry))
          return true;
        if (reads != nullptr)
          seen.add(key, entry.value);
        exhausted = visit(key.substr(prefix.size()), entry.value);
        return exhausted;
      }));
  if (reads != nullptr)
    reads->add_range(full_begin, range_end, seen, exhausted);
  return {};
}

// Parties are the host's: their records stand outside every engine's keyspace.
Result<bool> find_party(const BlockState& state, BytesView party, ReadSet* reads) {
  if (!keys::valid_party(party))
    return false;
  const Bytes key = keys::party(party);
  TENON_ASSIGN_OR_RETURN(const std::optional<Bytes> record, state.value(key));
  if (reads != nullptr)
    reads->add_point(key, record);
  return record.has_value();
}

} // namespace

Result<std::optional<Bytes>> EngineView::get(BytesView key) const {
  const Bytes full = with_prefix(prefix_, key);
  Result<std::optional<Bytes>> value = state_.value(full);
  if (!value.ok()) {
    if (failure_.ok())
      failure_ = value.status();
  } else if (reads_ != nullptr) {
    reads_->add_point(full, *value);
  }
  return value;
}

Status EngineView::scan(BytesView begin, BytesView end, plugin::ScanVisitor visit) const {
  Status status = scan_range(state_, prefix_, begin, end, visit, reads_,
                             [](const merkle::StateEntry&) { return true; });
  if (!status.ok() && failure_.ok())
    failure_ = status;
  return status;
}

Status EngineView::scan_index(BytesView, BytesView, plugin::ScanVisitor) const {
  return plugin::no_index_here();
}

Result<bool> EngineView::has_party(BytesView party) const {
  Result<bool> found = find_party(state_, party, reads_);
  if (!found.ok() && failure_.ok())
    failure_ = found.status();
  return found;
}

Result<std::optional<Bytes>> QueryView::get(BytesView key) const {
  const Bytes full = with_prefix(prefix_, key);
  TENON_ASSIGN_OR_RETURN(const std::optional<Bytes> encoded, state_.entry(full));
  std::optional<Bytes> value;
  if (encoded) {
    TENON_ASSIGN_OR_RETURN(const merkle::StateEntry entry, merkle::decode_entry(*encoded));
    if (!merkle::may_read(entry.readers, parties_)) {
      return permission_denied("NOT_A_READER: none of the asking parties may read this key; ask "
                               "with a party that it was shared with");
    }
    value = Bytes(entry.value);
  }
  if (reads_ != nullptr)
    reads_->add_point(full, value);
  return value;
}

Status QueryView::scan(BytesView begin, BytesView end, plugin::ScanVisitor visit) const {
  return scan_range(
      state_, prefix_, begin, end, visit, reads_,
      [&](const merkle::StateEntry& entry) { return merkle::may_read(entry.readers, parties_); });
}

Status QueryView::scan_index(BytesView begin, BytesView end, plugin::ScanVisitor visit) const {
  if (reads_ != nullptr || !is_head_)
    return plugin::no_index_here();
  return state_.base().scan(plugin::KeyClass::kIndex, with_prefix(prefix_, begin),
                            full_end(prefix_, end), [&](BytesView key, BytesView value) {
                              return visit(key.substr(prefix_.size()), value);
                            });
}

Result<bool> QueryView::has_party(BytesView party) const {
  return find_party(state_, party, reads_);
}

} // namespace tenon::host::pipeline
