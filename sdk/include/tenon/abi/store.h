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
  uint32_t reserved;
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

  /* [any] One part of a committed block; NOT_FOUND above the head, OUT_OF_RANGE when pruned. */
  int32_t (*read_block)(tenon_instance* store, uint64_t height, uint32_t part, tenon_sink out,
                        tenon_status* status);

  /* [worker] Recomputes everything that can be recomputed — checksums, entry hashes, the whole tree
   * against the head's root — and says what is wrong in DATA_LOSS. `progress` may be NULL; it
   * returns 0 to go on. */
  int32_t (*verify)(tenon_instance* store, void* context,
                    int32_t (*progress)(void* context, uint64_t done, uint64_t total),
                    tenon_status* status);
} tenon_store;

#ifdef __cplusplus
}
#endif
#endif
