// Reads the members of a JSON body one by one and tells, in a sentence, the first thing that is
// wrong with it. Lives as long as the handler that reads.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json/json_text.hpp"
#include "problem.hpp"
#include "route.hpp"

namespace tenon::api::rest {

class BodyReader {
public:
  // `where` names the object in messages: "body", "body.query".
  explicit BodyReader(std::string_view text);
  BodyReader(const Json& object, std::string where);

  // The value, checked against the kind; the default when it is absent and not required.
  std::string text(std::string_view name, ValueKind kind, bool required);
  // At most `max_bytes` of any UTF-8, possibly none.
  std::string free_text(std::string_view name, std::size_t max_bytes);
  // A number or a decimal string.
  std::uint64_t number(std::string_view name, std::uint64_t otherwise, std::uint64_t max);
  // JSON text of an object; "{}" when absent.
  std::string object_text(std::string_view name);
  // Of `kind` each, without repetition. Nothing when absent.
  std::optional<std::vector<std::string>> list(std::string_view name, ValueKind kind,
                                               std::size_t max_items);
  // The member itself, or null.
  const Json* member(std::string_view name);

  void fail(std::string_view name, const std::string& expected, const Json* found);
  // Refuses members nobody asked for. The first problem, or nothing.
  [[nodiscard]] std::optional<Problem> finish();
  [[nodiscard]] bool failed() const { return problem_.has_value(); }

private:
  std::string check(const Json& value, std::string_view name, ValueKind kind);

  Json object_ = Json::object();
  std::string where_ = "body";
  std::vector<std::string_view> asked_;
  std::optional<Problem> problem_;
};

} // namespace tenon::api::rest
