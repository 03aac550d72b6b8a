// Finds the function table of one interface in a plugin instance and makes sure that it is as long
// as this host expects. Used by the clients beside it; any thread.
#pragma once

#include <cstring>
#include <string>

#include "tenon/abi/plugin.h"
#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"
#include "tenon/plugin/guard.hpp"

namespace tenon::host::bridge {

// struct_size and one more 32-bit word.
inline constexpr std::size_t kTableHeaderBytes = 8;

template <typename Table>
Result<const Table*> interface_table(const tenon_plugin& plugin_table, tenon_instance* instance,
                                     BytesView interface_id) {
  const void* found = nullptr;
  plugin::guarded_void([&] { found = plugin_table.query(instance, to_abi(interface_id)); });
  const auto* const table = static_cast<const Table*>(found);
  if (table == nullptr) {
    return failed_precondition("the plugin instance does not offer interface " +
                               std::string(interface_id));
  }
  if (table->struct_size < sizeof(Table)) {
    return failed_precondition(
        "the table of " + std::string(interface_id) + " is too short: " + "expected at least " +
        std::to_string(sizeof(Table)) + " bytes, found " + std::to_string(table->struct_size) +
        "; rebuild the plugin with this host's SDK");
  }
  // After its two leading words, every table of an interface holds functions and nothing else.
  static_assert((sizeof(Table) - kTableHeaderBytes) % sizeof(void*) == 0);
  for (std::size_t at = kTableHeaderBytes; at < sizeof(Table); at += sizeof(void*)) {
    void* function = nullptr;
    std::memcpy(&function, reinterpret_cast<const char*>(table) + at, sizeof function);
    if (function == nullptr) {
      return failed_precondition(
          "function " + std::to_string((at - kTableHeaderBytes) / sizeof(void*) + 1) +
          " of the table of " + std::string(interface_id) + " is NULL; fill the whole table");
    }
  }
  return table;
}

} // namespace tenon::host::bridge
