// Parties, templates and applications as numbers, so that rows are small. Names are never
// forgotten. Any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "index/sqlite.hpp"
#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::daml_api::index {

using NameId = std::int64_t; // from 1 on

class Names {
public:
  // Those that the database holds.
  Status load(sqlite::Connection& connection);
  [[nodiscard]] std::optional<NameId> find(std::string_view name) const;
  // Of a number that stands in the database.
  [[nodiscard]] Result<std::string> name(NameId id) const;
  [[nodiscard]] NameId last() const;

private:
  friend class NewNames;

  mutable std::shared_mutex mutex_;
  std::deque<std::string> names_; // of id 1, 2 …; their addresses stay
  std::unordered_map<std::string_view, NameId> ids_;
};

// The names that a write needs: those that are new become known to others when it has committed, so
// that no number ever means two things. One thread.
class NewNames {
public:
  explicit NewNames(Names& names) : names_(names), next_(names.last() + 1) {}
  // Writes the name where it is new.
  [[nodiscard]] Result<NameId> intern(sqlite::Connection& connection, const std::string& name);
  void committed();

private:
  Names& names_;
  NameId next_;
  std::vector<std::string> added_;
  std::unordered_map<std::string, NameId> ids_;
};

// Lists of names as they stand in rows.
void append_name_id(Bytes& out, NameId id);
[[nodiscard]] Result<std::vector<std::string>> read_names(const Names& names, BytesView encoded);

} // namespace tenon::daml_api::index
