#include "node_addresses.hpp"

namespace tenon::tool {
namespace {

// An address of an API with the scheme that its section of the configuration makes it speak.
std::string url_of(const Json& section, const char* default_address) {
  return (section.contains("tls") ? "https://" : "http://") +
         section.value("listen", default_address);
}

} // namespace

NodeAddresses addresses_of(const Json& config) {
  NodeAddresses addresses;
  addresses.admin_url = "http://" + config.value("/admin/listen"_json_pointer, "127.0.0.1:9464");
  for (const Json& api : config.value("apis", Json::array())) {
    const std::string plugin = api.value("plugin", "");
    const Json settings = api.value("config", Json::object());
    if (plugin == "rest") {
      addresses.url = url_of(settings, "127.0.0.1:8080");
      addresses.tls = settings.contains("tls");
    } else if (plugin == "daml_api") {
      addresses.ledger_api = settings.value("/grpc/listen"_json_pointer, "127.0.0.1:6865");
      if (settings.contains("json"))
        addresses.json_api = url_of(settings["json"], "127.0.0.1:7575");
    }
  }
  return addresses;
}

} // namespace tenon::tool
