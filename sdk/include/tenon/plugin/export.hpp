// The lifecycle half of a plugin's C table, for any kind: makes, starts, drains, stops and frees an
// object of class T. Included by export_store.hpp and its siblings; compiled into the plugin.
#pragma once

#include <memory>
#include <string_view>

#include "tenon/abi/plugin.h"
#include "tenon/plugin/guard.hpp"
#include "tenon/plugin/plugin.hpp"

namespace tenon::plugin {

// What a tenon_instance points to: the object and the table of its kind.
template <typename T, typename Table> struct Exported {
  std::unique_ptr<T> object;
  Table table;
};

// Kind supplies: Table, kInterface, and fill(Table&, const T&).
template <typename T, typename Kind> class Export {
public:
  using Instance = Exported<T, typename Kind::Table>;

  static const tenon_plugin* entry() {
    static const tenon_plugin plugin = {sizeof(tenon_plugin),
                                        TENON_ABI_MAJOR,
                                        TENON_ABI_MINOR,
                                        create,
                                        start,
                                        drain,
                                        stop,
                                        destroy,
                                        query};
    return &plugin;
  }

  static T& object(tenon_instance* instance) { return *self(instance).object; }

private:
  static Instance& self(tenon_instance* instance) { return *reinterpret_cast<Instance*>(instance); }

  static std::int32_t create(const tenon_host* host, tenon_bytes config, tenon_instance** out,
                             tenon_status* status) noexcept {
    *out = nullptr;
    return guarded(status, [&]() -> Status {
      TENON_ASSIGN_OR_RETURN(auto made, T::create(Host(host), from_abi(config)));
      auto instance = std::make_unique<Instance>();
      instance->object = std::move(made);
      Kind::fill(instance->table, *instance->object);
      *out = reinterpret_cast<tenon_instance*>(instance.release());
      return {};
    });
  }
  static std::int32_t start(tenon_instance* instance, tenon_status* status) noexcept {
    return guarded(status, [&] { return object(instance).start(); });
  }
  static std::int32_t drain(tenon_instance* instance, std::uint64_t deadline_ms,
                            tenon_status* status) noexcept {
    return guarded(status, [&] { return object(instance).drain(deadline_ms); });
  }
  static void stop(tenon_instance* instance) noexcept {
    guarded_void([&] { object(instance).stop(); });
  }
  static void destroy(tenon_instance* instance) noexcept {
    guarded_void([&] { delete reinterpret_cast<Instance*>(instance); });
  }
  static const void* query(tenon_instance* instance, tenon_bytes interface_id) noexcept {
    return from_abi(interface_id) == Kind::kInterface ? &self(instance).table : nullptr;
  }
};

// Defines the exported entry function. Used by the macros of the kinds.
#define TENON_EXPORT_ENTRY(Exporter)                                                               \
  extern "C" TENON_EXPORT const tenon_plugin* tenon_plugin_entry(void) {                           \
    return Exporter::entry();                                                                      \
  }

} // namespace tenon::plugin
