#include "packages.hpp"

#include <fstream>

#include "archive/write_dar.hpp"
#include "text/assembler.hpp"

namespace tenon::bench {

Result<Bytes> read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  Bytes content(std::istreambuf_iterator<char>(in), {});
  if (content.empty())
    return not_found(file.string() + " is missing or empty");
  return content;
}

Result<Bytes> assemble_file(const std::filesystem::path& file) {
  TENON_ASSIGN_OR_RETURN(const Bytes text, read_file(file));
  TENON_ASSIGN_OR_RETURN(const auto package, daml::text::assemble(text));
  return daml::archive::encode_package(package);
}

Result<Bytes> dar_of_file(const std::filesystem::path& file) {
  TENON_ASSIGN_OR_RETURN(const Bytes payload, assemble_file(file));
  return daml::archive::write_dar(file.stem().string(),
                                  {daml::archive::package_id_of(payload), payload}, {});
}

} // namespace tenon::bench
