// The parties of a request that asks for what some parties see of one thing. Pure; any thread.
#pragma once

#include <google/protobuf/repeated_ptr_field.h>
#include <string>
#include <vector>

#include "values/fields.hpp"

namespace tenon::daml_api {

[[nodiscard]] inline Answer<std::vector<std::string>>
requesting_parties(const google::protobuf::RepeatedPtrField<std::string>& parties) {
  if (parties.empty())
    return missing_field("requesting_parties");
  for (const std::string& party : parties)
    TENON_RETURN_IF_FAILED(require_party(party));
  return std::vector<std::string>(parties.begin(), parties.end());
}

} // namespace tenon::daml_api
