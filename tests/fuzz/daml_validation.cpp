// Packages come from whoever may upload them. Whatever decodes is found valid or refused with a
// message, within the limits, and always the same way; a valid one may be depended on.
#include <cstdint>
#include <cstdlib>

#include "archive/archive.hpp"
#include "tenon/core/encoding.hpp"
#include "validation/validate.hpp"

using namespace tenon;
using namespace tenon::daml;

namespace {

void check_refusal(const Status& status) {
  if (status.fault() || status.message().empty() || !is_utf8(status.message()))
    std::abort();
}

// Stands in for every package that is mentioned, so that its dependencies are what it says itself.
class Mirror final : public validation::PackageSource {
public:
  explicit Mirror(const lf::Package& package) : package_(package) {}
  [[nodiscard]] const lf::Package* find(std::string_view) const override { return &package_; }

private:
  const lf::Package& package_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView bytes(reinterpret_cast<const char*>(data), size);
  const auto package = archive::decode_payload(bytes);
  if (!package.ok())
    return 0;
  const validation::PackageSet nothing;
  const Mirror mirror(*package);
  for (const validation::PackageSource* source :
       {static_cast<const validation::PackageSource*>(&nothing),
        static_cast<const validation::PackageSource*>(&mirror)}) {
    validation::Effort effort;
    const Status status = validation::validate(*package, *source, &effort);
    if (!status.ok())
      check_refusal(status);
    else if (effort.steps > effort.allowed_steps)
      std::abort();
    if (validation::validate(*package, *source).to_string() != status.to_string())
      std::abort();
  }
  return 0;
}
