#include "loader/elf_file.hpp"

#include <elf.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#include "tenon/abi/plugin.h"

namespace tenon::host::loader {

namespace {

static_assert(std::endian::native == std::endian::little, "the note is read in host byte order");

#if defined(__x86_64__)
constexpr Elf64_Half kMachine = EM_X86_64;
constexpr const char* kMachineName = "a 64-bit x86-64 shared object";
#elif defined(__aarch64__)
constexpr Elf64_Half kMachine = EM_AARCH64;
constexpr const char* kMachineName = "a 64-bit AArch64 shared object";
#endif

constexpr std::size_t kMaxDescriptorBytes = 256u << 10;
constexpr const char* kBuildIt =
    "build the plugin with tenon_add_plugin() from the SDK, or place TENON_PLUGIN_NOTE once";

class ElfReader {
public:
  ElfReader(BytesView bytes, const std::string& file) : bytes_(bytes), file_(file) {}

  Checked<ElfFacts> read() {
    if (auto refusal = read_header())
      return *refusal;
    ElfFacts facts;
    if (auto refusal = read_note(facts))
      return *refusal;
    if (auto refusal = read_exports(facts))
      return *refusal;
    return facts;
  }

private:
  using Complaint = std::optional<Refusal>;

  Refusal refuse(RefusalCode code, std::string what, std::string expected, std::string found,
                 std::string fix) const {
    return {code, file_, std::move(what), std::move(expected), std::move(found), std::move(fix)};
  }
  Refusal truncated(const std::string& part) const {
    return refuse(RefusalCode::kTruncated, part + " lies outside the file",
                  "every part inside the file's " + std::to_string(bytes_.size()) + " bytes",
                  "a reference past its end", "copy the file again; it was cut short or damaged");
  }

  // The bytes [offset, offset + size) or nothing; never wraps.
  [[nodiscard]] std::optional<BytesView> slice(std::uint64_t offset, std::uint64_t size) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset)
      return std::nullopt;
    return bytes_.substr(offset, size);
  }
  // By copy: a hostile file aligns nothing.
  template <typename T> [[nodiscard]] std::optional<T> at(std::uint64_t offset) const {
    const auto view = slice(offset, sizeof(T));
    if (!view)
      return std::nullopt;
    T value;
    std::memcpy(&value, view->data(), sizeof value);
    return value;
  }

  Complaint read_header() {
    if (bytes_.substr(0, SELFMAG) != BytesView(ELFMAG, SELFMAG)) {
      return refuse(RefusalCode::kNotElf, "this is not a shared object", "an ELF file",
                    bytes_.empty() ? "an empty file" : "a file of another kind",
                    "name the plugin's .so file");
    }
    const auto header = at<Elf64_Ehdr>(0);
    if (!header)
      return truncated("the ELF header");
    header_ = *header;
    if (header_.e_ident[EI_CLASS] != ELFCLASS64 || header_.e_ident[EI_DATA] != ELFDATA2LSB ||
        header_.e_machine != kMachine || header_.e_type != ET_DYN) {
      return refuse(RefusalCode::kWrongMachine, "it is built for something else", kMachineName,
                    "class " + std::to_string(header_.e_ident[EI_CLASS]) + ", machine " +
                        std::to_string(header_.e_machine) + ", type " +
                        std::to_string(header_.e_type),
                    "build the plugin as a shared object for this machine");
    }
    if (header_.e_phentsize != sizeof(Elf64_Phdr) ||
        (header_.e_shnum != 0 && header_.e_shentsize != sizeof(Elf64_Shdr))) {
      return refuse(RefusalCode::kTruncated, "its header tables have a size unknown to ELF",
                    "entries of 56 and 64 bytes",
                    std::to_string(header_.e_phentsize) + " and " +
                        std::to_string(header_.e_shentsize),
                    "copy the file again; it was damaged");
    }
    return std::nullopt;
  }

  Complaint read_note(ElfFacts& facts) {
    std::size_t notes = 0;
    for (std::uint64_t i = 0; i < header_.e_phnum; ++i) {
      const auto segment = at<Elf64_Phdr>(header_.e_phoff + i * sizeof(Elf64_Phdr));
      if (!segment || header_.e_phoff > bytes_.size())
        return truncated("the program header table");
      if (segment->p_type != PT_NOTE)
        continue;
      const auto content = slice(segment->p_offset, segment->p_filesz);
      if (!content)
        return truncated("a note segment");
      if (auto refusal = read_note_segment(*content, segment->p_align == 8 ? 8 : 4, facts, notes))
        return refusal;
    }
    if (notes == 0) {
      return refuse(RefusalCode::kNoNote, "it carries no Tenon note", "a note of owner \"Tenon\"",
                    "none", kBuildIt);
    }
    if (notes > 1) {
      return refuse(RefusalCode::kBadNote, "it carries several Tenon notes", "exactly one",
                    std::to_string(notes), kBuildIt);
    }
    return std::nullopt;
  }

  Complaint read_note_segment(BytesView rest, std::size_t alignment, ElfFacts& facts,
                              std::size_t& notes) const {
    while (rest.size() >= sizeof(Elf64_Nhdr)) {
      Elf64_Nhdr note;
      std::memcpy(&note, rest.data(), sizeof note);
      const std::uint64_t owner_end = sizeof note + std::uint64_t{note.n_namesz};
      const std::uint64_t begin = (owner_end + alignment - 1) / alignment * alignment;
      const std::uint64_t end = begin + note.n_descsz;
      if (end > rest.size())
        return bad_note("its note is longer than the segment it stands in");
      const BytesView owner = rest.substr(sizeof note, note.n_namesz);
      if (owner == BytesView(TENON_NOTE_OWNER, sizeof TENON_NOTE_OWNER) &&
          note.n_type == TENON_NOTE_TYPE) {
        ++notes;
        if (auto refusal = take_note(rest.substr(begin, note.n_descsz), facts))
          return refusal;
      }
      rest.remove_prefix(
          std::min<std::uint64_t>((end + alignment - 1) / alignment * alignment, rest.size()));
    }
    return std::nullopt;
  }

  Complaint take_note(BytesView content, ElfFacts& facts) const {
    if (content.size() < 8)
      return bad_note("its note is too short to hold the ABI version");
    if (content.size() - 8 > kMaxDescriptorBytes)
      return bad_note("its descriptor is larger than 256 KiB");
    std::memcpy(&facts.abi_major, content.data(), 4);
    std::memcpy(&facts.abi_minor, content.data() + 4, 4);
    facts.descriptor = Bytes(content.substr(8));
    return std::nullopt;
  }

  [[nodiscard]] Refusal bad_note(const std::string& what) const {
    return refuse(RefusalCode::kBadNote, what, "the ABI version and a JSON descriptor",
                  "a malformed note", kBuildIt);
  }

  Complaint read_exports(ElfFacts& facts) const {
    for (std::uint64_t i = 0; i < header_.e_shnum; ++i) {
      const auto section = at<Elf64_Shdr>(header_.e_shoff + i * sizeof(Elf64_Shdr));
      if (!section || header_.e_shoff > bytes_.size())
        return truncated("the section header table");
      if (section->sh_type == SHT_DYNSYM)
        return read_symbols(*section, facts);
    }
    return refuse(RefusalCode::kNoEntry, "it has no table of dynamic symbols",
                  "the exported function " TENON_ENTRY_SYMBOL, "none",
                  "link it as a shared object and do not remove its section headers");
  }

  Complaint read_symbols(const Elf64_Shdr& symbols, ElfFacts& facts) const {
    if (symbols.sh_link >= header_.e_shnum)
      return truncated("the string table of the dynamic symbols");
    const auto strings_header =
        at<Elf64_Shdr>(header_.e_shoff + std::uint64_t{symbols.sh_link} * sizeof(Elf64_Shdr));
    const auto table = slice(symbols.sh_offset, symbols.sh_size);
    if (!strings_header || !table)
      return truncated("the table of dynamic symbols");
    const auto strings = slice(strings_header->sh_offset, strings_header->sh_size);
    if (!strings)
      return truncated("the string table of the dynamic symbols");
    for (std::size_t i = 0; i + sizeof(Elf64_Sym) <= table->size(); i += sizeof(Elf64_Sym)) {
      Elf64_Sym symbol;
      std::memcpy(&symbol, table->data() + i, sizeof symbol);
      const auto visibility = ELF64_ST_VISIBILITY(symbol.st_other);
      if (symbol.st_shndx == SHN_UNDEF || ELF64_ST_BIND(symbol.st_info) == STB_LOCAL ||
          visibility == STV_HIDDEN || visibility == STV_INTERNAL)
        continue;
      if (symbol.st_name >= strings->size())
        return truncated("the name of a dynamic symbol");
      const BytesView name = strings->substr(symbol.st_name);
      facts.exports.emplace_back(name.substr(0, name.find('\0')));
    }
    std::sort(facts.exports.begin(), facts.exports.end());
    return std::nullopt;
  }

  BytesView bytes_;
  const std::string& file_;
  Elf64_Ehdr header_{};
};

} // namespace

Checked<ElfFacts> read_elf(BytesView bytes, const std::string& file) {
  return ElfReader(bytes, file).read();
}

} // namespace tenon::host::loader
