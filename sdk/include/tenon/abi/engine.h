/*
 * Interface "tenon.engine/1": executes transactions.
 *
 * execute() is a pure function of its arguments: no clock, randomness, disk or network, the same
 * bytes on every replica. All state is reached through the view it is given; the host records what
 * was read. A failure without TENON_STATUS_FAULT is a rejection that goes into the block; one with
 * it says that this replica is broken, and the replica stops.
 *
 * Keys in views and writes are relative to the engine's own keyspace; it cannot name any other.
 */
#ifndef TENON_ABI_ENGINE_H
#define TENON_ABI_ENGINE_H

#include "tenon/abi/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TENON_ENGINE_INTERFACE "tenon.engine/1"

/* The engine's keyspace as of one moment. Borrowed for the call it is an argument of. */
typedef struct tenon_state_view {
  uint32_t struct_size;
  void* self;
  /* The value, without salt or readers. TENON_NOT_FOUND when absent; in query(), PERMISSION_DENIED
   * when none of the caller's parties may read it. Any other code must be returned unchanged. */
  int32_t (*get)(void* self, tenon_bytes key, tenon_sink value, tenon_status* status);
  /* Visits begin <= key < end in byte order; an empty `end` means "to the last key". In query() it
   * visits only what the caller's parties may read. */
  int32_t (*scan)(void* self, tenon_bytes begin, tenon_bytes end, void* context, tenon_visit visit,
                  tenon_status* status);
  /* As scan(), over the INDEX entries that the engine wrote. In query() of the last block only:
   * FAILED_PRECONDITION elsewhere, and where the answer is to be proved. Nobody is named as their
   * reader: the engine shows of them what the caller's parties may know. */
  int32_t (*scan_index)(void* self, tenon_bytes begin, tenon_bytes end, void* context,
                        tenon_visit visit, tenon_status* status);
  /* Whether the ledger has this party: *found is 1 or 0. */
  int32_t (*has_party)(void* self, tenon_bytes party, uint32_t* found, tenon_status* status);
} tenon_state_view;

typedef struct tenon_engine_transaction {
  uint32_t struct_size;
  uint32_t reserved;
  tenon_hash id;       /* SHA-256 of the transaction's bytes */
  tenon_bytes payload; /* the engine's own encoding */
  const tenon_bytes* act_as;
  uint64_t act_as_count;
  const tenon_bytes* read_as;
  uint64_t read_as_count;
  tenon_hash seed; /* another one for each transaction; only its submitters and replicas know it */
} tenon_engine_transaction;

typedef struct tenon_engine_context {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t height;
  uint64_t record_time_us; /* of the block, microseconds since the Unix epoch */
} tenon_engine_context;

typedef struct tenon_engine_write {
  uint32_t struct_size;
  uint32_t is_delete;
  uint32_t key_class; /* TENON_CLASS_STATE or TENON_CLASS_INDEX */
  uint32_t reserved;
  tenon_bytes key;
  tenon_bytes value;
  const tenon_bytes* readers; /* parties that may read it; "*" alone makes it public */
  uint64_t reader_count;
  uint64_t expires_at_us; /* 0: never */
} tenon_engine_write;

typedef struct tenon_engine_event {
  uint32_t struct_size;
  uint32_t reserved;
  tenon_bytes payload;
  const tenon_bytes* readers;
  uint64_t reader_count;
} tenon_engine_event;

/* Where execute() puts its result. A rejected execution leaves no trace: the host discards it. */
typedef struct tenon_execution_sink {
  uint32_t struct_size;
  void* context;
  void (*write)(void* context, const tenon_engine_write* write); /* the last one per key counts */
  void (*event)(void* context, const tenon_engine_event* event);
  void (*response)(void* context, tenon_bytes response);
  /* The result holds only for record times in [min_us, max_us]. A result that depends on the height
   * allows exactly the record time it was given: record times grow strictly, so that names one
   * block. */
  void (*time_bounds)(void* context, uint64_t min_us, uint64_t max_us);
} tenon_execution_sink;

typedef struct tenon_engine {
  uint32_t struct_size;
  uint32_t reserved;

  /* [any] Changes exactly when the meaning of any transaction may change: semantics, cost schedule,
   * limits. */
  int32_t (*fingerprint)(tenon_instance* engine, tenon_hash* out, tenon_status* status);

  /* [worker] */
  int32_t (*execute)(tenon_instance* engine, const tenon_state_view* view,
                     const tenon_engine_transaction* transaction,
                     const tenon_engine_context* context, const tenon_execution_sink* result,
                     tenon_status* status);

  /* [worker] Turns an application's command (the engine's own JSON) into a transaction payload, or
   * says in INVALID_ARGUMENT, NOT_FOUND … what is wrong with it. */
  int32_t (*prepare)(tenon_instance* engine, const tenon_state_view* view, tenon_bytes command,
                     const tenon_engine_transaction* submitter, tenon_sink payload,
                     tenon_status* status);

  /* [worker] Answers a read-only request (the engine's own JSON) under the view's parties. */
  int32_t (*query)(tenon_instance* engine, const tenon_state_view* view, tenon_bytes request,
                   const tenon_engine_transaction* caller, const tenon_engine_context* context,
                   tenon_sink response, tenon_status* status);

  /* [worker] The INDEX entries that follow from one STATE entry: written to `result`, none of them
   * a removal. A pure function of its arguments. execute() writes the same ones with the STATE
   * entry and removes them with it; the host asks here where STATE comes without execution: on
   * client nodes, and after an import. An entry with an expiry has none. */
  int32_t (*index_of)(tenon_instance* engine, tenon_bytes key, tenon_bytes value,
                      const tenon_execution_sink* result, tenon_status* status);

  /* [worker] An event's payload as JSON, for people. A pure function of its arguments. */
  int32_t (*event_json)(tenon_instance* engine, tenon_bytes payload, tenon_sink json,
                        tenon_status* status);
} tenon_engine;

#ifdef __cplusplus
}
#endif
#endif
