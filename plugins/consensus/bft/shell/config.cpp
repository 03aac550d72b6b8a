#include "bft/shell/config.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::consensus::bft {

Result<Config> parse_config(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object())
    return invalid_argument("expected a JSON object");
  Config config;
  Status status;
  const auto take = [&](const char* name, auto& value, std::uint64_t unit = 1) {
    const auto found = json.find(name);
    if (found == json.end())
      return;
    if (found->is_number_unsigned()) {
      value = found->get<std::uint64_t>() * unit;
    } else {
      status = invalid_argument(std::string(name) + ": expected a number, zero or more, found " +
                                found->dump());
    }
  };
  constexpr std::uint64_t kUsPerMs = 1000;
  Settings& settings = config.settings;
  take("term_length", settings.term_length);
  take("max_block_bytes", settings.max_block_bytes);
  take("max_block_transactions", settings.max_block_transactions);
  take("max_inline_bytes", settings.max_inline_bytes);
  take("max_origin_bytes", settings.pool.max_origin_bytes);
  take("snapshot_after_blocks", settings.snapshot_after_blocks);
  take("max_queued_bytes", config.max_queued_bytes);
  take("min_delta_ms", settings.delta_floor_us, kUsPerMs);
  take("max_delta_ms", settings.delta_cap_us, kUsPerMs);
  take("small_block_wait_ms", settings.small_block_wait_us, kUsPerMs);
  if (const auto found = json.find("allow_volatile"); found != json.end()) {
    if (!found->is_boolean())
      return invalid_argument("allow_volatile: expected true or false, found " + found->dump());
    config.allow_volatile = found->get<bool>();
  }
  TENON_RETURN_IF_ERROR(status);
  if (settings.delta_floor_us > settings.delta_cap_us)
    return invalid_argument("min_delta_ms: expected at most max_delta_ms (" +
                            std::to_string(settings.delta_cap_us / kUsPerMs) + "), found " +
                            std::to_string(settings.delta_floor_us / kUsPerMs));
  // Others give up a view without a proposal after twice that.
  if (!json.contains("small_block_wait_ms"))
    settings.small_block_wait_us = std::min(settings.small_block_wait_us, settings.delta_floor_us);
  if (settings.small_block_wait_us > settings.delta_floor_us)
    return invalid_argument("small_block_wait_ms: expected at most min_delta_ms (" +
                            std::to_string(settings.delta_floor_us / kUsPerMs) + "), found " +
                            std::to_string(settings.small_block_wait_us / kUsPerMs));
  return config;
}

} // namespace tenon::consensus::bft
