// Turns a C++ API plugin into the table of abi/api.h:
//
//   class MyApi : public tenon::plugin::Plugin, public tenon::plugin::Api { … };
//   TENON_API_PLUGIN(MyApi)
#pragma once

#include "tenon/plugin/api.hpp"
#include "tenon/plugin/export.hpp"

namespace tenon::plugin {

template <typename T> class ApiExport {
public:
  using Table = tenon_api;
  static constexpr BytesView kInterface = TENON_API_INTERFACE;

  static void fill(tenon_api& table, const T&) { table = {sizeof(tenon_api), 0, endpoints}; }

private:
  static std::int32_t endpoints(tenon_instance* instance, tenon_sink json,
                                tenon_status* status) noexcept {
    return guarded(status, [&] {
      return write_result(Export<T, ApiExport>::object(instance).endpoints(), json);
    });
  }
};

#define TENON_API_PLUGIN(Class)                                                                    \
  using TenonExporter = ::tenon::plugin::Export<Class, ::tenon::plugin::ApiExport<Class>>;         \
  TENON_EXPORT_ENTRY(TenonExporter)

} // namespace tenon::plugin
