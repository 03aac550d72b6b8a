#include "services/log.hpp"

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <ctime>
#include <nlohmann/json.hpp>

namespace tenon::host::services {

namespace {

constexpr std::size_t kQueueEntries = 8192;
constexpr std::size_t kMaxMessageBytes = 16u << 10;
constexpr std::size_t kMaxFieldsBytes = 16u << 10;
// Between the parts of an entry on its way to the writing thread. No part contains it: messages
// come from anywhere, so they are cleaned of it, and JSON escapes it.
constexpr char kSeparator = '\x1f';

spdlog::level::level_enum spd_level(plugin::LogLevel level) {
  switch (level) {
  case plugin::LogLevel::kTrace:
    return spdlog::level::trace;
  case plugin::LogLevel::kDebug:
    return spdlog::level::debug;
  case plugin::LogLevel::kInfo:
    return spdlog::level::info;
  case plugin::LogLevel::kWarn:
    return spdlog::level::warn;
  case plugin::LogLevel::kError:
    break;
  }
  return spdlog::level::err;
}

std::string_view level_word(spdlog::level::level_enum level) {
  switch (level) {
  case spdlog::level::trace:
    return "trace";
  case spdlog::level::debug:
    return "debug";
  case spdlog::level::info:
    return "info";
  case spdlog::level::warn:
    return "warn";
  default:
    return "error";
  }
}

// Any bytes as a JSON string; what is not UTF-8 is replaced.
std::string json_string(std::string_view text) {
  return nlohmann::json(std::string(text))
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string timestamp(std::chrono::system_clock::time_point time) {
  const auto since_epoch = time.time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_epoch);
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(since_epoch - seconds);
  const std::time_t whole = seconds.count();
  std::tm parts{};
  gmtime_r(&whole, &parts);
  char text[40];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  char fraction[12];
  std::snprintf(fraction, sizeof fraction, ".%06dZ", static_cast<int>(micros.count()));
  return std::string(text, size) + fraction;
}

// An entry is component, message and fields, put together in SpdLog::write.
struct Entry {
  std::string_view component;
  std::string_view message;
  std::string_view fields;
};

Entry split(spdlog::string_view_t payload) {
  const std::string_view whole(payload.data(), payload.size());
  const std::size_t first = whole.find(kSeparator);
  const std::size_t second = whole.find(kSeparator, first + 1);
  return {whole.substr(0, first), whole.substr(first + 1, second - first - 1),
          whole.substr(second + 1)};
}

class LineFormatter final : public spdlog::formatter {
public:
  LineFormatter(std::string node, bool json) : node_(std::move(node)), json_(json) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const Entry entry = split(message.payload);
    const std::string line = json_ ? json_line(message, entry) : text_line(message, entry);
    out.append(line.data(), line.data() + line.size());
  }
  [[nodiscard]] std::unique_ptr<formatter> clone() const override {
    return std::make_unique<LineFormatter>(node_, json_);
  }

private:
  [[nodiscard]] std::string json_line(const spdlog::details::log_msg& message,
                                      const Entry& entry) const {
    std::string line = R"({"time":")" + timestamp(message.time) + R"(","level":")" +
                       std::string(level_word(message.level)) + R"(","node":)" +
                       json_string(node_) + R"(,"component":)" + json_string(entry.component) +
                       R"(,"message":)" + json_string(entry.message);
    if (!entry.fields.empty())
      line.append(R"(,"fields":)").append(entry.fields);
    return line.append("}\n");
  }
  [[nodiscard]] std::string text_line(const spdlog::details::log_msg& message,
                                      const Entry& entry) const {
    std::string line = timestamp(message.time);
    line.append(" ").append(level_word(message.level)).append(" [").append(entry.component);
    line.append("] ").append(entry.message);
    if (!entry.fields.empty())
      line.append(" ").append(entry.fields);
    return line.append("\n");
  }

  std::string node_;
  bool json_;
};

// Terminals and line readers must not be steered by what a message contains.
std::string cleaned(std::string_view text) {
  std::string result(text.substr(0, kMaxMessageBytes));
  for (char& c : result) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      c = ' ';
  }
  return result;
}

} // namespace

SpdLog::SpdLog(Settings settings)
    : SpdLog(std::move(settings), std::make_shared<spdlog::sinks::stderr_sink_mt>()) {}

SpdLog::SpdLog(Settings settings, std::shared_ptr<spdlog::sinks::sink> sink)
    : settings_(std::move(settings)),
      pool_(std::make_shared<spdlog::details::thread_pool>(kQueueEntries, 1)),
      sink_(std::move(sink)) {
  sink_->set_formatter(std::make_unique<LineFormatter>(settings_.node, settings_.json));
  logger_ = std::make_shared<spdlog::async_logger>("tenon", sink_, pool_,
                                                   spdlog::async_overflow_policy::overrun_oldest);
  logger_->set_level(spd_level(settings_.level));
  logger_->flush_on(spdlog::level::warn);
}

SpdLog::~SpdLog() {
  logger_.reset();
  pool_.reset(); // joins the writing thread once the queue is empty
  sink_->flush();
}

void SpdLog::write(plugin::LogLevel level, std::string_view component, std::string_view message,
                   std::string_view fields_json) {
  if (level < settings_.level)
    return;
  std::string entry = cleaned(component);
  entry.append(1, kSeparator).append(cleaned(message)).append(1, kSeparator);
  if (!fields_json.empty() && fields_json.size() <= kMaxFieldsBytes) {
    // Parsed and printed again: what plugins hand in must not break the line.
    const auto fields = nlohmann::json::parse(fields_json, nullptr, false);
    if (fields.is_object())
      entry += fields.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  }
  logger_->log(spd_level(level), spdlog::string_view_t(entry.data(), entry.size()));
}

std::size_t SpdLog::dropped() const {
  return pool_->overrun_counter();
}

} // namespace tenon::host::services
