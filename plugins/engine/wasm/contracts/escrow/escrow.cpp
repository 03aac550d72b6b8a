// Escrow: a buyer puts tokens aside for a seller. The buyer, or the arbiter both named, releases
// them to the seller; the seller or the arbiter gives them back; after the deadline the buyer takes
// them back alone. The instance itself holds the tokens, on its own account with the token
// contract.
//
// A deal is visible to its three parties only.
#include "../token/token.hpp"

using namespace tenon::contract;

struct Deal {
  instance token;
  party buyer;
  party seller;
  party arbiter;
  u128 amount;
  u64 deadline_us;
};
TENON_RECORD(Deal, token, buyer, seller, arbiter, amount, deadline_us);

struct Opened {
  u64 deal;
  party buyer;
  party seller;
  u128 amount;
};
TENON_EVENT(Opened, 0, deal, buyer, seller, amount);

struct Closed {
  u64 deal;
  party receiver;
  u128 amount;
};
TENON_EVENT(Closed, 1, deal, receiver, amount);

namespace {

constexpr Cell<u64> deal_count("count");
constexpr Map<Deal, u64> deals("deal");

Readers parties_of(const Deal& deal) {
  return Readers::of(deal.buyer, deal.seller, deal.arbiter);
}

Deal existing(u64 number) {
  const option<Deal> found = deals.find(number);
  require(found.has_value, "UNKNOWN_DEAL", "there is no open deal of this number");
  return found.value;
}

// The deal goes before the tokens do, so that nothing can be paid twice.
void close(u64 number, const Deal& deal, const party& receiver) {
  deals.remove(number);
  emit(Closed{number, receiver, deal.amount}, parties_of(deal));
  token_interface::transfer(deal.token, receiver, deal.amount);
}

void init() {
  deal_count.put(0, Readers::everybody());
}

// The buyer has allowed this instance, with the token's approve, to take the amount.
u64 open(instance token, party seller, party arbiter, u128 amount, u64 deadline_us) {
  const Deal deal{token, caller(), seller, arbiter, amount, deadline_us};
  require(deadline_us > block_time(), "BAD_ARGUMENT", "the deadline has passed already");
  require(!seller.is_instance() && !arbiter.is_instance() && !deal.buyer.is_instance(),
          "BAD_ARGUMENT", "buyer, seller and arbiter are parties");
  const u64 number = deal_count.get();
  deal_count.put(number + 1, Readers::everybody());
  deals.put(number, deal, parties_of(deal));
  emit(Opened{number, deal.buyer, seller, amount}, parties_of(deal));
  token_interface::transfer_from(token, deal.buyer, self_account(), amount);
  return number;
}

void release(u64 deal) {
  const Deal found = existing(deal);
  require(caller() == found.buyer || caller() == found.arbiter, "NOT_ALLOWED",
          "only the buyer or the arbiter releases");
  close(deal, found, found.seller);
}

void refund(u64 deal) {
  const Deal found = existing(deal);
  const bool by_right = caller() == found.seller || caller() == found.arbiter;
  require(by_right || (caller() == found.buyer && block_time() >= found.deadline_us), "NOT_ALLOWED",
          "only the seller, the arbiter, or the buyer after the deadline gives back");
  close(deal, found, found.buyer);
}

Deal deal(u64 deal) {
  return existing(deal);
}

list<u64> open_deals() {
  constexpr u32 kMost = 100;
  auto* const numbers = reinterpret_cast<u64*>(allocate(kMost * sizeof(u64)));
  u32 count = 0;
  deals.each([&](u64 number, const Deal&) {
    numbers[count++] = number;
    return count < kMost;
  });
  return {numbers, count};
}

} // namespace

TENON_CONTRACT("escrow",                                                         //
               TENON_INIT(init),                                                 //
               TENON_EXECUTE(open, token, seller, arbiter, amount, deadline_us), //
               TENON_EXECUTE(release, deal),                                     //
               TENON_EXECUTE(refund, deal),                                      //
               TENON_QUERY(deal, deal),                                          //
               TENON_QUERY(open_deals),                                          //
               TENON_EMITS(Opened),                                              //
               TENON_EMITS(Closed),                                              //
               TENON_USES(Deal));
