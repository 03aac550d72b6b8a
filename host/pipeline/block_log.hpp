// A block log as a file: exported from a store, replayed into another one. Every block is executed
// again and must give the recorded result, byte for byte, before it is committed with the recorded
// certificate. Format: docs/spec/block-log.md. Step: offline tools and the node's start; one
// thread.
#pragma once

#include <functional>
#include <iosfwd>

#include "tenon/plugin/consensus.hpp"

namespace tenon::host::pipeline {

struct BlockRecord {
  std::uint64_t height = 0;
  std::array<Bytes, plugin::kBlockParts> parts;

  [[nodiscard]] const Bytes& part(plugin::BlockPart which) const {
    return parts[static_cast<std::size_t>(which)];
  }
};

class BlockLogWriter {
public:
  // Writes the file's head.
  explicit BlockLogWriter(std::ostream& out);
  [[nodiscard]] Status append(const BlockRecord& record);

private:
  std::ostream& out_;
};

class BlockLogReader {
public:
  explicit BlockLogReader(std::istream& in) : in_(in) {}
  // Nothing at the end of the file. A damaged or cut file is said to be that, with the place.
  [[nodiscard]] Result<std::optional<BlockRecord>> next();

private:
  [[nodiscard]] Status read_head();

  std::istream& in_;
  bool head_read_ = false;
  std::uint64_t records_ = 0;
};

// Writes all committed blocks, genesis first; the number of them.
[[nodiscard]] Result<std::uint64_t> export_block_log(const plugin::Store& store, std::ostream& out);

// Executes and commits, through `app`, the blocks of the log above its head; blocks at or below it
// are compared with what is there. `wait` runs, or waits for, the app's pending work; it is called
// until the answer is there. The height reached.
[[nodiscard]] Result<std::uint64_t> replay_block_log(std::istream& in, plugin::ReplicaApp& app,
                                                     const std::function<void()>& wait);

} // namespace tenon::host::pipeline
