// Contracts and their ends as this API gives them: {"contractId", "templateId", "payload", …}.
// Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "common/json/json_text.hpp"
#include "index/indexed_transaction.hpp"
#include "tenon/core/status.hpp"

namespace tenon::daml_api::json {

// A contract seen through an interface: the view takes the place of its payload.
struct InterfaceView {
  std::string interface; // "package:Module:Name"
  std::string value;     // as engines write values
};

// Members that stand beside those of a contract.
struct CreatedExtras {
  const InterfaceView* view = nullptr;
  std::string completion_offset; // empty: none
};

// One object. A fault for an event whose values cannot be read.
[[nodiscard]] Status write_created(api::JsonWriter& json, const index::IndexedEvent& created,
                                   const CreatedExtras& extras = {});
// `interface`: through which the contract was seen; empty: none.
void write_archived(api::JsonWriter& json, const index::IndexedEvent& archived,
                    const std::string& interface = {});

} // namespace tenon::daml_api::json
