// What the index must answer, found the slow way: by going through the whole ledger again for every
// question. And random histories to ask about.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "index/ledger_index.hpp"
#include "script_ledger.hpp"

namespace tenon::daml_api::index::test {

class Model {
public:
  void add(std::uint64_t offset, const Draft& draft) {
    log_.push_back(draft.message());
    log_.back().set_offset(offset);
  }

  [[nodiscard]] std::vector<std::uint64_t> offsets(const Interest& interest, Shape shape,
                                                   std::uint64_t after, std::uint64_t up_to) const;
  [[nodiscard]] std::vector<std::uint64_t> completions(const std::string& application,
                                                       const Parties& parties, std::uint64_t after,
                                                       std::uint64_t up_to) const;
  [[nodiscard]] std::vector<std::string> active(const Interest& interest, std::uint64_t at) const;
  // Offsets of create and archive; 0: none.
  [[nodiscard]] std::pair<std::uint64_t, std::uint64_t>
  life_of(const std::string& contract_id) const;
  // Of the newest contract with the key that the party sees, whose place is before the given one.
  [[nodiscard]] std::optional<Position> newest(const std::string& key_hash,
                                               const std::string& party,
                                               std::optional<Position> before) const;

private:
  std::vector<tenon::v1::LedgerTransaction> log_;
};

// Goes on with a history: parties p0 … p3, few templates, keys and applications.
class RandomHistory {
public:
  explicit RandomHistory(std::uint64_t seed) : random_(seed) {}

  [[nodiscard]] Draft next();
  [[nodiscard]] Interest interest();
  [[nodiscard]] Parties parties(); // one or more
  [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  [[nodiscard]] const std::vector<Sample>& all_contracts() const { return all_; }

private:
  Sample new_contract();

  std::mt19937_64 random_;
  std::vector<Sample> active_;
  std::vector<Sample> all_;
};

} // namespace tenon::daml_api::index::test
