// The steps of a state transfer by themselves, for `tenon bench transfer`:
//
//   transfer_stages --directory D [--keys N] [--value-bytes N] [--config JSON]
//
// Prints one JSON object.
#include <cstdio>

#include "tenon/core/encoding.hpp"
#include "transfer_stages.hpp"

namespace {

using namespace tenon;
using namespace tenon::bench;

// bin/bench/parts/transfer_stages and lib/tenon/plugins lie in one installation.
std::filesystem::path shipped_plugin() {
  const auto self = std::filesystem::read_symlink("/proc/self/exe");
  return self.parent_path().parent_path().parent_path().parent_path() / "lib/tenon/plugins" /
         "tenon_store_rocksdb.so";
}

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

Status run(int argc, char** argv) {
  TENON_ASSIGN_OR_RETURN(const TransferStagesOptions options, parse(argc, argv));
  TENON_ASSIGN_OR_RETURN(const nlohmann::json figures, run_transfer_stages(options));
  std::printf("%s\n", figures.dump().c_str());
  return {};
}

} // namespace

int main(int argc, char** argv) {
  const Status status = run(argc, argv);
  if (status.ok())
    return 0;
  std::fprintf(stderr, "%s\n", status.to_string().c_str());
  return 1;
}
