#include "participant/store.hpp"

namespace tenon::daml_api {

bool annotations_fit(const Annotations& annotations) {
  std::size_t bytes = 0;
  for (const auto& [key, value] : annotations) {
    if (!value.empty())
      bytes += key.size() + value.size();
  }
  return bytes <= kMaxAnnotationsBytes;
}

Annotations merge_annotations(Annotations present, const Annotations& changes) {
  for (const auto& [key, value] : changes) {
    if (value.empty())
      present.erase(key);
    else
      present.insert_or_assign(key, value);
  }
  return present;
}

Result<Annotations> ParticipantStore::read_annotations(std::string_view table,
                                                       const std::string& owner) {
  TENON_ASSIGN_OR_RETURN(sqlite::Statement* const find,
                         connection_->statement("SELECT key, value FROM " + std::string(table) +
                                                " WHERE owner = ?"));
  sqlite::Rows rows = find->run(std::string_view(owner));
  Annotations annotations;
  for (;;) {
    TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
    if (!there)
      return annotations;
    annotations.emplace(rows.bytes(0), rows.bytes(1));
  }
}

Status ParticipantStore::write_annotations(std::string_view table, const std::string& owner,
                                           const Annotations& annotations) {
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const remove,
      connection_->statement("DELETE FROM " + std::string(table) + " WHERE owner = ?"));
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const add,
      connection_->statement("INSERT INTO " + std::string(table) + " VALUES (?, ?, ?)"));
  TENON_RETURN_IF_ERROR(remove->execute(std::string_view(owner)));
  for (const auto& [key, value] : annotations) {
    TENON_RETURN_IF_ERROR(
        add->execute(std::string_view(owner), std::string_view(key), std::string_view(value)));
  }
  return {};
}

} // namespace tenon::daml_api
