// Programs of a package in the interpreter alone: no ledger, no commands. Owned by the benchmark;
// one thread.
#pragma once

#include <memory>

#include "interpreter/store.hpp"

namespace tenon::bench {

class Programs {
public:
  [[nodiscard]] Status load(std::string_view package_payload);
  // Applies a function of module Programs to a number, and expects a number. The steps it took.
  [[nodiscard]] Result<std::uint64_t> run(std::string_view name, std::int64_t argument,
                                          std::int64_t expected);

private:
  daml::interpreter::PackageStore store_;
  std::string package_id_;
};

} // namespace tenon::bench
