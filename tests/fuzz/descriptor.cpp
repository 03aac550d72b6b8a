// The descriptor in a plugin file's note is read before anything of the plugin is trusted.
#include <cstdint>
#include <cstdlib>

#include "loader/descriptor.hpp"

using namespace tenon::host::loader;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = parse_descriptor(text, "fuzz.so");
  if (parsed.ok()) {
    if (interface_of_kind(parsed->kind).empty() || parsed->name.empty() || parsed->text != text)
      std::abort();
  } else if (parsed.refusal().sentence().find("fuzz.so") == std::string::npos) {
    std::abort();
  }
  return 0;
}
