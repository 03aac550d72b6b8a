// The answers of a node's HTTP server, as far as a load generator looks at them: small, for it
// shares the processors with the node. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace tenon::bench {

struct HttpAnswer {
  unsigned status = 0;
  std::string_view body;
  std::size_t bytes = 0; // of all of it
};

// The answer at the front of `bytes` if it is complete. The node sends Content-Length always.
[[nodiscard]] std::optional<HttpAnswer> complete_answer(std::string_view bytes);

} // namespace tenon::bench
