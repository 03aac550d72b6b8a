/*
 * Interface "tenon.consensus/1": orders transaction batches into blocks and certifies results.
 *
 * The plugin decides order; the host (the "replica app") builds headers, executes and commits.
 * Blocks form a tree by parent id while undecided: execute() may be asked for a block whose parent
 * is not final yet, several children of one parent may be executed, and a final block finalizes all
 * its ancestors. All ids are SHA-256 of the bytes that were sent (docs/spec/wire.md).
 *
 * Order runs ahead of execution by at most TENON_CONSENSUS_LAG blocks: a block may be proposed and
 * verified before its parent has been executed here. What its header must say then follows from the
 * parent's header and from the state after an executed ancestor, for no transaction changes
 * validators or engines earlier than that many blocks and one after its own.
 */
#ifndef TENON_ABI_CONSENSUS_H
#define TENON_ABI_CONSENSUS_H

#include "tenon/abi/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TENON_CONSENSUS_INTERFACE "tenon.consensus/1"

/* Most blocks between a block and the executed ancestor that decides its epoch. */
#define TENON_CONSENSUS_LAG 8

typedef struct tenon_proposal {
  uint32_t struct_size;
  uint32_t reserved;
  tenon_bytes parent_header; /* encoded BlockHeader; the parent need not be executed here */
  /* Id of the nearest ancestor of the new block that has been executed here or is the head: the
   * parent, or a block at most TENON_CONSENSUS_LAG below the new one. */
  tenon_hash executed;
  uint64_t epoch;
  uint64_t view;
  const tenon_bytes* batches; /* TransactionBatch messages, in order */
  uint64_t batch_count;
} tenon_proposal;

/* Exactly one call per request, on any thread, possibly before the request returns. `status` is
 * NULL on success; `output` is borrowed for the call. */
typedef void (*tenon_done)(void* context, tenon_bytes output, const tenon_status* status);

typedef struct tenon_replica_app {
  uint32_t struct_size;
  void* self;

  /* [any] The last committed block. */
  int32_t (*head)(void* self, uint64_t* height, tenon_hash* block_id, uint64_t* view,
                  tenon_status* status);
  /* [any] Is this batch well-formed, signed by a client of the ledger, within limits? Cheap;
   * decides nothing that execution does not decide again. */
  int32_t (*check)(void* self, tenon_bytes batch, tenon_status* status);
  /* [any] Reads the clock and writes an encoded Block for the batches: header and body. Fails
   * without a fault when there is no such block: of another epoch, or after a wedge. */
  int32_t (*propose)(void* self, const tenon_proposal* proposal, tenon_sink block,
                     tenon_status* status);
  /* [any] Does another's block follow the rules (height, parent, time, roots, limits, epoch)?
   * `parent_header` and `executed` as in tenon_proposal. INVALID_ARGUMENT: it breaks one, or its
   * record time is too far in this node's future; FAILED_PRECONDITION: this node cannot tell. */
  int32_t (*verify)(void* self, tenon_bytes block, tenon_bytes parent_header,
                    const tenon_hash* executed, tenon_status* status);
  /* [any] Executes on the parent's stage; `done` receives the encoded ResultHeader. Executions run
   * in the order they are asked for, so the parent's may still be waiting. A transaction that fails
   * is an outcome in the result; an error here is a fault or a broken rule. */
  void (*execute)(void* self, tenon_bytes block, void* context, tenon_done done);
  /* [any] The block, all its ancestors, and its result are final. Commits those not committed yet,
   * in order; `done` is called once they are durable (as far as the store is). The certificate is
   * of the validators of the block's epoch, in the block's view or a later one; the last block of
   * an epoch needs its own before any block above it. One for another result than this replica's
   * own makes it halt: `done` receives a fault. */
  void (*finalized)(void* self, const tenon_hash* block_id, tenon_bytes certificate, void* context,
                    tenon_done done);
  /* [any] Drops an executed block that can no longer become final, and its descendants. */
  void (*abandon)(void* self, const tenon_hash* block_id);
  /* [any] One part (TENON_BLOCK_…) of a committed block. */
  int32_t (*read_block)(void* self, uint64_t height, uint32_t part, tenon_sink out,
                        tenon_status* status);
  /* [any] Writes an encoded EpochSchedule: the epoch of an executed or the last committed block,
   * and what follows it, as the state after that block says. */
  int32_t (*schedule)(void* self, const tenon_hash* executed, tenon_sink out,
                      tenon_status* status);

  /* State transfer: a replica that lacks more than its peers still have as blocks takes over a
   * state from several of them (docs/spec/state-transfer.md). All or none of these are NULL; an
   * older host's table ends before them.
   *
   * [any] The first height whose block read_block still has. */
  int32_t (*oldest_block)(void* self, uint64_t* height, tenon_status* status);
  /* [worker] Writes an encoded StateTarget, proved to whoever trusts the validators of
   * `from_epoch`: of the block of that height, or with 0 of the newest that can be given. NOT_FOUND
   * when there is none. What was given is kept for a while, for export_range. */
  int32_t (*export_target)(void* self, uint64_t from_epoch, uint64_t height, tenon_sink out,
                           tenon_status* status);
  /* [worker] One range of the state after a block, as of a store's snapshot. The state is kept for
   * as long as ranges of it are asked for, within limits. OUT_OF_RANGE when it is gone, NOT_FOUND
   * above the head, RESOURCE_EXHAUSTED when too many are asked for at once. */
  int32_t (*export_range)(void* self, uint64_t height, const tenon_hash* first,
                          uint64_t max_bytes, tenon_sink out, tenon_status* status);
  /* [worker] Begins to take over the state of an encoded StateTarget, or goes on with it; what was
   * imported of another target is dropped. INVALID_ARGUMENT, which is no fault, unless the
   * validators known here lead to it; FAILED_PRECONDITION when it is not above the head. */
  int32_t (*import_begin)(void* self, tenon_bytes target, tenon_status* status);
  /* [worker] Takes one range of the state after block `height`. INVALID_ARGUMENT, which is no
   * fault, when it is not one; FAILED_PRECONDITION when another target is under way, or none. */
  int32_t (*import_range)(void* self, uint64_t height, tenon_bytes range, tenon_status* status);
  /* [worker] The target of the import under way, also from before a restart, and the spans of key
   * hashes that are missing, as in a store. NOT_FOUND (status left alone) when there is none. */
  int32_t (*import_missing)(void* self, uint64_t* height, tenon_hash* block_id, tenon_sink spans,
                            tenon_status* status);
  /* [any] Once nothing is missing: makes the imported state the ledger's, after everything asked
   * for before. The plugin asks for nothing that stands on the old state any more. When `done`
   * reports success the target's block is the head, and all that head, schedule and read_block say
   * is of the new state. A failure is a fault, unless something was missing. */
  void (*import_finish)(void* self, void* context, tenon_done done);
  /* [worker] Drops what was imported; does nothing when no import is under way. */
  int32_t (*import_abandon)(void* self, tenon_status* status);
} tenon_replica_app;

typedef struct tenon_consensus {
  uint32_t struct_size;
  uint32_t reserved;

  /* [main] Called once, between create and start; `app` outlives stop(). */
  int32_t (*attach)(tenon_instance* consensus, const tenon_replica_app* app, tenon_status* status);
  /* [any] Queues a TransactionBatch (bytes are copied) or refuses it with RESOURCE_EXHAUSTED; never
   * blocks. What was accepted is either in a final block later or lost with the process. */
  int32_t (*submit)(tenon_instance* consensus, tenon_bytes batch, tenon_status* status);
  /* [any] JSON object for people and readiness: at least {"ready": bool, "reason": string}. */
  int32_t (*describe)(tenon_instance* consensus, tenon_sink json, tenon_status* status);
} tenon_consensus;

#ifdef __cplusplus
}
#endif
#endif
