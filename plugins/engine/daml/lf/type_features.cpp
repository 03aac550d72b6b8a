#include "lf/type_features.hpp"

namespace tenon::daml::lf {

std::optional<Feature> feature_of(BuiltinType type) {
  switch (type) {
  case BuiltinType::kNumeric:
    return Feature::kNumeric;
  case BuiltinType::kAny:
    return Feature::kAny;
  case BuiltinType::kTypeRep:
    return Feature::kTypeRep;
  case BuiltinType::kGenMap:
    return Feature::kGenMap;
  case BuiltinType::kBigNumeric:
  case BuiltinType::kRoundingMode:
    return Feature::kBigNumeric;
  case BuiltinType::kAnyException:
    return Feature::kExceptions;
  default:
    return std::nullopt;
  }
}

} // namespace tenon::daml::lf
