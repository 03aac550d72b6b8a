/*
 * Interface "tenon.store/1": the authenticated, versioned key-value store under a ledger.
 *
 * Two classes of keys. STATE is authenticated: every entry is a leaf of the sparse Merkle tree
 * whose root goes into the result header. INDEX is derived data outside the root, which can be
 * rebuilt from the state and the block log.
 *
 * A STATE value is an *entry* (docs/spec/merkle-proof.md): salt, expiry, readers and value in one
 * byte string. Stores keep it as it is and hash it by the rule given there; they never look
 * further.
 *
 * Blocks are staged on the head or on another stage, so a chain of uncommitted results can exist;
 * a stage is committed in height order or abandoned. What is not committed costs nothing durable.
 */
#ifndef TENON_ABI_STORE_H
#define TENON_ABI_STORE_H

#include "tenon/abi/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TENON_STORE_INTERFACE "tenon.store/1"

enum { TENON_CLASS_STATE = 0, TENON_CLASS_INDEX = 1 };

/* What is committed survives the process and, once synced, a power cut. */
#define TENON_STORE_DURABLE 1u

typedef struct tenon_store_head {
  uint64_t height; /* of the last committed block; meaningless while empty */
  uint32_t empty;  /* 1 until the first commit (the genesis block, height 0) */
  /* 1 from import_finish, until put_index has made the INDEX class whole again; no block is
   * committed meanwhile. A restart does not change it. */
  uint32_t without_index;
  tenon_hash block_id;
  tenon_hash result_hash;
  tenon_hash state_root;
} tenon_store_head;

typedef struct tenon_store_write {
  uint32_t key_class;
  uint32_t is_delete; /* 1: remove the key, `entry` is ignored */
  tenon_bytes key;
  tenon_bytes entry;
} tenon_store_write;

typedef struct tenon_store_roots {
  tenon_hash state_root;
  tenon_hash writes_root;
} tenon_store_roots;

/* The parts of a block in the block log, each kept as the bytes given. */
enum {
  TENON_BLOCK_HEADER = 0,
  TENON_BLOCK_BODY = 1,
  TENON_BLOCK_RESULT_HEADER = 2,
  TENON_BLOCK_RESULTS = 3,
  TENON_BLOCK_CERTIFICATE = 4,
  TENON_BLOCK_PARTS = 5
};

typedef struct tenon_store_block {
  uint64_t height;
  tenon_hash block_id;
  tenon_hash result_hash;
  tenon_bytes parts[TENON_BLOCK_PARTS];
} tenon_store_block;

/* What can still be read. Both are 0 until something is pruned or a state is imported. */
typedef struct tenon_store_horizon {
  uint64_t oldest_block;   /* the first height of which the block log has the parts */
  uint64_t oldest_version; /* the first height whose state `snapshot` shows */
} tenon_store_horizon;

/* The state that an import is after: that of a committed block, whose result a quorum certified. */
typedef struct tenon_store_target {
  uint64_t height;
  tenon_hash block_id;
  tenon_hash result_hash;
  tenon_hash state_root;
} tenon_store_target;

/* One version of a STATE key. */
typedef struct tenon_store_version {
  uint64_t height;    /* of the block that wrote it */
  uint32_t is_delete; /* 1: that block removed the key, `entry` is empty */
  uint32_t reserved;
  tenon_bytes entry;
} tenon_store_version;

/* What a block did to one STATE key. */
typedef struct tenon_store_change {
  tenon_hash key_hash;
  tenon_bytes key; /* empty where the store no longer has it */
  uint32_t was_present;
  uint32_t is_present;
  tenon_hash old_value_hash; /* meaningless unless it was present */
  tenon_hash value_hash;     /* meaningless unless it is present */
} tenon_store_change;

/* How far the checks beside the service are. */
typedef struct tenon_store_scrub {
  uint64_t bytes;   /* that this call looked at */
  uint64_t cycles;  /* how often all there is has been looked at, since the start */
  uint64_t wait_ms; /* until the next call; 0: the store is configured not to scrub */
} tenon_store_scrub;

typedef struct tenon_store_stage tenon_store_stage;
typedef struct tenon_store_snapshot tenon_store_snapshot;

/* Ask for the newest committed version. */
#define TENON_STORE_HEAD UINT64_MAX

typedef struct tenon_store {
  uint32_t struct_size;
  uint32_t flags; /* TENON_STORE_DURABLE */

  /* [any] */
  int32_t (*head)(tenon_instance* store, tenon_store_head* out, tenon_status* status);

  /* [any] A fixed view of the state after block `height`. OUT_OF_RANGE, naming the oldest height
   * still readable, when that version is gone. The caller releases it. The INDEX class always shows
   * the head. */
  int32_t (*snapshot)(tenon_instance* store, uint64_t height, tenon_store_snapshot** out,
                      tenon_status* status);
  /* [any] A view of a stage and of all it stands on; valid while the stage is neither committed nor
   * abandoned, and after its commit. */
  int32_t (*stage_snapshot)(tenon_store_stage* stage, tenon_store_snapshot** out,
                            tenon_status* status);
  /* [any] */
  void (*release)(tenon_store_snapshot* snapshot);

  /* [any] TENON_NOT_FOUND (status left alone) when the key is absent. */
  int32_t (*get)(tenon_store_snapshot* snapshot, uint32_t key_class, tenon_bytes key,
                 tenon_sink value, tenon_status* status);
  /* [any] Visits begin <= key < end in byte order; an empty `end` means "to the last key". */
  int32_t (*scan)(tenon_store_snapshot* snapshot, uint32_t key_class, tenon_bytes begin,
                  tenon_bytes end, void* context, tenon_visit visit, tenon_status* status);
  /* [any] Writes one encoded proof per key, in order, each preceded by its size as a little-endian
   * uint32. Keys are of class STATE; present and absent keys alike. */
  int32_t (*prove)(tenon_store_snapshot* snapshot, const tenon_bytes* keys, uint64_t key_count,
                   tenon_sink proofs, tenon_status* status);

  /* [sequencer] Stages a block's writes on `parent` (NULL: the head). Keys of one class are unique
   * within a call. The roots are those after the writes. */
  int32_t (*stage)(tenon_instance* store, tenon_store_stage* parent,
                   const tenon_store_write* writes, uint64_t write_count, tenon_store_roots* roots,
                   tenon_store_stage** out, tenon_status* status);
  /* [committer] Makes a stage, whose parent is the head, the new head, together with its block, in
   * one atomic write. With `sync`, it is on stable storage on return. The stage remains the
   * caller's: while this call runs and after it, others are staged on it, until it is let go of. A
   * failure is a fault. */
  int32_t (*commit)(tenon_instance* store, tenon_store_stage* stage, const tenon_store_block* block,
                    uint32_t sync, tenon_status* status);
  /* [any] Lets go of a stage. One that is not committed is dropped, and stages made on it must be
   * gone already. */
  void (*abandon)(tenon_store_stage* stage);

  /* [any] One part of a committed block; NOT_FOUND above the head, OUT_OF_RANGE, naming the
   * oldest height, below the horizon. */
  int32_t (*read_block)(tenon_instance* store, uint64_t height, uint32_t part, tenon_sink out,
                        tenon_status* status);

  /* [worker] Recomputes everything that can be recomputed — checksums, entry hashes, the whole tree
   * against the head's root — and says what is wrong in DATA_LOSS. `progress` may be NULL; it
   * returns 0 to go on. */
  int32_t (*verify)(tenon_instance* store, void* context,
                    int32_t (*progress)(void* context, uint64_t done, uint64_t total),
                    tenon_status* status);

  /* [any] */
  int32_t (*horizon)(tenon_instance* store, tenon_store_horizon* out, tenon_status* status);
  /* [worker] Makes blocks below `keep_from`, and versions of the state before the one of that
   * height, unreadable, and frees what they held: at once, or with the next call where something
   * still needs it (a snapshot that is held keeps its meaning until it is released). Runs beside
   * everything else. INVALID_ARGUMENT when `keep_from` is above the head. May be called again,
   * after a crash too, and never brings anything back. */
  int32_t (*prune)(tenon_instance* store, uint64_t keep_from, tenon_status* status);
  /* [worker] Adds the block just below the oldest one that is there; the caller has checked that
   * the oldest one names it as its parent. FAILED_PRECONDITION for any other height. */
  int32_t (*put_block)(tenon_instance* store, const tenon_store_block* block,
                       tenon_status* status);

  /* [worker] One encoded range of the snapshot's STATE class (docs/spec/merkle-proof.md): the
   * entries from key hash `first` on, in the order of key hashes, up to about `max_bytes` but at
   * least one, and the proof that they are all. The snapshot is one of a committed block, as
   * `snapshot` makes it; the first proof or range asked of it fixes its tree, and from then on it
   * gives ranges of the same state for as long as it is held. OUT_OF_RANGE when proofs no longer
   * reach back to it. */
  int32_t (*export_range)(tenon_store_snapshot* snapshot, const tenon_hash* first,
                          uint64_t max_bytes, tenon_sink out, tenon_status* status);

  /* An import replaces the whole state by that of `target`, piece by piece, beside the one that
   * goes on being read and committed to. It survives the process, and goes on after a restart with
   * what import_missing names.
   *
   * [worker] Begins, or goes on with the same target. FAILED_PRECONDITION when the target is not
   * above the head, or while an import with another target is under way: abandon that one first. */
  int32_t (*import_begin)(tenon_instance* store, const tenon_store_target* target,
                          tenon_status* status);
  /* [worker] Takes one encoded range, from any source: verified against the target's state root
   * before anything is written; INVALID_ARGUMENT, which is no fault, when it does not hold. Any
   * order, any overlap, several calls at once. */
  int32_t (*import_range)(tenon_instance* store, tenon_bytes range, tenon_status* status);
  /* [worker] The target of the import under way, and the spans of key hashes that no range has
   * covered yet, in order: first and last hash of each, both included, 64 bytes a span. NOT_FOUND
   * (status left alone) when none is under way. */
  int32_t (*import_missing)(tenon_instance* store, tenon_store_target* target, tenon_sink spans,
                            tenon_status* status);
  /* [worker] Ends the import, once nothing is missing (FAILED_PRECONDITION before): builds the tree
   * from what was written, compares its root, and makes it the state, in one atomic write on stable
   * storage. `blocks` are the last blocks up to the target's, at least that one, in order; they
   * become the whole block log. Older versions and the INDEX class are gone: the latter is to be
   * written anew by put_index before the next block is committed. Snapshots and stages
   * from before keep their meaning or answer ABORTED from then on, and no commit of such a stage
   * succeeds. */
  int32_t (*import_finish)(tenon_instance* store, const tenon_store_block* blocks,
                           uint64_t block_count, tenon_status* status);
  /* [worker] Drops what was imported; does nothing when no import is under way. */
  int32_t (*import_abandon)(tenon_instance* store, tenon_status* status);

  /* [worker] Writes or removes entries of the INDEX class beside the blocks: what an import left to
   * be derived from the state. With `whole`, on stable storage, and the class is complete from then
   * on (see tenon_store_head). INVALID_ARGUMENT for a key of another class. */
  int32_t (*put_index)(tenon_instance* store, const tenon_store_write* writes,
                       uint64_t write_count, uint32_t whole, tenon_status* status);

  /* [any] One encoded multiproof (docs/spec/merkle-proof.md) for 1 to 4096 keys of class STATE, in
   * any order, present and absent ones alike; a key given twice counts once. */
  int32_t (*prove_many)(tenon_store_snapshot* snapshot, const tenon_bytes* keys,
                        uint64_t key_count, tenon_sink proof, tenon_status* status);
  /* [worker] The versions of a STATE key that can still be read, the newest first; what `visit` is
   * given is borrowed for the call, and it returns 0 to go on. */
  int32_t (*versions)(tenon_instance* store, tenon_bytes key, void* context,
                      int32_t (*visit)(void* context, const tenon_store_version* version),
                      tenon_status* status);
  /* [worker] What block `height` did to the STATE class, in the order of key hashes; `visit` as
   * above. NOT_FOUND above the head, OUT_OF_RANGE where the record of it is pruned. */
  int32_t (*changes)(tenon_instance* store, uint64_t height, void* context,
                     int32_t (*visit)(void* context, const tenon_store_change* change),
                     tenon_status* status);
  /* [worker] What the store knows of itself, as a JSON object for people and tools
   * (docs/operating.md). With `whole` it reads and counts everything, otherwise it says what is at
   * hand. `progress` as for verify. */
  int32_t (*describe)(tenon_instance* store, uint32_t whole, void* context,
                      int32_t (*progress)(void* context, uint64_t done, uint64_t total),
                      tenon_sink json, tenon_status* status);
  /* [worker] Checks the next small piece of what is stored: hashes, seals and files, all of it once
   * per cycle, beginning where `random` says. DATA_LOSS, with the place, for what is damaged. One
   * call at a time, beside everything else. */
  int32_t (*scrub)(tenon_instance* store, uint64_t random, tenon_store_scrub* out,
                   tenon_status* status);

  /* [worker] Fills `directory`, an empty folder inside the plugin's data directory, with files of
   * which a plugin of this name, given them as its whole data directory, starts with what was
   * committed up to one block: *head says which. Runs beside everything else and holds nothing up.
   * `file` is given the name of each file, relative to `directory`, and as its value what its
   * content is known by: files with one identity are equal, whenever they are made; an empty one
   * says nothing. The files belong to the caller, who only reads and removes them.
   * FAILED_PRECONDITION while nothing is committed. */
  int32_t (*checkpoint)(tenon_instance* store, tenon_bytes directory, tenon_store_head* head,
                        void* context, tenon_visit file, tenon_status* status);
} tenon_store;

#ifdef __cplusplus
}
#endif
#endif
