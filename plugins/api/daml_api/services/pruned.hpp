// How a request is refused that asks for what was pruned: in the words that clients look for, and
// with the offset from which on they may ask.
#pragma once

#include <string>

#include "services/service_parts.hpp"

namespace tenon::daml_api {

// Of a failure of the index; those that have nothing to do with pruning stay what they are.
// `request` is the beginning of the sentence, up to its verb.
[[nodiscard]] Failure index_failure(const Status& status, const ServiceParts& parts,
                                    const std::string& request);

} // namespace tenon::daml_api
