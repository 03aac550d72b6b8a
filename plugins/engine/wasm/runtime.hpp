// Wasmtime, set up so that it gives the same results everywhere: compiles modules, keeps the
// compiled ones, and makes instances of them. Owned by the engine; any thread.
#pragma once

#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

#include <wasmtime.h>

#include "description.hpp"
#include "limits.hpp"
#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::wasm {

template <auto Delete> struct Deleter {
  template <typename T> void operator()(T* object) const { Delete(object); }
};
using Module = std::unique_ptr<wasmtime_module_t, Deleter<wasmtime_module_delete>>;
using InstancePre = std::unique_ptr<wasmtime_instance_pre_t, Deleter<wasmtime_instance_pre_delete>>;
using Store = std::unique_ptr<wasmtime_store_t, Deleter<wasmtime_store_delete>>;
using Error = std::unique_ptr<wasmtime_error_t, Deleter<wasmtime_error_delete>>;
using Trap = std::unique_ptr<wasm_trap_t, Deleter<wasm_trap_delete>>;

[[nodiscard]] std::string message_of(const wasmtime_error_t* error);
[[nodiscard]] std::string message_of(const wasm_trap_t* trap);

// A contract's code, ready to be instantiated. Immutable; shared by all that run it.
struct Compiled {
  Module module;
  InstancePre pre;
  Description description; // empty until the contract has described itself
};

class Runtime {
public:
  // `cache` is where compiled modules are kept between starts; empty: nowhere.
  static Result<std::unique_ptr<Runtime>> create(const std::filesystem::path& cache);
  ~Runtime();

  // Checks and instruments a module. A refusal is deterministic: BAD_MODULE.
  [[nodiscard]] static Result<Bytes> prepare(BytesView module);

  // Compiles (or takes from the cache) a module that prepare() accepted.
  [[nodiscard]] Result<std::shared_ptr<Compiled>> compile(const Hash& contract, BytesView prepared);

  // The contracts that run; keyed by contract id. Least recently used ones are dropped.
  [[nodiscard]] std::shared_ptr<const Compiled> find(const Hash& contract);
  void keep(const Hash& contract, std::shared_ptr<const Compiled> compiled);

  // A store whose host functions find `data`.
  [[nodiscard]] Store make_store(void* data) const;

private:
  explicit Runtime(std::filesystem::path cache) : cache_(std::move(cache)) {}
  [[nodiscard]] Status set_up();
  [[nodiscard]] Module from_cache(const std::filesystem::path& file) const;
  void to_cache(const std::filesystem::path& file, const wasmtime_module_t& module) const;
  [[nodiscard]] Bytes cache_seal(BytesView compiled) const;

  std::filesystem::path cache_;
  Bytes cache_key_; // authenticates cached native code
  std::unique_ptr<wasm_engine_t, Deleter<wasm_engine_delete>> engine_;
  std::unique_ptr<wasmtime_linker_t, Deleter<wasmtime_linker_delete>> linker_;

  struct Kept {
    std::shared_ptr<const Compiled> compiled;
    std::list<Hash>::iterator place;
  };
  std::mutex mutex_;
  std::list<Hash> recent_; // most recently used first
  std::unordered_map<Hash, Kept, HashHasher> kept_;
};

// Defines the host functions of docs/spec/wasm-engine.md in a linker.
[[nodiscard]] Status define_host_functions(wasmtime_linker_t* linker);
// Their names, separated by newlines.
[[nodiscard]] std::string host_function_names();

} // namespace tenon::wasm
