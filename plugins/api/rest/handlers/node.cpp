// /v1/status, /v1/plugins and the document of this API.
#include "handlers/answer.hpp"
#include "handlers/handlers.hpp"
#include "rendering.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::api::rest::handlers {

namespace {

template <typename Strings>
void write_list(JsonWriter& json, const char* name, const Strings& strings) {
  json.key(name).begin_array();
  for (const auto& text : strings)
    json.string(text);
  json.end_array();
}

// Plugins describe themselves in JSON; one that does not is shown as null.
void write_own_words(JsonWriter& json, const char* name, const std::string& text) {
  json.key(name);
  if (is_json(text))
    json.raw(text);
  else
    json.null();
}

void write_plugin(JsonWriter& json, const v1::PluginInfo& plugin) {
  json.begin_object();
  json.key("name").string(plugin.name());
  json.key("kind").string(plugin.kind());
  json.key("version").string(plugin.version());
  json.key("abi").string(plugin.abi());
  json.key("state").string(plugin.state());
  json.key("file").string(plugin.file());
  json.key("sha256").string(plugin.sha256());
  write_own_words(json, "descriptor", plugin.descriptor_json());
  write_own_words(json, "endpoints", plugin.endpoints_json());
  json.end_object();
}

void write_refusal(JsonWriter& json, const v1::PluginRefusal& refusal) {
  json.begin_object();
  json.key("code").string(refusal.code());
  json.key("file").string(refusal.file());
  json.key("what").string(refusal.what());
  json.key("expected").string(refusal.expected());
  json.key("found").string(refusal.found());
  json.key("how_to_fix").string(refusal.how_to_fix());
  json.end_object();
}

} // namespace

void get_openapi(const Context& context, const Call&, Responder respond) {
  respond_json(respond, 200, context.openapi);
}

void get_status(const Context& context, const Call& call, Responder respond) {
  const auto status = context.ledger.status();
  if (!status.ok())
    return respond_problem(respond, call, problem_of(status.status()));
  JsonWriter json;
  json.begin_object();
  json.key("node").string(status->node());
  json.key("role").string(status->role());
  json.key("version").string(status->version());
  json.key("chain").string(to_hex(status->chain()));
  json.key("height").decimal(status->height());
  json.key("offset").decimal(status->head_offset());
  json.key("block").string(to_hex(status->block_id()));
  json.key("state_root").string(to_hex(status->state_root()));
  json.key("record_time").string(rfc3339(status->record_time_us()));
  json.key("ready").boolean(status->ready());
  write_list(json, "reasons", status->reasons());
  write_list(json, "warnings", status->warnings());
  write_own_words(json, "consensus", status->consensus_json());
  write_own_words(json, "network", status->network_json());
  json.key("engines_fingerprint").string(to_hex(status->engines_fingerprint()));
  json.key("durable").boolean(status->store_durable());
  json.key("uptime_ms").decimal(status->uptime_ms());
  json.key("api").begin_object();
  json.key("listen").string(context.settings.server.listen);
  json.key("tls").boolean(context.settings.server.tls());
  json.key("loopback_only").boolean(!context.settings.server.tls());
  json.end_object();
  json.end_object();
  respond_json(respond, 200, json.take());
}

void list_plugins(const Context& context, const Call& call, Responder respond) {
  const auto plugins = context.ledger.plugins();
  if (!plugins.ok())
    return respond_problem(respond, call, problem_of(plugins.status()));
  JsonWriter json;
  json.begin_object();
  json.key("plugins").begin_array();
  for (const auto& plugin : plugins->plugins())
    write_plugin(json, plugin);
  json.end_array();
  json.key("refusals").begin_array();
  for (const auto& refusal : plugins->refusals())
    write_refusal(json, refusal);
  json.end_array();
  json.end_object();
  respond_json(respond, 200, json.take());
}

} // namespace tenon::api::rest::handlers
