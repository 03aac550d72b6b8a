/*
 * What the runtime crate offers beside Wasmtime's own C API. Any thread.
 */
#ifndef TENON_WASM_RUNTIME_H
#define TENON_WASM_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

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
  uint32_t stack_units; /* over all active calls: 8 + locals + operands each */
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

#ifdef __cplusplus
}
#endif
#endif
