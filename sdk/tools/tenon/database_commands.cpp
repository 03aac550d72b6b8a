// tenon db verify|blocks|keys|export: the files of a stopped node, without a node.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <fstream>
#include <memory>

#include "chain_check.hpp"
#include "files.hpp"
#include "offline_store.hpp"
#include "pipeline/block_log.hpp"
#include "render.hpp"
#include "solo_node.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/merkle/state_entry.hpp"

namespace tenon::tool {
namespace {

constexpr auto kProgressInterval = std::chrono::seconds(1);

struct Arguments {
  std::string config;
  std::string prefix;
  std::string after;
  std::string file;
  std::uint64_t from = 0;
  std::size_t limit = 1'000'000;
};

// Says how far a long command is, once a second.
class Progress {
public:
  Progress(Session& session, std::string what) : session_(session), what_(std::move(what)) {}
  void operator()(std::uint64_t done, std::uint64_t total) {
    if (is_due())
      say(std::to_string(done) + " of " + std::to_string(total));
  }
  // Where nobody knows the total before the end.
  void operator()(std::uint64_t done) {
    if (is_due())
      say(std::to_string(done));
  }

private:
  bool is_due() {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < kProgressInterval)
      return false;
    last_ = now;
    return true;
  }
  void say(const std::string& done) { session_.progress(what_ + " " + done + " ..."); }

  Session& session_;
  std::string what_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

// The directory is the configuration's own unless --data-dir names another.
Status find_data_directory(Session& session, const std::filesystem::path& config) {
  TENON_ASSIGN_OR_RETURN(const std::string text, read_file(config));
  TENON_ASSIGN_OR_RETURN(const Json document, parse_json(text, config.string()));
  if (document.value("/node/role"_json_pointer, "") == "client") {
    return failed_precondition(config.string() +
                               " is that of a client node, which holds a part of the ledger only: "
                               "expected a solo node's or a replica's");
  }
  if (!session.names_data_directory()) {
    session.data_directory =
        (config.parent_path() / document.value("/node/data_dir"_json_pointer, "data"))
            .lexically_normal()
            .string();
  }
  return ok_status();
}

Result<std::unique_ptr<OfflineStore>> open(Session& session, const Arguments& arguments) {
  std::filesystem::path config = arguments.config;
  if (config.empty()) {
    TENON_ASSIGN_OR_RETURN(config, default_config());
  }
  TENON_RETURN_IF_ERROR(find_data_directory(session, config));
  auto store = OfflineStore::open(config, session.data_directory);
  if (!store.ok()) {
    const bool corrupt = store.status().code() == Code::kDataLoss;
    return session.failed(store.status(), corrupt ? Exit::kUnproved : Exit::kFailed,
                          "tenon db verify --config FILE --data-dir DIR, with the node stopped");
  }
  return store;
}

Status verify(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const auto store, open(session, arguments));
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
  TENON_ASSIGN_OR_RETURN(const auto store, open(session, arguments));
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

// Where to go on after a key, given as list_keys() shows it.
Bytes place_after(const std::string& shown) {
  const auto bytes = shown.starts_with("0x") ? from_hex(shown.substr(2)) : std::nullopt;
  return bytes.value_or(shown) + '\0';
}

Status list_keys(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const auto store, open(session, arguments));
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
    begin = std::max(begin, place_after(arguments.after));
  const Bytes end = prefix_end(arguments.prefix);
  if (end.empty() || begin < end)
    TENON_RETURN_IF_ERROR(snapshot->scan(plugin::KeyClass::kState, begin, end, visit));
  session.result(keys);
  if (more)
    session.more("after", keys.back()["key"].get<std::string>());
  return ok_status();
}

Status export_blocks(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const auto store, open(session, arguments));
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

} // namespace

void add_database_commands(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* group = app.add_subcommand("db", "inspect and verify the files of a stopped node");
  group->require_subcommand(1);
  const auto add = [&](const char* name, const char* help,
                       Status (*run)(Session&, const Arguments&)) {
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
}

} // namespace tenon::tool
