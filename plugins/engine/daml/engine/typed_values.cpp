#include "engine/typed_values.hpp"

#include "values/value_codec.hpp"

namespace tenon::daml::engine {

using interpreter::Importer;

Result<Value> ValueTyper::type(const lf::Package& package, const interpreter::RuntimeType& type,
                               BytesView bytes) {
  TENON_ASSIGN_OR_RETURN(const Value given, decode_client_value(bytes));
  Importer importer(store_, heap_, meter_,
                    package.supports(lf::Feature::kUpgrades) ? Importer::Versions::kByLabel
                                                                    : Importer::Versions::kExact);
  const auto word = importer.run(type, given);
  if (!word && importer.error().ok())
    return resource_exhausted("the values are larger than one request may hold");
  if (!word)
    return importer.error();
  interpreter::Exporter exporter(store_, nullptr, nullptr, /*with_names=*/false);
  auto typed = exporter.run(type, *word);
  if (!typed)
    return invalid_argument(exporter.error()->message);
  return *std::move(typed);
}

} // namespace tenon::daml::engine
