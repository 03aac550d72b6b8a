// What a C++ plugin is made of. Derive from Plugin and from the interface of your kind (Store,
// Engine, Consensus or Api), then name the class once:
//
//   TENON_STORE_PLUGIN(MyStore)     // MyStore(plugin::Host host, std::string_view config)
//
// The constructor is create(): it may throw or, better, a static
//   Result<std::unique_ptr<MyStore>> MyStore::create(plugin::Host, std::string_view config)
// says what is wrong. The macros export the entry function and guard every call against exceptions.
#pragma once

#include "tenon/core/status.hpp"
#include "tenon/plugin/host.hpp"

namespace tenon::plugin {

// Lifecycle; every call on the host's lifecycle thread, in this order. See abi/plugin.h.
class Plugin {
public:
  virtual ~Plugin() = default;
  [[nodiscard]] virtual Status start() = 0;
  [[nodiscard]] virtual Status drain(std::uint64_t deadline_ms) = 0;
  virtual void stop() = 0;
};

} // namespace tenon::plugin
