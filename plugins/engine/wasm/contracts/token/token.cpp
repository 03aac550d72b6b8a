// A fungible token. The one who makes the instance issues it.
//
// Who sees what: an account's balance its owner alone, an allowance its two parties, a transfer's
// event the two parties; name, supply and issuer everybody. Instances of contracts hold tokens too;
// as nobody queries on their behalf, what an instance holds is visible to everybody.
#include "tenon/contract/contract.hpp"

using namespace tenon::contract;

struct Info {
  text name;
  text symbol;
  u32 decimals;
  party issuer;
  u128 total_supply;
};
TENON_RECORD(Info, name, symbol, decimals, issuer, total_supply);

struct Transfer {
  party from;
  party to;
  u128 amount;
};
TENON_EVENT(Transfer, 0, from, to, amount);

// What init fixed; the rest of Info is the supply.
struct Facts {
  text name;
  text symbol;
  u32 decimals;
  party issuer;
};
TENON_RECORD(Facts, name, symbol, decimals, issuer);

namespace {

constexpr Cell<Facts> facts("facts");
constexpr Cell<u128> supply("supply");
constexpr Map<u128, party> balances("balance");
constexpr Map<u128, party, party> allowances("allowance");

// Names the nobody that tokens come from when minted and go to when burned.
constexpr party kNobody{"nobody"};

void set_balance(const party& owner, u128 amount) {
  balances.put(owner, amount, owner.is_instance() ? Readers::everybody() : Readers::of(owner));
}

void add_to(const party& owner, u128 amount) {
  const u128 before = balances.get(owner);
  require(before + amount >= before, "OVERFLOW", "the balance would exceed 128 bits");
  set_balance(owner, before + amount);
}

void take_from(const party& owner, u128 amount) {
  const u128 before = balances.get(owner);
  require(before >= amount, "INSUFFICIENT_FUNDS", "the balance is smaller than the amount");
  set_balance(owner, before - amount);
}

void check_account(const party& account) {
  require(account != kNobody && account.name != "*", "BAD_ARGUMENT",
          "this name cannot hold tokens");
}

void move(const party& from, const party& to, u128 amount) {
  require(amount > 0, "BAD_ARGUMENT", "the amount is zero");
  check_account(to);
  take_from(from, amount);
  add_to(to, amount);
  emit(Transfer{from, to, amount}, Readers::of(from, to));
}

void init(text name, text symbol, u32 decimals) {
  constexpr u32 kMostDecimals = 38; // of a 128-bit amount
  require(name.size > 0 && symbol.size > 0, "BAD_ARGUMENT", "name or symbol is empty");
  require(decimals <= kMostDecimals, "BAD_ARGUMENT", "more than 38 decimals");
  facts.put({name, symbol, decimals, caller()}, Readers::everybody());
  supply.put(0, Readers::everybody());
}

void mint(party to, u128 amount) {
  require(caller() == facts.get().issuer, "NOT_ISSUER", "only the issuer mints");
  require(amount > 0, "BAD_ARGUMENT", "the amount is zero");
  check_account(to);
  const u128 before = supply.get();
  require(before + amount >= before, "OVERFLOW", "the supply would exceed 128 bits");
  supply.put(before + amount, Readers::everybody());
  add_to(to, amount);
  emit(Transfer{kNobody, to, amount}, Readers::of(caller(), to));
}

void transfer(party to, u128 amount) {
  move(caller(), to, amount);
}

void approve(party spender, u128 amount) {
  const party owner = caller();
  allowances.put(owner, spender, amount, Readers::of(owner, spender));
}

void transfer_from(party from, party to, u128 amount) {
  const party spender = caller();
  const u128 allowed = allowances.get(from, spender);
  require(allowed >= amount, "INSUFFICIENT_ALLOWANCE", "the allowance is smaller than the amount");
  allowances.put(from, spender, allowed - amount, Readers::of(from, spender));
  move(from, to, amount);
}

void burn(u128 amount) {
  const party owner = caller();
  require(amount > 0, "BAD_ARGUMENT", "the amount is zero");
  take_from(owner, amount);
  supply.put(supply.get() - amount, Readers::everybody());
  emit(Transfer{owner, kNobody, amount}, Readers::of(owner));
}

u128 balance(party owner) {
  return balances.get(owner);
}

u128 allowance(party owner, party spender) {
  return allowances.get(owner, spender);
}

Info info() {
  const Facts known = facts.get();
  return {known.name, known.symbol, known.decimals, known.issuer, supply.get()};
}

u128 total_supply() {
  return supply.get();
}

} // namespace

TENON_CONTRACT("token",                                        //
               TENON_INIT(init, name, symbol, decimals),       //
               TENON_EXECUTE(mint, to, amount),                //
               TENON_EXECUTE(transfer, to, amount),            //
               TENON_EXECUTE(approve, spender, amount),        //
               TENON_EXECUTE(transfer_from, from, to, amount), //
               TENON_EXECUTE(burn, amount),                    //
               TENON_QUERY(balance, owner),                    //
               TENON_QUERY(allowance, owner, spender),         //
               TENON_QUERY(info),                              //
               TENON_QUERY(total_supply),                      //
               TENON_EMITS(Transfer),                          //
               TENON_USES(Info));
