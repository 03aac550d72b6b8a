// The steps of a state transfer by themselves, for `tenon bench transfer`:
//
//   transfer_stages --directory D [--keys N] [--value-bytes N] [--config JSON]
//
// Prints one JSON object.
#include "store/program.hpp"
#include "tenon/core/encoding.hpp"
#include "transfer_stages.hpp"

namespace {

using namespace tenon;
using namespace tenon::bench;

Result<TransferStagesOptions> parse(int argc, char** argv) {
  TransferStagesOptions options;
  options.plugin = shipped_plugin();
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    if (i + 1 == argc)
      return invalid_argument(std::string(name) + " needs a value");
    if (name == "--directory")
      options.directory = argv[i + 1];
    if (name == "--config")
      options.config = argv[i + 1];
    if (name == "--directory" || name == "--config")
      continue;
    const auto number = parse_u64(argv[i + 1]);
    if (!number || *number == 0)
      return invalid_argument(std::string(name) + " needs a number above 0");
    if (name == "--keys")
      options.workload.keys = *number;
    else if (name == "--value-bytes")
      options.workload.value_size = *number;
    else
      return invalid_argument("unknown option " + std::string(name));
  }
  if (options.directory.empty())
    return invalid_argument("--directory is missing");
  return options;
}

Result<nlohmann::json> run(int argc, char** argv) {
  TENON_ASSIGN_OR_RETURN(const TransferStagesOptions options, parse(argc, argv));
  return run_transfer_stages(options);
}

} // namespace

int main(int argc, char** argv) {
  return answer(run(argc, argv));
}
