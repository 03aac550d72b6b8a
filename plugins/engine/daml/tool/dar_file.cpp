#include "tool/dar_file.hpp"

#include "tenon/files.hpp"

namespace tenon::daml::tool {

Result<DarFile> read_dar_file(const std::string& path) {
  DarFile result;
  result.path = path;
  TENON_ASSIGN_OR_RETURN(const Bytes bytes, tenon::tool::read_file(path));
  TENON_ASSIGN_OR_RETURN(result.dar, archive::read_dar(bytes, path));
  TENON_ASSIGN_OR_RETURN(result.packages, archive::decode_dar(result.dar, path));
  return result;
}

std::string full_name(const lf::Package& package) {
  if (!package.metadata())
    return {};
  return std::string(package.text(package.metadata()->name)) + "-" +
         std::string(package.text(package.metadata()->version));
}

std::string short_name(const lf::Package& package) {
  std::string name = full_name(package);
  return name.empty() ? short_id(package.id()) : name;
}

std::string short_id(std::string_view package_id) {
  constexpr std::size_t kShown = 8;
  return std::string(package_id.substr(0, kShown));
}

} // namespace tenon::daml::tool
