// The members of requests, one by one: what is missing, of another type or not known is told by its
// name, with what is expected and what was found. Pure; any thread.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/answers.hpp"

namespace tenon::daml_api::json {

class Members {
public:
  // Of a JSON text that must be an object; `object` outlives this.
  [[nodiscard]] static Read<Members> of(const api::Json& object, std::string where = {});

  // Null is taken for absent, as by clients that write undefined members.
  [[nodiscard]] const api::Json* find(const char* name) const;
  [[nodiscard]] Read<const api::Json*> required(const char* name) const;
  [[nodiscard]] Read<std::string> text(const char* name) const;
  [[nodiscard]] Read<std::optional<std::string>> optional_text(const char* name) const;
  // Nothing when it is absent; at least `least` when it is there.
  [[nodiscard]] Read<std::optional<std::vector<std::string>>> texts(const char* name,
                                                                    std::size_t least) const;
  // Refuses others than these.
  [[nodiscard]] std::optional<Refusal> only(std::initializer_list<std::string_view> known) const;

private:
  Members(const api::Json& object, std::string where)
      : object_(&object), where_(std::move(where)) {}
  [[nodiscard]] Refusal wrong(const char* name, const char* expected,
                              const api::Json* found) const;

  const api::Json* object_;
  std::string where_; // "meta.", before names
};

// A list of texts.
[[nodiscard]] Read<std::vector<std::string>> read_texts(const api::Json& list,
                                                        const std::string& where,
                                                        std::size_t least);

// A request's body; 400 for what is no JSON. Numbers keep all their digits: where a double would
// not do, they come as the strings that values and queries take as well.
[[nodiscard]] Read<api::Json> parse_body(std::string_view body);

} // namespace tenon::daml_api::json
