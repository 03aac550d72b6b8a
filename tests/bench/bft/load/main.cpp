// open_loop: offers transactions at a steady rate to one target and says what became of them.
// Started by the benchmark bft, once per step; not meant for people. While it runs it prints
// "measuring" and "measured", so that others can read processor times at these moments; its last
// line is one JSON object.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "load/cometbft_target.hpp"
#include "load/open_loop.hpp"
#include "load/tenon_target.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::bench {
namespace {

using Json = nlohmann::ordered_json;
using Options = std::map<std::string, std::string>;

double number(const Options& options, const std::string& name, double otherwise) {
  const auto found = options.find(name);
  return found == options.end() ? otherwise : std::stod(found->second);
}

std::string text(const Options& options, const std::string& name) {
  const auto found = options.find(name);
  return found == options.end() ? std::string() : found->second;
}

std::vector<std::uint16_t> ports_of(const Options& options) {
  std::vector<std::uint16_t> ports;
  std::istringstream list(text(options, "ports"));
  for (std::string port; std::getline(list, port, ',');)
    ports.push_back(static_cast<std::uint16_t>(std::stoul(port)));
  return ports;
}

Result<std::unique_ptr<Target>> make_target(const Options& options,
                                            const Transactions& transactions) {
  const auto ports = ports_of(options);
  const auto connections = static_cast<std::size_t>(number(options, "connections", 4));
  if (ports.empty())
    return invalid_argument("--ports names no port");
  if (text(options, "target") == "tenon") {
    return std::unique_ptr<Target>(std::make_unique<TenonTarget>(
        TenonSettings{ports.front(), connections, text(options, "instance"),
                      text(options, "token")},
        transactions));
  }
  if (text(options, "target") == "cometbft") {
    return std::unique_ptr<Target>(
        std::make_unique<CometbftTarget>(CometbftSettings{ports, connections}, transactions));
  }
  return invalid_argument("--target is '" + text(options, "target") +
                          "', expected tenon or cometbft");
}

double percentile_ms(const std::vector<std::uint64_t>& sorted_us, double share) {
  if (sorted_us.empty())
    return 0;
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(sorted_us.size()));
  return static_cast<double>(sorted_us[std::min(rank, sorted_us.size() - 1)]) / 1000.0;
}

Json summary(const LoopReport& report, const LoopSettings& settings) {
  const auto from_us = static_cast<std::uint64_t>(settings.warm_up_s * 1e6);
  const auto end_us = from_us + static_cast<std::uint64_t>(settings.measured_s * 1e6);
  std::vector<std::uint64_t> latencies_us;
  std::uint64_t committed_in_time = 0;
  std::map<std::string, std::uint64_t> counts{
      {"sent", 0}, {"committed", 0}, {"refused", 0}, {"failed", 0}, {"open", 0}, {"unsent", 0}};
  for (const Sample& sample : report.samples) {
    const bool committed = sample.ending == Ending::kCommitted;
    if (committed && sample.ended_us >= from_us && sample.ended_us < end_us)
      ++committed_in_time;
    if (sample.due_us < from_us)
      continue;
    ++counts[sample.sent ? "sent" : "unsent"];
    counts["committed"] += committed;
    counts["refused"] += sample.ending == Ending::kRefused;
    counts["failed"] += sample.ending == Ending::kFailed;
    counts["open"] += sample.sent && sample.ending == Ending::kOpen;
    if (committed)
      latencies_us.push_back(sample.ended_us - sample.due_us);
  }
  std::sort(latencies_us.begin(), latencies_us.end());
  Json json{{"offered_per_s", settings.per_s},
            {"committed_per_s", static_cast<double>(committed_in_time) / settings.measured_s},
            {"p50_ms", percentile_ms(latencies_us, 0.50)},
            {"p95_ms", percentile_ms(latencies_us, 0.95)},
            {"p99_ms", percentile_ms(latencies_us, 0.99)},
            {"max_ms", percentile_ms(latencies_us, 1)}};
  for (const auto& [name, count] : counts)
    json[name + "_count"] = count;
  json["measured_s"] = settings.measured_s;
  json["generator_processor_s"] = report.processor_s;
  json["began_monotonic_s"] = report.began_monotonic_s;
  json["first_refusal"] = as_utf8(report.first_refusal);
  json["first_failure"] = as_utf8(report.first_failure);
  return json;
}

// One line per transaction: due and ended in microseconds since the beginning, ending (0 to 3).
Status write_samples(const std::string& file, const LoopReport& report) {
  std::ofstream out(file);
  for (const Sample& sample : report.samples) {
    out << sample.due_us << ' ' << sample.ended_us << ' ' << static_cast<int>(sample.ending)
        << '\n';
  }
  return out.flush() ? ok_status() : unavailable("cannot write " + file);
}

void say(const std::string& line) {
  std::cout << line << std::endl;
}

Status run(const Options& options) {
  LoopSettings settings;
  settings.per_s = number(options, "rate", settings.per_s);
  settings.warm_up_s = number(options, "warm-up-s", settings.warm_up_s);
  settings.measured_s = number(options, "measured-s", settings.measured_s);
  settings.drain_s = number(options, "drain-s", settings.drain_s);
  const Transactions transactions(static_cast<std::uint32_t>(number(options, "run", 1)),
                                  static_cast<std::size_t>(number(options, "bytes", 256)));
  TENON_ASSIGN_OR_RETURN(const auto target, make_target(options, transactions));
  TENON_ASSIGN_OR_RETURN(const LoopReport report,
                         run_open_loop(*target, settings, [](bool begins) {
                           say(begins ? "measuring" : "measured");
                         }));
  if (const std::string file = text(options, "samples"); !file.empty())
    TENON_RETURN_IF_ERROR(write_samples(file, report));
  say(summary(report, settings).dump());
  return ok_status();
}

} // namespace
} // namespace tenon::bench

int main(int argc, char** argv) {
  tenon::bench::Options options;
  for (int i = 1; i + 1 < argc; i += 2)
    options[std::string(argv[i]).substr(2)] = argv[i + 1];
  const tenon::Status status = tenon::bench::run(options);
  if (status.ok())
    return 0;
  std::cerr << "open_loop: " << status.message() << std::endl;
  return 1;
}
