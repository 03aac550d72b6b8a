// tenon bench store_under_load [--json] [--keys N] [--batch N] [--blocks N] [--kept N]
//                              [--value-bytes N] [--folder DIR] [--config JSON]
#include <cstdio>
#include <map>

#include "program.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/testkit/temporary_folder.hpp"
#include "under_load.hpp"

namespace {

using namespace tenon;
using namespace tenon::bench;

Status parse(int argc, char** argv, UnderLoadOptions& options) {
  const std::map<std::string_view, std::function<void(std::uint64_t)>> numbers = {
      {"--keys", [&](std::uint64_t value) { options.workload.keys = value; }},
      {"--batch", [&](std::uint64_t value) { options.batch = value; }},
      {"--blocks", [&](std::uint64_t value) { options.blocks = value; }},
      {"--kept", [&](std::uint64_t value) { options.kept = value; }},
      {"--value-bytes", [&](std::uint64_t value) { options.workload.value_size = value; }}};
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--json")
      continue;
    if (i + 1 == argc)
      return invalid_argument(std::string(name) + " is unknown, or needs a value");
    const std::string value = argv[++i];
    const auto option = numbers.find(name);
    const auto number = parse_u64(value);
    if (name == "--config")
      options.config = value;
    else if (name == "--folder")
      options.directory = value;
    else if (option == numbers.end())
      return invalid_argument("unknown option " + std::string(name));
    else if (!number || *number == 0)
      return invalid_argument(std::string(name) + " needs a number above 0");
    else
      option->second(*number);
  }
  if (options.batch > options.workload.keys)
    return invalid_argument("--batch cannot be larger than --keys");
  return {};
}

Result<nlohmann::json> run(int argc, char** argv) {
  UnderLoadOptions options;
  options.plugin = shipped_plugin();
  options.progress = [](const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); };
  TENON_RETURN_IF_ERROR(parse(argc, argv, options));
  const testkit::TemporaryFolder folder;
  if (options.directory.empty())
    options.directory = folder.path();
  return run_under_load(options);
}

} // namespace

int main(int argc, char** argv) {
  return answer(run(argc, argv));
}
