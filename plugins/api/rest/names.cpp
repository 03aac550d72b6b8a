#include "names.hpp"

#include "tenon/core/nearest_word.hpp"

namespace tenon::api::rest {

std::string listed(const std::vector<std::string_view>& names) {
  std::string text;
  for (const std::string_view name : names)
    text += (text.empty() ? "'" : ", '") + std::string(name) + "'";
  return text;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& known) {
  const std::string_view nearest = nearest_word(name, known);
  return nearest.empty() ? std::string() : "; did you mean '" + std::string(nearest) + "'?";
}

} // namespace tenon::api::rest
