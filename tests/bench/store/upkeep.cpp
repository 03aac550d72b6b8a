#include "upkeep.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "tenon/core/encoding.hpp"

namespace tenon::bench {

namespace {

constexpr std::chrono::milliseconds kBetweenRounds{20};
// As fast as `tenon backup create` copies where it is not told otherwise.
constexpr double kCopiedBytesPerSecond = 64u << 20;

Status copy_synced(const std::filesystem::path& from, const std::filesystem::path& to) {
  const auto began = std::chrono::steady_clock::now();
  std::error_code failed;
  std::filesystem::create_directories(to.parent_path(), failed);
  std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing, failed);
  if (failed)
    return fault("copying " + from.string() + ": " + failed.message());
  const int file = ::open(to.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  if (file >= 0)
    ::close(file);
  if (!synced)
    return fault("syncing " + to.string() + " failed");
  const auto bytes = static_cast<double>(std::filesystem::file_size(to));
  const std::chrono::duration<double> turn(bytes / kCopiedBytesPerSecond);
  std::this_thread::sleep_until(began + turn);
  return {};
}

} // namespace

Upkeep::Upkeep(Round round)
    : thread_([this, round = std::move(round)] {
        while (!stopped_ && status_.ok()) {
          status_ = round();
          ++rounds_;
          std::this_thread::sleep_for(kBetweenRounds);
        }
      }) {}

Upkeep::~Upkeep() {
  stopped_ = true;
  if (thread_.joinable())
    thread_.join();
}

Result<std::uint64_t> Upkeep::stop() {
  stopped_ = true;
  thread_.join();
  TENON_RETURN_IF_ERROR(status_);
  return rounds_;
}

Upkeep::Round pruning(plugin::Store& store, std::uint64_t kept) {
  return [&store, kept]() -> Status {
    TENON_ASSIGN_OR_RETURN(const plugin::StoreHead head, store.head());
    return head.height < kept ? Status() : store.prune(head.height - kept + 1);
  };
}

Result<std::uint64_t> pruned_up_to(const plugin::Store& store) {
  constexpr auto kUnasked = [](std::uint64_t, std::uint64_t) { return true; };
  TENON_ASSIGN_OR_RETURN(const Bytes described, store.describe(false, kUnasked));
  const auto json = nlohmann::json::parse(described, nullptr, false);
  const auto height = json.is_object() ? parse_u64(json.value("oldest_changes", "")) : std::nullopt;
  if (!height)
    return fault("the store describes itself without \"oldest_changes\"");
  return *height;
}

Upkeep::Round backups(plugin::Store& store, std::filesystem::path directory) {
  const auto known = std::make_shared<std::set<std::string>>();
  return [&store, directory = std::move(directory), known]() -> Status {
    const std::filesystem::path checkpoint = directory / "checkpoint";
    std::filesystem::remove_all(checkpoint);
    std::filesystem::create_directories(checkpoint);
    TENON_ASSIGN_OR_RETURN(const auto made, store.checkpoint(checkpoint.string()));
    for (const plugin::StoreFile& file : made.files) {
      if (file.content.empty() || known->insert(file.content).second)
        TENON_RETURN_IF_ERROR(copy_synced(checkpoint / file.name, directory / "copy" / file.name));
    }
    return {};
  };
}

} // namespace tenon::bench
