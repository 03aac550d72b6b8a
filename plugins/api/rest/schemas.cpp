#include "schemas.hpp"

namespace tenon::api::rest {

namespace {

// Building blocks that the schemas below refer to.
constexpr std::string_view kValues = R"({
  "Hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
  "InstanceId": {"type": "string", "pattern": "^([0-9a-f]{2}){1,32}$"},
  "Decimal": {"type": "string", "pattern": "^(0|[1-9][0-9]{0,19})$",
    "description": "A 64-bit integer as a decimal string."},
  "DecimalInput": {"description": "A whole number, as such or as a decimal string.",
    "oneOf": [{"type": "integer", "minimum": 0, "maximum": 1099511627775},
              {"type": "string", "pattern": "^(0|[1-9][0-9]{0,11})$"}]},
  "Time": {"type": "string", "format": "date-time"},
  "Party": {"type": "string", "minLength": 1, "maxLength": 255,
    "pattern": "^[^\\u0000-\\u001f\\u007f]+$"},
  "CommandId": {"type": "string", "pattern": "^[!-~]{1,128}$",
    "description": "Same id, same content: the same outcome, once. Other content: 409."},
  "Name": {"type": "string", "minLength": 1, "maxLength": 256,
    "pattern": "^[^\\u0000-\\u001f\\u007f]+$"},
  "Label": {"type": "string", "maxLength": 128},
  "DisplayName": {"type": "string", "maxLength": 255},
  "Parties": {"type": "array", "items": {"$ref": "#/components/schemas/Party"},
    "minItems": 1, "maxItems": 64, "uniqueItems": true},
  "DeadlineMs": {"type": "integer", "minimum": 0, "maximum": 60000,
    "description": "After so many ms it cannot commit any more; 0: the node's default."},
  "Arguments": {"type": "object",
    "description": "By name. Integers beyond 64 bits are written as strings."},
  "EngineMessage": {"type": "object", "minProperties": 1, "maxProperties": 1,
    "description": "In the engine's own words; the one member names what is asked for."},
  "Next": {"type": ["string", "null"],
    "description": "Ask with `after` set to this for the next page; null: that was all."},
  "Base64": {"type": "string", "pattern": "^[A-Za-z0-9+/]*={0,2}$"}
})";

constexpr std::string_view kBodies = R"({
  "CreateInstance": {"type": "object", "additionalProperties": false, "required": ["contract"],
    "properties": {
      "contract": {"$ref": "#/components/schemas/Hash"},
      "label": {"$ref": "#/components/schemas/Label"},
      "arguments": {"$ref": "#/components/schemas/Arguments"},
      "readers": {"$ref": "#/components/schemas/Parties"},
      "act_as": {"$ref": "#/components/schemas/Parties"},
      "read_as": {"$ref": "#/components/schemas/Parties"},
      "command_id": {"$ref": "#/components/schemas/CommandId"},
      "deadline_ms": {"$ref": "#/components/schemas/DeadlineMs"}}},
  "Execute": {"type": "object", "additionalProperties": false, "required": ["function"],
    "properties": {
      "function": {"$ref": "#/components/schemas/Name"},
      "arguments": {"$ref": "#/components/schemas/Arguments"},
      "act_as": {"$ref": "#/components/schemas/Parties"},
      "read_as": {"$ref": "#/components/schemas/Parties"},
      "command_id": {"$ref": "#/components/schemas/CommandId"},
      "deadline_ms": {"$ref": "#/components/schemas/DeadlineMs"}}},
  "Query": {"type": "object", "additionalProperties": false, "required": ["function"],
    "properties": {
      "function": {"$ref": "#/components/schemas/Name"},
      "arguments": {"$ref": "#/components/schemas/Arguments"},
      "parties": {"$ref": "#/components/schemas/Parties"},
      "height": {"$ref": "#/components/schemas/DecimalInput"}}},
  "EngineCommand": {"type": "object", "additionalProperties": false, "required": ["command"],
    "properties": {
      "command": {"$ref": "#/components/schemas/EngineMessage"},
      "act_as": {"$ref": "#/components/schemas/Parties"},
      "read_as": {"$ref": "#/components/schemas/Parties"},
      "command_id": {"$ref": "#/components/schemas/CommandId"},
      "deadline_ms": {"$ref": "#/components/schemas/DeadlineMs"}}},
  "EngineQuery": {"type": "object", "additionalProperties": false, "required": ["request"],
    "properties": {
      "request": {"$ref": "#/components/schemas/EngineMessage"},
      "parties": {"$ref": "#/components/schemas/Parties"},
      "height": {"$ref": "#/components/schemas/DecimalInput"}}},
  "AllocateParty": {"type": "object", "additionalProperties": false, "required": ["party"],
    "properties": {
      "party": {"$ref": "#/components/schemas/Party"},
      "display_name": {"$ref": "#/components/schemas/DisplayName"},
      "command_id": {"$ref": "#/components/schemas/CommandId"}}},
  "OperatorCommand": {"type": "object", "additionalProperties": false,
    "required": ["operator_command"],
    "properties": {
      "operator_command": {"type": "string", "pattern": "^[A-Za-z0-9+/]*={0,2}$",
        "maxLength": 131072, "description": "An encoded OperatorCommand in base64."},
      "command_id": {"$ref": "#/components/schemas/CommandId"}}},
  "ProofQuery": {"type": "object", "additionalProperties": false,
    "required": ["instance", "function"],
    "properties": {
      "instance": {"$ref": "#/components/schemas/InstanceId"},
      "function": {"$ref": "#/components/schemas/Name"},
      "arguments": {"$ref": "#/components/schemas/Arguments"}}},
  "ProofRequest": {"type": "object", "additionalProperties": false, "minProperties": 1,
    "oneOf": [{"required": ["keys"]}, {"required": ["query"]}],
    "properties": {
      "keys": {"type": "array", "minItems": 1, "maxItems": 256,
        "items": {"type": "string", "pattern": "^([0-9a-f]{2}){1,1024}$"}},
      "query": {"$ref": "#/components/schemas/ProofQuery"},
      "format": {"type": "string", "enum": ["native", "ics23"]},
      "parties": {"$ref": "#/components/schemas/Parties"},
      "height": {"$ref": "#/components/schemas/DecimalInput"}}}
})";

constexpr std::string_view kOutcomes = R"({
  "Outcome": {"type": "object",
    "required": ["transaction", "offset", "height", "command_id", "duplicate"],
    "properties": {
      "transaction": {"$ref": "#/components/schemas/Hash"},
      "offset": {"$ref": "#/components/schemas/Decimal"},
      "height": {"$ref": "#/components/schemas/Decimal"},
      "command_id": {"$ref": "#/components/schemas/CommandId"},
      "duplicate": {"type": "boolean", "description": "This is the outcome of an earlier request."},
      "result": {"description": "What the function returned."}}},
  "ContractUploaded": {"allOf": [{"$ref": "#/components/schemas/Outcome"},
    {"type": "object", "required": ["contract"],
     "properties": {"contract": {"$ref": "#/components/schemas/Hash"}}}]},
  "InstanceCreated": {"allOf": [{"$ref": "#/components/schemas/Outcome"},
    {"type": "object", "required": ["instance"],
     "properties": {"instance": {"$ref": "#/components/schemas/InstanceId"}}}]},
  "PartyAllocated": {"allOf": [{"$ref": "#/components/schemas/Outcome"},
    {"type": "object", "required": ["party", "display_name"],
     "properties": {"party": {"type": "string"}, "display_name": {"type": "string"}}}]},
  "OperatorCommandAccepted": {"allOf": [{"$ref": "#/components/schemas/Outcome"},
    {"type": "object", "required": ["sequence"],
     "properties": {"sequence": {"$ref": "#/components/schemas/Decimal"},
       "last_height": {"type": "integer",
         "description": "Of a change of the epoch: where the present epoch ends."}}}]},
  "QueryResult": {"type": "object", "required": ["height"],
    "properties": {"height": {"$ref": "#/components/schemas/Decimal"},
      "result": {"description": "What the function returned."}}},
  "ContractList": {"type": "object", "required": ["height", "contracts", "next"],
    "properties": {"height": {"$ref": "#/components/schemas/Decimal"},
      "contracts": {"type": "array", "items": {"type": "object", "required": ["contract"]}},
      "next": {"$ref": "#/components/schemas/Next"}}},
  "Contract": {"type": "object", "required": ["height", "contract"],
    "properties": {"height": {"$ref": "#/components/schemas/Decimal"},
      "description": {"description": "Functions, types and events."}}},
  "InstanceList": {"type": "object", "required": ["height", "instances", "next"],
    "properties": {"height": {"$ref": "#/components/schemas/Decimal"},
      "instances": {"type": "array", "items": {"type": "object", "required": ["instance"]}},
      "next": {"$ref": "#/components/schemas/Next"}}},
  "Instance": {"type": "object", "required": ["height", "instance"],
    "properties": {"height": {"$ref": "#/components/schemas/Decimal"}}},
  "EngineAnswer": {"type": "object", "required": ["height"],
    "description": "The members of the engine's answer, and the height it is of.",
    "properties": {"height": {"$ref": "#/components/schemas/Decimal"}}},
  "PackagesUploaded": {"allOf": [{"$ref": "#/components/schemas/Outcome"},
    {"type": "object", "required": ["packages"],
     "properties": {"packages": {"type": "array", "items": {"type": "string"},
       "description": "Ids of those that the ledger did not have."}}}]},
  "PackageList": {"type": "object", "required": ["height", "packages", "next"],
    "properties": {"height": {"$ref": "#/components/schemas/Decimal"},
      "packages": {"type": "array", "items": {"type": "object", "required": ["packageId"]}},
      "next": {"$ref": "#/components/schemas/Next"}}},
  "Package": {"type": "object", "required": ["height", "packageId"],
    "properties": {"height": {"$ref": "#/components/schemas/Decimal"},
      "packageId": {"$ref": "#/components/schemas/Hash"}}},
  "Problem": {"type": "object",
    "required": ["type", "code", "title", "status", "detail", "instance"],
    "properties": {
      "type": {"type": "string", "pattern": "^urn:tenon:problem:[a-z0-9-]+$"},
      "code": {"type": "string", "pattern": "^[A-Z][A-Z0-9_]+$",
        "description": "Stable, for programs."},
      "title": {"type": "string"},
      "status": {"type": "integer", "minimum": 400, "maximum": 599},
      "detail": {"type": "string"},
      "instance": {"type": "string"},
      "transaction": {"$ref": "#/components/schemas/Hash"},
      "offset": {"$ref": "#/components/schemas/Decimal"},
      "command_id": {"type": "string"}}}
})";

constexpr std::string_view kHistory = R"({
  "Event": {"type": "object", "required": ["engine"],
    "properties": {"engine": {"type": "string"},
      "payload": {"description": "As the engine wrote it."},
      "payload_base64": {"$ref": "#/components/schemas/Base64"},
      "readers": {"type": "array", "items": {"type": "string"}}}},
  "EventGroup": {"type": "object",
    "required": ["offset", "height", "index", "transaction", "record_time", "events"],
    "properties": {
      "offset": {"$ref": "#/components/schemas/Decimal"},
      "height": {"$ref": "#/components/schemas/Decimal"},
      "index": {"type": "integer"},
      "transaction": {"$ref": "#/components/schemas/Hash"},
      "record_time": {"$ref": "#/components/schemas/Time"},
      "events": {"type": "array", "items": {"$ref": "#/components/schemas/Event"}}}},
  "TransactionOutcome": {"type": "object", "required": ["committed"],
    "properties": {"committed": {"type": "boolean"},
      "code": {"type": "string"}, "detail": {"type": "string"}}},
  "Transaction": {"allOf": [{"$ref": "#/components/schemas/EventGroup"},
    {"type": "object", "required": ["engine"],
     "properties": {"engine": {"type": "string"},
       "act_as": {"type": "array", "items": {"type": "string"}},
       "command_id": {"type": "string"},
       "outcome": {"$ref": "#/components/schemas/TransactionOutcome"},
       "response": {"description": "As the engine wrote it."}}}]},
  "TransactionList": {"type": "object", "required": ["transactions", "next", "head"],
    "properties": {
      "transactions": {"type": "array", "items": {"$ref": "#/components/schemas/Transaction"}},
      "next": {"$ref": "#/components/schemas/Next"},
      "head": {"$ref": "#/components/schemas/Decimal"}}},
  "EventList": {"type": "object", "required": ["events", "next", "head"],
    "properties": {
      "events": {"type": "array", "items": {"$ref": "#/components/schemas/EventGroup"}},
      "next": {"$ref": "#/components/schemas/Next"},
      "head": {"$ref": "#/components/schemas/Decimal"}}},
  "BlockOutcome": {"type": "object", "required": ["offset", "transaction", "outcome", "events"],
    "properties": {"offset": {"$ref": "#/components/schemas/Decimal"},
      "transaction": {"$ref": "#/components/schemas/Hash"},
      "outcome": {"$ref": "#/components/schemas/TransactionOutcome"},
      "events": {"type": "integer"}}},
  "Block": {"type": "object",
    "required": ["height", "offset", "block", "parent", "record_time", "transactions",
      "state_root", "header", "result_header", "certificate"],
    "properties": {
      "height": {"$ref": "#/components/schemas/Decimal"},
      "offset": {"$ref": "#/components/schemas/Decimal"},
      "block": {"$ref": "#/components/schemas/Hash"},
      "parent": {"type": "string", "pattern": "^[0-9a-f]*$"},
      "record_time": {"$ref": "#/components/schemas/Time"},
      "transactions": {"type": "integer", "description": "How many stand in the block."},
      "transactions_root": {"type": "string", "pattern": "^[0-9a-f]*$"},
      "state_root": {"type": "string", "pattern": "^[0-9a-f]*$"},
      "outcomes_root": {"type": "string", "pattern": "^[0-9a-f]*$"},
      "events_root": {"type": "string", "pattern": "^[0-9a-f]*$"},
      "signatures": {"type": "integer"},
      "header": {"$ref": "#/components/schemas/Base64"},
      "result_header": {"$ref": "#/components/schemas/Base64"},
      "certificate": {"$ref": "#/components/schemas/Base64"},
      "outcomes": {"type": "array", "items": {"$ref": "#/components/schemas/BlockOutcome"}},
      "body": {"$ref": "#/components/schemas/Base64"}}},
  "BlockList": {"type": "object", "required": ["blocks", "next", "oldest", "head"],
    "properties": {
      "blocks": {"type": "array", "items": {"$ref": "#/components/schemas/Block"}},
      "next": {"$ref": "#/components/schemas/Next"},
      "oldest": {"$ref": "#/components/schemas/Decimal"},
      "head": {"$ref": "#/components/schemas/Decimal"}}}
})";

constexpr std::string_view kNode = R"({
  "OpenApi": {"type": "object", "required": ["openapi", "info", "paths"]},
  "Status": {"type": "object",
    "required": ["node", "role", "version", "chain", "height", "offset", "state_root", "ready",
      "reasons", "warnings", "durable", "api"],
    "properties": {
      "node": {"type": "string"}, "role": {"type": "string"}, "version": {"type": "string"},
      "chain": {"$ref": "#/components/schemas/Hash"},
      "height": {"$ref": "#/components/schemas/Decimal"},
      "offset": {"$ref": "#/components/schemas/Decimal"},
      "block": {"type": "string"},
      "state_root": {"$ref": "#/components/schemas/Hash"},
      "record_time": {"$ref": "#/components/schemas/Time"},
      "ready": {"type": "boolean"},
      "reasons": {"type": "array", "items": {"type": "string"}},
      "warnings": {"type": "array", "items": {"type": "string"}},
      "consensus": {"description": "What the consensus plugin says of itself; null without one."},
      "network": {"description": "The channels to other nodes; null without any."},
      "engines_fingerprint": {"type": "string"},
      "durable": {"type": "boolean"},
      "uptime_ms": {"$ref": "#/components/schemas/Decimal"},
      "api": {"type": "object", "required": ["listen", "tls", "loopback_only"],
        "properties": {"listen": {"type": "string"}, "tls": {"type": "boolean"},
          "loopback_only": {"type": "boolean"}}}}},
  "Plugins": {"type": "object", "required": ["plugins", "refusals"],
    "properties": {
      "plugins": {"type": "array", "items": {"type": "object",
        "required": ["name", "kind", "version", "abi", "state"]}},
      "refusals": {"type": "array", "items": {"type": "object",
        "required": ["code", "file", "what", "expected", "found", "how_to_fix"]}}}},
  "PartyList": {"type": "object", "required": ["parties", "next"],
    "properties": {
      "parties": {"type": "array", "items": {"type": "object",
        "required": ["party", "display_name", "hosted_by"],
        "properties": {"party": {"type": "string"}, "display_name": {"type": "string"},
          "hosted_by": {"type": "array", "items": {"type": "string"}}}}},
      "next": {"$ref": "#/components/schemas/Next"}}},
  "Proof": {"type": "object",
    "required": ["chain", "height", "block", "record_time", "state_root", "keys", "proof"],
    "properties": {
      "chain": {"$ref": "#/components/schemas/Hash"},
      "height": {"$ref": "#/components/schemas/Decimal"},
      "block": {"$ref": "#/components/schemas/Hash"},
      "record_time": {"$ref": "#/components/schemas/Time"},
      "state_root": {"$ref": "#/components/schemas/Hash"},
      "keys": {"type": "array", "items": {"type": "object", "required": ["key", "present", "value"],
        "properties": {"key": {"type": "string"}, "present": {"type": "boolean"},
          "value": {"type": ["string", "null"], "description": "Base64."},
          "ics23": {"type": ["string", "null"],
            "description": "With format ics23: a CommitmentProof of cosmos.ics23.v1, base64."}}}},
      "response": {"description": "What the query answered from exactly these keys."},
      "proof": {"$ref": "#/components/schemas/Base64"}}}
})";

} // namespace

Json component_schemas() {
  Json all = Json::object();
  for (const std::string_view part : {kValues, kBodies, kOutcomes, kHistory, kNode})
    all.update(Json::parse(part));
  return all;
}

Json schema_of(ValueKind kind) {
  switch (kind) {
  case ValueKind::kText:
    return {{"type", "string"}, {"pattern", "^[^\\u0000-\\u001f\\u007f]{1,256}$"}};
  case ValueKind::kOffset:
    return {{"type", "string"}, {"pattern", "^(0|[1-9][0-9]{0,18})$"}};
  case ValueKind::kStreamStart:
    return {{"type", "string"}, {"pattern", "^(head|0|[1-9][0-9]{0,18})$"}};
  case ValueKind::kHeight:
    return {{"type", "string"}, {"pattern", "^(0|[1-9][0-9]{0,11})$"}};
  case ValueKind::kLimit:
    return {{"type", "integer"}, {"minimum", 1}, {"maximum", 1000}, {"default", kDefaultPageItems}};
  case ValueKind::kBoolean:
    return {{"type", "boolean"}};
  case ValueKind::kHash:
    return {{"type", "string"}, {"pattern", "^[0-9a-f]{64}$"}};
  case ValueKind::kInstance:
    return {{"type", "string"}, {"pattern", "^([0-9a-f]{2}){1,32}$"}};
  case ValueKind::kEngine:
    return {{"type", "string"}, {"pattern", "^[a-z][a-z0-9_]{0,31}$"}};
  case ValueKind::kParty:
    return {{"type", "string"}, {"pattern", "^[^\\u0000-\\u001f\\u007f]{1,255}$"}};
  case ValueKind::kCommandId:
    return {{"type", "string"}, {"pattern", "^[!-~]{1,128}$"}};
  case ValueKind::kOrder:
    return {{"type", "string"}, {"enum", {"asc", "desc"}}};
  }
  return Json::object();
}

} // namespace tenon::api::rest
