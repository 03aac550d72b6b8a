// What a backend tells of itself: figures for metrics and for `tenon db stats`, and the check of
// its files. Made by the backend, one thread; part of backend.hpp.
#pragma once

#include <cstdint>
#include <vector>

#include "tenon/core/status.hpp"

namespace tenon::store {

// One number under a name that a metric can have.
struct BackendFigure {
  const char* name;
  const char* meaning;
  double value;
};

// What is known of a column without reading it.
struct ColumnFigures {
  struct Level {
    int level = 0;
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
  };
  std::uint64_t estimated_entries = 0;
  std::vector<Level> levels; // those that have files
};

// Reads files as they lie on disk and compares them with their checksums, piece by piece.
class FileCheck {
public:
  virtual ~FileCheck() = default;
  // Reads on, about so many bytes; how many it has read, 0 at the end. DATA_LOSS names the file.
  [[nodiscard]] virtual Result<std::uint64_t> check(std::uint64_t max_bytes) = 0;
};

} // namespace tenon::store
