// What contracts are when seen through interfaces, computed by the interpreter within the budget of
// one request. Owned by the request; one thread.
#pragma once

#include <variant>

#include "engine/settings.hpp"
#include "interpreter/machine.hpp"

namespace tenon::daml::engine {

class ViewMaker {
public:
  ViewMaker(interpreter::PackageStore& store, const Settings& settings)
      : store_(store), settings_(settings) {}

  // The view, with names, or why it cannot be computed, "ID: text". Both packages are loaded, and
  // the template is an instance of the interface.
  using View = std::variant<Value, std::string>;
  [[nodiscard]] Result<View> make(const Identifier& interface_id, const Identifier& template_id,
                                  const Value& argument);

private:
  // Of all views of one request together.
  static constexpr std::uint64_t kMaxSteps = 100'000'000;

  interpreter::PackageStore& store_;
  const Settings& settings_;
  std::uint64_t steps_left_ = kMaxSteps;
};

} // namespace tenon::daml::engine
