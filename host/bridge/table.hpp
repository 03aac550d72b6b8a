// Finds the function table of one interface in a plugin instance and makes sure that it is as long
// as this host expects. Used by the clients beside it; any thread.
#pragma once

#include <string>

#include "tenon/abi/plugin.h"
#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::host::bridge {

template <typename Table>
Result<const Table*> interface_table(const tenon_plugin& plugin, tenon_instance* instance,
                                     BytesView interface_id) {
  const auto* const table = static_cast<const Table*>(plugin.query(instance, to_abi(interface_id)));
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
  return table;
}

} // namespace tenon::host::bridge
