// Reads what the loader must know about a shared object from its bytes, before any of its code can
// run: the Tenon note and the symbols it exports. The bytes may be hostile: every offset and size
// is checked against the file. Step "describe" of a plugin's life; pure, any thread.
#pragma once

#include <string>
#include <vector>

#include "loader/refusal.hpp"
#include "tenon/core/bytes.hpp"

namespace tenon::host::loader {

struct ElfFacts {
  std::uint32_t abi_major = 0;
  std::uint32_t abi_minor = 0;
  Bytes descriptor;                 // JSON, not yet looked at
  std::vector<std::string> exports; // defined dynamic symbols that others can bind to, sorted
};

// `file` is only for the refusal's text.
[[nodiscard]] Checked<ElfFacts> read_elf(BytesView bytes, const std::string& file);

} // namespace tenon::host::loader
