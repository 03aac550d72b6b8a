#include "loader/loader.hpp"

#include <algorithm>
#include <array>
#include <boost/dll/shared_library.hpp>
#include <deque>
#include <memory>
#include <set>
#include <system_error>

#include "loader/elf_file.hpp"
#include "tenon/abi/host.h"
#include "tenon/core/encoding.hpp"

namespace tenon::host::loader {

namespace {

using Complaint = std::optional<Refusal>;

// A table longer than this was not written by any SDK.
constexpr std::uint32_t kMaxTableBytes = 4096;

std::string version(std::uint32_t major, std::uint32_t minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

const std::string kHostVersion = version(TENON_ABI_MAJOR, TENON_ABI_MINOR);

std::string joined(const std::vector<std::string>& words, std::size_t limit = 8) {
  std::string text;
  for (std::size_t i = 0; i < words.size() && i < limit; ++i)
    text += (i == 0 ? "" : ", ") + words[i];
  if (words.size() > limit)
    text += " and " + std::to_string(words.size() - limit) + " more";
  return text;
}

Complaint check_version(const std::string& file, const ElfFacts& facts) {
  if (facts.abi_major != TENON_ABI_MAJOR) {
    return Refusal{RefusalCode::kWrongMajor,
                   file,
                   "it is built for another major version of the plugin ABI",
                   kHostVersion,
                   version(facts.abi_major, facts.abi_minor),
                   "build it with this host's SDK, or use the host it was built for"};
  }
  // While the major is 0 every minor may differ in any way; from 1.0 on an older minor always
  // loads, and a newer one when all its needs are met (checked with the needs).
  const bool frozen = TENON_ABI_MAJOR > 0;
  if (!frozen && facts.abi_minor != TENON_ABI_MINOR) {
    return Refusal{RefusalCode::kWrongMinor,
                   file,
                   "before 1.0 a plugin must be built for exactly the host's version of the ABI",
                   kHostVersion,
                   version(facts.abi_major, facts.abi_minor),
                   "build it with this host's SDK"};
  }
  return std::nullopt;
}

Complaint check_exports(const std::string& file, const std::vector<std::string>& exports) {
  std::vector<std::string> others;
  std::copy_if(exports.begin(), exports.end(), std::back_inserter(others),
               [](const std::string& name) { return name != TENON_ENTRY_SYMBOL; });
  if (others.size() == exports.size()) {
    return Refusal{RefusalCode::kNoEntry,
                   file,
                   "it does not export the entry function",
                   TENON_ENTRY_SYMBOL,
                   exports.empty() ? "no export" : joined(exports),
                   "use one of the TENON_…_PLUGIN macros, or define it with TENON_EXPORT"};
  }
  if (!others.empty()) {
    return Refusal{RefusalCode::kExtraExports,
                   file,
                   "it exports symbols that could be mixed up with those of other plugins",
                   "only " TENON_ENTRY_SYMBOL,
                   joined(others),
                   "link it with the SDK's plugin_exports.map (tenon_add_plugin() does)"};
  }
  return std::nullopt;
}

Complaint check_expectation(const std::string& file, const Inspection& found,
                            const Expectation& expectation) {
  const Descriptor& descriptor = found.descriptor;
  if (!expectation.kind.empty() && descriptor.kind != expectation.kind) {
    return Refusal{RefusalCode::kWrongKind,
                   file,
                   "it is a plugin of another kind",
                   expectation.kind,
                   descriptor.kind,
                   "name it in the section of its kind"};
  }
  if (!expectation.name.empty() && descriptor.name != expectation.name) {
    return Refusal{RefusalCode::kWrongName,
                   file,
                   "its descriptor names another plugin than its file name",
                   expectation.name,
                   descriptor.name,
                   "rename the file to " + plugin_file_name(descriptor.kind, descriptor.name)};
  }
  return std::nullopt;
}

Complaint check_needs(const std::string& file, const Descriptor& descriptor) {
  const std::vector<std::string> offered = offered_services(descriptor.kind);
  for (const std::string& need : descriptor.needs) {
    if (std::find(offered.begin(), offered.end(), need) == offered.end()) {
      return Refusal{RefusalCode::kMissingNeed,
                     file,
                     "it needs a service that this host does not offer to plugins of kind " +
                         descriptor.kind,
                     joined(offered, 16),
                     need,
                     "use a host that offers " + need + ", or a plugin that does without"};
    }
  }
  return std::nullopt;
}

Refusal bad_table(const LoadedPlugin& plugin, std::string what, std::string expected,
                  std::string found) {
  return {RefusalCode::kBadTable, plugin.file.string(), std::move(what),
          std::move(expected),    std::move(found),     "fill the whole table of abi/plugin.h"};
}

Complaint check_table(const LoadedPlugin& plugin) {
  const tenon_plugin& table = *plugin.table;
  if (table.struct_size < sizeof(tenon_plugin) || table.struct_size > kMaxTableBytes) {
    return bad_table(plugin, "its table has an impossible size",
                     std::to_string(sizeof(tenon_plugin)) + " bytes or a little more",
                     std::to_string(table.struct_size) + " bytes");
  }
  if (table.abi_major != plugin.abi_major || table.abi_minor != plugin.abi_minor) {
    return bad_table(plugin, "its table and its note name different versions of the ABI",
                     version(plugin.abi_major, plugin.abi_minor),
                     version(table.abi_major, table.abi_minor));
  }
  const std::array<std::pair<const char*, bool>, 6> functions = {{
      {"create", table.create != nullptr},
      {"start", table.start != nullptr},
      {"drain", table.drain != nullptr},
      {"stop", table.stop != nullptr},
      {"destroy", table.destroy != nullptr},
      {"query", table.query != nullptr},
  }};
  for (const auto& [name, present] : functions) {
    if (!present)
      return bad_table(plugin, std::string("its table has no ") + name, "a function", "NULL");
  }
  return std::nullopt;
}

} // namespace

std::string plugin_file_name(std::string_view kind, std::string_view name) {
  return "tenon_" + std::string(kind) + "_" + std::string(name) + ".so";
}

std::vector<std::string> offered_services(std::string_view kind) {
  std::vector<std::string> services = {TENON_HOST_LOG_INTERFACE,      TENON_HOST_METRICS_INTERFACE,
                                       TENON_HOST_EXECUTOR_INTERFACE, TENON_HOST_CLOCK_INTERFACE,
                                       TENON_HOST_KEYSTORE_INTERFACE, TENON_HOST_TLS_INTERFACE,
                                       TENON_HOST_NODE_INTERFACE,
                                       TENON_HOST_SIGNATURES_INTERFACE};
  if (kind == "api")
    services.emplace_back(TENON_HOST_LEDGER_INTERFACE);
  if (kind == "consensus")
    services.emplace_back(TENON_HOST_PEERS_INTERFACE);
  return services;
}

bool needs_peers(const Descriptor& descriptor) {
  const auto& needs = descriptor.needs;
  return std::find(needs.begin(), needs.end(), TENON_HOST_PEERS_INTERFACE) != needs.end();
}

Checked<std::filesystem::path> find_plugin(const std::vector<std::filesystem::path>& path,
                                           std::string_view kind, std::string_view name) {
  const std::string file_name = plugin_file_name(kind, name);
  std::vector<std::string> searched;
  for (const auto& folder : path) {
    std::error_code error;
    if (std::filesystem::exists(folder / file_name, error))
      return folder / file_name;
    searched.push_back(folder.string());
  }
  std::vector<std::string> present;
  for (const auto& file : list_plugins(path))
    present.push_back(file.filename().string());
  return Refusal{RefusalCode::kNotFound,
                 file_name,
                 "no folder of the plugin path holds it (searched: " + joined(searched) + ")",
                 file_name,
                 present.empty() ? "no plugin at all" : joined(present, 24),
                 "correct the name, or add the plugin's folder to \"plugin_path\""};
}

std::vector<std::filesystem::path> list_plugins(const std::vector<std::filesystem::path>& path) {
  std::vector<std::filesystem::path> files;
  std::set<std::filesystem::path> names;
  for (const auto& folder : path) {
    std::error_code error;
    std::set<std::filesystem::path> here;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      if (name.starts_with("tenon_") && name.ends_with(".so") && names.insert(name).second)
        here.insert(entry->path());
    }
    files.insert(files.end(), here.begin(), here.end());
  }
  return files;
}

Checked<Inspection> inspect(const std::filesystem::path& file, const Expectation& expectation) {
  auto image = Image::read(file);
  if (!image.ok())
    return image.refusal();
  const std::string name = file.string();
  if (expectation.digest && image->digest() != *expectation.digest) {
    return Refusal{RefusalCode::kWrongDigest,
                   name,
                   "the file is not the one that the configuration pins",
                   "SHA-256 " + to_hex(expectation.digest->view()),
                   to_hex(image->digest().view()),
                   "restore the pinned file, or change \"sha256\" if this one is meant"};
  }
  auto facts = read_elf(image->bytes(), name);
  if (!facts.ok())
    return facts.refusal();
  if (auto refusal = check_version(name, *facts))
    return *refusal;
  auto descriptor = parse_descriptor(facts->descriptor, name);
  if (!descriptor.ok())
    return descriptor.refusal();
  Inspection result{file,
                    *std::move(image),
                    facts->abi_major,
                    facts->abi_minor,
                    std::move(facts->exports),
                    *std::move(descriptor)};
  if (auto refusal = check_expectation(name, result, expectation))
    return *refusal;
  if (auto refusal = check_exports(name, result.exports))
    return *refusal;
  if (auto refusal = check_needs(name, result.descriptor))
    return *refusal;
  return result;
}

Checked<LoadedPlugin> load(Inspection inspection) {
  LoadedPlugin plugin{inspection.file,      inspection.image.digest(),        inspection.abi_major,
                      inspection.abi_minor, std::move(inspection.descriptor), nullptr};
  // Neither is ever freed: code stays, and debuggers find the sealed copy through its descriptor.
  static auto* const resident =
      new std::deque<std::pair<Image, std::unique_ptr<boost::dll::shared_library>>>();
  auto& [image, library] = resident->emplace_back(std::move(inspection.image),
                                                  std::make_unique<boost::dll::shared_library>());
  try {
    boost::dll::fs::error_code link_error;
    library->load(image.path(), boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local,
                  link_error);
    if (link_error) {
      return Refusal{RefusalCode::kLinkFailed,
                     plugin.file.string(),
                     "the dynamic linker refuses it",
                     "every symbol and library it refers to",
                     link_error.message(),
                     "install the missing library, or link the plugin against it"};
    }
    const auto entry = library->get<const tenon_plugin*()>(TENON_ENTRY_SYMBOL);
    plugin.table = entry();
  } catch (const std::exception& exception) {
    return Refusal{RefusalCode::kEntryFailed,
                   plugin.file.string(),
                   "an exception came out of the entry function",
                   "a table",
                   exception.what(),
                   "return the table and do nothing else there"};
  } catch (...) {
    return Refusal{RefusalCode::kEntryFailed,
                   plugin.file.string(),
                   "an exception came out of the entry function",
                   "a table",
                   "an unknown type",
                   "return the table and do nothing else there"};
  }
  if (plugin.table == nullptr) {
    return Refusal{RefusalCode::kEntryFailed,
                   plugin.file.string(),
                   "the entry function gave NULL",
                   "a table",
                   "NULL",
                   "return the address of a static tenon_plugin"};
  }
  if (auto refusal = check_table(plugin))
    return *refusal;
  return plugin;
}

} // namespace tenon::host::loader
