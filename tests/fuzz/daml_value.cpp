// Whatever bytes arrive as a value: they are refused in words, or they are the one encoding of a
// value that can be compared, hashed, shown and destroyed. The first byte chooses the version.
#include <cstdlib>

#include "values/comparison.hpp"
#include "values/hashing.hpp"
#include "values/transformation.hpp"
#include "values/value_codec.hpp"
#include "values/value_text.hpp"

using namespace tenon;
using namespace tenon::daml;

namespace {

void require(bool condition) {
  if (!condition)
    std::abort();
}

void check_value(const Value& value, BytesView bytes, TransactionVersion version) {
  require(encode_value(value, version).value() == bytes);
  require(value == value && *compare(value, value) == 0);
  require(to_text(value).size() <= kMaxValueTextSize + 3);
  const Value normal = normalize(value, version).value();
  require(normal == value);
  const Identifier name = Identifier::literal("p:M:T");
  require(*hash_contract_instance(name, value) == *hash_contract_instance(name, normal));
  static_cast<void>(hash_contract_key(name, value));
  std::size_t ids = 0;
  for_each_contract_id(value, [&ids](const ContractId&) { ++ids; });
  const auto same = map_contract_ids(
      value, [&ids](const ContractId& id) -> Result<ContractId> { return --ids, id; });
  require(same.ok() && *same == value && ids == 0);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  BytesView bytes(reinterpret_cast<const char*>(data), size);
  const auto versioned = decode_versioned_value(bytes);
  if (versioned.ok()) {
    require(encode_versioned_value(*versioned).value() == bytes);
  } else {
    require(!versioned.status().fault() && !versioned.status().message().empty());
  }
  if (bytes.empty())
    return 0;
  constexpr std::uint64_t kVersions = 8;
  const auto version = transaction_version(10 + static_cast<std::uint8_t>(bytes[0]) % kVersions);
  bytes.remove_prefix(1);
  if (!version.ok())
    return 0;
  const auto value = decode_value(bytes, *version);
  if (value.ok()) {
    check_value(*value, bytes, *version);
  } else {
    require(!value.status().fault() && !value.status().message().empty());
  }
  return 0;
}
