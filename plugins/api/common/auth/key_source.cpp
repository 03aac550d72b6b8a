#include "common/auth/key_source.hpp"

#include <chrono>
#include <curl/curl.h>
#include <fstream>
#include <sstream>

#include "tenon/core/endpoint.hpp"

namespace tenon::api::auth {

namespace {

constexpr std::size_t kMaxKeyFileBytes = 1 << 20;

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return invalid_argument(path + ": cannot be opened; expected a readable file");
  std::string text(kMaxKeyFileBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMaxKeyFileBytes)
    return invalid_argument(path + ": larger than 1 MiB; expected a key or a key set");
  return text;
}

struct Download {
  std::string body;
  std::size_t max_bytes = 0;
};

std::size_t take_chunk(char* chunk, std::size_t size, std::size_t count, void* context) {
  auto& download = *static_cast<Download*>(context);
  const std::size_t bytes = size * count;
  if (download.body.size() + bytes > download.max_bytes)
    return 0; // curl ends the transfer
  download.body.append(chunk, bytes);
  return bytes;
}

// An http URL, without a user before the host.
bool names_this_machine(const std::string& url) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> parsed(curl_url(), curl_url_cleanup);
  if (parsed == nullptr || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
    return false;
  const auto part = [&](CURLUPart which) {
    char* text = nullptr;
    const bool there = curl_url_get(parsed.get(), which, &text, 0) == CURLUE_OK;
    const std::string copy = there ? text : "";
    curl_free(text);
    return copy;
  };
  const auto endpoint = parse_endpoint(part(CURLUPART_HOST) + ":0");
  return part(CURLUPART_SCHEME) == "http" && part(CURLUPART_USER).empty() &&
         part(CURLUPART_PASSWORD).empty() && endpoint && is_loopback(*endpoint);
}

} // namespace

Status read_key_settings(const Json& auth, KeySourceSettings& settings) {
  const auto keys = auth.find("keys");
  if (keys != auth.end() && keys->is_array()) {
    for (const Json& key : *keys) {
      if (!key.is_object() || text_member(key, "file").empty())
        return invalid_argument(
            "auth.keys: expected entries of the form {\"file\": \"key.pub.pem\"}");
      settings.key_files.push_back(text_member(key, "file"));
    }
  }
  const auto jwks = auth.find("jwks");
  if (jwks != auth.end() && jwks->is_object()) {
    settings.jwks_file = text_member(*jwks, "file");
    settings.jwks_url = text_member(*jwks, "url");
    read_number(*jwks, "refresh_s", settings.refresh_s);
  }
  return {};
}

Result<std::string> fetch_url(const std::string& url, std::uint64_t timeout_ms,
                              std::size_t max_bytes) {
  const bool local = names_this_machine(url);
  if (!local && !url.starts_with("https://"))
    return invalid_argument(url + ": expected https://, or http:// to this machine");
  const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), curl_easy_cleanup);
  if (curl == nullptr)
    return unavailable(url + ": no HTTP client could be made");
  Download download{{}, max_bytes};
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, local ? "http" : "https");
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(timeout_ms));
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 0L);
  if (local)
    curl_easy_setopt(curl.get(), CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, take_chunk);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &download);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK)
    return unavailable(url + ": " + curl_easy_strerror(code));
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status != 200)
    return unavailable(url + ": answered " + std::to_string(status) + "; expected 200");
  return std::move(download.body);
}

Result<std::unique_ptr<KeySource>> KeySource::open(KeySourceSettings settings) {
  std::unique_ptr<KeySource> source(new KeySource(std::move(settings)));
  for (const std::string& path : source->settings_.key_files) {
    TENON_ASSIGN_OR_RETURN(const std::string pem, read_file(path));
    TENON_ASSIGN_OR_RETURN(VerificationKey key, key_from_pem(pem, path));
    source->file_keys_.push_back(std::move(key));
  }
  if (!source->settings_.jwks_file.empty()) {
    TENON_ASSIGN_OR_RETURN(const std::string text, read_file(source->settings_.jwks_file));
    TENON_ASSIGN_OR_RETURN(KeySet keys, keys_from_jwks(text, source->settings_.jwks_file));
    source->file_keys_.insert(source->file_keys_.end(), keys.begin(), keys.end());
  }
  if (source->file_keys_.empty() && source->settings_.jwks_url.empty()) {
    return invalid_argument("auth: no key to verify tokens with; name one under 'auth.keys' or "
                            "'auth.jwks'");
  }
  source->keys_ = std::make_shared<const KeySet>(source->file_keys_);
  return source;
}

KeySource::~KeySource() {
  stop();
}

void KeySource::start(Report report) {
  if (settings_.jwks_url.empty() || thread_.joinable())
    return;
  thread_ = std::thread([this, report = std::move(report)] { run(report); });
}

void KeySource::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable())
    thread_.join();
}

std::shared_ptr<const KeySet> KeySource::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

void KeySource::refresh_soon() {
  {
    const std::lock_guard lock(mutex_);
    wanted_ = true;
  }
  wake_.notify_all();
}

Status KeySource::fetch_once() {
  TENON_ASSIGN_OR_RETURN(
      const std::string text,
      fetch_url(settings_.jwks_url, settings_.fetch_timeout_ms, kMaxKeyFileBytes));
  TENON_ASSIGN_OR_RETURN(KeySet keys, keys_from_jwks(text, settings_.jwks_url));
  keys.insert(keys.end(), file_keys_.begin(), file_keys_.end());
  const std::lock_guard lock(mutex_);
  keys_ = std::make_shared<const KeySet>(std::move(keys));
  return {};
}

void KeySource::run(const Report& report) {
  bool failed = false;
  while (true) {
    const Status status = fetch_once();
    if (!status.ok() || failed)
      report(status);
    failed = !status.ok();
    std::unique_lock lock(mutex_);
    // Even a flood of tokens with unknown keys makes one fetch per pause.
    wake_.wait_for(lock, std::chrono::milliseconds(settings_.min_pause_ms),
                   [&] { return stopping_; });
    wanted_ = wanted_ || failed;
    wake_.wait_for(lock, std::chrono::seconds(settings_.refresh_s),
                   [&] { return stopping_ || wanted_; });
    wanted_ = false;
    if (stopping_)
      return;
  }
}

} // namespace tenon::api::auth
