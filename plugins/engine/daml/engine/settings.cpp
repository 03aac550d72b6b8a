#include "engine/settings.hpp"

#include <nlohmann/json.hpp>

#include "ledger/blinding.hpp"
#include "ledger/transaction_builder.hpp"
#include "lf/limits.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "validation/limits.hpp"

namespace tenon::daml::engine {

namespace {

// Grows with every change of what a transaction means.
constexpr BytesView kSemantics = "tenon daml engine 2";

constexpr std::uint64_t kMicrosPerMilli = 1000;
constexpr std::uint64_t kMaxSkewMs = 3'600'000;
constexpr std::uint64_t kMinSteps = 1'000'000;
constexpr std::uint64_t kMaxSteps = 100'000'000'000;
constexpr std::uint64_t kMinMemoryMb = 16;
constexpr std::uint64_t kMaxMemoryMb = 16'384;

Result<std::uint64_t> number(const nlohmann::json& config, const char* name,
                             std::uint64_t standard, std::uint64_t least, std::uint64_t most) {
  const auto found = config.find(name);
  if (found == config.end())
    return standard;
  if (!found->is_number_unsigned() || *found < least || *found > most) {
    return invalid_argument(std::string(name) + ": expected a number from " +
                            std::to_string(least) + " to " + std::to_string(most) + ", found " +
                            found->dump());
  }
  return found->get<std::uint64_t>();
}

} // namespace

Result<Settings> Settings::parse(std::string_view text) {
  const auto config = nlohmann::json::parse(text, nullptr, false);
  if (!config.is_object())
    return invalid_argument("the configuration is not a JSON object");
  Settings settings;
  TENON_ASSIGN_OR_RETURN(const std::uint64_t skew_ms,
                         number(config, "max_skew_ms", settings.max_skew_us / kMicrosPerMilli, 1,
                                kMaxSkewMs));
  settings.max_skew_us = skew_ms * kMicrosPerMilli;
  TENON_ASSIGN_OR_RETURN(
      settings.budget.steps,
      number(config, "max_steps", settings.budget.steps, kMinSteps, kMaxSteps));
  TENON_ASSIGN_OR_RETURN(const std::uint64_t memory_mb,
                         number(config, "max_memory_mb", settings.budget.memory_bytes >> 20,
                                kMinMemoryMb, kMaxMemoryMb));
  settings.budget.memory_bytes = memory_mb << 20;
  return settings;
}

Hash Settings::fingerprint() const {
  const ledger::BuilderLimits transactions;
  Bytes numbers;
  for (const std::uint64_t value :
       {max_skew_us, budget.steps, budget.memory_bytes,
        std::uint64_t{interpreter::kMaxStackWords}, std::uint64_t{interpreter::kMaxStackFrames},
        std::uint64_t{lf::kMaxNesting}, std::uint64_t{lf::kMaxTypeDepth},
        std::uint64_t{lf::kMaxTypeSize}, std::uint64_t{lf::kMaxPackageSize},
        std::uint64_t{validation::kMaxTypeLevels}, validation::kBaseWork, validation::kMaxWork,
        validation::kTypeWork, validation::kReferenceWork, validation::kNameWork,
        std::uint64_t{transactions.max_nodes}, std::uint64_t{transactions.max_nesting},
        std::uint64_t{transactions.max_input_contracts}, std::uint64_t{transactions.max_parties},
        std::uint64_t{ledger::kMaxWitnesses}, std::uint64_t{Value::kMaxNesting}}) {
    append_be64(numbers, value);
  }
  return crypto::sha256({kSemantics, numbers});
}

} // namespace tenon::daml::engine
