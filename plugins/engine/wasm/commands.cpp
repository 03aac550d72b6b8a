// JSON commands and requests of applications (docs/spec/wasm-engine.md).
#include "engine.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::wasm {

namespace {

using nlohmann::json;

constexpr std::size_t kDefaultPage = 100;
constexpr std::size_t kLargestPage = 1000;

Status bad(const std::string& what) {
  return invalid_argument("BAD_COMMAND: " + what);
}

// The only member of the outer object names the command.
Result<std::pair<std::string, json>> single_member(BytesView text, const char* known) {
  json root = json::parse(text, nullptr, false);
  if (!root.is_object() || root.size() != 1 || !root.begin()->is_object()) {
    return bad(std::string("expected an object with one member, an object, out of: ") + known);
  }
  return std::pair(root.begin().key(), std::move(*root.begin()));
}

Result<std::string> text_of(const json& object, const char* member) {
  const auto found = object.find(member);
  if (found == object.end() || !found->is_string()) {
    return bad(std::string("expected a string \"") + member + "\"");
  }
  return found->get<std::string>();
}

std::string optional_text(const json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Status check_members(const json& object, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : object.items()) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return bad("unknown member \"" + name + "\"");
    }
  }
  return {};
}

json arguments_of(const json& object) {
  return object.value("arguments", json::object());
}

Result<Bytes> prepare_upload(const json& object) {
  TENON_RETURN_IF_ERROR(check_members(object, {"module", "name"}));
  TENON_ASSIGN_OR_RETURN(const std::string encoded, text_of(object, "module"));
  auto module = from_base64(encoded);
  if (!module)
    return bad("\"module\" is not base64");
  // Refused here already, before it costs a place in a block.
  TENON_RETURN_IF_ERROR(Runtime::prepare(*module).status());
  v1::Command command;
  command.mutable_upload()->set_module(*std::move(module));
  command.mutable_upload()->set_name(optional_text(object, "name"));
  return command.SerializeAsString();
}

Result<Bytes> prepare_instantiate(Execution& execution, const json& object) {
  TENON_RETURN_IF_ERROR(check_members(object, {"contract", "label", "arguments", "readers"}));
  TENON_ASSIGN_OR_RETURN(const std::string contract, text_of(object, "contract"));
  TENON_ASSIGN_OR_RETURN(const auto compiled, execution.load(contract));
  const Description& description = compiled->description;
  v1::Command command;
  v1::Instantiate& instantiate = *command.mutable_instantiate();
  instantiate.set_contract(contract);
  instantiate.set_label(optional_text(object, "label"));
  TENON_ASSIGN_OR_RETURN(*instantiate.mutable_arguments(),
                         description.encode(description.init().arguments, arguments_of(object)));
  const json readers = object.value("readers", json::array());
  if (!readers.is_array())
    return bad("\"readers\" is not an array");
  for (const json& reader : readers) {
    if (!reader.is_string())
      return bad("\"readers\": expected party names");
    instantiate.add_readers(reader.get<std::string>());
  }
  return command.SerializeAsString();
}

// What a call in words names, looked up.
struct NamedCall {
  std::string instance;
  std::string function;
  std::shared_ptr<const Compiled> contract;
};

Result<NamedCall> read_call(Execution& execution, const json& object) {
  TENON_RETURN_IF_ERROR(check_members(object, {"instance", "function", "arguments"}));
  NamedCall call;
  TENON_ASSIGN_OR_RETURN(call.instance, text_of(object, "instance"));
  TENON_ASSIGN_OR_RETURN(call.function, text_of(object, "function"));
  TENON_ASSIGN_OR_RETURN(const auto record, execution.instance_record(call.instance));
  TENON_ASSIGN_OR_RETURN(call.contract, execution.load(record.contract()));
  return call;
}

Result<Bytes> prepare_execute(Execution& execution, const json& object) {
  TENON_ASSIGN_OR_RETURN(const NamedCall call, read_call(execution, object));
  const Description& description = call.contract->description;
  const auto index = description.find_execute(call.function);
  if (!index) {
    return not_found("UNKNOWN_FUNCTION: the contract has no function \"" + call.function +
                     "\" to execute; it has: " + description.function_names(false));
  }
  v1::Command command;
  command.mutable_execute()->set_instance(call.instance);
  command.mutable_execute()->set_function(call.function);
  TENON_ASSIGN_OR_RETURN(
      *command.mutable_execute()->mutable_arguments(),
      description.encode(description.execute(*index).arguments, arguments_of(object)));
  return command.SerializeAsString();
}

Result<Bytes> prepare_migrate(Execution& execution, const json& object) {
  TENON_RETURN_IF_ERROR(check_members(object, {"instance", "contract", "arguments"}));
  TENON_ASSIGN_OR_RETURN(const std::string instance, text_of(object, "instance"));
  TENON_ASSIGN_OR_RETURN(const std::string contract, text_of(object, "contract"));
  TENON_RETURN_IF_ERROR(execution.instance_record(instance).status());
  TENON_ASSIGN_OR_RETURN(const auto compiled, execution.load(contract));
  const Description& description = compiled->description;
  if (!description.migrate()) {
    return failed_precondition("NO_MIGRATE: contract " + contract + " has no migrate function");
  }
  v1::Command command;
  command.mutable_migrate()->set_instance(instance);
  command.mutable_migrate()->set_contract(contract);
  TENON_ASSIGN_OR_RETURN(
      *command.mutable_migrate()->mutable_arguments(),
      description.encode(description.migrate()->arguments, arguments_of(object)));
  return command.SerializeAsString();
}

json contract_json(const std::string& contract, const v1::ContractRecord& record) {
  return {{"contract", contract},
          {"name", record.name()},
          {"size", record.size()},
          {"uploader", record.uploader()},
          {"description", json::parse(record.description(), nullptr, false)}};
}

json instance_json(const std::string& instance, const v1::InstanceRecord& record) {
  return {{"instance", instance},
          {"contract", record.contract()},
          {"label", record.label()},
          {"creator", record.creator()},
          {"admin", record.admin()}};
}

// A page of the records under a prefix: {plural: […], "next": last id or null}.
template <typename Record, typename ToJson>
Result<Bytes> list_records(const plugin::StateView& view, const json& object, const Bytes& prefix,
                           const char* plural, ToJson to_json) {
  TENON_RETURN_IF_ERROR(check_members(object, {"after", "limit"}));
  const json limit_json = object.value("limit", json(kDefaultPage));
  if (!limit_json.is_number_unsigned() || limit_json == 0u || limit_json > kLargestPage) {
    return bad("\"limit\": expected 1 to " + std::to_string(kLargestPage));
  }
  const auto limit = limit_json.get<std::size_t>();
  const std::string after = optional_text(object, "after");
  const Bytes begin = after.empty() ? prefix : prefix + after + '\0';
  json items = json::array();
  bool more = false;
  std::string last;
  Status broken;
  TENON_RETURN_IF_ERROR(view.scan(begin, prefix_end(prefix), [&](BytesView key, BytesView value) {
    if (items.size() == limit) {
      more = true;
      return false;
    }
    Record record;
    if (!record.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
      broken = data_loss("record " + std::string(key) + " is malformed");
      return false;
    }
    last = std::string(key.substr(prefix.size()));
    items.push_back(to_json(last, record));
    return true;
  }));
  TENON_RETURN_IF_ERROR(broken);
  return json({{plural, std::move(items)}, {"next", more ? json(last) : json()}}).dump();
}

Result<Bytes> describe_contract(Execution& execution, const json& object) {
  TENON_RETURN_IF_ERROR(check_members(object, {"contract"}));
  TENON_ASSIGN_OR_RETURN(const std::string contract, text_of(object, "contract"));
  TENON_ASSIGN_OR_RETURN(const auto bytes, execution.get(contract_key(contract)));
  v1::ContractRecord record;
  if (!bytes)
    return not_found("UNKNOWN_CONTRACT: there is no contract " + contract);
  if (!record.ParseFromString(*bytes))
    return data_loss("contract " + contract + " is malformed");
  return contract_json(contract, record).dump();
}

Result<Bytes> describe_instance(Execution& execution, const json& object) {
  TENON_RETURN_IF_ERROR(check_members(object, {"instance"}));
  TENON_ASSIGN_OR_RETURN(const std::string instance, text_of(object, "instance"));
  TENON_ASSIGN_OR_RETURN(const auto record, execution.instance_record(instance));
  return instance_json(instance, record).dump();
}

Result<Bytes> call_query(Execution& execution, const json& object) {
  TENON_ASSIGN_OR_RETURN(const NamedCall call, read_call(execution, object));
  const Description& description = call.contract->description;
  const auto index = description.find_query(call.function);
  if (!index) {
    return not_found("UNKNOWN_FUNCTION: the contract has no query \"" + call.function +
                     "\"; it has: " + description.function_names(true));
  }
  const Function& called = description.query(*index);
  TENON_ASSIGN_OR_RETURN(Bytes input, description.encode(called.arguments, arguments_of(object)));
  TENON_ASSIGN_OR_RETURN(const Bytes reply,
                         execution.run(EntryPoint::kQuery, call.instance, call.function,
                                       std::move(input)));
  json result;
  TENON_ASSIGN_OR_RETURN(result["result"], description.decode(called.result, reply));
  return result.dump();
}

} // namespace

Result<Bytes> prepare_command(Runtime& runtime, const plugin::StateView& view, BytesView command,
                              const plugin::EngineTransaction& submitter) {
  TENON_ASSIGN_OR_RETURN(const auto named,
                         single_member(command, "upload, instantiate, execute, migrate"));
  if (submitter.act_as.empty())
    return invalid_argument("NO_AUTHORITY: act_as must name at least one party");
  const plugin::EngineContext context;
  Execution execution(runtime, view, submitter, context, kFuelPerQuery);
  if (named.first == "upload")
    return prepare_upload(named.second);
  if (named.first == "instantiate")
    return prepare_instantiate(execution, named.second);
  if (named.first == "execute")
    return prepare_execute(execution, named.second);
  if (named.first == "migrate")
    return prepare_migrate(execution, named.second);
  return bad("unknown command \"" + named.first +
             "\"; known are: upload, instantiate, execute, migrate");
}

Result<Bytes> answer_query(Runtime& runtime, const plugin::StateView& view, BytesView request,
                           const plugin::EngineTransaction& caller,
                           const plugin::EngineContext& context) {
  constexpr const char* kKnown = "contracts, contract, instances, instance, call";
  TENON_ASSIGN_OR_RETURN(const auto named, single_member(request, kKnown));
  Execution execution(runtime, view, caller, context, kFuelPerQuery);
  const auto& [name, object] = named;
  if (name == "contracts") {
    return list_records<v1::ContractRecord>(view, object, contract_key(""), "contracts",
                                            contract_json);
  }
  if (name == "instances") {
    return list_records<v1::InstanceRecord>(view, object, instance_key(""), "instances",
                                            instance_json);
  }
  if (name == "contract")
    return describe_contract(execution, object);
  if (name == "instance")
    return describe_instance(execution, object);
  if (name == "call")
    return call_query(execution, object);
  return bad("unknown request \"" + name + "\"; known are: " + kKnown);
}

} // namespace tenon::wasm
