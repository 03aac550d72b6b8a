# Writes a C++ file that holds the bytes of INPUT as node_schema_text(). In: INPUT, OUTPUT.
file(READ ${INPUT} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
file(WRITE ${OUTPUT} "#include \"node/config/schema.hpp\"

namespace tenon::host::config {

namespace {
constexpr unsigned char kText[] = {${bytes}};
}

std::string_view node_schema_text() {
  return {reinterpret_cast<const char*>(kText), sizeof kText};
}

} // namespace tenon::host::config
")
