// The token's functions as other contracts call them. Included by contracts only.
#pragma once

#include "tenon/contract/contract.hpp"

namespace token_interface {

namespace c = tenon::contract;

inline void transfer(const c::instance& token, const c::party& to, c::u128 amount) {
  c::call<void>(token, "transfer", to, amount);
}

inline void transfer_from(const c::instance& token, const c::party& from, const c::party& to,
                          c::u128 amount) {
  c::call<void>(token, "transfer_from", from, to, amount);
}

} // namespace token_interface
