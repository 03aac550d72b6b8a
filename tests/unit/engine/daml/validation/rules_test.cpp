// Every rule, kept and broken.
#include <catch2/catch.hpp>
#include <iostream>
#include <map>

#include "cases.hpp"

namespace tenon::daml::validation {
namespace {

Status validate_lab(Lab& lab) {
  const lf::Package package = lab.build();
  const lf::Package dependency = make_dependency(lf::LanguageVersion::k1_14);
  const lf::Package newer = make_dependency(lf::LanguageVersion::k1_15, "new-dep");
  PackageSet dependencies;
  dependencies.add(dependency);
  dependencies.add(newer);
  return validate(package, dependencies);
}

void check_kept(const Status& status) {
  INFO(status.to_string());
  CHECK(status.ok());
}

void check_broken(Rule rule, const Status& status) {
  INFO(status.to_string());
  CHECK(status.code() == (is_limit(rule) ? Code::kResourceExhausted : Code::kInvalidArgument));
  CHECK_FALSE(status.fault());
  CHECK_THAT(status.message(),
             Catch::Contains(": " + std::string(rule_name(rule)) + ": expected "));
  CHECK_THAT(status.message(), Catch::Contains(", found "));
}

void check(const Case& row) {
  INFO(rule_name(row.rule) << ": " << row.what);
  Lab good(row.version);
  row.keep(good);
  check_kept(validate_lab(good));
  Lab bad(row.version);
  row.violate(bad);
  check_broken(row.rule, validate_lab(bad));
}

void check(const ClaimCase& row) {
  INFO(rule_name(row.rule) << ": " << row.what);
  Lab good(row.version);
  good.add(row.keep(good));
  check_kept(validate_lab(good));
  Lab bad(row.version);
  bad.add(row.violate(bad));
  const Status status = validate_lab(bad);
  check_broken(row.rule, status);
  CHECK_THAT(status.message(), Catch::StartsWith("package: module M: value claim: "));
}

TEST_CASE("rules: the package that the others are made from keeps them all in every version",
          "[daml][validation]") {
  for (const lf::LanguageVersion version : lf::kLanguageVersions) {
    INFO(to_string(version));
    Lab lab(version);
    check_kept(validate_lab(lab));
  }
}

TEST_CASE("rules: definitions", "[daml][validation]") {
  for (const Case& row : definition_cases())
    check(row);
}

TEST_CASE("rules: interfaces", "[daml][validation]") {
  for (const Case& row : interface_cases())
    check(row);
}

TEST_CASE("rules: versions of the language", "[daml][validation]") {
  for (const Case& row : version_cases())
    check(row);
}

TEST_CASE("rules: types", "[daml][validation]") {
  for (const ClaimCase& row : type_cases())
    check(row);
}

TEST_CASE("rules: expressions", "[daml][validation]") {
  for (const ClaimCase& row : expression_cases())
    check(row);
}

TEST_CASE("rules: data", "[daml][validation]") {
  for (const ClaimCase& row : data_cases())
    check(row);
}

TEST_CASE("rules: updates", "[daml][validation]") {
  for (const ClaimCase& row : update_cases())
    check(row);
}

TEST_CASE("rules: each has a case", "[daml][validation]") {
  std::map<Rule, std::size_t> counts;
  for (const auto& table : {definition_cases(), interface_cases(), version_cases()}) {
    for (const Case& row : table)
      ++counts[row.rule];
  }
  for (const auto& table : {type_cases(), expression_cases(), data_cases(), update_cases()}) {
    for (const ClaimCase& row : table)
      ++counts[row.rule];
  }
  counts[Rule::kWork] = 1; // limits_test.cpp
  std::size_t cases = 0;
  for (const RuleInfo& rule : rules()) {
    INFO(rule.name);
    CHECK(counts[rule.rule] > 0);
    cases += counts[rule.rule];
  }
  std::cout << "validation: " << rules().size() << " rules, " << cases << " cases kept and "
            << cases << " broken\n";
}

} // namespace
} // namespace tenon::daml::validation
