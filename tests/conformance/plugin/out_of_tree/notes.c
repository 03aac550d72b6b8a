/* An engine in plain C: a transaction is "KEY=TEXT", a query is a key in JSON quotes. */
#include <stdlib.h>
#include <string.h>

#include "tenon/abi/engine.h"
#include "tenon/abi/plugin.h"
#include "tenon/abi/store.h"

struct tenon_instance {
  int unused;
};

static int32_t reject(tenon_status* status, const char* text) {
  status->code = TENON_INVALID_ARGUMENT;
  status->flags = 0;
  status->reserved = 0;
  status->text_size = (uint32_t)strlen(text);
  memcpy(status->text, text, status->text_size);
  return TENON_INVALID_ARGUMENT;
}

/* "KEY=TEXT" with a key of letters only; 0 when it is not that. */
static int split(tenon_bytes note, tenon_bytes* key, tenon_bytes* text) {
  uint64_t i = 0;
  while (i < note.size && note.data[i] >= 'a' && note.data[i] <= 'z')
    ++i;
  if (i == 0 || i >= note.size || note.data[i] != '=')
    return 0;
  *key = (tenon_bytes){note.data, i};
  *text = (tenon_bytes){note.data + i + 1, note.size - i - 1};
  return 1;
}

static int32_t fingerprint(tenon_instance* engine, tenon_hash* out, tenon_status* status) {
  (void)engine;
  (void)status;
  memset(out->bytes, 0, sizeof out->bytes);
  memcpy(out->bytes, "notes 1", 7);
  return TENON_OK;
}

static int32_t execute(tenon_instance* engine, const tenon_state_view* view,
                       const tenon_engine_transaction* transaction,
                       const tenon_engine_context* context, const tenon_execution_sink* result,
                       tenon_status* status) {
  (void)engine;
  (void)view;
  (void)context;
  tenon_engine_write write;
  memset(&write, 0, sizeof write);
  if (!split(transaction->payload, &write.key, &write.value))
    return reject(status, "NOT_A_NOTE: expected KEY=TEXT");
  const tenon_bytes everybody = {(const uint8_t*)"*", 1};
  write.struct_size = sizeof write;
  write.key_class = TENON_CLASS_STATE;
  write.readers = &everybody;
  write.reader_count = 1;
  result->write(result->context, &write);
  result->response(result->context, (tenon_bytes){(const uint8_t*)"{}", 2});
  return TENON_OK;
}

static int32_t prepare(tenon_instance* engine, const tenon_state_view* view, tenon_bytes command,
                       const tenon_engine_transaction* submitter, tenon_sink payload,
                       tenon_status* status) {
  (void)engine;
  (void)view;
  (void)submitter;
  tenon_bytes key;
  tenon_bytes text;
  if (command.size < 2 || command.data[0] != '"' || command.data[command.size - 1] != '"' ||
      !split((tenon_bytes){command.data + 1, command.size - 2}, &key, &text))
    return reject(status, "expected the command \"KEY=TEXT\"");
  payload.write(payload.context, (tenon_bytes){command.data + 1, command.size - 2});
  return TENON_OK;
}

static int32_t query(tenon_instance* engine, const tenon_state_view* view, tenon_bytes request,
                     const tenon_engine_transaction* caller, const tenon_engine_context* context,
                     tenon_sink response, tenon_status* status) {
  (void)engine;
  (void)caller;
  (void)context;
  if (request.size < 2)
    return reject(status, "expected a key in quotes");
  return view->get(view->self, (tenon_bytes){request.data + 1, request.size - 2}, response, status);
}

static int32_t index_of(tenon_instance* engine, tenon_bytes key, tenon_bytes value,
                        const tenon_execution_sink* result, tenon_status* status) {
  (void)engine;
  (void)key;
  (void)value;
  (void)result;
  (void)status;
  return TENON_OK;
}

static int32_t event_json(tenon_instance* engine, tenon_bytes payload, tenon_sink json,
                          tenon_status* status) {
  (void)engine;
  (void)status;
  json.write(json.context, payload);
  return TENON_OK;
}

static const tenon_engine engine_table = {
    sizeof(tenon_engine), 0, fingerprint, execute, prepare, query, index_of, event_json};

static int32_t create(const tenon_host* host, tenon_bytes config, tenon_instance** out,
                      tenon_status* status) {
  (void)host;
  (void)config;
  *out = calloc(1, sizeof **out);
  return *out == NULL ? reject(status, "out of memory") : TENON_OK;
}

static int32_t start(tenon_instance* instance, tenon_status* status) {
  (void)instance;
  (void)status;
  return TENON_OK;
}

static int32_t drain(tenon_instance* instance, uint64_t deadline_ms, tenon_status* status) {
  (void)instance;
  (void)deadline_ms;
  (void)status;
  return TENON_OK;
}

static void stop(tenon_instance* instance) {
  (void)instance;
}

static void destroy(tenon_instance* instance) {
  free(instance);
}

static const void* find(tenon_instance* instance, tenon_bytes interface_id) {
  (void)instance;
  const size_t size = sizeof TENON_ENGINE_INTERFACE - 1;
  return interface_id.size == size && memcmp(interface_id.data, TENON_ENGINE_INTERFACE, size) == 0
             ? &engine_table
             : NULL;
}

static const tenon_plugin plugin_table = {sizeof(tenon_plugin),
                                          TENON_ABI_MAJOR,
                                          TENON_ABI_MINOR,
                                          create,
                                          start,
                                          drain,
                                          stop,
                                          destroy,
                                          find};

TENON_EXPORT const tenon_plugin* tenon_plugin_entry(void) {
  return &plugin_table;
}
