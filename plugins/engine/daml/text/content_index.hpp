// Numbers types by what they say: two types have one number exactly when they are written the same,
// whichever entries of the type table they are made of. Owned by one assembler or disassembler.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "lf/types.hpp"

namespace tenon::daml::text {

class ContentIndex {
public:
  // The head of `type`, with the numbers of its parts: arguments, types of fields or the body.
  std::uint32_t number(const lf::Type& type, std::span<const std::uint32_t> parts);
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(index_.size()); }

private:
  std::uint32_t number(const lf::Kind* kind);

  std::map<std::vector<std::uint32_t>, std::uint32_t> index_;
  std::map<const lf::Kind*, std::uint32_t> kinds_; // equal ones have one address
};

} // namespace tenon::daml::text
