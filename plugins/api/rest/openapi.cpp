#include "openapi.hpp"

#include <algorithm>

#include "route.hpp"
#include "schemas.hpp"

namespace tenon::api::rest {

namespace {

Json reference(std::string_view schema) {
  return {{"$ref", "#/components/schemas/" + std::string(schema)}};
}

std::string_view meaning(unsigned status) {
  switch (status) {
  case 400:
    return "The request is not well formed, or the contract refused its arguments.";
  case 401:
    return "No token, or none that is valid here.";
  case 403:
    return "The token does not grant this.";
  case 404:
    return "There is no such thing, or the token may not see it.";
  case 406:
    return "The client accepts nothing that is served here.";
  case 409:
    return "The command id was used with other content, or the thing exists already.";
  case 411:
    return "A body is expected, and its length.";
  case 413:
    return "The body is too large.";
  case 414:
    return "The target is too long.";
  case 415:
    return "The body is of another type than expected.";
  case 422:
    return "The transaction or query was rejected; `code` says why.";
  case 426:
    return "This is a WebSocket: ask for an upgrade.";
  case 429:
    return "Too much at once; try again later.";
  case 431:
    return "The header is too large.";
  case 501:
    return "The node has no engine for this.";
  case 503:
    return "The node is not ready, or stopping.";
  case 504:
    return "The outcome is not known yet; ask again with the same command id.";
  default:
    return "The node failed.";
  }
}

Json parameter_json(const Parameter& parameter, const char* place) {
  Json json = {{"name", parameter.name},
               {"in", place},
               {"required", std::string_view(place) == "path"},
               {"description", parameter.description},
               {"schema", schema_of(parameter.kind)}};
  if (parameter.kind == ValueKind::kLimit)
    json["example"] = kDefaultPageItems;
  else
    json["example"] = parameter.example;
  return json;
}

Json success_json(const Route& route) {
  Json answer = {{"description", route.success_description}};
  if (!route.schema.empty())
    answer["content"][std::string(kJson)]["schema"] = reference(route.schema);
  return answer;
}

Json problem_json(unsigned status) {
  Json answer = {{"description", meaning(status)}};
  answer["content"][std::string(kProblemJson)]["schema"] = reference("Problem");
  const auto header = [&](const char* name, const char* description) {
    answer["headers"][name] = {{"description", description}, {"schema", {{"type", "string"}}}};
  };
  if (status == 401)
    header("WWW-Authenticate", "What is wrong with the token (RFC 6750).");
  if (status == 429 || status == 503)
    header("Retry-After", "Seconds to wait.");
  return answer;
}

Json body_json(const Route& route) {
  Json body = {{"required", true}};
  Json& content = body["content"][std::string(media_type_of(route.body))];
  if (route.body != BodyKind::kJson) {
    content["schema"] = {{"type", "string"}, {"format", "binary"}};
    return body;
  }
  content["schema"] = reference(route.body_schema);
  content["example"] = Json::parse(route.body_example);
  return body;
}

Json operation(const Route& route) {
  Json json = {
      {"operationId", route.name}, {"tags", Json::array({route.tag})}, {"summary", route.summary}};
  if (!route.description.empty())
    json["description"] = route.description;
  for (const Parameter& parameter : route.path_parameters)
    json["parameters"].push_back(parameter_json(parameter, "path"));
  for (const Parameter& parameter : route.query_parameters)
    json["parameters"].push_back(parameter_json(parameter, "query"));
  if (route.body != BodyKind::kNone)
    json["requestBody"] = body_json(route);
  for (const unsigned status : statuses(route)) {
    json["responses"][std::to_string(status)] =
        status == route.success ? success_json(route) : problem_json(status);
  }
  json["security"] =
      route.access == Access::kPublic ? Json::array() : Json::array({{{"token", Json::array()}}});
  if (route.access == Access::kAdmin)
    json["x-tenon-admin"] = true;
  return json;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

} // namespace

std::string openapi_document(std::string_view version, std::string_view server) {
  Json document = {
      {"openapi", "3.1.0"},
      {"jsonSchemaDialect", "https://json-schema.org/draft/2020-12/schema"},
      {"info",
       {{"title", "Tenon ledger"},
        {"version", version.empty() ? std::string_view("0") : version},
        {"description", "Contracts, transactions, events and proofs of a Tenon node. 64-bit "
                        "integers are decimal strings, hashes are lower-case hex. Failures are "
                        "problem documents (RFC 9457) with a stable `code`."},
        {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
      {"servers", Json::array({{{"url", server}}})},
      {"components",
       {{"schemas", component_schemas()},
        {"securitySchemes",
         {{"token",
           {{"type", "http"},
            {"scheme", "bearer"},
            {"bearerFormat", "JWT"},
            {"description", "RS256 or ES256. Claims: exp; act_as and read_as, lists of parties; "
                            "admin, for operators."}}}}}}}};
  for (const Route& route : routes())
    document["paths"][std::string(route.path)][lower(route.method)] = operation(route);
  return dump(document);
}

} // namespace tenon::api::rest
