#include "runtime.hpp"

#include <fstream>
#include <unistd.h>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/ed25519.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::wasm {

namespace {

namespace fs = std::filesystem;

// Whatever changes the meaning or the layout of compiled code; part of the cache key.
constexpr BytesView kCompilerVersion = "wasmtime " WASMTIME_VERSION ", tenon 2";

constexpr std::size_t kMaxKept = 64;
constexpr std::uint32_t kPoolSize = 128;
constexpr std::size_t kKeyFileSize = 32;

wasm_config_t* make_config() {
  wasm_config_t* const config = wasm_config_new();
  wasmtime_config_consume_fuel_set(config, true);
  wasmtime_config_cranelift_nan_canonicalization_set(config, true);
  wasmtime_config_cranelift_opt_level_set(config, WASMTIME_OPT_LEVEL_SPEED);
  wasmtime_config_max_wasm_stack_set(config, kNativeStackSize);
  wasmtime_config_wasm_simd_set(config, false);
  wasmtime_config_wasm_relaxed_simd_set(config, false);
  wasmtime_config_wasm_multi_value_set(config, false);
  wasmtime_config_wasm_multi_memory_set(config, false);
  wasmtime_config_wasm_memory64_set(config, false);
  wasmtime_config_wasm_tail_call_set(config, false);
  wasmtime_config_wasm_bulk_memory_set(config, true);
  wasmtime_config_native_unwind_info_set(config, false);
  wasmtime_pooling_allocation_config_t* const pool = wasmtime_pooling_allocation_config_new();
  wasmtime_pooling_allocation_config_total_core_instances_set(pool, kPoolSize);
  wasmtime_pooling_allocation_config_total_memories_set(pool, kPoolSize);
  wasmtime_pooling_allocation_config_total_tables_set(pool, kPoolSize);
  wasmtime_pooling_allocation_config_max_memory_size_set(pool,
                                                         kModuleLimits.memory_pages * kPageSize);
  wasmtime_pooling_allocation_config_table_elements_set(pool, kModuleLimits.table_elements);
  wasmtime_pooling_allocation_config_linear_memory_keep_resident_set(pool, 2 * kPageSize);
  wasmtime_pooling_allocation_config_table_keep_resident_set(pool, kPageSize);
  wasmtime_pooling_allocation_strategy_set(config, pool);
  wasmtime_pooling_allocation_config_delete(pool);
  return config;
}

// The secret with which cached code is sealed, made on first use; empty when that fails.
Bytes load_or_make_key(const fs::path& file) {
  Bytes key;
  if (std::ifstream in(file, std::ios::binary); in) {
    key.assign(std::istreambuf_iterator<char>(in), {});
    if (key.size() == kKeyFileSize)
      return key;
  }
  auto fresh = crypto::random_bytes(kKeyFileSize);
  if (!fresh.ok())
    return {};
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  out << *fresh;
  return out.flush() ? *std::move(fresh) : Bytes();
}

} // namespace

std::string message_of(const wasmtime_error_t* error) {
  wasm_byte_vec_t text;
  wasmtime_error_message(error, &text);
  std::string result(text.data, text.size);
  wasm_byte_vec_delete(&text);
  return result;
}

std::string message_of(const wasm_trap_t* trap) {
  wasm_message_t text;
  wasm_trap_message(trap, &text);
  std::string result(text.data, text.size == 0 ? 0 : text.size - 1);
  wasm_byte_vec_delete(&text);
  return result;
}

Runtime::~Runtime() = default;

Result<std::unique_ptr<Runtime>> Runtime::create(const fs::path& cache) {
  std::unique_ptr<Runtime> runtime(new Runtime(cache));
  TENON_RETURN_IF_ERROR(runtime->set_up());
  return runtime;
}

Status Runtime::set_up() {
  // Headers of another build would give values another size and corrupt memory at the first call.
  static_assert(sizeof(wasmtime_val_raw_t) == 16);
  Bytes why;
  engine_.reset(tenon_wasm_engine_new(
      make_config(), &why, [](void* context, const std::uint8_t* data, std::size_t size) {
        static_cast<Bytes*>(context)->assign(reinterpret_cast<const char*>(data), size);
      }));
  if (!engine_)
    return fault("Wasmtime could not make an engine: " + why);
  linker_.reset(wasmtime_linker_new(engine_.get()));
  TENON_RETURN_IF_ERROR(define_host_functions(linker_.get()));
  if (cache_.empty())
    return {};
  std::error_code error;
  fs::create_directories(cache_, error);
  if (!error)
    cache_key_ = load_or_make_key(cache_ / "seal.key");
  return {};
}

Result<Bytes> Runtime::prepare(BytesView module) {
  static const std::string names = host_function_names();
  Bytes out;
  const std::int32_t code = tenon_wasm_prepare(
      reinterpret_cast<const std::uint8_t*>(module.data()), module.size(),
      reinterpret_cast<const std::uint8_t*>(names.data()), names.size(), &kModuleLimits, &out,
      [](void* context, const std::uint8_t* data, std::size_t size) {
        static_cast<Bytes*>(context)->assign(reinterpret_cast<const char*>(data), size);
      });
  if (code != 0)
    return invalid_argument("BAD_MODULE: " + out);
  return out;
}

Bytes Runtime::cache_seal(BytesView compiled) const {
  return crypto::hmac_sha256(cache_key_, compiled).str();
}

// Cached code is native code: what does not carry our seal is not loaded, and compiled anew.
Module Runtime::from_cache(const fs::path& file) const {
  std::ifstream in(file, std::ios::binary);
  if (!in)
    return nullptr;
  const Bytes content(std::istreambuf_iterator<char>(in), {});
  if (content.size() < Hash::kSize)
    return nullptr;
  const BytesView seal = BytesView(content).substr(0, Hash::kSize);
  const BytesView compiled = BytesView(content).substr(Hash::kSize);
  if (seal != cache_seal(compiled))
    return nullptr;
  wasmtime_module_t* module = nullptr;
  const Error error(wasmtime_module_deserialize(
      engine_.get(), reinterpret_cast<const std::uint8_t*>(compiled.data()), compiled.size(),
      &module));
  return Module(error ? nullptr : module);
}

void Runtime::to_cache(const fs::path& file, const wasmtime_module_t& module) const {
  wasm_byte_vec_t bytes;
  const Error error(wasmtime_module_serialize(&module, &bytes));
  if (error)
    return;
  const BytesView compiled(bytes.data, bytes.size);
  const fs::path partial = file.string() + "." + std::to_string(::getpid());
  std::ofstream out(partial, std::ios::binary | std::ios::trunc);
  out << cache_seal(compiled) << compiled;
  out.close();
  wasm_byte_vec_delete(&bytes);
  std::error_code ignored;
  if (out)
    fs::rename(partial, file, ignored);
}

// The entry points' types are the module's own affair; checked once, so that calls need not.
static Status check_entry_points(const wasmtime_module_t& module) {
  wasm_exporttype_vec_t exports;
  wasmtime_module_exports(&module, &exports);
  Status status;
  for (std::size_t i = 0; i < exports.size; ++i) {
    const wasm_name_t* const raw = wasm_exporttype_name(exports.data[i]);
    const std::string_view name(raw->data, raw->size);
    const bool numbered = name == "execute" || name == "query";
    if (!numbered && name != "describe" && name != "init" && name != "migrate")
      continue;
    const wasm_functype_t* const type =
        wasm_externtype_as_functype_const(wasm_exporttype_type(exports.data[i]));
    const bool fits =
        type != nullptr && wasm_functype_results(type)->size == 0 &&
        wasm_functype_params(type)->size == (numbered ? 1 : 0) &&
        (!numbered || wasm_valtype_kind(wasm_functype_params(type)->data[0]) == WASM_I32);
    if (!fits) {
      status = invalid_argument("BAD_MODULE: export \"" + std::string(name) +
                                "\": expected a function " + (numbered ? "(i32)" : "()") +
                                " without result");
    }
  }
  wasm_exporttype_vec_delete(&exports);
  return status;
}

// A valid module that is not compiled was beyond a limit of the compiler's own, the same
// everywhere, or this process was short of something.
static Status not_compiled(const Bytes& message) {
  const bool is_machine = message.find("(os error ") != Bytes::npos ||
                          message.find("out of memory") != Bytes::npos;
  return is_machine ? fault("compiling a contract: " + message)
                    : invalid_argument("BAD_MODULE: " + message);
}

Result<std::shared_ptr<Compiled>> Runtime::compile(const Hash& contract, BytesView prepared) {
  const bool caching = !cache_key_.empty();
  const Hash name = crypto::sha256({kCompilerVersion, contract.view(), prepared});
  const fs::path file = cache_ / (to_hex(name.view()) + ".compiled");
  auto compiled = std::make_shared<Compiled>();
  if (caching)
    compiled->module = from_cache(file);
  if (!compiled->module) {
    wasmtime_module_t* module = nullptr;
    const Error error(wasmtime_module_new(engine_.get(),
                                          reinterpret_cast<const std::uint8_t*>(prepared.data()),
                                          prepared.size(), &module));
    if (error)
      return not_compiled(message_of(error.get()));
    compiled->module.reset(module);
    if (caching)
      to_cache(file, *module);
  }
  TENON_RETURN_IF_ERROR(check_entry_points(*compiled->module));
  wasmtime_instance_pre_t* pre = nullptr;
  const Error error(wasmtime_linker_instantiate_pre(linker_.get(), compiled->module.get(), &pre));
  // Imports by known names but of other types are the module's mistake, the same everywhere.
  if (error)
    return invalid_argument("BAD_MODULE: " + message_of(error.get()));
  compiled->pre.reset(pre);
  return compiled;
}

std::shared_ptr<const Compiled> Runtime::find(const Hash& contract) {
  const std::lock_guard lock(mutex_);
  const auto found = kept_.find(contract);
  if (found == kept_.end())
    return nullptr;
  recent_.splice(recent_.begin(), recent_, found->second.place);
  return found->second.compiled;
}

void Runtime::keep(const Hash& contract, std::shared_ptr<const Compiled> compiled) {
  const std::lock_guard lock(mutex_);
  if (kept_.contains(contract))
    return;
  recent_.push_front(contract);
  kept_.emplace(contract, Kept{std::move(compiled), recent_.begin()});
  while (kept_.size() > kMaxKept) {
    kept_.erase(recent_.back());
    recent_.pop_back();
  }
}

Store Runtime::make_store(void* data) const {
  Store store(wasmtime_store_new(engine_.get(), data, nullptr));
  tenon_wasm_limit_store(store.get(), kModuleLimits.memory_pages * kPageSize,
                         kModuleLimits.table_elements);
  return store;
}

} // namespace tenon::wasm
