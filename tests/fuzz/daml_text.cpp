// Texts come from whoever writes packages, packages from whoever may upload them. A text is refused
// in words or is a package whose text is read again; the text of a decoded package gives back its
// bytes. The first byte chooses.
#include <cstdint>
#include <cstdlib>

#include "archive/archive.hpp"
#include "tenon/core/encoding.hpp"
#include "text/assembler.hpp"
#include "text/disassembler.hpp"

using namespace tenon;
using namespace tenon::daml;

namespace {

void require(bool condition) {
  if (!condition)
    std::abort();
}

void check_refusal(const Status& status) {
  require(!status.fault() && !status.message().empty() && is_utf8(status.message()));
}

void check_text(BytesView bytes) {
  const auto package = text::assemble(bytes);
  if (!package.ok())
    return check_refusal(package.status());
  const auto written = text::disassemble(*package);
  require(written.ok());
  const auto back = text::assemble(*written);
  require(back.ok());
  const auto payload = archive::encode_package(*package);
  const auto again = archive::encode_package(*back);
  require(payload.ok() == again.ok());
  if (!payload.ok())
    return check_refusal(payload.status());
  require(*payload == *again);
  // What the assembler lets through, the decoder does too.
  require(archive::decode_payload(*payload).ok());
}

void check_payload(BytesView payload) {
  const auto package = archive::decode_payload(payload);
  if (!package.ok())
    return;
  const auto written = text::disassemble(*package);
  if (!written.ok())
    return check_refusal(written.status());
  const auto back = text::assemble(*written);
  require(back.ok());
  const auto again = archive::encode_package(*back);
  require(again.ok() && *again == payload);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  const BytesView bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0)
    check_text(bytes);
  else
    check_payload(bytes);
  return 0;
}
