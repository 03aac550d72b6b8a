#include "engine.hpp"

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::wasm {

namespace {

constexpr std::size_t kInstanceIdSize = 20;
// Grows with every change of what a transaction means.
constexpr BytesView kSemantics = "tenon wasm engine 2, wasmtime " WASMTIME_VERSION;

const std::vector<std::string> kPublic = {"*"};

std::string instance_id(const Hash& transaction) {
  const Hash hash = crypto::sha256({"instance", transaction.view()});
  return to_hex(hash.view().substr(0, kInstanceIdSize));
}

// One of the runs that may go on at a time.
template <typename Semaphore> class Turn {
public:
  explicit Turn(Semaphore& semaphore) : semaphore_(semaphore) { semaphore_.acquire(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() { semaphore_.release(); }

private:
  Semaphore& semaphore_;
};

// {"result": value} for a function's encoded result.
Result<Bytes> result_json(const Description& description, const Function& function,
                          const Bytes& reply, nlohmann::json base) {
  TENON_ASSIGN_OR_RETURN(base["result"], description.decode(function.result, reply));
  return base.dump();
}

} // namespace

bool is_instance_id(std::string_view text) {
  const auto bytes = from_hex(text);
  return bytes && bytes->size() == kInstanceIdSize;
}

Result<Hash> WasmEngine::fingerprint() const {
  Bytes limits(reinterpret_cast<const char*>(&kModuleLimits), sizeof kModuleLimits);
  for (const std::uint64_t value :
       {kFuelPerTransaction, std::uint64_t{kMaxCallDepth}, std::uint64_t{kMaxKeySize},
        std::uint64_t{kMaxValueSize}, std::uint64_t{kMaxReaders}, std::uint64_t{kMaxReplySize},
        std::uint64_t{kMaxWrites}, std::uint64_t{kMaxEvents}, std::uint64_t{kMaxOpenScans},
        std::uint64_t{kMaxLabelSize}, std::uint64_t{kMaxDescriptionSize},
        std::uint64_t{kMaxDescriptionDepth}, std::uint64_t{kMaxDecodedSize}, kFuelPerHostCall,
        kFuelPerRead, kFuelPerWrite, kFuelPerContractCall}) {
    append_be64(limits, value);
  }
  return crypto::sha256({kSemantics, limits});
}

Result<plugin::ExecutionResult> WasmEngine::execute(const plugin::StateView& view,
                                                    const plugin::EngineTransaction& transaction,
                                                    const plugin::EngineContext& context) {
  v1::Command command;
  if (!command.ParseFromArray(transaction.payload.data(),
                              static_cast<int>(transaction.payload.size()))) {
    return invalid_argument("BAD_PAYLOAD: the payload is not a Command message");
  }
  if (transaction.act_as.empty()) {
    return invalid_argument("NO_AUTHORITY: act_as must name at least one party");
  }
  const Turn turn(runs_);
  Execution execution(*runtime_, view, transaction, context, kFuelPerTransaction);
  Result<Bytes> response = invalid_argument("BAD_PAYLOAD: the Command message names no command");
  switch (command.command_case()) {
  case v1::Command::kUpload:
    response = upload(execution, command.upload(), context.record_time_us);
    break;
  case v1::Command::kInstantiate:
    response = instantiate(execution, command.instantiate(), transaction.id);
    break;
  case v1::Command::kExecute:
    response = call(execution, command.execute());
    break;
  case v1::Command::kMigrate:
    response = migrate(execution, command.migrate());
    break;
  case v1::Command::COMMAND_NOT_SET:
    break;
  }
  if (!response.ok())
    return response.status();
  return execution.take_result(*std::move(response));
}

Result<Bytes> WasmEngine::upload(Execution& execution, const v1::Upload& command,
                                 std::uint64_t time_us) {
  if (command.name().size() > kMaxLabelSize || !is_utf8(command.name())) {
    return invalid_argument("BAD_ARGUMENT: name: expected at most 256 bytes of UTF-8");
  }
  const Hash id = crypto::sha256(command.module());
  const std::string contract = to_hex(id.view());
  const Bytes response = nlohmann::json({{"contract", contract}}).dump();
  TENON_ASSIGN_OR_RETURN(const auto known, execution.get(contract_key(contract)));
  if (known)
    return response; // the same code is the same contract, whoever uploads it again
  TENON_ASSIGN_OR_RETURN(const Bytes prepared, Runtime::prepare(command.module()));
  TENON_ASSIGN_OR_RETURN(const auto compiled, runtime_->compile(id, prepared));
  TENON_ASSIGN_OR_RETURN(const Bytes description, execution.describe(*compiled));
  TENON_ASSIGN_OR_RETURN(compiled->description, Description::parse(description));
  const std::string own_name = compiled->description.document()["name"].get<std::string>();
  v1::ContractRecord record;
  record.set_name(command.name().empty() ? own_name : command.name());
  record.set_uploader(execution.originator());
  record.set_size(command.module().size());
  record.set_description(description);
  record.set_uploaded_at_us(time_us);
  // The record holds the time, so the result is bound to this block.
  static_cast<void>(execution.block_time());
  execution.put(code_key(contract), command.module(), kPublic);
  execution.put(contract_key(contract), record.SerializeAsString(), kPublic);
  runtime_->keep(id, compiled);
  return response;
}

Result<Bytes> WasmEngine::instantiate(Execution& execution, const v1::Instantiate& command,
                                      const Hash& transaction) {
  if (command.label().size() > kMaxLabelSize || !is_utf8(command.label())) {
    return invalid_argument("BAD_ARGUMENT: label: expected at most 256 bytes of UTF-8");
  }
  TENON_ASSIGN_OR_RETURN(const auto compiled, execution.load(command.contract()));
  const std::string instance = instance_id(transaction);
  v1::InstanceRecord record;
  record.set_contract(command.contract());
  record.set_label(command.label());
  record.set_creator(execution.originator());
  record.set_admin(execution.originator());
  std::vector<std::string> readers(command.readers().begin(), command.readers().end());
  if (readers.empty())
    readers = kPublic;
  if (readers.size() > kMaxReaders) {
    return invalid_argument("BAD_READERS: expected at most " + std::to_string(kMaxReaders));
  }
  for (const std::string& reader : readers)
    record.add_readers(reader);
  execution.put(instance_key(instance), record.SerializeAsString(), readers);
  TENON_ASSIGN_OR_RETURN(const Bytes reply,
                         execution.run(EntryPoint::kInit, instance, "init", command.arguments()));
  return result_json(compiled->description, compiled->description.init(), reply,
                     {{"instance", instance}});
}

Result<Bytes> WasmEngine::call(Execution& execution, const v1::Execute& command) {
  std::shared_ptr<const Compiled> compiled;
  TENON_ASSIGN_OR_RETURN(const Bytes reply,
                         execution.run(EntryPoint::kExecute, command.instance(), command.function(),
                                       command.arguments(), &compiled));
  const auto index = compiled->description.find_execute(command.function());
  return result_json(compiled->description, compiled->description.execute(*index), reply,
                     nlohmann::json::object());
}

Result<Bytes> WasmEngine::migrate(Execution& execution, const v1::Migrate& command) {
  TENON_ASSIGN_OR_RETURN(auto record, execution.instance_record(command.instance()));
  if (record.admin() != execution.originator()) {
    return permission_denied("NOT_ADMIN: only the instance's admin, " + record.admin() +
                             ", may migrate it");
  }
  TENON_ASSIGN_OR_RETURN(const auto compiled, execution.load(command.contract()));
  if (!compiled->description.migrate()) {
    return failed_precondition("NO_MIGRATE: contract " + command.contract() +
                               " has no migrate function");
  }
  record.set_contract(command.contract());
  const std::vector<std::string> readers(record.readers().begin(), record.readers().end());
  execution.put(instance_key(command.instance()), record.SerializeAsString(), readers);
  TENON_ASSIGN_OR_RETURN(const Bytes reply, execution.run(EntryPoint::kMigrate, command.instance(),
                                                          "migrate", command.arguments()));
  return result_json(compiled->description, *compiled->description.migrate(), reply,
                     {{"instance", command.instance()}});
}

Result<Bytes> WasmEngine::prepare(const plugin::StateView& view, BytesView command,
                                  const plugin::EngineTransaction& submitter) {
  return prepare_command(*runtime_, view, command, submitter);
}

Result<Bytes> WasmEngine::query(const plugin::StateView& view, BytesView request,
                                const plugin::EngineTransaction& caller,
                                const plugin::EngineContext& context) {
  const Turn turn(runs_);
  return answer_query(*runtime_, view, request, caller, context);
}

} // namespace tenon::wasm
