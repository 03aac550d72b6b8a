// A state store, in C++: what store plugins derive from and what the host calls, on either side of
// the C table in abi/store.h. Read that header for the meaning of each call and its threads.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tenon/abi/store.h"
#include "tenon/core/bytes.hpp"
#include "tenon/core/function_ref.hpp"
#include "tenon/core/status.hpp"

namespace tenon::plugin {

enum class KeyClass : std::uint32_t { kState = TENON_CLASS_STATE, kIndex = TENON_CLASS_INDEX };

// One change of a block. The views are borrowed for the call.
struct StoreWrite {
  KeyClass key_class = KeyClass::kState;
  bool is_delete = false;
  BytesView key;
  BytesView entry;
};

enum class BlockPart : std::uint32_t {
  kHeader = TENON_BLOCK_HEADER,
  kBody = TENON_BLOCK_BODY,
  kResultHeader = TENON_BLOCK_RESULT_HEADER,
  kResults = TENON_BLOCK_RESULTS,
  kCertificate = TENON_BLOCK_CERTIFICATE,
};
inline constexpr std::size_t kBlockParts = TENON_BLOCK_PARTS;

// A block as the block log keeps it; parts are indexed by BlockPart. Views are borrowed.
struct StoreBlock {
  std::uint64_t height = 0;
  Hash block_id;
  Hash result_hash;
  std::array<BytesView, kBlockParts> parts;
};

struct StoreHead {
  bool empty = true;
  std::uint64_t height = 0;
  Hash block_id;
  Hash result_hash;
  Hash state_root;
  bool without_index = false; // since an import; put_index() ends it
};

struct StoreRoots {
  Hash state_root;
  Hash writes_root;
};

// What can still be read: blocks of the log, and versions of the state.
struct StoreHorizon {
  std::uint64_t oldest_block = 0;
  std::uint64_t oldest_version = 0;

  friend bool operator==(const StoreHorizon&, const StoreHorizon&) = default;
};

// The state that an import is after.
struct StoreTarget {
  std::uint64_t height = 0;
  Hash block_id;
  Hash result_hash;
  Hash state_root;

  friend bool operator==(const StoreTarget&, const StoreTarget&) = default;
};

// Key hashes from `first` to `last`, both included.
struct KeyHashSpan {
  Hash first;
  Hash last;

  friend bool operator==(const KeyHashSpan&, const KeyHashSpan&) = default;
};

struct StoreImport {
  StoreTarget target;
  std::vector<KeyHashSpan> missing; // in order; empty when everything is there
};

// One version of a key of the state. Views are borrowed.
struct StoreVersion {
  std::uint64_t height = 0;       // of the block that wrote it
  std::optional<BytesView> entry; // nothing: that block removed the key
};

// What a block did to one key of the state.
struct StoreChange {
  Hash key_hash;
  BytesView key; // empty where the store no longer has it
  std::optional<Hash> old_value_hash;
  std::optional<Hash> value_hash;
};

struct StoreScrub {
  std::uint64_t bytes = 0;
  std::uint64_t cycles = 0;
  std::uint64_t wait_ms = 0; // 0: the store does not scrub
};

struct StoreFile {
  std::string name;    // relative to the checkpoint's folder
  std::string content; // files with the same here are equal; empty: nothing is known
};

// Files that a store can be opened from.
struct StoreCheckpoint {
  StoreHead head;
  std::vector<StoreFile> files;
};

inline constexpr std::uint64_t kHeadHeight = TENON_STORE_HEAD;

// Returns false to end the scan.
using ScanVisitor = FunctionRef<bool(BytesView key, BytesView value)>;

using VersionVisitor = FunctionRef<bool(const StoreVersion& version)>;
using ChangeVisitor = FunctionRef<bool(const StoreChange& change)>;

// What a store answers that leaves out what only some stores have.
[[nodiscard]] inline Status not_offered(std::string_view what) {
  return {Code::kUnimplemented, "this store does not offer " + std::string(what)};
}

// A fixed view of the state. Owned by whoever asked for it; calls from any thread.
class StoreSnapshot {
public:
  virtual ~StoreSnapshot() = default;
  // Nothing when the key is absent.
  [[nodiscard]] virtual Result<std::optional<Bytes>> get(KeyClass key_class,
                                                         BytesView key) const = 0;
  [[nodiscard]] virtual Status scan(KeyClass key_class, BytesView begin, BytesView end,
                                    ScanVisitor visit) const = 0;
  // Encoded proofs (merkle/sparse_proof.hpp), one per key.
  [[nodiscard]] virtual Result<std::vector<Bytes>> prove(std::span<const BytesView> keys) const = 0;
  // One encoded range (merkle/snapshot_range.hpp).
  [[nodiscard]] virtual Result<Bytes> export_range(const Hash& first,
                                                   std::uint64_t max_bytes) const = 0;
  // One encoded proof for all keys (merkle/multi_proof.hpp), which may come in any order.
  [[nodiscard]] virtual Result<Bytes> prove_many(std::span<const BytesView>) const {
    return not_offered("proofs of many keys at once");
  }
};

// A block's writes on top of the head or of another stage. Destroying it lets go of it: before its
// commit that abandons it.
class StoreStage {
public:
  virtual ~StoreStage() = default;
  [[nodiscard]] virtual const StoreRoots& roots() const = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<StoreSnapshot>> snapshot() const = 0;
};

// Returns false to stop.
using ProgressVisitor = FunctionRef<bool(std::uint64_t done, std::uint64_t total)>;

class Store {
public:
  virtual ~Store() = default;
  [[nodiscard]] virtual bool durable() const = 0;
  [[nodiscard]] virtual Result<StoreHead> head() const = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<StoreSnapshot>>
  snapshot(std::uint64_t height) const = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<StoreStage>>
  stage(StoreStage* parent, std::span<const StoreWrite> writes) = 0;
  // Runs beside stage(), also beside one that stages on this very stage.
  [[nodiscard]] virtual Status commit(StoreStage& stage, const StoreBlock& block, bool sync) = 0;
  // Nothing above the head.
  [[nodiscard]] virtual Result<std::optional<Bytes>> read_block(std::uint64_t height,
                                                                BlockPart part) const = 0;
  [[nodiscard]] virtual Status verify(ProgressVisitor progress) = 0;

  [[nodiscard]] virtual Result<StoreHorizon> horizon() const = 0;
  [[nodiscard]] virtual Status prune(std::uint64_t keep_from) = 0;
  [[nodiscard]] virtual Status put_block(const StoreBlock& block) = 0;

  [[nodiscard]] virtual Status import_begin(const StoreTarget& target) = 0;
  [[nodiscard]] virtual Status import_range(BytesView range) = 0;
  // Nothing when no import is under way.
  [[nodiscard]] virtual Result<std::optional<StoreImport>> import_missing() const = 0;
  [[nodiscard]] virtual Status import_finish(std::span<const StoreBlock> blocks) = 0;
  [[nodiscard]] virtual Status import_abandon() = 0;
  // Of class INDEX, all of them. `whole`: the class is complete now.
  [[nodiscard]] virtual Status put_index(std::span<const StoreWrite> writes, bool whole) = 0;

  // For people who look into it, and for its upkeep; a store can be without.
  [[nodiscard]] virtual Status versions(BytesView, VersionVisitor) const {
    return not_offered("the versions of a key");
  }
  [[nodiscard]] virtual Status changes(std::uint64_t, ChangeVisitor) const {
    return not_offered("the changes of a block");
  }
  // A JSON object.
  [[nodiscard]] virtual Result<Bytes> describe(bool, ProgressVisitor) const {
    return not_offered("a description of itself");
  }
  [[nodiscard]] virtual Result<StoreScrub> scrub(std::uint64_t) {
    return not_offered("checks beside its service");
  }
  // `directory` is empty. What fails here is no fault: the store itself is as it was.
  [[nodiscard]] virtual Result<StoreCheckpoint> checkpoint(const std::string& /*directory*/) {
    return not_offered("checkpoints, which backups are made of: it keeps no files");
  }
};

} // namespace tenon::plugin
