/*
 * What the runtime crate offers beside Wasmtime's own C API. Any thread.
 */
#ifndef TENON_WASM_RUNTIME_H
#define TENON_WASM_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#include <wasmtime.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a module may consist of; the same layout as Limits in src/limits.rs. */
typedef struct tenon_wasm_limits {
  uint32_t module_bytes;
  uint32_t types;
  uint32_t functions;
  uint32_t globals;
  uint32_t exports;
  uint32_t memory_pages; /* of 64 KiB */
  uint32_t table_elements;
  uint32_t locals;        /* of one function, parameters included */
  uint32_t operand_stack; /* of one function */
  uint32_t function_bytes;
  uint32_t data_segments;
  uint32_t element_segments;
  uint32_t stack_units; /* over all calls: 8 + locals + operands + instructions / 8 each */
  uint32_t branching;   /* of the module; see src/branching.rs */
} tenon_wasm_limits;

/* The exported global with which an instrumented module counts stack_units. */
#define TENON_WASM_STACK_EXPORT "tenon:stack"

/* Checks a module and instruments it. `allowed_imports` are names of functions of module "tenon",
 * separated by newlines. Calls `output` once: with the new module and returns 0, or with the reason
 * for which the module is refused (UTF-8) and returns 1. */
int32_t tenon_wasm_prepare(const uint8_t *module, size_t module_size,
                           const uint8_t *allowed_imports, size_t allowed_imports_size,
                           const tenon_wasm_limits *limits, void *context,
                           void (*output)(void *context, const uint8_t *data, size_t size));

/* An engine without backtraces, or NULL after calling `error` once with the reason. Takes
 * `config`. */
wasm_engine_t *tenon_wasm_engine_new(wasm_config_t *config, void *context,
                                     void (*error)(void *context, const uint8_t *data,
                                                   size_t size));

/* Limits what the instance of a store may grow to. A growth that fails is a trap, never a -1: its
 * message has TENON_WASM_LIMIT_MARK when the limit forbids it, and otherwise this process is out
 * of something. */
#define TENON_WASM_LIMIT_MARK "forcing trap when growing"
void tenon_wasm_limit_store(wasmtime_store_t *store, uint64_t memory_bytes,
                            uint64_t table_elements);

#ifdef __cplusplus
}
#endif
#endif
