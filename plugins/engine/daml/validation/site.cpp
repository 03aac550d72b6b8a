#include "validation/site.hpp"

namespace tenon::daml::validation {

void Site::enter_module(lf::ModuleName module) {
  module_ = package_->text(module);
  definition_.clear();
  part_.clear();
  location_ = {};
}

void Site::enter_definition(std::string_view what, lf::DottedName name, lf::LocationId location) {
  definition_ = std::string(what).append(" ").append(package_->text(name));
  part_.clear();
  location_ = location;
}

void Site::enter_part(std::string_view what, std::string_view name) {
  part_ = std::string(what).append(" ").append(name);
}

lf::LocationId Site::move(lf::LocationId location) {
  const lf::LocationId before = location_;
  if (!location.is_none())
    location_ = location;
  return before;
}

Status Site::refuse(Rule rule, std::string_view expected, std::string_view found) const {
  std::string message = "package";
  if (!package_->id().empty())
    message.append(" ").append(package_->id());
  if (!module_.empty())
    message.append(": module ").append(module_);
  if (!definition_.empty())
    message.append(": ").append(definition_);
  if (!part_.empty())
    message.append(": ").append(part_);
  message.append(": ").append(rule_name(rule));
  message.append(": expected ").append(expected).append(", found ").append(found);
  const auto& range = package_->location(location_).range;
  if (!location_.is_none() && range) {
    message.append(" (line ").append(std::to_string(std::int64_t{range->start_line} + 1));
    message.append(", column ").append(std::to_string(std::int64_t{range->start_column} + 1));
    message.append(")");
  }
  return {is_limit(rule) ? Code::kResourceExhausted : Code::kInvalidArgument, std::move(message)};
}

Status Site::require(const lf::Package& package, lf::Feature feature, std::string_view what,
                     std::string_view found) const {
  if (package.supports(feature))
    return {};
  return refuse(Rule::kVersionFeature,
                "no " + std::string(what) + " in version " + lf::to_string(package.version()),
                found);
}

Status Site::refuse(Limit limit, const Meter& meter) const {
  const auto at_most = [&](Rule rule, std::uint64_t count, std::string_view unit) {
    return refuse(rule, "at most " + std::to_string(count) + " " + std::string(unit), "more");
  };
  switch (limit) {
  case Limit::kLevels:
    return at_most(Rule::kTypeLevels, kMaxTypeLevels, "levels without synonyms");
  case Limit::kParts:
    return at_most(Rule::kTypeParts, kMaxTypeParts, "parts without synonyms");
  case Limit::kWork:
  case Limit::kNone:
    break;
  }
  return at_most(Rule::kWork, meter.allowed(), "steps for a package of this size");
}

} // namespace tenon::daml::validation
