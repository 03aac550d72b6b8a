/*
 * How a shared object becomes a plugin: an ELF note that the host reads before any of the plugin's
 * code runs, and one exported function that returns the table below.
 *
 * The note (section ".note.tenon", owner "Tenon", type 1) holds two little-endian uint32 — ABI
 * major and minor — and then the descriptor, a JSON object:
 *   name           "rocksdb": [a-z][a-z0-9_]*, what a configuration calls it
 *   kind           "store" | "engine" | "consensus" | "api"
 *   version        semantic version of the plugin
 *   summary        one line for people
 *   needs          host interface ids without which it cannot work, e.g. ["tenon.host.log/1"]
 *   offers         interface ids its query() answers, e.g. ["tenon.store/1"]
 *   config_schema  JSON Schema (draft 7) of its configuration section
 */
#ifndef TENON_ABI_PLUGIN_H
#define TENON_ABI_PLUGIN_H

#include "tenon/abi/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TENON_NOTE_SECTION ".note.tenon"
#define TENON_NOTE_OWNER "Tenon"
#define TENON_NOTE_TYPE 1u

/* The one symbol a plugin exports. */
#define TENON_ENTRY_SYMBOL "tenon_plugin_entry"

/* What the host offers. Valid from create() to the end of destroy(). */
typedef struct tenon_host {
  uint32_t struct_size;
  uint16_t abi_major;
  uint16_t abi_minor;
  void* self;
  /* [any] The service table of that id (see host.h), or NULL when this host does not have it.
   * The table lives as long as the host does. */
  const void* (*query)(void* self, tenon_bytes interface_id);
} tenon_host;

/* The plugin's side. One static table per shared object; instances come and go, code stays. */
typedef struct tenon_plugin {
  uint32_t struct_size;
  uint16_t abi_major;
  uint16_t abi_minor;

  /* [main] Makes an instance from its configuration (JSON, already valid against the descriptor's
   * schema, secrets resolved). Opens nothing that start() should open. On failure *out is NULL. */
  int32_t (*create)(const tenon_host* host, tenon_bytes config, tenon_instance** out,
                    tenon_status* status);

  /* [main] Begins work: opens files and sockets, starts threads. stop() and destroy() follow even
   * when it fails. */
  int32_t (*start)(tenon_instance* instance, tenon_status* status);

  /* [main] Takes nothing new and finishes what was accepted, within deadline_ms. */
  int32_t (*drain)(tenon_instance* instance, uint64_t deadline_ms, tenon_status* status);

  /* [main] Ends all work. The plugin's own threads are joined when it returns, and it makes no
   * further call into the host. */
  void (*stop)(tenon_instance* instance);

  /* [main] Frees the instance. */
  void (*destroy)(tenon_instance* instance);

  /* [any] The table of one of the descriptor's "offers", or NULL for an id it does not know. */
  const void* (*query)(tenon_instance* instance, tenon_bytes interface_id);
} tenon_plugin;

typedef const tenon_plugin* (*tenon_entry_function)(void);

#if defined(__GNUC__)
#define TENON_EXPORT __attribute__((visibility("default")))
#else
#define TENON_EXPORT
#endif

/* Places the note. Use once per plugin, at file scope; `json` is a string literal. In CMake,
 * tenon_add_plugin() does this from a descriptor file. */
#define TENON_PLUGIN_NOTE(json)                                                                    \
  __attribute__((section(TENON_NOTE_SECTION), aligned(4), used)) static const struct {             \
    uint32_t owner_size;                                                                           \
    uint32_t content_size;                                                                         \
    uint32_t type;                                                                                 \
    char owner[8];                                                                                 \
    uint32_t abi_major;                                                                            \
    uint32_t abi_minor;                                                                            \
    char descriptor[sizeof(json)];                                                                 \
  } tenon_plugin_note = {sizeof(TENON_NOTE_OWNER),                                                 \
                         8 + sizeof(json) - 1,                                                     \
                         TENON_NOTE_TYPE,                                                          \
                         TENON_NOTE_OWNER,                                                         \
                         TENON_ABI_MAJOR,                                                          \
                         TENON_ABI_MINOR,                                                          \
                         json}

#ifdef __cplusplus
}
#endif
#endif
