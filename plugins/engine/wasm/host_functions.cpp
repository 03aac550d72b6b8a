// What contracts can ask of the host (docs/spec/wasm-engine.md). Each function charges fuel, checks
// the ranges it is given, and either does its work or ends the run with a reason.
#include <array>

#include "execution.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::wasm {

namespace {

using Value = wasmtime_val_raw_t;

// Access to the calling contract: its memory, its fuel, and the way to end it.
class Call {
public:
  explicit Call(wasmtime_caller_t* caller)
      : context_(wasmtime_caller_context(caller)),
        frame_(static_cast<Frame*>(wasmtime_context_get_data(context_))) {}

  [[nodiscard]] Frame& frame() const { return *frame_; }
  [[nodiscard]] Execution& execution() const { return *frame_->execution; }

  // Takes fuel for the call and for `bytes` moved.
  [[nodiscard]] Status charge(std::uint64_t fixed, std::uint64_t bytes) const {
    std::uint64_t fuel = 0;
    const Error read(wasmtime_context_get_fuel(context_, &fuel));
    const std::uint64_t price = fixed + bytes;
    const bool enough = fuel >= price;
    const Error write(wasmtime_context_set_fuel(context_, enough ? fuel - price : 0));
    if (read || write)
      return fault("Wasmtime does not count fuel");
    return enough ? Status() : failed_precondition("OUT_OF_FUEL: the contract used up its fuel");
  }

  [[nodiscard]] std::uint64_t fuel() const {
    std::uint64_t fuel = 0;
    const Error read(wasmtime_context_get_fuel(context_, &fuel));
    return read ? 0 : fuel;
  }

  [[nodiscard]] Result<BytesView> read(const Value& offset, const Value& size) const {
    const auto begin = static_cast<std::uint32_t>(offset.i32);
    const auto count = static_cast<std::uint32_t>(size.i32);
    const std::size_t memory = wasmtime_memory_data_size(context_, &frame_->memory);
    if (count > memory || begin > memory - count) {
      return failed_precondition("TRAP_MEMORY: the contract passed a range outside its memory");
    }
    const auto* const data = wasmtime_memory_data(context_, &frame_->memory);
    return BytesView(reinterpret_cast<const char*>(data) + begin, count);
  }

  // Copies what fits into the contract's buffer; the result is the full size.
  [[nodiscard]] Result<std::int32_t> write(const Value& offset, const Value& capacity,
                                           BytesView bytes) const {
    TENON_ASSIGN_OR_RETURN(const BytesView room, read(offset, capacity));
    auto* const data = wasmtime_memory_data(context_, &frame_->memory);
    std::memcpy(data + static_cast<std::uint32_t>(offset.i32), bytes.data(),
                std::min(room.size(), bytes.size()));
    return static_cast<std::int32_t>(bytes.size());
  }

  [[nodiscard]] Status forbid_in_query(const char* function) const {
    if (frame_->entry != EntryPoint::kQuery && frame_->entry != EntryPoint::kDescribe)
      return {};
    return failed_precondition(std::string("READ_ONLY: a query called \"") + function + "\"");
  }

  // A description is the same whenever and for whomever it is asked.
  [[nodiscard]] Status forbid_in_describe(const char* function) const {
    if (frame_->entry != EntryPoint::kDescribe)
      return {};
    return failed_precondition(std::string("NOT_IN_DESCRIBE: describe called \"") + function +
                               "\"");
  }

private:
  wasmtime_context_t* context_;
  Frame* frame_;
};

Result<Bytes> own_key(const Call& call, const Value& offset, const Value& size) {
  TENON_ASSIGN_OR_RETURN(const BytesView key, call.read(offset, size));
  if (key.empty() || key.size() > kMaxKeySize) {
    return invalid_argument("BAD_KEY: expected 1 to " + std::to_string(kMaxKeySize) +
                            " bytes, found " + std::to_string(key.size()));
  }
  if (call.frame().instance.empty()) {
    return failed_precondition("READ_ONLY: a contract has no state while it describes itself");
  }
  return state_prefix(call.frame().instance).append(key);
}

Result<std::vector<std::string>> reader_list(const Call& call, const Value& offset,
                                             const Value& size) {
  TENON_ASSIGN_OR_RETURN(BytesView list, call.read(offset, size));
  std::vector<std::string> readers;
  while (!list.empty()) {
    const std::size_t length = list.size() < 2
                                   ? 0
                                   : static_cast<std::uint8_t>(list[0]) +
                                         std::size_t{256} * static_cast<std::uint8_t>(list[1]);
    if (length == 0 || length > 255 || list.size() < 2 + length || readers.size() == kMaxReaders ||
        !is_utf8(list.substr(2, length))) {
      return invalid_argument("BAD_READERS: expected at most " + std::to_string(kMaxReaders) +
                              " parties, each as u16 size and name");
    }
    readers.emplace_back(list.substr(2, length));
    list.remove_prefix(2 + length);
  }
  if (readers.empty())
    readers.push_back(call.execution().originator());
  return readers;
}

Status host_input(Call& call, Value* v) {
  TENON_RETURN_IF_ERROR(call.charge(kFuelPerHostCall, call.frame().input.size()));
  TENON_ASSIGN_OR_RETURN(v[0].i32, call.write(v[0], v[1], call.frame().input));
  return {};
}

Status host_return(Call& call, Value* v) {
  TENON_ASSIGN_OR_RETURN(const BytesView reply, call.read(v[0], v[1]));
  TENON_RETURN_IF_ERROR(call.charge(kFuelPerHostCall, reply.size()));
  if (reply.size() > kMaxReplySize) {
    return resource_exhausted("RESULT_TOO_LARGE: more than " + std::to_string(kMaxReplySize) +
                              " bytes");
  }
  call.frame().reply = reply;
  return {};
}

Status host_abort(Call& call, Value* v) {
  TENON_ASSIGN_OR_RETURN(const BytesView reason, call.read(v[0], v[1]));
  TENON_ASSIGN_OR_RETURN(const BytesView message, call.read(v[2], v[3]));
  constexpr std::size_t kMaxReason = 64;
  constexpr std::size_t kMaxMessage = 256;
  const auto is_code = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  const bool good = !reason.empty() && reason.size() <= kMaxReason &&
                    std::all_of(reason.begin(), reason.end(), is_code);
  std::string text(good ? reason : "CONTRACT_ABORT");
  const BytesView told = message.substr(0, kMaxMessage);
  text.append(": ").append(is_utf8(told) ? told : "the contract's message is not UTF-8");
  return failed_precondition(text);
}

Status host_get(Call& call, Value* v) {
  TENON_RETURN_IF_ERROR(call.charge(kFuelPerRead, 0));
  TENON_ASSIGN_OR_RETURN(const Bytes key, own_key(call, v[0], v[1]));
  TENON_ASSIGN_OR_RETURN(const auto value, call.execution().get(key));
  if (!value) {
    v[0].i32 = -1;
    return {};
  }
  TENON_RETURN_IF_ERROR(call.charge(0, value->size()));
  TENON_ASSIGN_OR_RETURN(v[0].i32, call.write(v[2], v[3], *value));
  return {};
}

Status host_put(Call& call, Value* v) {
  TENON_RETURN_IF_ERROR(call.forbid_in_query("put"));
  TENON_ASSIGN_OR_RETURN(Bytes key, own_key(call, v[0], v[1]));
  TENON_ASSIGN_OR_RETURN(const BytesView value, call.read(v[2], v[3]));
  TENON_RETURN_IF_ERROR(call.charge(kFuelPerWrite, key.size() + value.size()));
  TENON_ASSIGN_OR_RETURN(auto readers, reader_list(call, v[4], v[5]));
  if (value.size() > kMaxValueSize) {
    return resource_exhausted("VALUE_TOO_LARGE: more than " + std::to_string(kMaxValueSize) +
                              " bytes");
  }
  if (call.execution().writes() >= kMaxWrites) {
    return resource_exhausted("TOO_MANY_WRITES: more than " + std::to_string(kMaxWrites));
  }
  call.execution().put(key, Bytes(value), std::move(readers));
  return {};
}

Status host_remove(Call& call, Value* v) {
  TENON_RETURN_IF_ERROR(call.forbid_in_query("remove"));
  TENON_RETURN_IF_ERROR(call.charge(kFuelPerWrite, 0));
  TENON_ASSIGN_OR_RETURN(const Bytes key, own_key(call, v[0], v[1]));
  if (call.execution().writes() >= kMaxWrites) {
    return resource_exhausted("TOO_MANY_WRITES: more than " + std::to_string(kMaxWrites));
  }
  call.execution().put(key, std::nullopt, {});
  return {};
}

Status host_scan(Call& call, Value* v) {
  TENON_RETURN_IF_ERROR(call.charge(kFuelPerRead, 0));
  TENON_ASSIGN_OR_RETURN(const BytesView begin, call.read(v[0], v[1]));
  TENON_ASSIGN_OR_RETURN(const BytesView end, call.read(v[2], v[3]));
  Frame& frame = call.frame();
  if (frame.instance.empty() || frame.scans.size() >= kMaxOpenScans || begin.size() > kMaxKeySize ||
      end.size() > kMaxKeySize) {
    return resource_exhausted("TOO_MANY_SCANS: expected at most " + std::to_string(kMaxOpenScans) +
                              " iterators in one call, and bounds of at most " +
                              std::to_string(kMaxKeySize) + " bytes");
  }
  frame.scans.push_back({{}, Bytes(begin), Bytes(end), false});
  v[0].i32 = static_cast<std::int32_t>(frame.scans.size() - 1);
  return {};
}

Status host_next(Call& call, Value* v) {
  TENON_RETURN_IF_ERROR(call.charge(kFuelPerRead, 0));
  auto& scans = call.frame().scans;
  const auto index = static_cast<std::uint32_t>(v[0].i32);
  if (index >= scans.size()) {
    return failed_precondition("BAD_ITERATOR: there is no iterator " + std::to_string(index));
  }
  Scan& scan = scans[index];
  while (scan.ahead.empty() && !scan.exhausted) {
    TENON_ASSIGN_OR_RETURN(const std::uint64_t fuel, call.execution().refill(call.frame(), scan));
    TENON_RETURN_IF_ERROR(call.charge(fuel, 0));
  }
  if (scan.ahead.empty()) {
    v[0].i32 = -1;
    return {};
  }
  const auto& [key, value] = scan.ahead.back();
  Bytes entry;
  for (std::size_t i = 0; i < sizeof(std::uint32_t); ++i) {
    entry.push_back(static_cast<char>(static_cast<std::uint8_t>(key.size() >> (8 * i))));
  }
  entry.append(key).append(value);
  TENON_RETURN_IF_ERROR(call.charge(0, entry.size()));
  TENON_ASSIGN_OR_RETURN(const std::int32_t size, call.write(v[1], v[2], entry));
  if (static_cast<std::uint32_t>(size) <= static_cast<std::uint32_t>(v[2].i32)) {
    scan.ahead.pop_back();
  }
  v[0].i32 = size;
  return {};
}

Status host_emit(Call& call, Value* v) {
  TENON_RETURN_IF_ERROR(call.forbid_in_query("emit"));
  TENON_ASSIGN_OR_RETURN(const BytesView data, call.read(v[1], v[2]));
  TENON_RETURN_IF_ERROR(call.charge(kFuelPerWrite, data.size()));
  TENON_ASSIGN_OR_RETURN(auto readers, reader_list(call, v[3], v[4]));
  TENON_ASSIGN_OR_RETURN(const std::size_t kept,
                         call.execution().add_event(call.frame(),
                                                    static_cast<std::uint32_t>(v[0].i32), data,
                                                    std::move(readers)));
  return call.charge(0, kept);
}

Status host_block_time(Call& call, Value* v) {
  TENON_RETURN_IF_ERROR(call.forbid_in_describe("block_time"));
  TENON_RETURN_IF_ERROR(call.charge(kFuelPerHostCall, 0));
  v[0].i64 = static_cast<std::int64_t>(call.execution().block_time());
  return {};
}

Status host_block_height(Call& call, Value* v) {
  TENON_RETURN_IF_ERROR(call.forbid_in_describe("block_height"));
  TENON_RETURN_IF_ERROR(call.charge(kFuelPerHostCall, 0));
  v[0].i64 = static_cast<std::int64_t>(call.execution().block_height());
  return {};
}

Status give_text(Call& call, Value* v, const std::string& text) {
  TENON_RETURN_IF_ERROR(call.charge(kFuelPerHostCall, text.size()));
  TENON_ASSIGN_OR_RETURN(v[0].i32, call.write(v[0], v[1], text));
  return {};
}

Status host_caller(Call& call, Value* v) {
  TENON_RETURN_IF_ERROR(call.forbid_in_describe("caller"));
  return give_text(call, v, call.frame().caller);
}
Status host_originator(Call& call, Value* v) {
  TENON_RETURN_IF_ERROR(call.forbid_in_describe("originator"));
  return give_text(call, v, call.execution().originator());
}
Status host_self(Call& call, Value* v) {
  return give_text(call, v, call.frame().instance);
}

Status host_call(Call& call, Value* v) {
  TENON_ASSIGN_OR_RETURN(const BytesView instance, call.read(v[0], v[1]));
  TENON_ASSIGN_OR_RETURN(const BytesView function, call.read(v[2], v[3]));
  TENON_ASSIGN_OR_RETURN(const BytesView data, call.read(v[4], v[5]));
  TENON_RETURN_IF_ERROR(call.charge(kFuelPerContractCall, data.size()));
  if (call.frame().entry == EntryPoint::kDescribe)
    return call.forbid_in_query("call");
  // The called contract burns from the same fuel: hand over what is left, take back what remains.
  const std::uint64_t given = call.fuel();
  call.execution().set_fuel(given);
  TENON_ASSIGN_OR_RETURN(const Bytes reply,
                         call.execution().call(call.frame(), std::string(instance),
                                               std::string(function), Bytes(data)));
  TENON_RETURN_IF_ERROR(call.charge(given - call.execution().fuel(), reply.size()));
  TENON_ASSIGN_OR_RETURN(v[0].i32, call.write(v[6], v[7], reply));
  return {};
}

using HostFunction = Status (*)(Call&, Value*);

struct HostFunctionEntry {
  std::string_view name;
  std::size_t parameters;
  wasm_valkind_enum result; // WASM_EXTERNREF: none
  HostFunction function;
};

constexpr wasm_valkind_enum kNoResult = WASM_EXTERNREF;

constexpr std::array<HostFunctionEntry, 15> kHostFunctions = {{
    {"input", 2, WASM_I32, host_input},
    {"return", 2, kNoResult, host_return},
    {"abort", 4, kNoResult, host_abort},
    {"get", 4, WASM_I32, host_get},
    {"put", 6, kNoResult, host_put},
    {"remove", 2, kNoResult, host_remove},
    {"scan", 4, WASM_I32, host_scan},
    {"next", 3, WASM_I32, host_next},
    {"emit", 5, kNoResult, host_emit},
    {"call", 8, WASM_I32, host_call},
    {"caller", 2, WASM_I32, host_caller},
    {"originator", 2, WASM_I32, host_originator},
    {"self", 2, WASM_I32, host_self},
    {"block_time", 0, WASM_I64, host_block_time},
    {"block_height", 0, WASM_I64, host_block_height},
}};

// The one way from Wasmtime into a host function. What goes wrong is kept in the execution; the
// trap only unwinds the contract.
wasm_trap_t* enter(void* env, wasmtime_caller_t* caller, Value* values, std::size_t) {
  const auto& entry = *static_cast<const HostFunctionEntry*>(env);
  Call call(caller);
  Status status;
  try {
    status = entry.function(call, values);
  } catch (const std::exception& error) {
    status = fault(std::string("host function ") + std::string(entry.name) + ": " + error.what());
  }
  if (status.ok())
    return nullptr;
  call.execution().fail(std::move(status));
  constexpr std::string_view kEnded = "ended by the host";
  return wasmtime_trap_new(kEnded.data(), kEnded.size());
}

wasm_functype_t* type_of(const HostFunctionEntry& entry) {
  wasm_valtype_vec_t parameters;
  wasm_valtype_vec_new_uninitialized(&parameters, entry.parameters);
  for (std::size_t i = 0; i < entry.parameters; ++i) {
    parameters.data[i] = wasm_valtype_new(WASM_I32);
  }
  wasm_valtype_vec_t results;
  if (entry.result == kNoResult) {
    wasm_valtype_vec_new_empty(&results);
  } else {
    wasm_valtype_t* const result = wasm_valtype_new(static_cast<wasm_valkind_t>(entry.result));
    wasm_valtype_vec_new(&results, 1, &result);
  }
  return wasm_functype_new(&parameters, &results);
}

} // namespace

Status define_host_functions(wasmtime_linker_t* linker) {
  constexpr std::string_view kModule = "tenon";
  for (const HostFunctionEntry& entry : kHostFunctions) {
    const std::unique_ptr<wasm_functype_t, Deleter<wasm_functype_delete>> type(type_of(entry));
    const Error error(wasmtime_linker_define_func_unchecked(
        linker, kModule.data(), kModule.size(), entry.name.data(), entry.name.size(), type.get(),
        enter, const_cast<HostFunctionEntry*>(&entry), nullptr));
    if (error)
      return fault("defining host functions: " + message_of(error.get()));
  }
  return {};
}

std::string host_function_names() {
  std::string names;
  for (const HostFunctionEntry& entry : kHostFunctions) {
    if (!names.empty())
      names.push_back('\n');
    names.append(entry.name);
  }
  return names;
}

} // namespace tenon::wasm
