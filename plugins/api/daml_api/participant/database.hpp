// The file that holds the participant's records: made whole or not at all, recognised before it is
// opened, and brought to the newest form. Used by the store; one thread.
#pragma once

#include <filesystem>
#include <memory>

#include "index/sqlite.hpp"
#include "tenon/core/status.hpp"

namespace tenon::daml_api {

// Of a file that is not there a new one is made, with the user participant_admin in it. A file that
// is no participant database, is damaged, or is of a newer version fails and stays as it is.
[[nodiscard]] Result<std::unique_ptr<sqlite::Connection>>
open_participant_database(const std::filesystem::path& file);

} // namespace tenon::daml_api
