// Exactly once: the key under which a command is known, and the record that says it has been done;
// and of a rejected transaction the record that says so, for whoever shows its batch again.
// Step: admission makes the key, block_executor keeps the record. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pipeline/block_state.hpp"
#include "tenon/v1/ledger.pb.h"

namespace tenon::host::pipeline {

// SHA-256 over the submitter — the set of parties it acts as — and its command id.
[[nodiscard]] Hash dedup_key(std::vector<std::string> act_as, std::string_view command_id);

// SHA-256 over everything else that decides what a submission does.
[[nodiscard]] Hash submission_content(const v1::Submission& submission);

// The record of an accepted command, while it lasts.
[[nodiscard]] Result<std::optional<v1::DedupRecord>>
find_dedup(const BlockState& state, std::string_view engine, BytesView dedup_key);

// Rejects a transaction whose window is over or too long, or whose command was accepted before.
[[nodiscard]] Status check_dedup(const BlockState& state, const v1::Transaction& transaction,
                                 std::uint64_t max_window_us);

// Rejects a transaction that was rejected before when this client had signed it: the client has
// been told so. What another client signed says nothing.
[[nodiscard]] Status check_not_rejected(const BlockState& state, std::string_view client,
                                        const Hash& transaction_id);

// As long as it could still be committed: the transaction, not its command, is spent. Its
// submitter may send the command again in another one. Nothing is kept of one with a longer window
// than the ledger grants.
[[nodiscard]] Status record_rejection(BlockState& state, std::string_view client,
                                      const v1::Transaction& transaction,
                                      const Hash& transaction_id, std::uint64_t max_window_us,
                                      std::uint64_t height, std::uint32_t index);

// Occupies the key, until dedup_until_us.
void record_dedup(BlockState& state, const v1::Transaction& transaction, const Hash& transaction_id,
                  std::uint64_t height, std::uint32_t index);

} // namespace tenon::host::pipeline
