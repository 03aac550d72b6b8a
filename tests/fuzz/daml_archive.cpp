// Packages and DARs come from whoever may upload them. What is accepted is written again byte for
// byte; what is refused is refused with a message.
#include <cstdint>
#include <cstdlib>

#include "archive/dar.hpp"
#include "tenon/core/encoding.hpp"

using namespace tenon;
using namespace tenon::daml;

namespace {

void check_refusal(const Status& status) {
  if (status.fault() || status.message().empty() || !is_utf8(status.message()))
    std::abort();
}

void check_package(BytesView payload) {
  const auto package = archive::decode_payload(payload);
  if (!package.ok())
    return check_refusal(package.status());
  const auto again = archive::encode_package(*package);
  if (!again.ok() || *again != payload)
    std::abort();
}

void check_archive(BytesView bytes) {
  const auto read = archive::read_archive(bytes);
  if (!read.ok())
    return check_refusal(read.status());
  const auto again = archive::read_archive(archive::write_archive(read->payload));
  if (!again.ok() || again->package_id != read->package_id)
    std::abort();
  check_package(read->payload);
}

void check_dar(BytesView bytes) {
  const auto dar = archive::read_dar(bytes, "fuzz.dar");
  if (!dar.ok())
    return check_refusal(dar.status());
  check_package(dar->main.archive.payload);
  for (const archive::DarEntry& entry : dar->dependencies)
    check_package(entry.archive.payload);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  const BytesView bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
  case 0:
    check_package(bytes);
    break;
  case 1:
    check_archive(bytes);
    break;
  case 2:
    check_dar(bytes);
    break;
  default:
    if (const auto manifest = archive::parse_manifest(bytes); !manifest.ok())
      check_refusal(manifest.status());
    break;
  }
  return 0;
}
