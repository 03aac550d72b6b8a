// Whether a package means something: every rule of Daml-LF that can be told without running it.
// Called when a package is uploaded, before anything is compiled or stored. Pure; any thread.
//
// What it says of a package is the same everywhere: the order of the checks is fixed, nothing is
// walked in an order of addresses or hashes, and every bound is a count, never a time.
//
// Limits (limits.hpp; they are part of what a ledger accepts):
//  - expressions, patterns and kinds are nested at most 1,000 deep, and so are types as written;
//  - a type with its synonyms expanded has at most 2,000 levels and 131,072 parts, so that synonyms
//    which double each other end early;
//  - steps: 10 million, and 250 more for each expression and each entry of a table, 500 million at
//    most. Memory is paid for in steps too, eight bytes for one: 80 MB for a small package, 4 GB
//    for the largest that is made for it. What compilers make takes a fraction of its steps.
// Chains of synonyms and of modules are followed on lists; what recurses is bounded by the depths
// above and takes up to 4 MiB of the thread's stack.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lf/package.hpp"
#include "tenon/core/status.hpp"

namespace tenon::daml::validation {

// The packages that others may depend on. They are those that were found valid before or that come
// with the one under validation; nothing here relies on it that they are.
class PackageSource {
public:
  virtual ~PackageSource() = default;
  // Null when there is none. The package stays as long as the source.
  [[nodiscard]] virtual const lf::Package* find(std::string_view package_id) const = 0;
};

// Some packages by their ids; borrowed.
class PackageSet final : public PackageSource {
public:
  PackageSet() = default;
  explicit PackageSet(const std::vector<lf::Package>& packages);
  void add(const lf::Package& package);
  [[nodiscard]] const lf::Package* find(std::string_view package_id) const override;

private:
  std::map<std::string, const lf::Package*, std::less<>> packages_;
};

// What validating one package took.
struct Effort {
  std::size_t expressions = 0;
  std::size_t types = 0; // different ones
  std::uint64_t steps = 0;
  std::uint64_t allowed_steps = 0;
};

// INVALID_ARGUMENT says which rule is broken, where, what was expected and what was found;
// RESOURCE_EXHAUSTED which limit is passed. Only the first failure is told.
Status validate(const lf::Package& package, const PackageSource& dependencies,
                Effort* effort = nullptr);

} // namespace tenon::daml::validation
