#include "execution.hpp"

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::wasm {

namespace {

constexpr std::size_t kScanAhead = 64;
constexpr std::uint64_t kScanAheadBytes = 64u << 10; // and the entry that goes beyond
constexpr std::string_view kInstanceCaller = "instance:";

const char* export_name(EntryPoint entry) {
  switch (entry) {
  case EntryPoint::kInit:
    return "init";
  case EntryPoint::kExecute:
    return "execute";
  case EntryPoint::kQuery:
    return "query";
  case EntryPoint::kMigrate:
    return "migrate";
  case EntryPoint::kDescribe:
    return "describe";
  }
  return "";
}

// The deterministic traps, by their stable reasons.
const char* trap_reason(wasmtime_trap_code_t code) {
  switch (code) {
  case WASMTIME_TRAP_CODE_OUT_OF_FUEL:
    return "OUT_OF_FUEL: the contract used up its fuel";
  case WASMTIME_TRAP_CODE_UNREACHABLE_CODE_REACHED:
    return "TRAP_UNREACHABLE: the contract executed `unreachable`";
  case WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS:
    return "TRAP_MEMORY: the contract left its memory";
  case WASMTIME_TRAP_CODE_TABLE_OUT_OF_BOUNDS:
  case WASMTIME_TRAP_CODE_INDIRECT_CALL_TO_NULL:
  case WASMTIME_TRAP_CODE_BAD_SIGNATURE:
  case WASMTIME_TRAP_CODE_NULL_REFERENCE:
    return "TRAP_CALL: the contract made an indirect call to no function, or one of another type";
  case WASMTIME_TRAP_CODE_INTEGER_OVERFLOW:
  case WASMTIME_TRAP_CODE_INTEGER_DIVISION_BY_ZERO:
  case WASMTIME_TRAP_CODE_BAD_CONVERSION_TO_INTEGER:
    return "TRAP_ARITHMETIC: the contract divided by zero or overflowed a conversion";
  default:
    return nullptr;
  }
}

} // namespace

Bytes code_key(const std::string& contract) {
  return "code/" + contract;
}
Bytes contract_key(const std::string& contract) {
  return "contract/" + contract;
}
Bytes instance_key(const std::string& instance) {
  return "instance/" + instance;
}
Bytes state_prefix(const std::string& instance) {
  return "state/" + instance + "/";
}

void Execution::fail(Status status) {
  if (failure_.ok())
    failure_ = std::move(status);
}

std::string Execution::originator() const {
  if (!transaction_.act_as.empty())
    return transaction_.act_as[0];
  return transaction_.read_as.empty() ? std::string() : transaction_.read_as[0];
}

std::uint64_t Execution::block_time() {
  time_read_ = true;
  return context_.record_time_us;
}

std::uint64_t Execution::block_height() {
  time_read_ = true; // the height, like the time, is that of this very block
  return context_.height;
}

Result<std::optional<Bytes>> Execution::get(const Bytes& key) {
  const auto pending = writes_.find(key);
  if (pending != writes_.end())
    return pending->second.value;
  return view_.get(key);
}

void Execution::put(const Bytes& key, std::optional<Bytes> value,
                    std::vector<std::string> readers) {
  writes_.insert_or_assign(key, Pending{std::move(value), std::move(readers)});
}

Result<std::uint64_t> Execution::refill(const Frame& frame, Scan& scan) {
  const Bytes prefix = state_prefix(frame.instance);
  std::map<Bytes, std::optional<Bytes>> merged;
  const Bytes begin = prefix + scan.next;
  const Bytes end = scan.end.empty() ? prefix_end(prefix) : prefix + scan.end;
  if (begin >= end) {
    scan.exhausted = true;
    return std::uint64_t{0};
  }
  std::uint64_t bytes = 0;
  bool more = false;
  TENON_RETURN_IF_ERROR(view_.scan(begin, end, [&](BytesView key, BytesView value) {
    merged.emplace(key, Bytes(value));
    bytes += key.size() + value.size();
    more = merged.size() >= kScanAhead || bytes >= kScanAheadBytes;
    return !more;
  }));
  // Beyond the last entry read the state may hold more; the run's own writes there wait their turn.
  const Bytes horizon = more ? merged.rbegin()->first : Bytes();
  for (auto i = writes_.lower_bound(begin); i != writes_.end() && i->first < end; ++i) {
    if (more && i->first > horizon)
      break;
    merged.insert_or_assign(i->first, i->second.value);
    bytes += i->first.size() + (i->second.value ? i->second.value->size() : 0);
  }
  for (auto i = merged.rbegin(); i != merged.rend(); ++i) {
    if (i->second)
      scan.ahead.emplace_back(i->first.substr(prefix.size()), *i->second);
  }
  scan.exhausted = !more;
  if (more)
    scan.next = horizon.substr(prefix.size()) + '\0';
  return bytes + merged.size() * kFuelPerHostCall;
}

Result<v1::InstanceRecord> Execution::instance_record(const std::string& instance) {
  TENON_ASSIGN_OR_RETURN(const auto record, get(instance_key(instance)));
  if (!record)
    return not_found("UNKNOWN_INSTANCE: there is no instance " + as_utf8(instance));
  v1::InstanceRecord parsed;
  if (!parsed.ParseFromString(*record))
    return data_loss("instance " + instance + " is malformed");
  return parsed;
}

Result<std::shared_ptr<const Compiled>> Execution::load(const std::string& contract) {
  const auto id = hash_from_hex(contract);
  if (!id)
    return not_found("UNKNOWN_CONTRACT: \"" + contract + "\" is not a contract id");
  if (auto kept = runtime_.find(*id)) {
    // Another branch of the ledger may have uploaded it: the state decides whether it exists.
    TENON_ASSIGN_OR_RETURN(const auto record, get(contract_key(contract)));
    if (record)
      return kept;
    return not_found("UNKNOWN_CONTRACT: there is no contract " + contract);
  }
  TENON_ASSIGN_OR_RETURN(const auto record, get(contract_key(contract)));
  TENON_ASSIGN_OR_RETURN(const auto code, get(code_key(contract)));
  if (!record || !code)
    return not_found("UNKNOWN_CONTRACT: there is no contract " + contract);
  v1::ContractRecord parsed;
  if (!parsed.ParseFromString(*record) || crypto::sha256(*code) != *id) {
    return data_loss("contract " + contract + " does not fit its id");
  }
  // It passed all of this when it was uploaded; that it does not now says something about this
  // process.
  const auto broken = [&](const Status& status) {
    return fault("contract " + contract + " no longer loads: " + status.message());
  };
  const auto prepared = Runtime::prepare(*code);
  if (!prepared.ok())
    return broken(prepared.status());
  auto made = runtime_.compile(*id, *prepared);
  if (!made.ok())
    return broken(made.status());
  auto description = Description::parse(parsed.description());
  if (!description.ok())
    return broken(description.status());
  const std::shared_ptr<Compiled> compiled = *std::move(made);
  compiled->description = *std::move(description);
  runtime_.keep(*id, compiled);
  return std::shared_ptr<const Compiled>(compiled);
}

Result<Bytes> Execution::run(EntryPoint entry, const std::string& instance,
                             const std::string& function, Bytes input,
                             std::shared_ptr<const Compiled>* ran) {
  Frame frame;
  frame.entry = entry;
  frame.instance = instance;
  frame.caller = originator();
  frame.input = std::move(input);
  TENON_ASSIGN_OR_RETURN(const auto record, instance_record(instance));
  TENON_ASSIGN_OR_RETURN(const auto compiled, load(record.contract()));
  std::optional<std::uint32_t> index = 0;
  if (entry == EntryPoint::kExecute)
    index = compiled->description.find_execute(function);
  if (entry == EntryPoint::kQuery)
    index = compiled->description.find_query(function);
  if (!index) {
    return not_found(
        "UNKNOWN_FUNCTION: the contract has no function \"" + function +
        "\"; it has: " + compiled->description.function_names(entry == EntryPoint::kQuery));
  }
  if (ran != nullptr)
    *ran = compiled;
  const bool has_argument = entry == EntryPoint::kExecute || entry == EntryPoint::kQuery;
  return run_frame(frame, *compiled, *index, has_argument);
}

Result<Bytes> Execution::describe(const Compiled& compiled) {
  Frame frame;
  frame.entry = EntryPoint::kDescribe;
  frame.caller = originator();
  return run_frame(frame, compiled, 0, false);
}

Result<Bytes> Execution::call(Frame& from, const std::string& instance, const std::string& function,
                              Bytes input) {
  if (depth_ >= kMaxCallDepth) {
    return failed_precondition("CALL_DEPTH: contracts call each other deeper than " +
                               std::to_string(kMaxCallDepth));
  }
  for (const Frame* frame = &from; frame != nullptr; frame = frame->parent) {
    if (frame->instance == instance) {
      return failed_precondition("REENTRANT_CALL: instance " + instance +
                                 " is already running in this transaction");
    }
  }
  Frame frame;
  frame.parent = &from;
  frame.entry = from.entry == EntryPoint::kQuery ? EntryPoint::kQuery : EntryPoint::kExecute;
  frame.instance = instance;
  frame.caller = std::string(kInstanceCaller) + from.instance;
  frame.input = std::move(input);
  TENON_ASSIGN_OR_RETURN(const auto record, instance_record(instance));
  TENON_ASSIGN_OR_RETURN(const auto compiled, load(record.contract()));
  const bool query = frame.entry == EntryPoint::kQuery;
  const auto index = query ? compiled->description.find_query(function)
                           : compiled->description.find_execute(function);
  if (!index) {
    return not_found("UNKNOWN_FUNCTION: instance " + instance + " has no function \"" +
                     as_utf8(function) +
                     "\"; it has: " + compiled->description.function_names(query));
  }
  return run_frame(frame, *compiled, *index, true);
}

Status Execution::start(Frame& frame, const Compiled& compiled, wasmtime_instance_t& instance) {
  wasm_trap_t* trap = nullptr;
  const Error error(
      wasmtime_instance_pre_instantiate(compiled.pre.get(), frame.context, &instance, &trap));
  const Trap owned(trap);
  // Data segments outside memory trap here; anything else is this process being out of something.
  if (trap != nullptr)
    return invalid_argument("BAD_MODULE: " + message_of(trap));
  if (error)
    return fault("instantiating a contract: " + message_of(error.get()));
  wasmtime_extern_t memory;
  if (!wasmtime_instance_export_get(frame.context, &instance, "memory", 6, &memory) ||
      memory.kind != WASMTIME_EXTERN_MEMORY) {
    return invalid_argument("BAD_MODULE: there is no exported memory");
  }
  frame.memory = memory.of.memory;
  return continue_stack(frame, instance);
}

// All contracts on the call stack share one stack: each counts on from where its caller is.
Status Execution::continue_stack(Frame& frame, const wasmtime_instance_t& instance) {
  const std::string_view name = TENON_WASM_STACK_EXPORT;
  wasmtime_extern_t stack;
  if (!wasmtime_instance_export_get(frame.context, &instance, name.data(), name.size(), &stack) ||
      stack.kind != WASMTIME_EXTERN_GLOBAL) {
    return fault("a contract was compiled without its count of stack units");
  }
  frame.stack = stack.of.global;
  if (frame.parent == nullptr)
    return {};
  wasmtime_val_t units;
  wasmtime_global_get(frame.parent->context, &frame.parent->stack, &units);
  const Error error(wasmtime_global_set(frame.context, &frame.stack, &units));
  return error ? fault("the count of stack units cannot be set: " + message_of(error.get()))
               : Status();
}

Result<Bytes> Execution::run_frame(Frame& frame, const Compiled& compiled, std::uint32_t function,
                                   bool has_argument) {
  frame.execution = this;
  frame.description = &compiled.description;
  const Store store = runtime_.make_store(&frame);
  frame.context = wasmtime_store_context(store.get());
  const Error fuel_error(wasmtime_context_set_fuel(frame.context, fuel_));
  if (fuel_error)
    return fault("Wasmtime does not count fuel: " + message_of(fuel_error.get()));
  wasmtime_instance_t instance;
  TENON_RETURN_IF_ERROR(start(frame, compiled, instance));
  const char* const name = export_name(frame.entry);
  wasmtime_extern_t entry;
  if (!wasmtime_instance_export_get(frame.context, &instance, name, std::strlen(name), &entry) ||
      entry.kind != WASMTIME_EXTERN_FUNC) {
    return not_found("UNKNOWN_FUNCTION: the contract does not export \"" + std::string(name) +
                     "\"");
  }
  // The module's entry points have the right types: Runtime::compile saw to it.
  wasmtime_val_raw_t argument{};
  argument.i32 = static_cast<std::int32_t>(function);
  ++depth_;
  wasm_trap_t* trap = nullptr;
  const Error error(wasmtime_func_call_unchecked(frame.context, &entry.of.func, &argument,
                                                 has_argument ? 1 : 0, &trap));
  const Trap owned(trap);
  --depth_;
  if (error || trap != nullptr || !failure_.ok()) {
    return explain(frame, error.get(), trap);
  }
  std::uint64_t left = 0;
  const Error read_error(wasmtime_context_get_fuel(frame.context, &left));
  if (read_error)
    return fault("Wasmtime lost count of fuel: " + message_of(read_error.get()));
  fuel_ = left;
  return std::move(frame.reply);
}

// Why a call did not return. What host code said comes first, then the deterministic traps; a trap
// that should not be possible under our limits is this replica's fault.
Status Execution::explain(Frame& frame, const wasmtime_error_t* error, const wasm_trap_t* trap) {
  if (failure_.ok()) {
    wasmtime_trap_code_t code = 0;
    if (trap != nullptr && wasmtime_trap_code(trap, &code)) {
      wasmtime_val_t units;
      wasmtime_global_get(frame.context, &frame.stack, &units);
      if (code == WASMTIME_TRAP_CODE_UNREACHABLE_CODE_REACHED &&
          static_cast<std::uint32_t>(units.of.i32) > kModuleLimits.stack_units) {
        failure_ = resource_exhausted("STACK_LIMIT: calls inside the contract nest too deep");
      } else if (const char* const reason = trap_reason(code)) {
        failure_ = failed_precondition(reason);
      }
    }
  }
  if (failure_.ok() && trap != nullptr) {
    failure_ = fault("a contract ended in an unexpected trap: " + message_of(trap));
  }
  if (failure_.ok()) {
    const std::string message = error != nullptr ? message_of(error) : "unknown error";
    // Growth that no limit forbids failed because this process is out of something.
    failure_ = message.find(TENON_WASM_LIMIT_MARK) != std::string::npos
                   ? resource_exhausted("MEMORY_LIMIT: the contract asked for more memory, or a "
                                        "larger table, than it may have")
                   : fault("running \"" + std::string(export_name(frame.entry)) + "\": " + message);
  }
  return failure_;
}

Result<std::size_t> Execution::add_event(const Frame& frame, std::uint32_t event, BytesView data,
                            std::vector<std::string> readers) {
  if (event >= frame.description->events().size()) {
    return invalid_argument("BAD_VALUE: the contract emits event " + std::to_string(event) +
                            ", its description has " +
                            std::to_string(frame.description->events().size()));
  }
  if (events_.size() >= kMaxEvents) {
    return resource_exhausted("TOO_MANY_EVENTS: more than " + std::to_string(kMaxEvents));
  }
  const EventType& type = frame.description->events()[event];
  TENON_ASSIGN_OR_RETURN(nlohmann::json arguments, frame.description->decode(type.fields, data));
  nlohmann::json payload = {{"instance", frame.instance}, {"event", type.name}};
  payload["arguments"] = std::move(arguments);
  events_.push_back({payload.dump(), std::move(readers)});
  return events_.back().payload.size();
}

plugin::ExecutionResult Execution::take_result(Bytes response) {
  plugin::ExecutionResult result;
  result.writes.reserve(writes_.size());
  for (auto& [key, pending] : writes_) {
    result.writes.push_back(
        {plugin::KeyClass::kState, key, std::move(pending.value), std::move(pending.readers), 0});
  }
  result.events = std::move(events_);
  result.response = std::move(response);
  if (time_read_)
    result.min_time_us = result.max_time_us = context_.record_time_us;
  return result;
}

} // namespace tenon::wasm
