#include <algorithm>

#include "json/contracts.hpp"
#include "json/members.hpp"
#include "json/stream.hpp"
#include "json/type_names.hpp"
#include "json/value_json.hpp"
#include "json/value_match.hpp"

namespace tenon::daml_api::json {

namespace {

using api::Json;

constexpr std::size_t kMaxQueries = 1000;

// One of the queries of a request; each may go on from an offset of its own.
struct Query {
  std::vector<std::string> names; // of templates, or of one interface
  Json query = Json::object();
  std::optional<std::uint64_t> offset;
  std::set<std::string, std::less<>> templates;
};

class QueryStream final : public StreamRequest {
public:
  QueryStream(const Parts& parts, std::vector<Query> queries, WantedTypes wanted,
              index::Interest interest)
      : parts_(parts), queries_(std::move(queries)),
        interface_(wanted.interface.value_or(std::string())), unknown_(std::move(wanted.unknown)),
        interest_(std::move(interest)) {}

  const index::Interest& interest() const override { return interest_; }
  const std::string& interface() const override { return interface_; }
  const std::vector<std::string>& unknown() const override { return unknown_; }

  bool wants_active() const override {
    return std::any_of(queries_.begin(), queries_.end(),
                       [](const Query& query) { return !query.offset.has_value(); });
  }

  Read<Found> next_active(std::uint64_t at, std::uint64_t items) override {
    if (interest_.parties.empty())
      return Found();
    if (active_ == nullptr) {
      TENON_ASSIGN_OR_RETURN(active_, parts_.index.active_contracts(interest_, at));
    }
    TENON_ASSIGN_OR_RETURN(Found found, active_->next({items, 1024 * 1024}));
    return found;
  }

  std::uint64_t live_after(std::optional<std::uint64_t> active_at) override {
    active_.reset();
    std::uint64_t first = UINT64_MAX;
    for (Query& query : queries_) {
      if (!query.offset)
        query.offset = active_at;
      first = std::min(first, query.offset.value_or(0));
    }
    return first;
  }

  Read<std::optional<Match>> match(const index::IndexedEvent& created, BytesView payload,
                                   std::optional<std::uint64_t> offset) override {
    TENON_ASSIGN_OR_RETURN(const auto value, parse_value(payload));
    Match match;
    for (std::size_t i = 0; i < queries_.size(); ++i) {
      const Query& query = queries_[i];
      // What was active is for the queries that begin there.
      const bool due = offset ? *offset > query.offset.value_or(0) : !query.offset;
      if (!due || !query.templates.contains(created.template_id()))
        continue;
      const auto matched = matches(value, query.query);
      if (!matched.ok())
        return bad_request(matched.status().message());
      if (*matched)
        match.queries.push_back(i);
    }
    if (match.queries.empty())
      return std::optional<Match>();
    return std::optional<Match>(std::move(match));
  }

  // Which contracts were shown is not remembered: ends of others are told too, and harm nobody.
  bool shows_archive(const std::string&) override { return true; }
  void shown(const std::string&) override {}

private:
  const Parts& parts_;
  std::vector<Query> queries_;
  const std::string interface_;
  const std::vector<std::string> unknown_;
  const index::Interest interest_;
  std::unique_ptr<index::ActiveContracts> active_;
};

Read<Query> read_one(const Json& json, std::optional<std::uint64_t> offset) {
  TENON_ASSIGN_OR_RETURN(const Members members, Members::of(json));
  if (auto refusal = members.only({"templateIds", "query", "offset"}))
    return *std::move(refusal);
  TENON_ASSIGN_OR_RETURN(const auto names, members.texts("templateIds", 1));
  if (!names)
    return bad_request("\"templateIds\": expected a list of at least one, found nothing");
  Query query;
  query.names = *names;
  query.offset = offset;
  if (const Json* const found = members.find("query"))
    query.query = *found;
  if (const Status status = check_query(query.query); !status.ok())
    return bad_request(status.message());
  if (const Json* const found = members.find("offset")) {
    TENON_ASSIGN_OR_RETURN(query.offset, read_stream_offset(*found));
  }
  return query;
}

Read<std::vector<Query>> read_all(const Json& request, std::optional<std::uint64_t> offset) {
  std::vector<Query> queries;
  if (!request.is_array()) {
    TENON_ASSIGN_OR_RETURN(Query query, read_one(request, offset));
    queries.push_back(std::move(query));
    return queries;
  }
  if (request.empty() || request.size() > kMaxQueries) {
    return bad_request("expected 1 to " + std::to_string(kMaxQueries) + " queries, found " +
                       std::to_string(request.size()));
  }
  for (const Json& item : request) {
    TENON_ASSIGN_OR_RETURN(Query query, read_one(item, offset));
    queries.push_back(std::move(query));
  }
  return queries;
}

} // namespace

Read<std::unique_ptr<StreamRequest>> read_query_stream(const Parts& parts, const Bearer& bearer,
                                                       const Json& request,
                                                       std::optional<std::uint64_t> offset) {
  TENON_ASSIGN_OR_RETURN(std::vector<Query> queries, read_all(request, offset));
  std::vector<std::string> names;
  for (const Query& query : queries)
    names.insert(names.end(), query.names.begin(), query.names.end());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  TENON_ASSIGN_OR_RETURN(WantedTypes wanted, find_wanted(parts.engine, names));
  for (Query& query : queries) {
    TENON_ASSIGN_OR_RETURN(const auto types, find_types(parts.engine, query.names));
    for (const auto& type : types) {
      if (type)
        query.templates.insert(type->templates.begin(), type->templates.end());
    }
  }
  index::Interest interest = interest_in(bearer.parties(), wanted.templates);
  return std::unique_ptr<StreamRequest>(std::make_unique<QueryStream>(
      parts, std::move(queries), std::move(wanted), std::move(interest)));
}

} // namespace tenon::daml_api::json
