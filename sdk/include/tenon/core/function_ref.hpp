// A borrowed callable: what a visitor parameter is. Never stored; lives as long as the call.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace tenon {

template <typename Signature> class FunctionRef;

template <typename R, typename... Arguments> class FunctionRef<R(Arguments...)> {
public:
  template <typename F, typename = std::enable_if_t<!std::is_same_v<std::decay_t<F>, FunctionRef> &&
                                                    std::is_invocable_r_v<R, F&, Arguments...>>>
  FunctionRef(F&& function) // NOLINT: implicit on purpose, so that lambdas can be passed
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(function)))),
        call_([](void* object, Arguments... arguments) -> R {
          return (*static_cast<std::remove_reference_t<F>*>(object))(
              std::forward<Arguments>(arguments)...);
        }) {}

  R operator()(Arguments... arguments) const {
    return call_(object_, std::forward<Arguments>(arguments)...);
  }

private:
  void* object_;
  R (*call_)(void*, Arguments...);
};

} // namespace tenon
