// JSON from applications, member by member: what is missing, of the wrong kind or unknown is told
// by its name. Pure; any thread.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"
#include "values/contract_id.hpp"

namespace tenon::daml::engine {

// INVALID_ARGUMENT "BAD_COMMAND: …"
[[nodiscard]] Status bad_command(const std::string& what);

// An object with exactly one member, which names what is asked for. `known` is for messages.
struct NamedRequest {
  std::string name;
  nlohmann::json body;
};
[[nodiscard]] Result<NamedRequest> read_named(BytesView text, const char* known);

[[nodiscard]] Status check_members(const nlohmann::json& object,
                                   std::initializer_list<std::string_view> known);
[[nodiscard]] Result<std::string> required_text(const nlohmann::json& object, const char* member);
[[nodiscard]] Result<std::string> optional_text(const nlohmann::json& object, const char* member);
[[nodiscard]] Result<const nlohmann::json*> required(const nlohmann::json& object,
                                                     const char* member);
[[nodiscard]] Result<ContractId> required_contract_id(const nlohmann::json& object);
// A list of texts, empty when it is not there.
[[nodiscard]] Result<std::vector<std::string>> text_list(const nlohmann::json& object,
                                                         const char* member);

} // namespace tenon::daml::engine
