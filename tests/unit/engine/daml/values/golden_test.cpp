// Hashes, seeds, ids and numbers as the reference engine computed them: every line of
// lf-golden-vectors.jsonl in the folder daml of the shared data. That folder stands beside the
// source tree, or where TENON_SHARED_DIR says; without it there is nothing to compare here.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "builders.hpp"
#include "tenon/core/encoding.hpp"
#include "values/hashing.hpp"
#include "values/text.hpp"

namespace tenon::daml {
namespace {

std::string hex(const Hash& hash) {
  return to_hex(hash.view());
}

std::set<Party> parties() {
  return {Party::literal("Alice"), Party::literal("Bob::1220ab")};
}

Timestamp submission_time() {
  return Timestamp::parse("2023-05-18T20:55:50.123456Z").value();
}

Hash transaction_seed() {
  return derive_transaction_seed(hash_private_key("h1"),
                                 LedgerString::literal("sandbox-participant"), submission_time());
}

Hash discriminator() {
  return derive_contract_discriminator(derive_node_seed(transaction_seed(), 0), submission_time(),
                                       parties());
}

// The keys that the vectors describe in words.
Value key(const std::string& description) {
  const Value one = Value::int64(1);
  const Value two = Value::int64(2);
  const std::map<std::string, Value> keys = {
      {"Unit", Value()},
      {"True", Value::boolean(true)},
      {"False", Value::boolean(false)},
      {"Int64 42", Value::int64(42)},
      {"Int64 min", Value::int64(std::numeric_limits<std::int64_t>::min())},
      {"Numeric10 1.0000000000", numeric("1.0000000000")},
      {"Numeric10 -3.1415926536", numeric("-3.1415926536")},
      {"Numeric0 0.", numeric("0.")},
      {"Numeric37 max", Value::numeric(Numeric::greatest(37))},
      {"Numeric10 0.0000000000", numeric("0.0000000000")},
      {"Text empty", text("")},
      {"Text abc", text("abc")},
      {"Text e-acute+emoji", text("\u00e9\U0001f600")},
      {"Party Alice", party("Alice")},
      {"Date 2020-01-01", Value::date(Date::parse("2020-01-01").value())},
      {"Timestamp 2020-01-01T00:00:00.000001Z",
       Value::timestamp(Timestamp::parse("2020-01-01T00:00:00.000001Z").value())},
      {"None", Value::none()},
      {"Some 1", Value::some(one)},
      {"List [1,2]", Value::list({one, two})},
      {"List []", Value::list({})},
      {"TextMap {b->2,a->1} (sorted by key)", text_map({{"b", two}, {"a", one}})},
      {"GenMap [1->True]", Value::gen_map({{one, Value::boolean(true)}})},
      {"Record {Alice, 7} (labels/tycon ignored)",
       Value::record(type_name("pkg:M:T"), labels({"owner", "number"}),
                     {party("Alice"), Value::int64(7)})},
      {"Variant Foo(3)", variant("Foo", Value::int64(3))},
      {"Enum Red", enumeration("Red")},
      {"Record {Bob::1220ab, abc}", record({party("Bob::1220ab"), text("abc")})},
  };
  INFO("key: " << description);
  const auto found = keys.find(description);
  REQUIRE(found != keys.end());
  return found->second;
}

std::string contract_key_hash(const std::string& in) {
  const std::size_t separator = in.find(" | ");
  return hex(hash_contract_key(Identifier::literal(in.substr(0, separator)),
                               key(in.substr(separator + 3)))
                 .value());
}

// The words of `in` that the pattern captures.
std::smatch match(const std::string& in, const char* pattern) {
  std::smatch words;
  INFO("in: " << in);
  REQUIRE(std::regex_match(in, words, std::regex(pattern)));
  return words;
}

std::string in_utf8_order(const std::string& in) {
  std::vector<std::string> texts;
  std::stringstream stream(in);
  for (std::string piece; std::getline(stream, piece, '|');)
    texts.push_back(piece);
  std::shuffle(texts.begin(), texts.end(), std::minstd_rand(7));
  std::vector<Value::GenMapEntry> entries;
  for (const std::string& piece : texts)
    entries.push_back({text(piece), Value()});
  const Value sorted = make_gen_map(std::move(entries)).value();
  std::string out;
  for (std::size_t i = 0; i < sorted.children().size(); i += 2)
    out += (i == 0 ? "" : "|") + sorted.children()[i].as_text();
  return out;
}

std::string overflow_of_sum(const std::string&) {
  const auto sum = Numeric::greatest(10).add(Numeric::parse("1.0000000000").value());
  REQUIRE_FALSE(sum.ok());
  CHECK(sum.status().code() == Code::kOutOfRange);
  // In our words: "<number> has too many digits for a Numeric 10, …".
  const std::string message = sum.status().message();
  CHECK_THAT(message, Catch::Contains("Numeric 10"));
  return "Out-of-bounds (Numeric 10) " + message.substr(0, message.find(' '));
}

std::string calculate(const std::string& in) {
  const auto words = match(in, R"((\S+) ([*/]) (\S+))");
  const Numeric left = Numeric::parse(words[1].str()).value();
  const Numeric right = Numeric::parse(words[3].str()).value();
  return (words[2] == "*" ? left.multiply(right, 10) : left.divide(right, 10)).value().to_text();
}

using Compute = std::function<std::string(const std::string& in)>;

std::map<std::string, Compute> computations() {
  return {
      {"contractKeyHash", contract_key_hash},
      {"hashPrivateKey", [](const std::string& in) { return hex(hash_private_key(in)); }},
      {"submitTimeMicros",
       [](const std::string& in) {
         return std::to_string(Timestamp::parse(in).value().micros());
       }},
      {"deriveSubmissionSeed",
       [](const std::string& in) {
         const auto words = match(in, R"(nonce=hashPrivateKey\((\w+)\) (\S+) (\S+) (\S+))");
         return hex(derive_submission_seed(
             hash_private_key(words[1].str()), ApplicationId::literal(words[2].str()),
             LedgerString::literal(words[3].str()), Party::literal(words[4].str())));
       }},
      {"deriveTransactionSeed",
       [](const std::string& in) {
         const auto words = match(in, R"(seed=hashPrivateKey\((\w+)\) (\S+) (\S+))");
         return hex(derive_transaction_seed(hash_private_key(words[1].str()),
                                            LedgerString::literal(words[2].str()),
                                            Timestamp::parse(words[3].str()).value()));
       }},
      {"deriveNodeSeed",
       [](const std::string& in) {
         const auto child = parse_u64(match(in, R"(txSeed (\d+))")[1].str()).value();
         return hex(derive_node_seed(transaction_seed(), static_cast<std::uint32_t>(child)));
       }},
      {"deriveContractDiscriminator", [](const std::string&) { return hex(discriminator()); }},
      {"contractIdV1", [](const std::string&) { return ContractId(discriminator()).to_text(); }},
      {"hashChangeId",
       [](const std::string& in) {
         const auto words = match(in, R"((\S+) (\S+) \{Alice,Bob::1220ab\})");
         return hex(hash_change_id(ApplicationId::literal(words[1].str()),
                                   LedgerString::literal(words[2].str()), parties()));
       }},
      {"utf8Order", in_utf8_order},
      {"numericRoundHalfEven",
       [](const std::string& in) {
         const auto words = match(in, R"((\S+) to (\d+) dp)");
         const auto digits = static_cast<std::int64_t>(parse_u64(words[2].str()).value());
         return Numeric::parse(words[1].str()).value().round(digits).value().to_text();
       }},
      {"numericMul10", calculate},
      {"numericDiv10", calculate},
      {"numericAddOverflow", overflow_of_sum},
      {"sha256", [](const std::string& in) { return sha256_text(in); }},
      {"timestampRangeMicros",
       [](const std::string&) {
         return std::to_string(Timestamp::kFirstMicros) + "," +
                std::to_string(Timestamp::kLastMicros);
       }},
      {"dateRangeDays",
       [](const std::string&) {
         return std::to_string(Date::kFirstDay) + "," + std::to_string(Date::kLastDay);
       }},
  };
}

std::string vectors_file() {
  const char* const folder = std::getenv("TENON_SHARED_DIR");
  return (folder != nullptr ? std::string(folder) : TENON_SOURCE_DIR "/../shared") +
         "/daml/lf-golden-vectors.jsonl";
}

TEST_CASE("golden vectors: everything that the reference engine computed comes out the same",
          "[daml][golden]") {
  std::ifstream file(vectors_file());
  if (!file) {
    WARN("skipped: no " << vectors_file() << " (set TENON_SHARED_DIR)");
    return;
  }
  const auto known = computations();
  std::size_t count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    const auto vector = nlohmann::json::parse(line);
    INFO(line);
    const auto compute = known.find(vector.at("kind").get<std::string>());
    REQUIRE(compute != known.end());
    CHECK(compute->second(vector.at("in").get<std::string>()) ==
          vector.at("out").get<std::string>());
  }
  CHECK(count > 0);
}

} // namespace
} // namespace tenon::daml
