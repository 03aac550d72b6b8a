// tenon db …: the files of a stopped node, without a node.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <memory>

#include "chain_check.hpp"
#include "database_access.hpp"
#include "database_compare.hpp"
#include "database_inspect.hpp"
#include "files.hpp"
#include "pipeline/block_log.hpp"
#include "render.hpp"
#include "state_file.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/merkle/state_entry.hpp"

namespace tenon::tool {
namespace {

struct Arguments {
  std::string config;
  std::string prefix;
  std::string after;
  std::string file;
  std::uint64_t from = 0;
  std::size_t limit = 1'000'000;
  std::string key;
  std::optional<std::uint64_t> block;
  std::uint64_t height = plugin::kHeadHeight;
  std::vector<std::string> keys;
  std::string format;
  std::vector<std::string> places;
};

Status verify(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const auto store, open_database(session, arguments.config));
  TENON_ASSIGN_OR_RETURN(const Trust trust, read_genesis(session.data_directory + "/genesis.json"));
  Progress blocks(session, "checking block");
  auto report = check_chain(store->store(), trust, blocks);
  const std::string next = "restore a backup, or replay the block log into an empty directory";
  if (!report.ok())
    return session.failed(report.status(), Exit::kUnproved, next);
  Progress entries(session, "checking the state,");
  const Status state = store->store().verify([&](std::uint64_t done, std::uint64_t total) {
    entries(done, total);
    return true;
  });
  if (!state.ok())
    return session.failed(state, Exit::kUnproved, next);
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHead head, store->store().head());
  session.result(Json{{"verified", true},
                      {"chain", to_hex(trust.chain.view())},
                      {"blocks", std::to_string(report->blocks)},
                      {"transactions", std::to_string(report->transactions)},
                      {"certificates", std::to_string(report->certificates)},
                      {"oldest_block", std::to_string(report->oldest_block)},
                      {"epochs", std::to_string(report->epochs)},
                      {"first_validators", report->begins_with_trusted
                                               ? "of the genesis document"
                                               : "of the state: the handover is pruned"},
                      {"height", std::to_string(head.height)},
                      {"state_root", to_hex(head.state_root.view())}});
  return ok_status();
}

Status list_blocks(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const auto store, open_database(session, arguments.config));
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHead head, store->store().head());
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHorizon horizon, store->store().horizon());
  std::uint64_t height = std::max(arguments.from, horizon.oldest_block);
  const std::uint64_t there = head.empty || height > head.height ? 0 : head.height - height + 1;
  const std::uint64_t listed = std::min<std::uint64_t>(there, arguments.limit);
  Progress progress(session, "reading block");
  Json blocks = Json::array();
  for (; blocks.size() < listed; ++height) {
    TENON_ASSIGN_OR_RETURN(const LoggedBlock block, read_block(store->store(), height));
    v1::BlockResults results;
    const Bytes& bytes = block.part(plugin::BlockPart::kResults);
    if (!results.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
      return data_loss("block " + std::to_string(height) + ": the results are malformed");
    blocks.push_back({{"height", std::to_string(height)},
                      {"record_time_us", std::to_string(block.header.record_time_us())},
                      {"transactions", results.results_size()},
                      {"block_id", to_hex(block.result.block_id())},
                      {"state_root", to_hex(block.result.state_root())}});
    progress(blocks.size(), listed);
  }
  session.result(blocks);
  if (listed < there)
    session.more("from", std::to_string(height));
  return ok_status();
}

Status list_keys(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const auto store, open_database(session, arguments.config));
  TENON_ASSIGN_OR_RETURN(const auto snapshot, store->store().snapshot(plugin::kHeadHeight));
  Progress progress(session, "reading key");
  Json keys = Json::array();
  bool more = false;
  const auto visit = [&](BytesView key, BytesView encoded) {
    more = keys.size() == arguments.limit;
    if (more)
      return false;
    Json item = {{"key", printable(key)}};
    const auto entry = merkle::decode_entry(encoded);
    item["value_bytes"] = entry.ok() ? entry->value.size() : encoded.size();
    if (entry.ok()) {
      const auto readers = merkle::decode_readers(entry->readers);
      item["readers"] = readers ? Json(*readers) : Json(nullptr);
      item["expires_at_us"] = std::to_string(entry->expires_at_us);
    }
    keys.push_back(std::move(item));
    progress(keys.size());
    return true;
  };
  Bytes begin = arguments.prefix;
  if (!arguments.after.empty())
    begin = std::max(begin, key_from(arguments.after) + '\0');
  const Bytes end = prefix_end(arguments.prefix);
  if (end.empty() || begin < end)
    TENON_RETURN_IF_ERROR(snapshot->scan(plugin::KeyClass::kState, begin, end, visit));
  session.result(keys);
  if (more)
    session.more("after", keys.back()["key"].get<std::string>());
  return ok_status();
}

Status export_blocks(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const auto store, open_database(session, arguments.config));
  session.progress("exporting the block log ...");
  std::ofstream file(arguments.file, std::ios::binary | std::ios::trunc);
  TENON_ASSIGN_OR_RETURN(const std::uint64_t blocks,
                         host::pipeline::export_block_log(store->store(), file));
  file.close();
  if (!file)
    return failed_precondition(arguments.file + " cannot be written");
  session.result(
      Json{{"written", arguments.file},
           {"blocks", std::to_string(blocks)},
           {"next", "tenond --config FILE --data-dir EMPTY --replay " + arguments.file}});
  return ok_status();
}

Result<Json> described(OfflineStore& store, bool whole, Progress& progress) {
  TENON_ASSIGN_OR_RETURN(const Bytes json,
                         store.store().describe(whole, [&](std::uint64_t done, std::uint64_t) {
                           progress(done);
                           return true;
                         }));
  return parse_json(json, "what the store says of itself");
}

Status inspect(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const auto store, open_database(session, arguments.config));
  Result<Json> found = Json();
  if (!arguments.key.empty()) {
    found = inspect_key(store->store(), key_from(arguments.key));
  } else if (arguments.block) {
    found = inspect_block(store->store(), *arguments.block);
  } else {
    Progress progress(session, "reading record");
    found = described(*store, false, progress);
  }
  TENON_RETURN_IF_ERROR(found.status());
  session.result(*found);
  return ok_status();
}

Status count(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const auto store, open_database(session, arguments.config));
  Progress progress(session, "reading record");
  TENON_ASSIGN_OR_RETURN(const Json found, described(*store, true, progress));
  session.result(found);
  return ok_status();
}

Status prove(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const auto store, open_database(session, arguments.config));
  std::vector<Bytes> keys;
  for (const std::string& key : arguments.keys)
    keys.push_back(key_from(key));
  const ProofFormat format = arguments.format == "multi"   ? ProofFormat::kMulti
                             : arguments.format == "ics23" ? ProofFormat::kIcs23
                                                           : ProofFormat::kNative;
  TENON_ASSIGN_OR_RETURN(const Json proofs,
                         prove_keys(store->store(), keys, arguments.height, format));
  session.result(proofs);
  return ok_status();
}

Json rendered(const Comparison& found, const std::vector<std::string>& places) {
  Json json = {{"equal", found.equal()},
               {"first_common_block", std::to_string(found.common->first)},
               {"last_common_block", std::to_string(found.common->second)}};
  if (found.first_difference) {
    json["first_difference"] = std::to_string(*found.first_difference);
    json["differs"] = found.what;
    json["state_roots_differ"] = found.state_roots_differ;
  }
  if (!found.state_height) {
    json["entries_compared"] = "none: one of the two no longer has the state after that block";
    return json;
  }
  json["entries_compared_after_block"] = std::to_string(*found.state_height);
  json["entries_compared"] = found.entries;
  json["different_keys"] = found.different_keys;
  Json keys = Json::array();
  for (const KeyDifference& key : found.keys) {
    using Kind = KeyDifference::Kind;
    keys.push_back({{"key", printable(key.key)},
                    {"difference", key.kind == Kind::kOnlyFirst    ? "only in " + places[0]
                                   : key.kind == Kind::kOnlySecond ? "only in " + places[1]
                                                                   : "other entries"}});
  }
  json["keys"] = std::move(keys);
  return json;
}

Status compare(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const auto first,
                         open_database_at(session, arguments.places[0], arguments.config));
  TENON_ASSIGN_OR_RETURN(const auto second,
                         open_database_at(session, arguments.places[1], arguments.config));
  if (first->chain() != second->chain()) {
    return failed_precondition("the databases belong to different chains: " + arguments.places[0] +
                               " to " + to_hex(first->chain().view()) + ", " +
                               arguments.places[1] + " to " + to_hex(second->chain().view()));
  }
  Progress progress(session, "comparing record");
  TENON_ASSIGN_OR_RETURN(
      const Comparison found,
      compare_stores(first->store(), second->store(), arguments.limit, progress));
  if (!found.common) {
    return failed_precondition("the databases have no block in common: one ends before the other "
                               "begins; `tenon db inspect` shows what each has");
  }
  session.result(rendered(found, arguments.places));
  if (!found.equal())
    session.conclude(Exit::kUnproved);
  return ok_status();
}

Status export_to_file(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const auto store, open_database(session, arguments.config));
  std::ofstream file(arguments.file, std::ios::binary | std::ios::trunc);
  Progress progress(session, "exporting entry");
  TENON_ASSIGN_OR_RETURN(
      const StateReport report,
      export_state(store->store(), store->chain(), arguments.height,
                   arguments.format == "ranges" ? StateFormat::kRanges : StateFormat::kJsonLines,
                   file, progress));
  file.close();
  if (!file)
    return failed_precondition(arguments.file + " cannot be written");
  session.result(Json{{"written", arguments.file},
                      {"height", std::to_string(report.height)},
                      {"entries", report.entries},
                      {"ranges", report.ranges},
                      {"verified_against_state_root", to_hex(report.state_root.view())}});
  return ok_status();
}

using Command = Status (*)(Session&, const Arguments&);
using Adder = std::function<CLI::App*(const char* name, const char* help, Command run)>;

void add_height_option(CLI::App& command, std::uint64_t& height) {
  command.add_option("--height", height, "the state after this block; the last one");
}

void add_looking_commands(const Adder& add, Arguments& arguments) {
  CLI::App* command = add("inspect", "what is there; under a key; in a block", inspect);
  auto* const key = command->add_option("--key", arguments.key,
                                        "the entry under this key, its proof and its versions; "
                                        "text, or hex behind 0x");
  command->add_option("--block", arguments.block, "the parts of this block, and what it changed")
      ->excludes(key);
  add("stats", "count everything: entries and bytes by column, the tree's shape", count);
  command = add("compare", "whether two databases hold the same ledger", compare);
  command
      ->add_option("PLACES", arguments.places,
                   "two configuration files or data directories (with node.json beside them)")
      ->required()
      ->expected(2);
  add_limit_option(*command, arguments.limit);
  command = add("prove", "prove what keys have, or that they have nothing", prove);
  command->add_option("--key", arguments.keys, "text, or hex behind 0x; may be repeated")
      ->required();
  add_height_option(*command, arguments.height);
  command
      ->add_option("--format", arguments.format,
                   "one proof per key (native), one for all (multi), or for light clients of "
                   "others (ics23)")
      ->check(CLI::IsMember({"native", "multi", "ics23"}));
  command = add("export-state", "write the state to a file, verified against its root",
                export_to_file);
  command->add_option("FILE", arguments.file)->required();
  add_height_option(*command, arguments.height);
  command
      ->add_option("--format", arguments.format,
                   "lines of JSON (jsonl), or proved ranges (ranges)")
      ->check(CLI::IsMember({"jsonl", "ranges"}));
}

} // namespace

void add_database_commands(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* group = app.add_subcommand("db", "inspect and verify the files of a stopped node");
  group->require_subcommand(1);
  const auto add = [&](const char* name, const char* help,
                       Command run) {
    CLI::App* command = group->add_subcommand(name, help);
    command->add_option("--config", arguments->config,
                        "the node's configuration, which names its data directory; solo.json");
    command->callback([&session, arguments, run] {
      session.choose([&session, arguments, run] { return run(session, *arguments); });
    });
    return command;
  };
  add("export", "write the block log to a file, for tenond --replay", export_blocks)
      ->add_option("FILE", arguments->file)
      ->required();
  add("verify", "check the whole chain: headers, certificates, every root", verify);
  CLI::App* command = add("blocks", "list the blocks", list_blocks);
  command->add_option("--from", arguments->from, "first height");
  add_limit_option(*command, arguments->limit);
  command = add("keys", "list the keys of the state", list_keys);
  command->add_option("--prefix", arguments->prefix, "only keys that begin so, e.g. sys/");
  command->add_option("--after", arguments->after, "go on after this key, as a cut list named it");
  add_limit_option(*command, arguments->limit);
  add_looking_commands(add, *arguments);
}

} // namespace tenon::tool
