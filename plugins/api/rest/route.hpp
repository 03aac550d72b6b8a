// One row of the table that is both the router and the OpenAPI document: what cannot be found here
// is not served, and what is served is described here. Immutable; any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "auth/identity.hpp"
#include "common/ledger/ledger.hpp"
#include "message.hpp"
#include "settings.hpp"

namespace tenon::api::rest {

enum class Access { kPublic, kToken, kAdmin };
enum class BodyKind { kNone, kJson, kWasm, kPackage };
enum class StreamKind { kNone, kBlocks, kTransactions, kEvents };

// What a path segment or query parameter may be; each kind has its schema and its check.
enum class ValueKind {
  kText,
  kOffset,
  kStreamStart, // an offset, or "head"
  kHeight,
  kLimit,
  kBoolean,
  kHash,
  kInstance,
  kEngine,
  kParty,
  kCommandId,
  kOrder, // "asc" or "desc"
};

struct Parameter {
  std::string_view name;
  ValueKind kind = ValueKind::kText;
  std::string_view description;
  std::string_view example;
};

struct Route;

// What a handler is given besides the ledger. Lives until it returns.
struct Call {
  const Route& route;
  std::string path; // without query, the "instance" of problems
  std::map<std::string, std::string, std::less<>> parameters;
  std::shared_ptr<const Identity> identity; // null on public routes only
  std::string body;

  // Empty when it was not given.
  [[nodiscard]] const std::string& text(std::string_view name) const;
  // Of a parameter that has been checked to be a number.
  [[nodiscard]] std::uint64_t number(std::string_view name, std::uint64_t otherwise) const;
  [[nodiscard]] bool has(std::string_view name) const { return parameters.contains(name); }
};

// Takes a warning for the log.
using Log = std::function<void(std::string_view message)>;

struct Context {
  Ledger& ledger;
  const Settings& settings;
  const std::string& openapi;
  const Log& log;
};

// Calls `respond` once, now or later; the call may be gone by then.
using Handler = void (*)(const Context& context, const Call& call, Responder respond);

struct Route {
  std::string_view method;
  std::string_view path; // "/v1/contracts/{contract}"
  std::string_view name; // operationId
  std::string_view tag;
  std::string_view summary;
  std::string_view description;
  Access access = Access::kToken;
  std::vector<Parameter> path_parameters;
  std::vector<Parameter> query_parameters;
  BodyKind body = BodyKind::kNone;
  std::string_view body_schema;
  std::string_view body_example;
  unsigned success = 200;
  std::string_view schema; // of the successful answer
  std::string_view success_description;
  std::vector<unsigned> problems; // beyond those of its access and body
  Handler handler = nullptr;      // null for streams
  StreamKind stream = StreamKind::kNone;
};

// All routes of /v1, in the order of the document.
[[nodiscard]] const std::vector<Route>& routes();

// The Content-Type of such a body; empty for none.
[[nodiscard]] std::string_view media_type_of(BodyKind kind);

// Every status the route can answer with, ascending: its success, its own problems and those of
// its access, parameters and body.
[[nodiscard]] std::vector<unsigned> statuses(const Route& route);

} // namespace tenon::api::rest
