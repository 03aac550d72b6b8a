// An API plugin's C table as a C++ interface. Owned by the node, lives between the plugin's create
// and destroy; any thread.
#pragma once

#include <memory>

#include "tenon/abi/plugin.h"
#include "tenon/plugin/api.hpp"

namespace tenon::host::bridge {

class ApiClient final : public plugin::Api {
public:
  // Fails when the instance has no API table of the expected size.
  static Result<std::unique_ptr<ApiClient>> make(const tenon_plugin& plugin,
                                                 tenon_instance* instance);

  [[nodiscard]] Result<Bytes> endpoints() const override;

private:
  ApiClient(tenon_instance* instance, const tenon_api* table)
      : instance_(instance), table_(table) {}

  tenon_instance* instance_;
  const tenon_api* table_;
};

} // namespace tenon::host::bridge
