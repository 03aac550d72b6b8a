#include "router.hpp"

#include <algorithm>

#include "names.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::api::rest {

namespace {

constexpr std::size_t kMaxTextBytes = 256;
constexpr std::size_t kMaxPartyBytes = 255;
constexpr std::size_t kMaxCommandIdBytes = 128;
constexpr std::size_t kMaxEngineBytes = 32;

int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

// False when an escape is broken.
bool percent_decode(std::string_view text, bool plus_is_space, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0)
        return false;
      out.push_back(static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2])));
      i += 2;
    } else {
      out.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
    }
  }
  return true;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos)
      return parts;
    text.remove_prefix(end + 1);
  }
}

bool is_lower_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_engine(std::string_view text) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !text.empty() && text.size() <= kMaxEngineBytes && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
         });
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

// The table with its paths cut up once, so that finding a route allocates nothing.
struct Template {
  const Route* route;
  std::vector<std::string_view> segments;
};

const std::vector<Template>& templates() {
  static const std::vector<Template> all = [] {
    std::vector<Template> made;
    for (const Route& route : routes())
      made.push_back({&route, split(route.path, '/')});
    return made;
  }();
  return all;
}

bool matches(const Template& candidate, const std::vector<std::string_view>& segments) {
  if (candidate.segments.size() != segments.size())
    return false;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (candidate.segments[i] != segments[i] && !candidate.segments[i].starts_with('{'))
      return false;
  }
  return true;
}

Problem wrong_value(const char* place, std::string_view name, std::string_view found,
                    ValueKind kind) {
  return bad_request("INVALID_PARAMETER", std::string(place) + " '" + std::string(name) +
                                              "': expected " + std::string(expected_form(kind)) +
                                              ", found \"" + std::string(found.substr(0, 80)) +
                                              "\"");
}

bool fill_path(const Template& found, const std::vector<std::string_view>& segments, Call& call,
               Problem& problem) {
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::string_view segment = found.segments[i];
    if (!segment.starts_with('{'))
      continue;
    const std::string_view name = segment.substr(1, segment.size() - 2);
    std::string value;
    const auto& parameters = found.route->path_parameters;
    const auto parameter = std::find_if(parameters.begin(), parameters.end(),
                                        [&](const Parameter& one) { return one.name == name; });
    if (!percent_decode(segments[i], false, value) || !is_valid(parameter->kind, value)) {
      problem = wrong_value("path parameter", name, segments[i], parameter->kind);
      return false;
    }
    call.parameters.emplace(name, std::move(value));
  }
  return true;
}

std::string unknown_parameter(const Route& route, const std::string& name) {
  std::vector<std::string_view> known;
  for (const Parameter& parameter : route.query_parameters)
    known.push_back(parameter.name);
  std::string text = "query parameter '" + name.substr(0, 80) + "' is not known here";
  if (known.empty())
    return text + "; this route takes none";
  return text + "; expected one of " + listed(known) + did_you_mean(name, known);
}

bool fill_query(std::string_view query, Call& call, Problem& problem) {
  const auto& parameters = call.route.query_parameters;
  for (const std::string_view pair : split(query, '&')) {
    if (pair.empty())
      continue;
    const auto equals = pair.find('=');
    std::string name;
    std::string value;
    const std::string_view raw_value =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    if (!percent_decode(pair.substr(0, equals), true, name) ||
        !percent_decode(raw_value, true, value)) {
      problem = bad_request("INVALID_TARGET",
                            "the query has a broken escape: expected '%' and two hex digits");
      return false;
    }
    const auto parameter = std::find_if(parameters.begin(), parameters.end(),
                                        [&](const Parameter& one) { return one.name == name; });
    if (parameter == parameters.end()) {
      problem = bad_request("UNKNOWN_PARAMETER", unknown_parameter(call.route, name));
      return false;
    }
    if (!is_valid(parameter->kind, value)) {
      problem = wrong_value("query parameter", name, value, parameter->kind);
      return false;
    }
    if (!call.parameters.emplace(name, std::move(value)).second) {
      problem = bad_request("INVALID_PARAMETER", "query parameter '" + name + "' is given twice");
      return false;
    }
  }
  return true;
}

} // namespace

std::string_view expected_form(ValueKind kind) {
  switch (kind) {
  case ValueKind::kText:
    return "a text of 1 to 256 bytes without control characters";
  case ValueKind::kOffset:
    return "an offset: a decimal number below 2^64";
  case ValueKind::kStreamStart:
    return "an offset (a decimal number below 2^64) or \"head\"";
  case ValueKind::kHeight:
    return "a height: a decimal number below 2^40";
  case ValueKind::kLimit:
    return "a number of items from 1 to 1000";
  case ValueKind::kBoolean:
    return "true or false";
  case ValueKind::kHash:
    return "64 lower-case hex digits";
  case ValueKind::kInstance:
    return "an instance id: 2 to 64 lower-case hex digits";
  case ValueKind::kEngine:
    return "an engine: a lower-case letter, then up to 31 more, digits and underscores";
  case ValueKind::kParty:
    return "a party: 1 to 255 bytes without control characters";
  case ValueKind::kCommandId:
    return "a command id: 1 to 128 printable ASCII characters";
  case ValueKind::kOrder:
    return "asc or desc";
  }
  return {};
}

bool is_valid(ValueKind kind, std::string_view value) {
  switch (kind) {
  case ValueKind::kText:
    return !value.empty() && value.size() <= kMaxTextBytes && is_printable(value) && is_utf8(value);
  case ValueKind::kOffset:
    return parse_u64(value).has_value();
  case ValueKind::kStreamStart:
    return value == "head" || parse_u64(value).has_value();
  case ValueKind::kHeight:
    return parse_u64(value).value_or(kMaxHeight + 1) <= kMaxHeight;
  case ValueKind::kLimit: {
    const auto number = parse_u64(value);
    return number && *number >= 1 && *number <= 1000;
  }
  case ValueKind::kBoolean:
    return value == "true" || value == "false";
  case ValueKind::kHash:
    return value.size() == 2 * Hash::kSize && is_lower_hex(value);
  case ValueKind::kInstance:
    return value.size() >= 2 && value.size() <= 64 && value.size() % 2 == 0 && is_lower_hex(value);
  case ValueKind::kEngine:
    return is_engine(value);
  case ValueKind::kParty:
    return !value.empty() && value.size() <= kMaxPartyBytes && is_printable(value) &&
           is_utf8(value);
  case ValueKind::kCommandId:
    return !value.empty() && value.size() <= kMaxCommandIdBytes &&
           std::all_of(value.begin(), value.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  case ValueKind::kOrder:
    return value == "asc" || value == "desc";
  }
  return false;
}

std::variant<Call, Refused> find_route(std::string_view method, std::string_view target) {
  const std::string_view path = http::path_of(target);
  const auto segments = split(path, '/');
  std::string allow;
  for (const Template& candidate : templates()) {
    if (!matches(candidate, segments))
      continue;
    if (candidate.route->method != method) {
      allow += (allow.empty() ? "" : ", ") + std::string(candidate.route->method);
      continue;
    }
    Call call{*candidate.route, std::string(path), {}, nullptr, {}};
    Problem problem;
    const std::string_view query =
        path.size() < target.size() ? target.substr(path.size() + 1) : std::string_view();
    if (!fill_path(candidate, segments, call, problem) || !fill_query(query, call, problem))
      return Refused{std::move(problem), {}};
    return call;
  }
  Problem problem;
  if (!allow.empty()) {
    problem = {405,
               "METHOD_NOT_ALLOWED",
               "this path does not take " + std::string(method.substr(0, 40)) + "; it takes " +
                   allow,
               {},
               0,
               {}};
    return Refused{std::move(problem), std::move(allow)};
  }
  problem = {404,
             "ROUTE_NOT_FOUND",
             "nothing is served at this path; GET /v1/openapi.json lists what is",
             {},
             0,
             {}};
  return Refused{std::move(problem), {}};
}

const std::string& Call::text(std::string_view name) const {
  static const std::string none;
  const auto found = parameters.find(name);
  return found == parameters.end() ? none : found->second;
}

std::uint64_t Call::number(std::string_view name, std::uint64_t otherwise) const {
  return parse_u64(text(name)).value_or(otherwise);
}

std::string_view media_type_of(BodyKind kind) {
  switch (kind) {
  case BodyKind::kJson:
    return kJson;
  case BodyKind::kWasm:
    return kWasm;
  case BodyKind::kPackage:
    return kBytes;
  case BodyKind::kNone:
    return {};
  }
  return {};
}

std::vector<unsigned> statuses(const Route& route) {
  std::vector<unsigned> all = route.problems;
  all.insert(all.end(), {route.success, 400, 406, 414, 429, 431, 500, 503});
  if (route.access != Access::kPublic)
    all.insert(all.end(), {401, 403});
  if (!route.path_parameters.empty())
    all.push_back(404);
  all.push_back(413);
  if (route.body != BodyKind::kNone)
    all.insert(all.end(), {411, 415});
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

} // namespace tenon::api::rest
