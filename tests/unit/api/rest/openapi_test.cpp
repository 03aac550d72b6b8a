// The OpenAPI document is true in both directions: what it says is served, what is served it says.
#include <catch2/catch.hpp>

#include <set>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "harness.hpp"
#include "tenon/core/encoding.hpp"

using namespace tenon;
using namespace tenon::api;
using namespace tenon::api::rest;
using namespace tenon::api::rest::test;

namespace {

// A component schema as a document of its own, with the others beside it.
Json schema_document(const Json& document, const std::string& name) {
  Json schema = {{"$ref", "#/components/schemas/" + name}};
  schema["components"]["schemas"] = document["components"]["schemas"];
  return schema;
}

std::string violations(const Json& document, const std::string& name, const Json& value) {
  const Json schema_json = schema_document(document, name);
  valijson::Schema schema;
  valijson::SchemaParser parser;
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(schema_json), schema);
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  valijson::ValidationResults results;
  std::string text;
  if (validator.validate(schema, valijson::adapters::NlohmannJsonAdapter(value), &results))
    return text;
  valijson::ValidationResults::Error error;
  while (results.popError(error)) {
    for (const auto& part : error.context)
      text += part;
    text += ": " + error.description + "\n";
  }
  return text;
}

// The document's example of a path, filled in with what the fake ledger has.
std::string filled(std::string path, const std::string& transaction) {
  const std::map<std::string, std::string> values = {{"{contract}", kContract},
                                                     {"{instance}", kInstance},
                                                     {"{engine}", "daml"},
                                                     {"{package}", kPackage},
                                                     {"{transaction}", transaction},
                                                     {"{height}", "1"}};
  for (const auto& [name, value] : values) {
    const auto found = path.find(name);
    if (found != std::string::npos)
      path.replace(found, name.size(), value);
  }
  return path;
}

std::string body_for(const Json& operation) {
  if (!operation.contains("requestBody"))
    return {};
  const Json& content = operation["requestBody"]["content"];
  if (!content.contains("application/json"))
    return "bytes";
  Json example = content["application/json"]["example"];
  if (example.contains("contract"))
    example["contract"] = kContract;
  if (example.contains("query"))
    example["query"]["instance"] = kInstance;
  if (example.contains("party"))
    example["party"] = "zoe";
  return example.dump();
}

} // namespace

TEST_CASE("rest openapi: the document is served without a token and is what it should be",
          "[rest]") {
  Harness rest;
  const Response answer = rest.get("/v1/openapi.json", "");
  REQUIRE(answer.status == 200);
  const Json document = Json::parse(answer.body);
  CHECK(document["openapi"] == "3.1.0");
  CHECK(document["components"]["securitySchemes"]["token"]["scheme"] == "bearer");
  std::set<std::string> names;
  for (const auto& [path, operations] : document["paths"].items()) {
    for (const auto& [method, operation] : operations.items())
      CHECK(names.insert(operation["operationId"]).second);
  }
  CHECK(names.size() == routes().size());
}

TEST_CASE("rest openapi: every reference leads somewhere, every schema is used", "[rest]") {
  const std::string text = openapi_document("0.1.0", "/");
  const Json schemas = Json::parse(text)["components"]["schemas"];
  std::set<std::string> used;
  static constexpr std::string_view kPrefix = "\"#/components/schemas/";
  for (auto at = text.find(kPrefix); at != std::string::npos; at = text.find(kPrefix, at + 1)) {
    const auto begin = at + kPrefix.size();
    used.insert(text.substr(begin, text.find('"', begin) - begin));
  }
  for (const std::string& name : used)
    CHECK(schemas.contains(name));
  for (const auto& [name, schema] : schemas.items()) {
    INFO(name);
    CHECK(used.contains(name));
  }
}

TEST_CASE("rest openapi: every documented operation is served as documented", "[rest]") {
  Harness rest;
  rest.ledger.transfer("alice", "bob");
  const std::string token = token_for({"alice"}, true);
  const Json document = Json::parse(rest.get("/v1/openapi.json", "").body);
  const Json list = Json::parse(rest.get("/v1/transactions", token).body);
  const std::string transaction = list["transactions"][0]["transaction"];
  for (const auto& [path, operations] : document["paths"].items()) {
    for (const auto& [method, operation] : operations.items()) {
      INFO(method << " " << path);
      const std::string body = body_for(operation);
      std::string target = filled(path, transaction);
      if (path == "/v1/contracts" && method == "post")
        target += "?name=token";
      const Response answer =
          method == "get"
              ? rest.get(target, token)
              : rest.post(target, token, body,
                          operation["requestBody"]["content"].items().begin().key());
      INFO(answer.body);
      const std::string status = std::to_string(answer.status);
      REQUIRE(operation["responses"].contains(status));
      const bool stream = operation["responses"].contains("101");
      CHECK((stream ? answer.status == 426 : answer.status < 300));
      const Json& content = operation["responses"][status]["content"];
      REQUIRE(content.contains(answer.content_type));
      const std::string reference = content[answer.content_type]["schema"]["$ref"];
      CHECK(violations(document, reference.substr(reference.rfind('/') + 1),
                       Json::parse(answer.body)) == "");
      // What needs a token refuses without one, as documented.
      if (!operation["security"].empty()) {
        const Response refused = rest.get(target, "");
        CHECK((method != "get" || refused.status == 401));
        CHECK(operation["responses"].contains("401"));
      }
    }
  }
}

TEST_CASE("rest openapi: the examples of bodies fit their schemas", "[rest]") {
  const Json document = Json::parse(openapi_document("0.1.0", "/"));
  std::size_t examples = 0;
  for (const Route& route : routes()) {
    if (route.body != BodyKind::kJson)
      continue;
    ++examples;
    CHECK(violations(document, std::string(route.body_schema), Json::parse(route.body_example)) ==
          "");
  }
  CHECK(examples == 8);
}

TEST_CASE("rest openapi: what a body schema forbids is refused, what it allows is not malformed",
          "[rest]") {
  Harness rest;
  const std::string token = token_for({"alice"}, true);
  const Json document = Json::parse(rest.get("/v1/openapi.json", "").body);
  const std::map<std::string, std::string> targets = {{"Execute", kExecute},
                                                      {"Query", kQuery},
                                                      {"CreateInstance", "/v1/instances"},
                                                      {"EngineCommand",
                                                       "/v1/engines/daml/commands"},
                                                      {"EngineQuery", "/v1/engines/daml/query"},
                                                      {"AllocateParty", "/v1/parties"},
                                                      {"OperatorCommand", "/v1/operators/commands"},
                                                      {"ProofRequest", "/v1/proofs"}};
  const std::vector<Json> values = {nullptr,
                                    true,
                                    7,
                                    -1,
                                    1.5,
                                    "",
                                    "x",
                                    "a b",
                                    Json::array(),
                                    Json::array({"alice"}),
                                    Json::array({"alice", "alice"}),
                                    Json::array({7}),
                                    Json::object(),
                                    {{"x", 1}},
                                    std::string(300, 'a'),
                                    std::string(64, 'a')};
  for (const auto& [schema, target] : targets) {
    Json example;
    for (const Route& route : routes()) {
      if (route.body_schema == schema)
        example = Json::parse(route.body_example);
    }
    std::vector<std::string> members = {"surplus"};
    for (const auto& [name, value] :
         document["components"]["schemas"][schema]["properties"].items())
      members.push_back(name);
    for (const std::string& member : members) {
      for (const Json& value : values) {
        Json changed = example;
        changed[member] = value;
        const Response answer = rest.post(target, token, changed.dump());
        const std::string code = code_of(answer);
        const bool malformed = code == "INVALID_BODY" || code == "UNKNOWN_MEMBER";
        INFO(schema << " " << changed.dump() << " -> " << answer.body);
        // The schema may be narrower than what is taken, never wider.
        if (malformed)
          CHECK(violations(document, schema, changed) != "");
        if (member == "surplus")
          CHECK(malformed);
      }
    }
  }
}
