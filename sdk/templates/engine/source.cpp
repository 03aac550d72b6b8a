// @CLASS@: a register of values. The party that writes a name first keeps it: only it may write it
// again. Commands: {"put": {"name": "…", "value": "…"}}; queries: {"get": {"name": "…"}}.
//
// The rules of an engine: the same transaction on the same state gives the same result everywhere.
// No clock but the context's, no randomness, no threads that matter, no state outside of the view.
#include <memory>
#include <nlohmann/json.hpp>

#include "tenon/crypto/sha256.hpp"
#include "tenon/plugin/export_engine.hpp"

namespace {

using namespace tenon;
using namespace tenon::plugin;
using nlohmann::json;

// Changes with every change of meaning: replicas of different fingerprints do not vote together.
constexpr BytesView kSemantics = "@NAME@ 1";

struct Put {
  std::string name;
  std::string value;
};

Result<Put> parse_put(BytesView payload) {
  const json command = json::parse(payload, nullptr, false);
  const json put = command.is_object() ? command.value("put", json()) : json();
  if (!put.is_object() || !put.contains("name") || !put["name"].is_string() ||
      !put.contains("value") || !put["value"].is_string()) {
    return invalid_argument(
        "BAD_COMMAND: expected {\"put\": {\"name\": text, \"value\": text}}");
  }
  return Put{put["name"], put["value"]};
}

class @CLASS@ final : public Plugin, public Engine {
public:
  explicit @CLASS@(std::size_t max_value_bytes) : max_value_bytes_(max_value_bytes) {}

  // The configuration has been checked against the schema in plugin.json.
  static Result<std::unique_ptr<@CLASS@>> create(Host, std::string_view config) {
    const json settings = json::parse(config, nullptr, false);
    return std::make_unique<@CLASS@>(settings.value("max_value_bytes", std::size_t{4096}));
  }

  Status start() override { return ok_status(); }
  Status drain(std::uint64_t) override { return ok_status(); }
  void stop() override {}

  Result<Hash> fingerprint() const override {
    return crypto::sha256({kSemantics, std::to_string(max_value_bytes_)});
  }

  // From the submitter's command to what stands in the transaction: here they are the same.
  Result<Bytes> prepare(const StateView&, BytesView command, const EngineTransaction&) override {
    TENON_ASSIGN_OR_RETURN(const Put put, parse_put(command));
    return Bytes(command);
  }

  Result<ExecutionResult> execute(const StateView& view, const EngineTransaction& transaction,
                                  const EngineContext&) override {
    TENON_ASSIGN_OR_RETURN(const Put put, parse_put(transaction.payload));
    if (put.value.size() > max_value_bytes_) {
      return invalid_argument("VALUE_TOO_LONG: expected at most " +
                              std::to_string(max_value_bytes_) + " bytes, found " +
                              std::to_string(put.value.size()));
    }
    const std::string& writer = transaction.act_as.front();
    TENON_ASSIGN_OR_RETURN(const auto owner, view.get("owner/" + put.name));
    if (owner && *owner != writer) {
      return permission_denied("NOT_OWNER: " + put.name + " is kept by another party");
    }
    ExecutionResult result;
    result.writes.push_back({KeyClass::kState, "owner/" + put.name, writer, {"*"}, 0});
    result.writes.push_back({KeyClass::kState, "value/" + put.name, put.value, {"*"}, 0});
    result.events.push_back({json{{"put", put.name}, {"by", writer}}.dump(), {"*"}});
    result.response = json{{"owner", writer}}.dump();
    return result;
  }

  Result<Bytes> query(const StateView& view, BytesView request, const EngineTransaction&,
                      const EngineContext&) override {
    const json query = json::parse(request, nullptr, false);
    const json get = query.is_object() ? query.value("get", json()) : json();
    if (!get.is_object() || !get.contains("name") || !get["name"].is_string()) {
      return invalid_argument("BAD_QUERY: expected {\"get\": {\"name\": text}}");
    }
    TENON_ASSIGN_OR_RETURN(const auto value, view.get("value/" + get["name"].get<std::string>()));
    return json{{"value", value ? json(*value) : json(nullptr)}}.dump();
  }

private:
  std::size_t max_value_bytes_;
};

} // namespace

TENON_ENGINE_PLUGIN(@CLASS@)
