// Where the keys come from: PEM files and a key set in a file, read once, and a key set behind a
// URL, kept fresh by a thread of its own. Owned by the plugin object; keys() on any thread.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/auth/keys.hpp"
#include "common/json/json_text.hpp"

namespace tenon::api::auth {

struct KeySourceSettings {
  std::vector<std::string> key_files;
  std::string jwks_file;
  std::string jwks_url;
  std::uint64_t refresh_s = 300;
  std::uint64_t fetch_timeout_ms = 5000;
  std::uint64_t min_pause_ms = 5000; // between two fetches, whatever asks for them
};

// `keys` and `jwks` of an object of the configuration.
[[nodiscard]] Status read_key_settings(const Json& auth, KeySourceSettings& settings);

class KeySource {
public:
  using Report = std::function<void(const Status& status)>;

  // Reads the files. A URL is fetched by start(), which does not wait for it.
  [[nodiscard]] static Result<std::unique_ptr<KeySource>> open(KeySourceSettings settings);
  ~KeySource();
  KeySource(const KeySource&) = delete;
  KeySource& operator=(const KeySource&) = delete;

  // `report` hears of each fetch that failed, and of the first that worked after it.
  void start(Report report);
  void stop();

  // The keys known now; another pointer whenever they have changed.
  [[nodiscard]] std::shared_ptr<const KeySet> keys() const;
  // A token names a key that is not there: look again soon, but not more than every few seconds.
  void refresh_soon();

private:
  explicit KeySource(KeySourceSettings settings) : settings_(std::move(settings)) {}
  void run(const Report& report);
  [[nodiscard]] Status fetch_once();

  const KeySourceSettings settings_;
  KeySet file_keys_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::shared_ptr<const KeySet> keys_;
  bool stopping_ = false;
  bool wanted_ = false;
  std::thread thread_;
};

// GET over HTTPS, or HTTP to this machine. At most `max_bytes`; for the key source and its tests.
[[nodiscard]] Result<std::string> fetch_url(const std::string& url, std::uint64_t timeout_ms,
                                            std::size_t max_bytes);

} // namespace tenon::api::auth
