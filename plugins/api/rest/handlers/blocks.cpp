// /v1/blocks: headers, roots and certificates for every token; what stands in a block for
// operators.
#include "handlers/handlers.hpp"
#include "handlers/paging.hpp"
#include "rendering.hpp"

namespace tenon::api::rest::handlers {

namespace {

// The first height of a page, or nothing when the cursor has reached the end.
Result<std::optional<std::uint64_t>> first_height(const Context& context, const Call& call,
                                                  bool descending) {
  if (!descending)
    return std::optional(call.has("after") ? call.number("after", 0) + 1 : 0);
  if (!call.has("after")) {
    const auto status = context.ledger.status();
    if (!status.ok())
      return status.status();
    return std::optional(status->height());
  }
  const std::uint64_t after = call.number("after", 0);
  return after == 0 ? std::optional<std::uint64_t>() : std::optional(after - 1);
}

Result<std::string> page_json(const v1::BlocksResponse& page) {
  JsonWriter json;
  json.begin_object();
  json.key("blocks").begin_array();
  std::uint64_t last = 0;
  for (const auto& block : page.blocks()) {
    json.begin_object();
    TENON_RETURN_IF_ERROR(write_block(json, block));
    json.end_object();
    last = block.height();
  }
  json.end_array();
  write_next(json, page.more() && page.blocks_size() > 0, last);
  json.key("oldest").decimal(page.oldest_height());
  json.key("head").decimal(page.head_height());
  json.end_object();
  return json.take();
}

} // namespace

void list_blocks(const Context& context, const Call& call, Responder respond) {
  const bool descending = call.text("order") == "desc";
  const auto first = first_height(context, call, descending);
  if (!first.ok())
    return respond_problem(respond, call, problem_of(first.status()));
  v1::BlocksResponse page;
  if (first->has_value()) {
    v1::BlocksRequest request;
    request.set_from_height(**first);
    request.set_limit(page_limit(context, call));
    request.set_descending(descending);
    auto blocks = context.ledger.blocks(request);
    if (!blocks.ok())
      return respond_problem(respond, call, problem_of(blocks.status()));
    page = std::move(*blocks);
  }
  auto body = page_json(page);
  if (!body.ok())
    return respond_problem(respond, call, problem_of(body.status()));
  respond_json(respond, 200, std::move(*body));
}

void get_block(const Context& context, const Call& call, Responder respond) {
  const std::uint64_t height = call.number("height", 0);
  v1::BlocksRequest request;
  request.set_from_height(height);
  request.set_limit(1);
  request.set_with_body(call.identity->admin);
  const auto page = context.ledger.blocks(request);
  if (!page.ok())
    return respond_problem(respond, call, problem_of(page.status()));
  if (page->blocks().empty() || page->blocks(0).height() != height) {
    return respond_problem(respond, call,
                           {404,
                            "BLOCK_NOT_FOUND",
                            "no block at height " + std::to_string(height) + "; this node has " +
                                std::to_string(page->oldest_height()) + " to " +
                                std::to_string(page->head_height()),
                            {},
                            0,
                            {}});
  }
  JsonWriter json;
  json.begin_object();
  const Status status = write_block(json, page->blocks(0));
  if (!status.ok())
    return respond_problem(respond, call, problem_of(status));
  json.end_object();
  respond_json(respond, 200, json.take());
}

} // namespace tenon::api::rest::handlers
