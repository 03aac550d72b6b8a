// One engine of `tenon bench store` in a process of its own, which the benchmark starts:
//
//   store_engine --engine store|rocksdb --keys N --batch N --batches N --value-bytes N
//                --cache-mib N --directory D [--config JSON]
//
// Prints one JSON object with the fields that the peers' program (peers/src/run.rs) prints.
#include <functional>
#include <map>

#include "engine_run.hpp"
#include "program.hpp"
#include "tenon/core/encoding.hpp"

namespace {

using namespace tenon;
using namespace tenon::bench;

Status parse_option(std::string_view name, const std::string& value, EngineOptions& options) {
  const std::map<std::string_view, std::function<void(std::uint64_t)>> numbers = {
      {"--keys", [&](std::uint64_t number) { options.workload.keys = number; }},
      {"--value-bytes", [&](std::uint64_t number) { options.workload.value_size = number; }},
      {"--batch", [&](std::uint64_t number) { options.batch = number; }},
      {"--batches", [&](std::uint64_t number) { options.batches = number; }},
      {"--cache-mib", [&](std::uint64_t number) { options.cache_mib = number; }}};
  if (name == "--engine") {
    options.engine = value;
  } else if (name == "--directory") {
    options.directory = value;
  } else if (name == "--config") {
    options.config = nlohmann::json::parse(value, nullptr, false);
    if (!options.config.is_object())
      return invalid_argument("--config is no JSON object");
  } else if (const auto option = numbers.find(name); option != numbers.end()) {
    const auto number = parse_u64(value);
    if (!number || *number == 0)
      return invalid_argument(std::string(name) + " needs a number above 0");
    option->second(*number);
  } else {
    return invalid_argument("unknown option " + std::string(name));
  }
  return {};
}

Result<EngineOptions> parse(int argc, char** argv) {
  EngineOptions options;
  options.plugin = shipped_plugin();
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc)
      return invalid_argument(std::string(argv[i]) + " needs a value");
    TENON_RETURN_IF_ERROR(parse_option(argv[i], argv[i + 1], options));
  }
  if (options.directory.empty())
    return invalid_argument("--directory is missing");
  if (options.batch > options.workload.keys)
    return invalid_argument("--batch cannot be larger than --keys");
  return options;
}

Result<nlohmann::json> run(int argc, char** argv) {
  TENON_ASSIGN_OR_RETURN(const EngineOptions options, parse(argc, argv));
  return run_engine(options);
}

} // namespace

int main(int argc, char** argv) {
  return answer(run(argc, argv));
}
