// Whatever bytes arrive: as a value of a request they are refused in words or come back of the
// engine's form as they went in; as a value of the engine they are refused or read, in both
// details, without a byte beyond their own length.
#include <cstdlib>
#include <google/protobuf/util/message_differencer.h>

#include "values/decode.hpp"
#include "values/encode.hpp"

using namespace tenon;
using namespace tenon::daml_api;
using com::daml::ledger::api::v1::Value;

namespace {

void require(bool condition) {
  if (!condition)
    std::abort();
}

void check_request(BytesView bytes) {
  Value value;
  if (!value.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return;
  const auto encoded = encode_value(value);
  if (!encoded.ok()) {
    require(!encoded.failure().cause().empty());
    return;
  }
  const auto decoded = decode_value(encoded->SerializeAsString(), {true});
  require(decoded.ok());
  // Numbers and the order of maps have one form, which the second round keeps.
  const auto again = encode_value(*decoded);
  require(again.ok() && again->SerializeAsString() == encoded->SerializeAsString());
}

void check_event(BytesView bytes) {
  for (const bool verbose : {true, false}) {
    std::string out = "before";
    const bool good = decode_value_to_wire(bytes, {verbose}, out);
    require(out.starts_with("before") && out.size() <= 6 + bytes.size());
    require(good || out.size() == 6);
    out.clear();
    static_cast<void>(decode_record_to_wire(bytes, {verbose}, out));
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView bytes(reinterpret_cast<const char*>(data), size);
  check_request(bytes);
  check_event(bytes);
  return 0;
}
