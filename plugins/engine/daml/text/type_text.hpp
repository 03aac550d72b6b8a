// One type in words, for lists and messages. Pure; any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "lf/package.hpp"

namespace tenon::daml::text {

// What stands in front of the names that another package defines, by that package's id.
using PackageNames = std::function<std::string(std::string_view package_id)>;

// As the disassembler writes types, but with every part spelled out and every name in full:
// "ContractId Iou:Proposal", "<name of a package>:DA.Types:Tuple2 Int64 Text". The package itself
// has no name in front. Types that take more than a page end in "...".
std::string type_text(const lf::Package& package, const lf::Type& type, const PackageNames& names);
// The name of a definition, in the same way.
std::string identifier_text(const lf::Package& package, lf::IdentifierId id,
                            const PackageNames& names);

} // namespace tenon::daml::text
