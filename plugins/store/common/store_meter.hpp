// What a store tells of its own work: how long each kind of it took, and how much it was. Given to
// the StoreCore with its options, by whoever counts; any thread.
#pragma once

#include <array>
#include <cstdint>

namespace tenon::store {

enum class Work : std::uint8_t {
  kHash,   // of a block's keys and entries; items: keys
  kTree,   // updating the tree; items: keys
  kBatch,  // gathering what a block writes; items: keys
  kPages,  // gathering the tree pages that are behind; items: pages
  kWrite,  // the atomic write of a block, unsynced; items: blocks
  kSync,   // … and synced
  kPrune,  // one step of it; items: blocks
  kImport, // one range of another replica's state; items: ranges
  kExport, // one range, for another replica or to be checked; items: ranges
  kProve,  // proofs for one caller; items: keys
  kScrub,  // one piece; items: pieces
};
inline constexpr std::array kWorkNames = {"hash",  "tree",   "batch",  "pages", "write", "sync",
                                          "prune", "import", "export", "prove", "scrub"};

class StoreMeter {
public:
  virtual ~StoreMeter() = default;
  [[nodiscard]] virtual std::uint64_t now_us() const = 0;
  virtual void did(Work work, std::uint64_t took_us, std::uint64_t items, std::uint64_t bytes) = 0;
};

// Measures until it goes out of scope, also where the work fails. Without a meter it does nothing.
class Timed {
public:
  Timed(StoreMeter* meter, Work work)
      : meter_(meter), work_(work), began_us_(meter == nullptr ? 0 : meter->now_us()) {}
  ~Timed() {
    if (meter_ != nullptr)
      meter_->did(work_, meter_->now_us() - began_us_, items_, bytes_);
  }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

  void add(std::uint64_t items, std::uint64_t bytes) {
    items_ += items;
    bytes_ += bytes;
  }

private:
  StoreMeter* meter_;
  Work work_;
  std::uint64_t began_us_;
  std::uint64_t items_ = 0;
  std::uint64_t bytes_ = 0;
};

} // namespace tenon::store
