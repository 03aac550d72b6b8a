#include "lf/builder.hpp"

#include <algorithm>
#include <string>

#include "tenon/core/encoding.hpp"
#include "values/names.hpp"

namespace tenon::daml::lf {

namespace {

// "a name that is already entry 3".
Status repeated(std::string_view what, std::string_view text, std::size_t entry) {
  constexpr std::size_t kShown = 64;
  return invalid_argument(std::string(what) + ": expected an entry of its own, found \"" +
                          as_utf8(text.substr(0, kShown)) + "\", which entry " +
                          std::to_string(entry) + " is already");
}

} // namespace

PackageBuilder::PackageBuilder(LanguageVersion version) {
  package_.version_ = version;
  package_.mentions_.emplace_back();  // the package itself
  package_.locations_.emplace_back(); // none
}

StringId PackageBuilder::append_string(std::string_view text) {
  const auto entry = static_cast<std::uint32_t>(package_.strings_.size());
  const std::string_view kept = package_.arena_.copy_text(text);
  package_.strings_.push_back(kept);
  checked_names_.push_back(false);
  string_index_.emplace(kept, entry);
  return {entry};
}

Status PackageBuilder::add_string(std::string_view text) {
  if (const auto found = string_index_.find(text); found != string_index_.end())
    return repeated("table of strings", text, found->second);
  if (interned_ && !package_.supports(Feature::kInternedNames))
    return failed_precondition("table of strings: entries after the first interned text");
  append_string(text);
  ++package_.wire_form_.strings;
  return {};
}

StringId PackageBuilder::intern(std::string_view text) {
  if (const auto found = string_index_.find(text); found != string_index_.end())
    return {found->second};
  interned_ = true;
  return append_string(text);
}

Status PackageBuilder::check_name(Name name) {
  if (!checked_names_[name.index]) {
    TENON_RETURN_IF_ERROR(daml::check_name(kNameSyntax, package_.text(name)));
    checked_names_[name.index] = true;
  }
  return {};
}

Result<Name> PackageBuilder::name(std::string_view text) {
  const StringId id = intern(text);
  TENON_RETURN_IF_ERROR(check_name(id));
  return id;
}

Status PackageBuilder::add_dotted_name(std::span<const Name> segments) {
  const std::size_t before = package_.dotted_names_.size();
  TENON_ASSIGN_OR_RETURN(const lf::DottedName entry, dotted_name(segments));
  if (entry.index < before)
    return repeated("table of dotted names", package_.text(entry), entry.index);
  return {};
}

Result<DottedName> PackageBuilder::dotted_name(std::span<const Name> segments) {
  std::string text;
  for (const Name segment : segments) {
    TENON_RETURN_IF_ERROR(check_name(segment));
    text.append(text.empty() ? "" : ".").append(package_.text(segment));
    if (text.size() > daml::DottedName::kMaxSize)
      break;
  }
  if (text.empty() || text.size() > daml::DottedName::kMaxSize) {
    return invalid_argument("dotted name: expected 1 to " +
                            std::to_string(daml::DottedName::kMaxSize) + " characters, found " +
                            (text.empty() ? "none" : "more"));
  }
  if (const auto found = package_.dotted_name_index_.find(text);
      found != package_.dotted_name_index_.end())
    return DottedName{found->second};
  const auto entry = static_cast<std::uint32_t>(package_.dotted_names_.size());
  const std::string_view kept = package_.arena_.copy_text(text);
  package_.dotted_names_.push_back({kept, package_.arena_.copy(segments)});
  package_.dotted_name_index_.emplace(kept, entry);
  return DottedName{entry};
}

Result<DottedName> PackageBuilder::dotted_name(std::string_view text) {
  std::vector<Name> segments;
  for (;;) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    TENON_ASSIGN_OR_RETURN(segments.emplace_back(), name(text.substr(0, dot)));
    if (dot == text.size())
      return dotted_name(segments);
    text.remove_prefix(dot + 1);
  }
}

PackageRef PackageBuilder::mention(const PackageMention& package) {
  const auto entry = static_cast<std::uint32_t>(package_.mentions_.size());
  const auto [place, added] = mention_index_.emplace(package, entry);
  if (added)
    package_.mentions_.push_back(package);
  return {place->second};
}

Result<PackageRef> PackageBuilder::mention(std::string_view package_id) {
  TENON_RETURN_IF_ERROR(daml::check_name(kPackageIdSyntax, package_id));
  return mention(PackageMention{intern(package_id), !package_.supports(Feature::kInternedNames)});
}

IdentifierId PackageBuilder::identifier(const lf::Identifier& identifier) {
  const auto entry = static_cast<std::uint32_t>(package_.identifiers_.size());
  const auto [place, added] = identifier_index_.emplace(identifier, entry);
  if (added)
    package_.identifiers_.push_back(identifier);
  return {place->second};
}

LocationId PackageBuilder::location(const Location& location) {
  const auto entry = static_cast<std::uint32_t>(package_.locations_.size());
  const auto [place, added] = location_index_.emplace(location, entry);
  if (added)
    package_.locations_.push_back(location);
  return {place->second};
}

Result<Package> PackageBuilder::finish(const std::vector<Module>& modules) {
  package_.modules_ = package_.arena_.copy(modules);
  for (const Module& module : package_.modules_) {
    if (!package_.module_index_.emplace(module.name, &module).second) {
      return invalid_argument("module " + std::string(package_.text(module.name)) +
                              ": expected one definition, found two");
    }
    TENON_RETURN_IF_ERROR(
        index(module).with_context("module " + std::string(package_.text(module.name))));
  }
  number_types();
  collect_dependencies();
  if (package_.supports(Feature::kInternedNames)) {
    package_.wire_form_.strings = static_cast<std::uint32_t>(package_.strings_.size());
    package_.wire_form_.dotted_names = static_cast<std::uint32_t>(package_.dotted_names_.size());
  }
  return std::move(package_);
}

void PackageBuilder::collect_dependencies() {
  for (std::size_t i = 1; i < package_.mentions_.size(); ++i)
    package_.dependencies_.emplace_back(package_.text(package_.mentions_[i].id));
  std::sort(package_.dependencies_.begin(), package_.dependencies_.end());
  const auto end = std::unique(package_.dependencies_.begin(), package_.dependencies_.end());
  package_.dependencies_.erase(end, package_.dependencies_.end());
}

} // namespace tenon::daml::lf
