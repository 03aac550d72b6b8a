// Who asks, as this API reads a token: which parties it acts and reads as, and for which
// application. Where the ledger takes everybody's word, tokens are read without their signatures
// being looked at, because it is they that name the parties. Any thread.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "json/answers.hpp"
#include "json/parts.hpp"

namespace tenon::daml_api::json {

struct Bearer {
  std::shared_ptr<const Claims> claims;
  std::string user_id; // empty: custom claims
  std::string application_id;
  std::optional<std::string> ledger_id; // of custom claims
  std::set<std::string> act_as;
  std::set<std::string> read_as;

  // All whose contracts may be read.
  [[nodiscard]] std::vector<std::string> parties() const;

  // 401 without what a request of this kind needs.
  [[nodiscard]] std::optional<Refusal> may_ask() const;   // a ledger
  [[nodiscard]] std::optional<Refusal> may_read() const;  // and a party
  [[nodiscard]] std::optional<Refusal> may_write() const; // and a party to act as
};

// `token` alone, without "Bearer".
[[nodiscard]] Read<std::shared_ptr<const Bearer>> read_bearer(const Parts& parts,
                                                              std::string_view token);

// Of the header Authorization; 401 when there is none.
[[nodiscard]] Read<std::string> token_of_header(std::string_view authorization);
// Of the subprotocols that a WebSocket offers: "daml.ws.auth" and "jwt.token.<token>".
[[nodiscard]] Read<std::string> token_of_protocols(std::string_view protocols);
inline constexpr std::string_view kStreamProtocol = "daml.ws.auth";

} // namespace tenon::daml_api::json
