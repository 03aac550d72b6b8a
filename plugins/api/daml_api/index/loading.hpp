// Rows of the database back into what services read. The caller's connection stands in a
// transaction, so that rows belong together; any thread with a connection of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "index/indexed_transaction.hpp"
#include "index/names.hpp"
#include "index/sqlite.hpp"

namespace tenon::daml_api::index {

// Null when there is none at that offset.
[[nodiscard]] Result<std::shared_ptr<const IndexedTransaction>>
load_transaction(sqlite::Connection& connection, const Names& names, std::uint64_t offset);

[[nodiscard]] Result<std::shared_ptr<const IndexedCompletion>>
load_completion(sqlite::Connection& connection, std::uint64_t offset);

// An event by its number, without witnesses, and the offset of its transaction.
[[nodiscard]] Result<std::optional<ActiveContract>>
load_event(sqlite::Connection& connection, std::uint64_t sequence,
           const std::shared_ptr<google::protobuf::Arena>& arena, std::uint64_t* bytes = nullptr);

// The number of the last event up to and with the offset, which must not be before what was pruned.
[[nodiscard]] Result<std::uint64_t> last_sequence_at(sqlite::Connection& connection,
                                                     std::uint64_t offset);

// Of the create of a contract.
[[nodiscard]] std::vector<std::string_view> stakeholders_of(const engine::Contract& contract);

} // namespace tenon::daml_api::index
