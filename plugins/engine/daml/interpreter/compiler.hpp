// From the syntax tree of one definition to functions for the machine. Called with the store's
// lock.
#pragma once

#include "interpreter/store.hpp"

namespace tenon::daml::interpreter {

// Makes the body of the definition's `value` or, when `run`, of its `run`, and publishes it
// together with the functions inside. INVALID_ARGUMENT and NOT_FOUND tell what is wrong with the
// source.
Status compile_definition(PackageStore& store, const Definition& definition, bool run);

} // namespace tenon::daml::interpreter
