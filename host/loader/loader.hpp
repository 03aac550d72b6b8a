// Finds plugin files, checks them and loads them: from a name in the configuration to a table of
// functions that may be called. Nothing of a plugin runs before everything that can be known from
// its bytes has been checked. Owned by the node and by the tool; main thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "loader/descriptor.hpp"
#include "loader/image.hpp"
#include "loader/refusal.hpp"
#include "tenon/abi/plugin.h"

namespace tenon::host::loader {

// What can be known of a plugin file without running any of it.
struct Inspection {
  std::filesystem::path file;
  Image image;
  std::uint32_t abi_major = 0;
  std::uint32_t abi_minor = 0;
  std::vector<std::string> exports;
  Descriptor descriptor;
};

// Code in this process. It is never unloaded: libraries inside it may keep threads.
struct LoadedPlugin {
  std::filesystem::path file;
  Hash digest;
  std::uint32_t abi_major = 0;
  std::uint32_t abi_minor = 0;
  Descriptor descriptor;
  const tenon_plugin* table = nullptr;
};

// What the caller wants the file to be; empty members are not checked.
struct Expectation {
  std::string kind;
  std::string name;
  std::optional<Hash> digest;
};

// "tenon_<kind>_<name>.so"
[[nodiscard]] std::string plugin_file_name(std::string_view kind, std::string_view name);

// The first folder of `path` that holds the plugin; the refusal names those that were searched and
// what stands there instead.
[[nodiscard]] Checked<std::filesystem::path>
find_plugin(const std::vector<std::filesystem::path>& path, std::string_view kind,
            std::string_view name);

// All plugin files of the folders, in order; a file hidden by an earlier folder is left out.
[[nodiscard]] std::vector<std::filesystem::path>
list_plugins(const std::vector<std::filesystem::path>& path);

// Reads and checks the bytes; runs nothing.
[[nodiscard]] Checked<Inspection> inspect(const std::filesystem::path& file,
                                          const Expectation& expectation);

// Links the inspected bytes into this process and checks the table that the entry function returns.
[[nodiscard]] Checked<LoadedPlugin> load(Inspection inspection);

// The services that every host of this version offers, by kind of plugin.
[[nodiscard]] std::vector<std::string> offered_services(std::string_view kind);
// Can it do nothing on a node without a network?
[[nodiscard]] bool needs_peers(const Descriptor& descriptor);

} // namespace tenon::host::loader
