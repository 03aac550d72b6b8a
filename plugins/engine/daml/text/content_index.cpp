#include "text/content_index.hpp"

namespace tenon::daml::text {

std::uint32_t ContentIndex::number(const lf::Kind* kind) {
  return kinds_.emplace(kind, static_cast<std::uint32_t>(kinds_.size())).first->second;
}

std::uint32_t ContentIndex::number(const lf::Type& type, std::span<const std::uint32_t> parts) {
  std::vector<std::uint32_t> key = {static_cast<std::uint32_t>(type.form),
                                    static_cast<std::uint32_t>(type.builtin), type.nat, type.head,
                                    static_cast<std::uint32_t>(parts.size())};
  key.insert(key.end(), parts.begin(), parts.end());
  if (type.form == lf::TypeForm::kForall) {
    for (const lf::TypeParameter& parameter : type.parameters()) {
      key.push_back(parameter.name.index);
      key.push_back(number(parameter.kind));
    }
  }
  if (type.form == lf::TypeForm::kStruct) {
    for (const lf::FieldType& field : type.fields())
      key.push_back(field.name.index);
  }
  return index_.emplace(std::move(key), size()).first->second;
}

} // namespace tenon::daml::text
