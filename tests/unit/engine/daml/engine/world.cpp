#include "world.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "archive/archive.hpp"
#include "archive/write_dar.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "text/assembler.hpp"

namespace tenon::daml::engine::test {

Bytes dar_of(const std::string& text, const std::string& name) {
  const auto package = text::assemble(text);
  INFO(package.status().to_string());
  REQUIRE(package.ok());
  const auto payload = archive::encode_package(*package);
  REQUIRE(payload.ok());
  const auto dar =
      archive::write_dar(name, {archive::package_id_of(*payload), *payload}, {});
  REQUIRE(dar.ok());
  return *dar;
}

Bytes sample_dar(const std::string& name) {
  std::ifstream file(TENON_SOURCE_DIR "/plugins/engine/daml/samples/" + name + ".lf",
                     std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  return dar_of(content.str(), name + "-1.0.0");
}

World::World() {
  restart();
  for (const char* party : {"alice", "bob", "carol", "dora", "bank"})
    state_.add_party(party);
}

void World::restart() {
  DamlEngine::Options options;
  options.now_us = [this] { return now_us; };
  options.client_node = client_node;
  engine_ = std::make_unique<DamlEngine>(std::move(options));
}

Result<Ordered> World::prepare(const Parties& act_as, const json& command,
                               const Parties& read_as) {
  return prepare_bytes(act_as, command.dump(), read_as);
}

Result<Ordered> World::prepare(const Parties& act_as, const v1::CommandRequest& command,
                               const Parties& read_as) {
  return prepare_bytes(act_as, Bytes(1, '\0') + command.SerializeAsString(), read_as);
}

Result<Ordered> World::prepare_bytes(const Parties& act_as, BytesView command,
                                     const Parties& read_as) {
  const testkit::MemoryView view(state_);
  TENON_ASSIGN_OR_RETURN(
      const Bytes payload,
      engine_->prepare(view, command, {Hash{}, {}, act_as, read_as}));
  const std::string number = std::to_string(++transactions_);
  return Ordered{payload, act_as, read_as, crypto::sha256("transaction " + number),
                 crypto::sha256("seed " + number)};
}

Result<plugin::ExecutionResult> World::execute(const Ordered& transaction) {
  const testkit::MemoryView view(state_);
  return engine_->execute(view,
                          {transaction.id, transaction.payload, transaction.act_as,
                           transaction.read_as, transaction.seed},
                          {1, record_time_us == 0 ? now_us : record_time_us});
}

Result<json> World::submit(const Parties& act_as, const json& command, const Parties& read_as) {
  TENON_ASSIGN_OR_RETURN(const Ordered transaction, prepare(act_as, command, read_as));
  TENON_ASSIGN_OR_RETURN(last_, execute(transaction));
  state_.apply(last_);
  return json::parse(last_.response);
}

json World::accepted(const Parties& act_as, const json& command, const Parties& read_as) {
  const auto answer = submit(act_as, command, read_as);
  INFO(command.dump());
  INFO(answer.status().to_string());
  REQUIRE(answer.ok());
  return *answer;
}

std::string reason_of(const Status& status) {
  if (status.ok())
    return "";
  return status.fault() ? "fault: " + status.message()
                        : status.message().substr(0, status.message().find(':'));
}

std::string World::refused(const Parties& act_as, const json& command, const Parties& read_as) {
  return reason_of(submit(act_as, command, read_as).status());
}

Result<Bytes> World::submit(const Parties& act_as, const v1::CommandRequest& command,
                            const Parties& read_as) {
  TENON_ASSIGN_OR_RETURN(const Ordered transaction, prepare(act_as, command, read_as));
  TENON_ASSIGN_OR_RETURN(last_, execute(transaction));
  state_.apply(last_);
  return last_.response;
}

std::string code_and_reason(const Status& status) {
  return status.ok() ? "" : std::string(code_name(status.code())) + " " + reason_of(status);
}

std::string World::answer_to(const Parties& act_as, const v1::CommandRequest& command,
                             const Parties& read_as) {
  return code_and_reason(submit(act_as, command, read_as).status());
}

Result<v1::Response> World::ask(const v1::Request& request) {
  const testkit::MemoryView view(state_, {});
  TENON_ASSIGN_OR_RETURN(
      const Bytes answer,
      engine_->query(view, Bytes(1, '\0') + request.SerializeAsString(), {}, {1, now_us}));
  v1::Response response;
  REQUIRE(response.ParseFromString(answer));
  return response;
}

Result<json> World::query(const Parties& parties, const json& request) {
  const testkit::MemoryView view(state_, parties);
  TENON_ASSIGN_OR_RETURN(const Bytes answer, engine_->query(view, request.dump(),
                                                            {Hash{}, {}, {}, parties},
                                                            {1, now_us}));
  return json::parse(answer);
}

std::string World::query_refused(const Parties& parties, const json& request) {
  return reason_of(query(parties, request).status());
}

std::string World::upload(const Bytes& dar) {
  const json answer =
      accepted({"bank"}, {{"upload", {{"dar", to_base64(dar)}, {"source", "a test"}}}});
  REQUIRE(answer["packages"].size() == 1);
  return answer["packages"][0];
}

std::vector<json> World::events() {
  std::vector<json> events;
  for (const plugin::EngineEvent& event : last_.events) {
    const auto text = engine_->event_json(event.payload);
    REQUIRE(text.ok());
    events.push_back(json::parse(*text));
    events.back()["readers"] = event.readers;
  }
  return events;
}

json create_iou(const std::string& issuer, const std::string& owner, int number,
                const std::string& amount) {
  return {{"create",
           {{"templateId", "#tenon-iou:Iou:Iou"},
            {"payload",
             {{"issuer", issuer},
              {"owner", owner},
              {"number", number},
              {"currency", "EUR"},
              {"amount", amount}}}}}};
}

json exercise(const std::string& type, const json& contract, const std::string& choice,
              json argument) {
  return {{"exercise",
           {{"templateId", type},
            {"contractId", contract},
            {"choice", choice},
            {"argument", std::move(argument)}}}};
}

} // namespace tenon::daml::engine::test
