#include "index/names.hpp"

#include <mutex>

#include "tenon/core/encoding.hpp"

namespace tenon::daml_api::index {

Status Names::load(sqlite::Connection& connection) {
  TENON_ASSIGN_OR_RETURN(sqlite::Statement* const all,
                         connection.statement("SELECT id, name FROM names ORDER BY id"));
  const std::unique_lock lock(mutex_);
  ids_.clear();
  names_.clear();
  sqlite::Rows rows = all->run();
  for (;;) {
    TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
    if (!there)
      return {};
    if (rows.integer(0) != static_cast<NameId>(names_.size()) + 1)
      return data_loss("the database is damaged: the names in it are not numbered one by one");
    names_.emplace_back(rows.bytes(1));
    ids_.emplace(names_.back(), rows.integer(0));
  }
}

std::optional<NameId> Names::find(std::string_view name) const {
  const std::shared_lock lock(mutex_);
  const auto found = ids_.find(name);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

Result<std::string> Names::name(NameId id) const {
  const std::shared_lock lock(mutex_);
  if (id < 1 || static_cast<std::size_t>(id) > names_.size()) {
    return data_loss("the database is damaged: it mentions name " + std::to_string(id) + " of " +
                     std::to_string(names_.size()));
  }
  return names_[static_cast<std::size_t>(id) - 1];
}

NameId Names::last() const {
  const std::shared_lock lock(mutex_);
  return static_cast<NameId>(names_.size());
}

Result<NameId> NewNames::intern(sqlite::Connection& connection, const std::string& name) {
  if (const auto known = names_.find(name))
    return *known;
  if (const auto known = ids_.find(name); known != ids_.end())
    return known->second;
  TENON_ASSIGN_OR_RETURN(sqlite::Statement* const insert,
                         connection.statement("INSERT INTO names(id, name) VALUES (?, ?)"));
  TENON_RETURN_IF_ERROR(insert->execute(next_, std::string_view(name)));
  ids_.emplace(name, next_);
  added_.push_back(name);
  return next_++;
}

void NewNames::committed() {
  const std::unique_lock lock(names_.mutex_);
  for (std::string& name : added_) {
    names_.names_.push_back(std::move(name));
    names_.ids_.emplace(names_.names_.back(), static_cast<NameId>(names_.names_.size()));
  }
}

void append_name_id(Bytes& out, NameId id) {
  append_be32(out, static_cast<std::uint32_t>(id));
}

Result<std::vector<std::string>> read_names(const Names& names, BytesView encoded) {
  std::vector<std::string> result;
  Reader reader(encoded);
  while (!reader.empty()) {
    std::uint32_t id = 0;
    if (!reader.be32(id))
      return data_loss("the database is damaged: a list of names is cut off");
    TENON_ASSIGN_OR_RETURN(result.emplace_back(), names.name(id));
  }
  return result;
}

} // namespace tenon::daml_api::index
