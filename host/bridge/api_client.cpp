#include "bridge/api_client.hpp"

#include "bridge/table.hpp"
#include "tenon/plugin/guard.hpp"

namespace tenon::host::bridge {

Result<std::unique_ptr<ApiClient>> ApiClient::make(const tenon_plugin& plugin,
                                                   tenon_instance* instance) {
  TENON_ASSIGN_OR_RETURN(const tenon_api* table,
                         interface_table<tenon_api>(plugin, instance, TENON_API_INTERFACE));
  return std::unique_ptr<ApiClient>(new ApiClient(instance, table));
}

Result<Bytes> ApiClient::endpoints() const {
  return plugin::collected([&](tenon_sink sink, tenon_status* status) {
    return table_->endpoints(instance_, sink, status);
  });
}

} // namespace tenon::host::bridge
