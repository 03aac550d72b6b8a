// The tests that a plugin of each kind is held to. Built in the parent for their names and run in a
// child, where `subject` is loaded.
#pragma once

#include <functional>
#include <vector>

#include "subject.hpp"
#include "tenon/testkit/named_test.hpp"

namespace tenon::tool {

// Loads the subject on first use, which is in the child.
using SubjectSource = std::function<Result<Subject*>()>;

[[nodiscard]] std::vector<testkit::NamedTest>
kind_suite(const std::string& kind, const SubjectSource& subject, std::uint32_t seed);

} // namespace tenon::tool
