#include "common/imported_tree.hpp"

#include <algorithm>
#include <bit>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "common/records.hpp"
#include "common/sorted_reader.hpp"
#include "common/tree/page_builder.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/state_entry.hpp"

namespace tenon::store {

namespace {

constexpr std::size_t kReadTogether = 4096; // entries
constexpr std::size_t kPageBytesPerBulk = 8u << 20;
constexpr std::size_t kMostParts = 4; // worked on side by side

// Where the parts leave their pages: one bulk at a time.
class PageWriter {
public:
  struct EncodedPage {
    Bytes path;
    Bytes page;
  };

  PageWriter(Backend& backend, Slot slot) : backend_(backend), slot_(slot) {}

  Status write(std::vector<EncodedPage> pages) {
    std::sort(pages.begin(), pages.end(),
              [](const EncodedPage& a, const EncodedPage& b) { return a.path < b.path; });
    const std::lock_guard lock(mutex_);
    const auto bulk = backend_.bulk(slot_);
    for (const EncodedPage& one : pages)
      TENON_RETURN_IF_ERROR(bulk->put(Column::kNodes, one.path, one.page));
    return bulk->finish();
  }

private:
  Backend& backend_;
  Slot slot_;
  std::mutex mutex_;
};

// The subtrees below some neighbouring slots of the root page. One thread.
class TreePart {
  auto emitter() {
    return [this](const Path& path, const Page& page) { return emit(path, page); };
  }

public:
  TreePart(const BackendView& view, PageWriter& writer) : view_(view), writer_(writer) {}

  // Of the key hashes from the one up to the other; an empty end is the end of all.
  Result<Page::Places> build(BytesView begin, BytesView end) {
    const auto place = view_.iterate(Column::kKeys, begin, end);
    for (; place->valid(); place->next()) {
      if (place->key().size() != Hash::kSize)
        return data_loss("an imported key hash is malformed");
      key_hashes_.push_back(Hash::from_view(place->key()));
      lookup_.add(place->value());
      if (lookup_.size() == kReadTogether)
        TENON_RETURN_IF_ERROR(add_leaves());
    }
    TENON_RETURN_IF_ERROR(place->status());
    TENON_RETURN_IF_ERROR(add_leaves());
    TENON_ASSIGN_OR_RETURN(const Page::Places slots, builder_.finish_slots(emitter()));
    TENON_RETURN_IF_ERROR(writer_.write(std::move(pages_)));
    return slots;
  }

private:
  Status add_leaves() {
    std::vector<std::optional<Hash>> value_hashes(lookup_.size());
    TENON_RETURN_IF_ERROR(lookup_.read(
        [this](std::span<const BytesView> keys, BackendView::FoundVisitor visit) {
          return view_.get_many(Column::kLatest, keys, visit);
        },
        [&](std::size_t number, std::optional<BytesView> record) {
          std::uint64_t height = 0;
          BytesView entry;
          if (record && decode_latest(*record, height, entry))
            value_hashes[number] = merkle::entry_hash(entry);
          return Status();
        }));
    for (std::size_t i = 0; i < lookup_.size(); ++i) {
      if (!value_hashes[i] || crypto::sha256(lookup_.key(i)) != key_hashes_[i]) {
        return data_loss("the imported entry of key " + to_hex(lookup_.key(i)) +
                         " cannot be read back");
      }
      TENON_RETURN_IF_ERROR(builder_.add(Leaf(key_hashes_[i], *value_hashes[i]), emitter()));
    }
    key_hashes_.clear();
    lookup_.clear();
    return {};
  }

  Status emit(const Path& path, const Page& page) {
    pages_.push_back({encode_path(path), page.encode()});
    page_bytes_ += pages_.back().page.size();
    if (page_bytes_ < kPageBytesPerBulk)
      return {};
    page_bytes_ = 0;
    return writer_.write(std::exchange(pages_, {}));
  }

  const BackendView& view_;
  PageWriter& writer_;
  std::vector<Hash> key_hashes_; // of the keys in lookup_
  SortedReader lookup_;
  PageBuilder builder_;
  std::vector<PageWriter::EncodedPage> pages_; // to be written
  std::size_t page_bytes_ = 0;
};

// Where a part begins, as the first byte of a key hash; nothing after the last one.
Bytes beginning(std::size_t part, std::size_t parts) {
  return part == parts ? Bytes() : Bytes(1, static_cast<char>(256 * part / parts));
}

} // namespace

Result<Place> build_imported_tree(Backend& backend, Slot slot) {
  const auto view = backend.view(slot);
  PageWriter writer(backend, slot);
  const std::size_t parts = std::bit_floor(
      std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kMostParts));
  std::vector<std::future<Result<Page::Places>>> building;
  for (std::size_t part = 0; part < parts; ++part) {
    building.push_back(std::async(std::launch::async, [&, part] {
      return TreePart(*view, writer).build(beginning(part, parts), beginning(part + 1, parts));
    }));
  }
  Page::Places root_slots;
  for (std::size_t part = 0; part < parts; ++part) {
    TENON_ASSIGN_OR_RETURN(const Page::Places slots, building[part].get());
    for (std::size_t i = 0; i < slots.size(); ++i) {
      if (!slots[i].empty())
        root_slots[i] = slots[i];
    }
  }
  return PageBuilder::root_of(root_slots, [&](const Path& path, const Page& page) {
    return writer.write({{encode_path(path), page.encode()}});
  });
}

} // namespace tenon::store
