/*
 * What a contract can ask of the host: the functions of module "tenon", in plain C, so that
 * contracts can be written without the C++ layer of contract.hpp. Compiled into contracts (clang
 * --target=wasm32), never into the node. Semantics and costs: docs/spec/wasm-engine.md.
 *
 * A contract exports its memory as "memory" and these functions:
 *   describe()           returns its description (JSON) through tenon_return
 *   init(), migrate()    when an instance is made, or moved to this code (migrate is optional)
 *   execute(function), query(function)   the function's position in the description's list
 *
 * Functions that fill a buffer copy what fits and return the full size. A range outside the
 * contract's memory, a key that is too long and the like end the transaction with a reason.
 */
#ifndef TENON_CONTRACT_IMPORTS_H
#define TENON_CONTRACT_IMPORTS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TENON_IMPORT(name) __attribute__((import_module("tenon"), import_name(name)))
#define TENON_CONTRACT_EXPORT(name) __attribute__((export_name(name), used))

/* The encoded arguments of this call. */
TENON_IMPORT("input") int32_t tenon_input(void* buffer, int32_t capacity);
/* The encoded result of this call; the last one counts. */
TENON_IMPORT("return") void tenon_return(const void* data, int32_t size);
/* Ends the whole transaction. `reason` is in upper snake case, `message` a sentence. */
TENON_IMPORT("abort")
__attribute__((noreturn)) void tenon_abort(const void* reason, int32_t reason_size,
                                           const void* message, int32_t message_size);

/* The value's size, or -1 when the key is absent. In a query, a key that the caller may not see
 * ends the query with PERMISSION_DENIED. */
TENON_IMPORT("get")
int32_t tenon_get(const void* key, int32_t key_size, void* buffer, int32_t capacity);
/* `readers`: parties one after the other, each as u16 size (little endian) and name; none: the
 * party that sent the transaction; "*": everybody. */
TENON_IMPORT("put")
void tenon_put(const void* key, int32_t key_size, const void* value, int32_t value_size,
               const void* readers, int32_t readers_size);
TENON_IMPORT("remove") void tenon_remove(const void* key, int32_t key_size);
/* An iterator over begin <= key < end; an empty end: to the last key of this instance. */
TENON_IMPORT("scan")
int32_t tenon_scan(const void* begin, int32_t begin_size, const void* end, int32_t end_size);
/* The next entry, as u32 key size (little endian), key, value: its size, or -1 at the end. An entry
 * that did not fit comes again. */
TENON_IMPORT("next") int32_t tenon_next(int32_t iterator, void* buffer, int32_t capacity);

/* `event` is its position in the description's list; readers as for tenon_put. */
TENON_IMPORT("emit")
void tenon_emit(int32_t event, const void* data, int32_t size, const void* readers,
                int32_t readers_size);
/* Runs a function of another instance (a query's, when this is a query) and fills the buffer with
 * its result. A failure over there ends the whole transaction. */
TENON_IMPORT("call")
int32_t tenon_call(const void* instance, int32_t instance_size, const void* function,
                   int32_t function_size, const void* input, int32_t input_size, void* reply,
                   int32_t capacity);

/* Who called: a party, or "instance:" and the id of a calling instance. */
TENON_IMPORT("caller") int32_t tenon_caller(void* buffer, int32_t capacity);
/* The party that sent the transaction. */
TENON_IMPORT("originator") int32_t tenon_originator(void* buffer, int32_t capacity);
/* This instance's id. */
TENON_IMPORT("self") int32_t tenon_self(void* buffer, int32_t capacity);
/* Record time of the block, microseconds since the Unix epoch. */
TENON_IMPORT("block_time") int64_t tenon_block_time(void);
TENON_IMPORT("block_height") int64_t tenon_block_height(void);

#ifdef __cplusplus
}
#endif
#endif
