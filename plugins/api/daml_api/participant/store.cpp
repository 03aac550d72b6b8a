#include "participant/store.hpp"

#include "participant/database.hpp"

namespace tenon::daml_api {

Result<std::unique_ptr<ParticipantStore>>
ParticipantStore::open(const std::filesystem::path& file) {
  TENON_ASSIGN_OR_RETURN(auto connection, open_participant_database(file));
  return std::unique_ptr<ParticipantStore>(new ParticipantStore(std::move(connection)));
}

} // namespace tenon::daml_api
