// The types of the built-in functions. Owned by one validation, one thread.
#pragma once

#include <array>

#include "lf/builtins.hpp"
#include "validation/world.hpp"

namespace tenon::daml::validation {

class BuiltinTypes {
public:
  BuiltinTypes(World& world, TypeStore& store) : world_(world), store_(store) {}

  // Null became of a limit.
  const TypeNode* type(lf::Builtin builtin);

private:
  const TypeNode* generic(lf::Builtin builtin);
  const TypeNode* alias(const lf::BuiltinInfo& info);

  World& world_;
  TypeStore& store_;
  std::array<const TypeNode*, 256> types_{};
};

} // namespace tenon::daml::validation
