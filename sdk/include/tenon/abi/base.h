/*
 * Boundary types of the Tenon plugin ABI.
 *
 * Everything that crosses between host and plugin is made of these: fixed-width integers, borrowed
 * views, function pointers and opaque instances. Nobody frees the other side's memory: inputs are
 * borrowed for the duration of the call, outputs are written to a sink the caller owns.
 *
 * Thread tags used throughout the ABI headers:
 *   [main]       one call at a time, in the order of an instance's life
 *   [sequencer]  one call at a time, in block order
 *   [committer]  the same, beside the sequencer
 *   [worker]     any thread that may take its time, concurrently: a worker of the host, or an API
 *                plugin's own thread while it asks the ledger
 *   [any]        any thread, the caller's own included, concurrently
 * "One call at a time" is meant per plugin instance and names no thread: successive calls may come
 * from different ones, each after the one before has returned.
 */
#ifndef TENON_ABI_BASE_H
#define TENON_ABI_BASE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A major version is frozen once it is 1; a minor only appends (see docs/plugin-abi.md). */
#define TENON_ABI_MAJOR 0u
#define TENON_ABI_MINOR 1u

/* A borrowed, possibly empty run of bytes. `data` may be NULL only when `size` is 0. */
typedef struct tenon_bytes {
  const uint8_t* data;
  uint64_t size;
} tenon_bytes;

/* A SHA-256 digest. */
typedef struct tenon_hash {
  uint8_t bytes[32];
} tenon_hash;

/* Status codes: the numbers of google.rpc.Code. Functions return one as int32_t. */
enum {
  TENON_OK = 0,
  TENON_CANCELLED = 1,
  TENON_UNKNOWN = 2,
  TENON_INVALID_ARGUMENT = 3,
  TENON_DEADLINE_EXCEEDED = 4,
  TENON_NOT_FOUND = 5,
  TENON_ALREADY_EXISTS = 6,
  TENON_PERMISSION_DENIED = 7,
  TENON_RESOURCE_EXHAUSTED = 8,
  TENON_FAILED_PRECONDITION = 9,
  TENON_ABORTED = 10,
  TENON_OUT_OF_RANGE = 11,
  TENON_UNIMPLEMENTED = 12,
  TENON_INTERNAL = 13,
  TENON_UNAVAILABLE = 14,
  TENON_DATA_LOSS = 15,
  TENON_UNAUTHENTICATED = 16
};

/* This replica is broken (disk, memory, a bug): halt and never vote. Without this flag a failure is
 * deterministic: every replica sees the same one, and it belongs to the block. */
#define TENON_STATUS_FAULT 1u

#define TENON_STATUS_TEXT_CAPACITY 496u

/* Caller-owned error detail. A callee writes it only when it returns a code other than TENON_OK;
 * text longer than the capacity is cut at a UTF-8 boundary. */
typedef struct tenon_status {
  uint32_t code;
  uint32_t flags;
  uint32_t text_size;
  uint32_t reserved;
  char text[TENON_STATUS_TEXT_CAPACITY];
} tenon_status;

/* Where a callee writes its output. May be called several times; chunks are concatenated. */
typedef struct tenon_sink {
  void* context;
  void (*write)(void* context, tenon_bytes chunk);
} tenon_sink;

/* Visits one key and value of a scan. Returns 0 to go on, anything else to end the scan early. */
typedef int32_t (*tenon_visit)(void* context, tenon_bytes key, tenon_bytes value);

/* A plugin's own object; only the plugin looks inside. */
typedef struct tenon_instance tenon_instance;

#ifdef __cplusplus
}
#endif
#endif
