// Pages of lists: a page holds at most `limit` items, and `next` is the cursor to ask after, or
// null when that was all. Any thread.
#pragma once

#include <algorithm>

#include "handlers/answer.hpp"

namespace tenon::api::rest {

inline std::uint64_t page_limit(const Context& context, const Call& call) {
  return std::min(call.number("limit", kDefaultPageItems), context.settings.limits.page_items);
}

// A list the engine pages itself: {"contracts": {"after", "limit"}}.
inline void list_of_engine(const Context& context, const Call& call, const std::string& engine,
                           std::string_view list, const Responder& respond) {
  const auto scope = read_scope(call);
  if (const auto* problem = std::get_if<Problem>(&scope))
    return respond_problem(respond, call, *problem);
  JsonWriter json;
  json.begin_object().key(list).begin_object();
  json.key("after").string(call.text("after"));
  json.key("limit").integer(page_limit(context, call));
  json.end_object().end_object();
  answer_query(context, call, std::get<ReadScope>(scope), engine, json.take(), 0, respond);
}

// "next": the cursor, or null.
inline void write_next(JsonWriter& json, bool more, std::uint64_t cursor) {
  json.key("next");
  if (more)
    json.decimal(cursor);
  else
    json.null();
}

} // namespace tenon::api::rest
