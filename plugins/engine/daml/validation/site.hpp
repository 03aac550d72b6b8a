// Where in the package the validator is, and how it says that something is wrong there. Owned by
// one validation, one thread.
#pragma once

#include <string>
#include <string_view>

#include "lf/package.hpp"
#include "tenon/core/status.hpp"
#include "validation/rules.hpp"
#include "validation/type_store.hpp"

namespace tenon::daml::validation {

class Site {
public:
  explicit Site(const lf::Package& package) : package_(&package) {}

  void enter_module(lf::ModuleName module);
  // "template", "Iou".
  void enter_definition(std::string_view what, lf::DottedName name, lf::LocationId location);
  // "choice", "Transfer"; of the definition.
  void enter_part(std::string_view what, std::string_view name);
  void leave_part() { part_.clear(); }
  // To where the source of an expression stands, if that is known. The place before.
  lf::LocationId move(lf::LocationId location);
  void return_to(lf::LocationId location) { location_ = location; }

  // "package P: module M: template T: choice C: rule: expected …, found … (line 3)".
  [[nodiscard]] Status refuse(Rule rule, std::string_view expected, std::string_view found) const;
  // Refuses what the version of the package does not have: "no interfaces in version 1.14".
  [[nodiscard]] Status require(const lf::Package& package, lf::Feature feature,
                               std::string_view what, std::string_view found) const;
  // What to say of a limit that was reached while types were made.
  [[nodiscard]] Status refuse(Limit limit, const Meter& meter) const;

private:
  const lf::Package* package_;
  std::string module_;
  std::string definition_;
  std::string part_;
  lf::LocationId location_;
};

} // namespace tenon::daml::validation
