// The layout of the C ABI against its committed baseline, sdk/abi/baseline.txt: what a plugin was
// built against stays where it was, and a change of the headers is a change of that file. Where
// they differ the test prints the line to write.
#include <catch2/catch.hpp>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "tenon/abi/api.h"
#include "tenon/abi/base.h"
#include "tenon/abi/consensus.h"
#include "tenon/abi/engine.h"
#include "tenon/abi/host.h"
#include "tenon/abi/plugin.h"
#include "tenon/abi/store.h"

namespace {

// "struct tenon_api" → "16"; "tenon_api.endpoints" → "8 8"; "value TENON_OK" → "0".
using Layout = std::map<std::string, std::string>;

std::string text(const char* value) {
  return '"' + std::string(value) + '"';
}
template <typename Number> std::string text(Number value) {
  return std::to_string(value);
}

#define S(type) {"struct " #type, text(sizeof(type))}
#define M(type, member)                                                                            \
  {#type "." #member, text(offsetof(type, member)) + " " + text(sizeof(type::member))}
#define V(name) {"value " #name, text(name)}

// clang-format off
const Layout kBase = {
    S(tenon_bytes), M(tenon_bytes, data), M(tenon_bytes, size),
    S(tenon_hash), M(tenon_hash, bytes),
    S(tenon_status), M(tenon_status, code), M(tenon_status, flags), M(tenon_status, text_size),
    M(tenon_status, reserved), M(tenon_status, text),
    S(tenon_sink), M(tenon_sink, context), M(tenon_sink, write),
    V(TENON_OK), V(TENON_CANCELLED), V(TENON_UNKNOWN), V(TENON_INVALID_ARGUMENT),
    V(TENON_DEADLINE_EXCEEDED), V(TENON_NOT_FOUND), V(TENON_ALREADY_EXISTS),
    V(TENON_PERMISSION_DENIED), V(TENON_RESOURCE_EXHAUSTED), V(TENON_FAILED_PRECONDITION),
    V(TENON_ABORTED), V(TENON_OUT_OF_RANGE), V(TENON_UNIMPLEMENTED), V(TENON_INTERNAL),
    V(TENON_UNAVAILABLE), V(TENON_DATA_LOSS), V(TENON_UNAUTHENTICATED),
    V(TENON_STATUS_FAULT), V(TENON_STATUS_TEXT_CAPACITY),
};

const Layout kPlugin = {
    S(tenon_host), M(tenon_host, struct_size), M(tenon_host, abi_major), M(tenon_host, abi_minor),
    M(tenon_host, self), M(tenon_host, query),
    S(tenon_plugin), M(tenon_plugin, struct_size), M(tenon_plugin, abi_major),
    M(tenon_plugin, abi_minor), M(tenon_plugin, create), M(tenon_plugin, start),
    M(tenon_plugin, drain), M(tenon_plugin, stop), M(tenon_plugin, destroy), M(tenon_plugin, query),
    V(TENON_NOTE_SECTION), V(TENON_NOTE_OWNER), V(TENON_NOTE_TYPE), V(TENON_ENTRY_SYMBOL),
};

const Layout kHost = {
    V(TENON_HOST_LOG_INTERFACE), V(TENON_HOST_METRICS_INTERFACE), V(TENON_HOST_EXECUTOR_INTERFACE),
    V(TENON_HOST_CLOCK_INTERFACE), V(TENON_HOST_KEYSTORE_INTERFACE), V(TENON_HOST_TLS_INTERFACE),
    V(TENON_HOST_NODE_INTERFACE), V(TENON_HOST_LEDGER_INTERFACE), V(TENON_HOST_PEERS_INTERFACE),
    V(TENON_HOST_SIGNATURES_INTERFACE),
    V(TENON_LOG_TRACE), V(TENON_LOG_DEBUG), V(TENON_LOG_INFO), V(TENON_LOG_WARN),
    V(TENON_LOG_ERROR),
    V(TENON_METRIC_COUNTER), V(TENON_METRIC_GAUGE), V(TENON_METRIC_HISTOGRAM),
    S(tenon_host_log), M(tenon_host_log, struct_size), M(tenon_host_log, lowest_level),
    M(tenon_host_log, self), M(tenon_host_log, write),
    S(tenon_host_metrics), M(tenon_host_metrics, struct_size), M(tenon_host_metrics, reserved),
    M(tenon_host_metrics, self), M(tenon_host_metrics, get), M(tenon_host_metrics, record),
    S(tenon_host_executor), M(tenon_host_executor, struct_size), M(tenon_host_executor, reserved),
    M(tenon_host_executor, self), M(tenon_host_executor, post), M(tenon_host_executor, after),
    M(tenon_host_executor, cancel),
    S(tenon_host_clock), M(tenon_host_clock, struct_size), M(tenon_host_clock, reserved),
    M(tenon_host_clock, self), M(tenon_host_clock, monotonic_us), M(tenon_host_clock, wall_us),
    M(tenon_host_clock, ledger_us), M(tenon_host_clock, set_wall_us),
    S(tenon_host_keystore), M(tenon_host_keystore, struct_size), M(tenon_host_keystore, reserved),
    M(tenon_host_keystore, self), M(tenon_host_keystore, public_key), M(tenon_host_keystore, sign),
    S(tenon_host_signatures), M(tenon_host_signatures, struct_size),
    M(tenon_host_signatures, reserved), M(tenon_host_signatures, self),
    M(tenon_host_signatures, verify),
    S(tenon_host_tls), M(tenon_host_tls, struct_size), M(tenon_host_tls, reserved),
    M(tenon_host_tls, self), M(tenon_host_tls, policy),
    S(tenon_host_node), M(tenon_host_node, struct_size), M(tenon_host_node, reserved),
    M(tenon_host_node, self), M(tenon_host_node, chain_id), M(tenon_host_node, info),
    M(tenon_host_node, data_directory),
    S(tenon_host_ledger), M(tenon_host_ledger, struct_size), M(tenon_host_ledger, reserved),
    M(tenon_host_ledger, self), M(tenon_host_ledger, submit), M(tenon_host_ledger, query),
    M(tenon_host_ledger, prove), M(tenon_host_ledger, blocks), M(tenon_host_ledger, transactions),
    M(tenon_host_ledger, parties), M(tenon_host_ledger, status), M(tenon_host_ledger, plugins),
    M(tenon_host_ledger, watch), M(tenon_host_ledger, unwatch),
    V(TENON_LANE_CONTROL), V(TENON_LANE_BULK), V(TENON_PEER_REPLICA), V(TENON_PEER_CLIENT),
    S(tenon_peers_handler), M(tenon_peers_handler, struct_size), M(tenon_peers_handler, reserved),
    M(tenon_peers_handler, context), M(tenon_peers_handler, received),
    M(tenon_peers_handler, connected), M(tenon_peers_handler, disconnected),
    S(tenon_host_peers), M(tenon_host_peers, struct_size), M(tenon_host_peers, reserved),
    M(tenon_host_peers, self), M(tenon_host_peers, open), M(tenon_host_peers, close),
    M(tenon_host_peers, send), M(tenon_host_peers, broadcast), M(tenon_host_peers, cut),
    M(tenon_host_peers, describe),
};

const Layout kStore = {
    V(TENON_STORE_INTERFACE), V(TENON_CLASS_STATE), V(TENON_CLASS_INDEX), V(TENON_STORE_DURABLE),
    V(TENON_STORE_HEAD),
    V(TENON_BLOCK_HEADER), V(TENON_BLOCK_BODY), V(TENON_BLOCK_RESULT_HEADER),
    V(TENON_BLOCK_RESULTS), V(TENON_BLOCK_CERTIFICATE), V(TENON_BLOCK_PARTS),
    S(tenon_store_head), M(tenon_store_head, height), M(tenon_store_head, empty),
    M(tenon_store_head, without_index), M(tenon_store_head, block_id),
    M(tenon_store_head, result_hash), M(tenon_store_head, state_root),
    S(tenon_store_write), M(tenon_store_write, key_class), M(tenon_store_write, is_delete),
    M(tenon_store_write, key), M(tenon_store_write, entry),
    S(tenon_store_roots), M(tenon_store_roots, state_root), M(tenon_store_roots, writes_root),
    S(tenon_store_block), M(tenon_store_block, height), M(tenon_store_block, block_id),
    M(tenon_store_block, result_hash), M(tenon_store_block, parts),
    S(tenon_store_horizon), M(tenon_store_horizon, oldest_block),
    M(tenon_store_horizon, oldest_version),
    S(tenon_store_target), M(tenon_store_target, height), M(tenon_store_target, block_id),
    M(tenon_store_target, result_hash), M(tenon_store_target, state_root),
    S(tenon_store), M(tenon_store, struct_size), M(tenon_store, flags), M(tenon_store, head),
    M(tenon_store, snapshot), M(tenon_store, stage_snapshot), M(tenon_store, release),
    M(tenon_store, get), M(tenon_store, scan), M(tenon_store, prove), M(tenon_store, stage),
    M(tenon_store, commit), M(tenon_store, abandon), M(tenon_store, read_block),
    M(tenon_store, verify), M(tenon_store, horizon), M(tenon_store, prune),
    M(tenon_store, put_block), M(tenon_store, export_range), M(tenon_store, import_begin),
    M(tenon_store, import_range), M(tenon_store, import_missing), M(tenon_store, import_finish),
    M(tenon_store, import_abandon), M(tenon_store, put_index), M(tenon_store, prove_many),
    M(tenon_store, versions), M(tenon_store, changes), M(tenon_store, describe),
    M(tenon_store, scrub), M(tenon_store, checkpoint),
    S(tenon_store_version), M(tenon_store_version, height), M(tenon_store_version, is_delete),
    M(tenon_store_version, reserved), M(tenon_store_version, entry),
    S(tenon_store_change), M(tenon_store_change, key_hash), M(tenon_store_change, key),
    M(tenon_store_change, was_present), M(tenon_store_change, is_present),
    M(tenon_store_change, old_value_hash), M(tenon_store_change, value_hash),
    S(tenon_store_scrub), M(tenon_store_scrub, bytes), M(tenon_store_scrub, cycles),
    M(tenon_store_scrub, wait_ms),
};

const Layout kEngine = {
    V(TENON_ENGINE_INTERFACE),
    S(tenon_state_view), M(tenon_state_view, struct_size), M(tenon_state_view, self),
    M(tenon_state_view, get), M(tenon_state_view, scan),
    M(tenon_state_view, scan_index), M(tenon_state_view, has_party),
    S(tenon_engine_transaction), M(tenon_engine_transaction, struct_size),
    M(tenon_engine_transaction, reserved), M(tenon_engine_transaction, id),
    M(tenon_engine_transaction, payload), M(tenon_engine_transaction, act_as),
    M(tenon_engine_transaction, act_as_count), M(tenon_engine_transaction, read_as),
    M(tenon_engine_transaction, read_as_count),
    M(tenon_engine_transaction, seed),
    S(tenon_engine_context), M(tenon_engine_context, struct_size),
    M(tenon_engine_context, reserved), M(tenon_engine_context, height),
    M(tenon_engine_context, record_time_us),
    S(tenon_engine_write), M(tenon_engine_write, struct_size), M(tenon_engine_write, is_delete),
    M(tenon_engine_write, key_class), M(tenon_engine_write, reserved), M(tenon_engine_write, key),
    M(tenon_engine_write, value), M(tenon_engine_write, readers),
    M(tenon_engine_write, reader_count), M(tenon_engine_write, expires_at_us),
    S(tenon_engine_event), M(tenon_engine_event, struct_size), M(tenon_engine_event, reserved),
    M(tenon_engine_event, payload), M(tenon_engine_event, readers),
    M(tenon_engine_event, reader_count),
    S(tenon_execution_sink), M(tenon_execution_sink, struct_size),
    M(tenon_execution_sink, context), M(tenon_execution_sink, write),
    M(tenon_execution_sink, event), M(tenon_execution_sink, response),
    M(tenon_execution_sink, time_bounds),
    S(tenon_engine), M(tenon_engine, struct_size), M(tenon_engine, reserved),
    M(tenon_engine, fingerprint), M(tenon_engine, execute), M(tenon_engine, prepare),
    M(tenon_engine, query), M(tenon_engine, index_of), M(tenon_engine, event_json),
};

const Layout kConsensusAndApi = {
    V(TENON_CONSENSUS_INTERFACE), V(TENON_CONSENSUS_LAG),
    S(tenon_proposal), M(tenon_proposal, struct_size), M(tenon_proposal, reserved),
    M(tenon_proposal, parent_header), M(tenon_proposal, executed), M(tenon_proposal, epoch),
    M(tenon_proposal, view), M(tenon_proposal, batches), M(tenon_proposal, batch_count),
    S(tenon_replica_app), M(tenon_replica_app, struct_size), M(tenon_replica_app, self),
    M(tenon_replica_app, head), M(tenon_replica_app, check), M(tenon_replica_app, propose),
    M(tenon_replica_app, verify), M(tenon_replica_app, execute), M(tenon_replica_app, finalized),
    M(tenon_replica_app, abandon), M(tenon_replica_app, read_block),
    M(tenon_replica_app, schedule), M(tenon_replica_app, oldest_block),
    M(tenon_replica_app, export_target), M(tenon_replica_app, export_range),
    M(tenon_replica_app, import_begin), M(tenon_replica_app, import_range),
    M(tenon_replica_app, import_missing), M(tenon_replica_app, import_finish),
    M(tenon_replica_app, import_abandon),
    S(tenon_consensus), M(tenon_consensus, struct_size), M(tenon_consensus, reserved),
    M(tenon_consensus, attach), M(tenon_consensus, submit), M(tenon_consensus, describe),
    V(TENON_API_INTERFACE),
    S(tenon_api), M(tenon_api, struct_size), M(tenon_api, reserved), M(tenon_api, endpoints),
};
// clang-format on

Layout computed() {
  Layout all;
  for (const Layout& part : {kBase, kPlugin, kHost, kStore, kEngine, kConsensusAndApi})
    all.insert(part.begin(), part.end());
  return all;
}

std::string content(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::ostringstream text;
  text << stream.rdbuf();
  REQUIRE(stream.good());
  return text.str();
}

Layout baseline() {
  Layout lines;
  const std::filesystem::path root = TENON_SOURCE_DIR;
  std::istringstream stream(content(root / "sdk/abi/baseline.txt"));
  for (std::string line; std::getline(stream, line);) {
    if (line.empty() || line[0] == '#')
      continue;
    const bool named = line.starts_with("struct ") || line.starts_with("value ");
    const std::size_t end = line.find(' ', named ? line.find(' ') + 1 : 0);
    REQUIRE(end != std::string::npos);
    lines[line.substr(0, end)] = line.substr(end + 1);
  }
  return lines;
}

// Tables that say how long they are may grow; every other struct is as long as it is for ever.
bool still_holds(const std::string& name, const std::string& was, const Layout& now) {
  const auto found = now.find(name);
  if (found == now.end())
    return false;
  if (name.starts_with("struct ") && now.contains(name.substr(7) + ".struct_size"))
    return std::stoul(found->second) >= std::stoul(was);
  return found->second == was;
}

std::set<std::string> matches(const std::string& code, const std::string& pattern) {
  const std::regex regex(pattern);
  std::set<std::string> names;
  for (std::sregex_iterator match(code.begin(), code.end(), regex), end; match != end; ++match)
    names.insert((*match)[1]);
  return names;
}

std::string without_comments(std::string code) {
  for (std::size_t at = 0; (at = code.find("/*", at)) != std::string::npos;)
    code.erase(at, code.find("*/", at) + 2 - at);
  return code;
}

// The names in the text of a struct's body: `uint8_t bytes[32]`, `void (*write)(…)`.
std::set<std::string> members(const std::string& body) {
  std::set<std::string> names;
  std::istringstream stream(body);
  for (std::string declaration; std::getline(stream, declaration, ';');) {
    const auto functions = matches(declaration, R"(^[^(]*\(\*(\w+)\))");
    const auto fields = matches(declaration, R"(^[^(]*?(\w+)\s*(?:\[\w+\])?\s*$)");
    names.insert(functions.begin(), functions.end());
    names.insert(fields.begin(), fields.end());
  }
  return names;
}

// The names of everything that a header defines and a plugin depends on, as in a Layout.
std::set<std::string> defined(const std::string& code) {
  std::set<std::string> names;
  const std::regex structs(R"(typedef struct (\w+) \{([^}]*)\})");
  for (std::sregex_iterator match(code.begin(), code.end(), structs), end; match != end; ++match) {
    names.insert("struct " + (*match)[1].str());
    for (const std::string& member : members((*match)[2]))
      names.insert((*match)[1].str() + "." + member);
  }
  for (const char* pattern : {R"((TENON_\w+) = \d)", R"(#define (TENON_\w+) +["\dU])"}) {
    for (const std::string& value : matches(code, pattern))
      names.insert("value " + value);
  }
  // The version is what a change changes.
  names.erase("value TENON_ABI_MAJOR");
  names.erase("value TENON_ABI_MINOR");
  return names;
}

} // namespace

TEST_CASE("abi: everything that a plugin was built against is still where it was", "[abi]") {
  const Layout now = computed();
  for (const auto& [name, was] : baseline()) {
    INFO("sdk/abi/baseline.txt says: " << name << " " << was << ", which no longer holds");
    CHECK(still_holds(name, was, now));
  }
}

TEST_CASE("abi: every struct, member and value of today stands in the baseline", "[abi]") {
  const Layout committed = baseline();
  for (const auto& [name, is] : computed()) {
    INFO("sdk/abi/baseline.txt lacks the line: " << name << " " << is);
    const auto found = committed.find(name);
    CHECK((found != committed.end() && found->second == is));
  }
}

TEST_CASE("abi: this test knows every struct, member and value that the headers define", "[abi]") {
  const Layout known = computed();
  std::set<std::string> found;
  const auto folder = std::filesystem::path(TENON_SOURCE_DIR) / "sdk/include/tenon/abi";
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    found.merge(defined(without_comments(content(entry.path()))));
  CHECK(found.size() == known.size());
  for (const std::string& name : found) {
    INFO("add to abi_layout_test.cpp: " << name);
    CHECK(known.contains(name));
  }
}
