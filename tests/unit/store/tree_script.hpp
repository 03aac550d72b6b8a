// Replays scripts of the outside oracle (tests/compat/jmt) on a store of ours. One thread.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "tenon/plugin/store.hpp"

namespace tenon::store {

// The answers of `store` (fresh) to the script's commands, in hex, in order.
[[nodiscard]] Result<std::vector<std::string>> answer_script(plugin::Store& store,
                                                             const std::string& script);

// A recorded script split into its commands and its answers.
struct Recording {
  std::string script;
  std::vector<std::string> answers;
};
[[nodiscard]] Recording split_recording(const std::string& text);

// Random blocks of puts and removals, each followed by its root and a few proofs, the last one in
// the form of ICS-23.
[[nodiscard]] std::string random_script(std::mt19937& random, std::size_t blocks, std::size_t keys);

[[nodiscard]] std::string read_text(const std::string& path);

} // namespace tenon::store
