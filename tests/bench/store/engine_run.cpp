#include "engine_run.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "plain_rocksdb.hpp"
#include "plugin_under_test.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/sparse_proof.hpp"
#include "tenon/merkle/state_entry.hpp"
#include "tenon_store.hpp"
#include "usage.hpp"

namespace tenon::bench {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kLoadBatch = 10'000;
constexpr std::size_t kProofs = 10'000;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Time that went into making the load, which is not the engine's.
struct Aside {
  double wall_seconds = 0;
  double cpu_seconds = 0;

  template <typename Make> auto take(const Make& make) {
    const auto began = Clock::now();
    const double cpu = thread_cpu_seconds();
    auto made = make();
    wall_seconds += seconds_since(began);
    cpu_seconds += thread_cpu_seconds() - cpu;
    return made;
  }
};

struct Measured {
  double load_cpu_seconds = 0;
  double resident_bytes = 0;
  double wall_seconds = 0;
  double cpu_seconds = 0;
  double written_bytes = 0;
  std::optional<double> engine_written_bytes;
  Hash updated_keys; // of each batch: SHA-256 of what it was before and of the batch's keys
};

struct Proof {
  Hash key_hash;
  Bytes entry;
  Bytes encoded;
  merkle::SparseProof decoded;
};

Status load(Subject& subject, const EngineOptions& options, Measured& measured) {
  Workload workload(options.workload);
  Aside aside;
  const double cpu = process_cpu_seconds();
  for (std::uint64_t first = 0; first < options.workload.keys; first += kLoadBatch) {
    const Updates updates = aside.take([&] { return workload.consecutive(first, kLoadBatch); });
    TENON_RETURN_IF_ERROR(subject.write(updates, false));
  }
  TENON_RETURN_IF_ERROR(subject.finish());
  settle();
  measured.load_cpu_seconds = process_cpu_seconds() - cpu - aside.cpu_seconds;
  return {};
}

// Each batch is on the disk before the next begins.
Status update(Subject& subject, Workload& workload, const EngineOptions& options,
              Measured& measured) {
  Aside aside;
  TENON_ASSIGN_OR_RETURN(const std::uint64_t written, kernel_written_bytes());
  const std::optional<double> counted = subject.written_bytes();
  const double cpu = process_cpu_seconds();
  const auto began = Clock::now();
  for (std::uint64_t i = 0; i < options.batches; ++i) {
    const Updates updates = aside.take([&] {
      Updates made = workload.random(options.batch);
      Bytes keys = measured.updated_keys.str();
      for (const auto& [key, entry] : made)
        keys += key;
      measured.updated_keys = crypto::sha256(keys);
      return made;
    });
    TENON_RETURN_IF_ERROR(subject.write(updates, true));
    TENON_RETURN_IF_ERROR(subject.finish());
  }
  measured.wall_seconds = seconds_since(began) - aside.wall_seconds;
  settle();
  measured.cpu_seconds = process_cpu_seconds() - cpu - aside.cpu_seconds;
  TENON_ASSIGN_OR_RETURN(const std::uint64_t written_now, kernel_written_bytes());
  measured.written_bytes = static_cast<double>(written_now - written);
  if (const auto counted_now = subject.written_bytes(); counted && counted_now)
    measured.engine_written_bytes = *counted_now - *counted;
  return {};
}

// Does `one` for each proof; the processor time for each in microseconds.
Result<double> timed(std::vector<Proof>& proofs, const std::function<Status(Proof&)>& one) {
  const double before = process_cpu_seconds();
  for (Proof& proof : proofs)
    TENON_RETURN_IF_ERROR(one(proof));
  return (process_cpu_seconds() - before) / static_cast<double>(proofs.size()) * 1e6;
}

// Through the C table, one key in a call.
Status prove(plugin::Store& store, Workload& workload, nlohmann::json& figures) {
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHead head, store.head());
  TENON_ASSIGN_OR_RETURN(const auto view, store.snapshot(plugin::kHeadHeight));
  std::vector<Bytes> keys;
  std::vector<Proof> proofs(kProofs);
  for (std::size_t i = 0; i < kProofs; ++i)
    keys.push_back(workload.key(workload.random_key()));
  std::size_t next = 0;
  TENON_ASSIGN_OR_RETURN(figures["proof_make_us"], timed(proofs, [&](Proof& proof) -> Status {
                           const BytesView asked[] = {keys[next++]};
                           TENON_ASSIGN_OR_RETURN(auto made, view->prove(asked));
                           proof.encoded = std::move(made.front());
                           return {};
                         }));
  for (std::size_t i = 0; i < kProofs; ++i) {
    proofs[i].key_hash = crypto::sha256(keys[i]);
    TENON_ASSIGN_OR_RETURN(auto entry, view->get(plugin::KeyClass::kState, keys[i]));
    if (!entry)
      return data_loss("a key that was written is absent");
    proofs[i].entry = std::move(*entry);
  }
  TENON_ASSIGN_OR_RETURN(figures["proof_decode_us"], timed(proofs, [](Proof& proof) -> Status {
                           TENON_ASSIGN_OR_RETURN(proof.decoded,
                                                  merkle::decode_proof(proof.encoded));
                           return {};
                         }));
  TENON_ASSIGN_OR_RETURN(figures["proof_verify_us"], timed(proofs, [&](Proof& proof) {
                           return merkle::verify_proof(proof.decoded, head.state_root,
                                                       proof.key_hash,
                                                       merkle::entry_hash(proof.entry));
                         }));
  return {};
}

nlohmann::json figures_of(const EngineOptions& options, const Measured& measured) {
  const auto keys = static_cast<double>(options.workload.keys);
  const auto updates = static_cast<double>(options.batches * options.batch);
  nlohmann::json figures = {
      {"engine", options.engine},
      {"keys_count", options.workload.keys},
      {"batch_count", options.batch},
      {"updates_count", options.batches * options.batch},
      {"updates_digest", to_hex(measured.updated_keys.view())},
      {"load_cpu_us", measured.load_cpu_seconds / keys * 1e6},
      {"update_cpu_us", measured.cpu_seconds / updates * 1e6},
      {"updates_per_s", updates / measured.wall_seconds},
      {"update_written_bytes", measured.written_bytes / updates},
      {"resident_bytes_per_key", measured.resident_bytes / keys},
      {"disk_bytes_per_key", static_cast<double>(disk_bytes(options.directory)) / keys}};
  if (measured.engine_written_bytes)
    figures["update_engine_written_bytes"] = *measured.engine_written_bytes / updates;
  return figures;
}

// RocksDB's cache of blocks is as large as what the peers get.
nlohmann::json store_config(const EngineOptions& options) {
  nlohmann::json config = {{"block_cache_bytes", options.cache_mib << 20}};
  config.update(options.config);
  return config;
}

} // namespace

Result<nlohmann::json> run_engine(const EngineOptions& options) {
  Measured measured;
  TENON_ASSIGN_OR_RETURN(const std::uint64_t resident_before, resident_bytes());
  std::unique_ptr<PluginUnderTest> plugin;
  std::unique_ptr<Subject> subject;
  if (options.engine == "store") {
    TENON_ASSIGN_OR_RETURN(plugin, PluginUnderTest::start(options.plugin,
                                                          options.directory.string(),
                                                          store_config(options).dump()));
    subject = std::make_unique<TenonStore>(plugin->store());
  } else if (options.engine == "rocksdb") {
    TENON_ASSIGN_OR_RETURN(subject, PlainRocksdb::open(options.directory / "rocksdb",
                                                       options.cache_mib << 20));
  } else {
    return invalid_argument("no engine is called '" + options.engine +
                            "': there are store and rocksdb");
  }
  TENON_RETURN_IF_ERROR(load(*subject, options, measured));
  TENON_ASSIGN_OR_RETURN(const std::uint64_t resident, resident_bytes());
  if (resident > resident_before)
    measured.resident_bytes = static_cast<double>(resident - resident_before);
  Workload workload(options.workload);
  TENON_RETURN_IF_ERROR(update(*subject, workload, options, measured));
  nlohmann::json figures = figures_of(options, measured);
  if (plugin)
    TENON_RETURN_IF_ERROR(prove(plugin->store(), workload, figures));
  return figures;
}

} // namespace tenon::bench
