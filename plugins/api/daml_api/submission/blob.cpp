#include "submission/blob.hpp"

#include "errors/codes.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/daml/v1/value.pb.h"
#include "tenon/daml_api/v1/context.pb.h"
#include "values/fields.hpp"

namespace tenon::daml_api {

namespace engine = daml::engine::v1;

namespace {

constexpr std::uint32_t kVersion = 1;
constexpr std::string_view kTypeUrl = "type.googleapis.com/com.daml.lf.value.VersionedValue";
constexpr std::string_view kValueVersion = "11"; // events hold values in this one's form
constexpr std::size_t kMinContractIdBytes = 33;
constexpr std::size_t kMaxContractIdBytes = kMinContractIdBytes + 94;

// What is wrong with a blob in one sentence, or the contract.
struct Parsed {
  std::string flaw;
  engine::DisclosedContract contract;
};

Parsed parse(BytesView bytes) {
  context::v1::ContractBlob blob;
  if (!blob.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return {"the blob of a disclosed contract is damaged", {}};
  if (blob.version() != kVersion) {
    return {"the blob of a disclosed contract has version " + std::to_string(blob.version()) +
                "; expected " + std::to_string(kVersion),
            {}};
  }
  const std::size_t id_size = blob.contract_id().size();
  if (id_size < kMinContractIdBytes || id_size > kMaxContractIdBytes || blob.template_().empty() ||
      blob.argument().empty()) {
    return {"the blob of a disclosed contract holds no contract", {}};
  }
  Parsed parsed;
  parsed.contract.set_contract_id(std::move(*blob.mutable_contract_id()));
  parsed.contract.set_template_(std::move(*blob.mutable_template_()));
  parsed.contract.set_argument(std::move(*blob.mutable_argument()));
  parsed.contract.set_created_at_us(blob.created_at_us());
  parsed.contract.set_key_hash(std::move(*blob.mutable_key_hash()));
  return parsed;
}

} // namespace

Bytes contract_blob(const engine::Contract& contract) {
  context::v1::ContractBlob blob;
  blob.set_version(kVersion);
  blob.set_contract_id(contract.contract_id());
  blob.set_template_(contract.template_());
  blob.set_argument(contract.argument());
  blob.set_created_at_us(contract.created_at_us());
  blob.set_key_hash(contract.key_hash());
  return blob.SerializeAsString();
}

google::protobuf::Any arguments_any(const engine::Contract& contract) {
  daml::v1::VersionedValue value;
  value.set_version(std::string(kValueVersion));
  value.set_value(contract.argument());
  google::protobuf::Any any;
  any.set_type_url(std::string(kTypeUrl));
  any.set_value(value.SerializeAsString());
  return any;
}

Bytes driver_metadata(const engine::Contract& contract) {
  return contract.contract_id();
}

Answer<engine::DisclosedContract> parse_blob(BytesView blob) {
  Parsed parsed = parse(blob);
  if (!parsed.flaw.empty())
    return wrong_argument(parsed.flaw);
  return std::move(parsed.contract);
}

Answer<Bytes> parse_arguments_any(const google::protobuf::Any& any) {
  if (any.type_url() != kTypeUrl) {
    return invalid_field("blob", "its type is \"" + as_utf8(any.type_url().substr(0, 200)) +
                                     "\"; expected " + std::string(kTypeUrl));
  }
  daml::v1::VersionedValue value;
  if (!value.ParseFromString(any.value()) || value.value().empty())
    return invalid_field("blob", "the arguments of a disclosed contract are damaged");
  if (value.version() != kValueVersion) {
    return invalid_field("blob", "its values have version \"" +
                                     as_utf8(value.version().substr(0, 20)) + "\"; expected " +
                                     std::string(kValueVersion));
  }
  return std::move(*value.mutable_value());
}

bool is_driver_metadata(BytesView metadata, BytesView contract_id) {
  return metadata == contract_id;
}

} // namespace tenon::daml_api
