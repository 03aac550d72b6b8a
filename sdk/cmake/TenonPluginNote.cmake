# Writes the C file that places a descriptor (a JSON file) in the plugin's ELF note.
# In: DESCRIPTOR, KIND, NAME, OUTPUT.
file(READ ${DESCRIPTOR} json)
string(JSON kind ERROR_VARIABLE error GET "${json}" kind)
if(error)
  message(FATAL_ERROR "${DESCRIPTOR}: not a plugin descriptor: ${error}")
endif()
string(JSON name GET "${json}" name)
if(NOT kind STREQUAL KIND OR NOT name STREQUAL NAME)
  message(FATAL_ERROR "${DESCRIPTOR}: says ${kind}/${name}, but the build says ${KIND}/${NAME}")
endif()
file(READ ${DESCRIPTOR} hex HEX)
string(LENGTH "${hex}" hex_size)
math(EXPR size "${hex_size} / 2")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
file(WRITE ${OUTPUT} "#include \"tenon/abi/plugin.h\"

__attribute__((section(TENON_NOTE_SECTION), aligned(4), used)) static const struct {
  uint32_t owner_size;
  uint32_t content_size;
  uint32_t type;
  char owner[8];
  uint32_t abi_major;
  uint32_t abi_minor;
  unsigned char descriptor[${size}];
} tenon_plugin_note = {sizeof(TENON_NOTE_OWNER), 8 + ${size}, TENON_NOTE_TYPE, TENON_NOTE_OWNER,
                       TENON_ABI_MAJOR, TENON_ABI_MINOR, {${bytes}}};
")
