// Text, and built-ins that call functions.
#include "builtin_cases.hpp"

namespace tenon::daml::interpreter::test {
namespace {

using B = lf::Builtin;
using V = lf::LanguageVersion;
using Row = BuiltinCase;

Row texts(B builtin, std::vector<std::string> arguments, std::string expected,
          V version = V::k1_15) {
  return {builtin, std::move(expected),
          [=](Program& p) {
            std::vector<E> values;
            for (const std::string& argument : arguments)
              values.push_back(p.string(argument));
            return p.call(builtin, values);
          },
          version};
}

void add_text_rows(BuiltinCases& rows) {
  rows.push_back(texts(B::kExplodeText, {"aé€😀"}, "[\"a\", \"é\", \"€\", \"😀\"]"));
  rows.push_back(texts(B::kExplodeText, {""}, "[]"));
  rows.push_back(texts(B::kAppendText, {"ab", "ç"}, "\"abç\""));
  rows.push_back(texts(B::kAppendText, {"", ""}, "\"\""));
  rows.push_back({B::kImplodeText, "\"abc\"", [](Program& p) {
                    return p.call(B::kImplodeText, {p.list_of(p.text(), {p.string("a"),
                                                                         p.string("bc")})});
                  }});
  rows.push_back({B::kImplodeText, "\"\"",
                  [](Program& p) { return p.call(B::kImplodeText, {p.nil(p.text())}); }});
  rows.push_back(texts(B::kTextToText, {"x"}, "\"x\""));
  rows.push_back(texts(B::kSha256Text, {""},
                       "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\""));
  rows.push_back(texts(B::kTextToParty, {"Alice"}, "Some 'Alice'"));
  rows.push_back(texts(B::kTextToParty, {"Al!ce"}, "None"));
  rows.push_back(texts(B::kTextToParty, {""}, "None"));
  rows.push_back(texts(B::kTextToInt64, {"+0012"}, "Some 12"));
  rows.push_back(texts(B::kTextToInt64, {"-9223372036854775808"}, "Some -9223372036854775808"));
  rows.push_back(texts(B::kTextToInt64, {"9223372036854775808"}, "None"));
  rows.push_back(texts(B::kTextToInt64, {"1 "}, "None"));
  rows.push_back(texts(B::kTextToInt64, {""}, "None"));
  rows.push_back(texts(B::kTextToCodePoints, {"aé😀"}, "[97, 233, 128512]"));
  rows.push_back(texts(B::kTextToCodePoints, {""}, "[]"));
  const auto points = [&](std::vector<std::int64_t> values, std::string expected) {
    rows.push_back({B::kCodePointsToText, std::move(expected), [=](Program& p) {
                      std::vector<E> numbers;
                      for (const std::int64_t value : values)
                        numbers.push_back(p.number(value));
                      return p.call(B::kCodePointsToText, {p.list_of(p.int64(), numbers)});
                    }});
  };
  points({97, 233, 128512}, "\"aé😀\"");
  points({}, "\"\"");
  points({0xd7ff, 0xe000, 0x10ffff}, "\"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\"");
  for (const std::int64_t none : {std::int64_t{-1}, std::int64_t{0xd800}, std::int64_t{0xdfff},
                                  std::int64_t{0x110000}})
    points({none}, "error");
  const auto party = [](Program& p) {
    return p.match(p.call(B::kTextToParty, {p.string("Bob")}),
                   {p.when_some("x", p.variable("x")),
                    p.when_none(p.call(B::kError, {p.string("")}))});
  };
  rows.push_back({B::kPartyToText, "\"Bob\"",
                  [=](Program& p) { return p.call(B::kPartyToText, {party(p)}); }});
  rows.push_back({B::kPartyToQuotedText, "\"'Bob'\"",
                  [=](Program& p) { return p.call(B::kPartyToQuotedText, {party(p)}); },
                  V::k1_13});
  rows.push_back(texts(B::kError, {"the end"}, error("the end")));
  rows.push_back({B::kTrace, "4", [](Program& p) {
                    return p.call(B::kTrace, {p.string("seen"), p.number(4)}, {p.int64()});
                  }});
}

void add_equal_list_rows(BuiltinCases& rows) {
  const auto equal_list = [&](std::vector<std::int64_t> left, std::vector<std::int64_t> right,
                              std::string expected) {
    rows.push_back({B::kEqualList, std::move(expected), [=](Program& p) {
                      const auto list = [&](const std::vector<std::int64_t>& values) {
                        std::vector<E> items;
                        for (const std::int64_t value : values)
                          items.push_back(p.number(value));
                        return p.list_of(p.int64(), items);
                      };
                      return p.call(B::kEqualList,
                                    {p.call(B::kEqual, {}, {p.int64()}), list(left), list(right)},
                                    {p.int64()});
                    }});
  };
  equal_list({1, 2}, {1, 2}, "True");
  equal_list({1, 2}, {1, 3}, "False");
  equal_list({1, 2}, {1}, "False");
  equal_list({}, {1}, "False");
  equal_list({}, {}, "True");
  // Which is the left argument changes with every element.
  rows.push_back({B::kEqualList, "True", [](Program& p) {
                    const T i = p.int64();
                    return p.call(B::kEqualList,
                                  {p.call(B::kGreater, {}, {i}),
                                   p.list_of(i, {p.number(1), p.number(9)}),
                                   p.list_of(i, {p.number(2), p.number(8)})},
                                  {i});
                  }});
}

void add_fold_rows(BuiltinCases& rows) {
  const auto fold = [&](B builtin, std::string expected) {
    rows.push_back({builtin, std::move(expected), [=](Program& p) {
                      const T i = p.int64();
                      return p.call(builtin,
                                    {p.function(B::kSubInt64), p.number(100),
                                     p.list_of(i, {p.number(1), p.number(2), p.number(3)})},
                                    {i, i});
                    }});
    rows.push_back({builtin, "100", [=](Program& p) {
                      return p.call(builtin,
                                    {p.function(B::kSubInt64), p.number(100), p.nil(p.int64())},
                                    {p.int64(), p.int64()});
                    }});
    rows.push_back({builtin, overflow("DIV_INT64 1 0"), [=](Program& p) {
                      const T i = p.int64();
                      return p.call(builtin,
                                    {p.lambda({{"x", i}, {"y", i}},
                                              p.call(B::kDivInt64, {p.number(1), p.number(0)})),
                                     p.number(0), p.list_of(i, {p.number(1)})},
                                    {i, i});
                    }});
  };
  fold(B::kFoldl, "94");
  fold(B::kFoldr, "-98"); // 1 - (2 - (3 - 100))
}

void add_message_rows(BuiltinCases& rows) {
  rows.push_back({B::kAnyExceptionMessage, "\"boom 7\"", [](Program& p) {
                    p.define_record("Boom", {{"code", p.int64()}});
                    p.define_exception(
                        "Boom",
                        p.lambda({{"e", p.named("Boom")}},
                                 p.call(B::kAppendText,
                                        {p.string("boom "),
                                         p.call(B::kInt64ToText, {p.field("Boom", "code",
                                                                          p.variable("e"))})})));
                    return p.call(B::kAnyExceptionMessage,
                                  {p.to_any_exception(p.named("Boom"),
                                                      p.record("Boom", {{"code", p.number(7)}}))});
                  }});
  rows.push_back({B::kAnyExceptionMessage, "\"const\"", [](Program& p) {
                    // The message is a function that a constant holds.
                    p.define_record("Boom", {{"code", p.int64()}});
                    p.define("message", p.arrow(p.named("Boom"), p.text()),
                             p.lambda({{"e", p.named("Boom")}}, p.string("const")));
                    p.define_exception("Boom", p.let("f", p.text(), p.value("message"),
                                                     p.variable("f")));
                    return p.call(B::kAnyExceptionMessage,
                                  {p.to_any_exception(p.named("Boom"),
                                                      p.record("Boom", {{"code", p.number(7)}}))});
                  }});
  rows.push_back({B::kAnyExceptionMessage, error("expected an exception, found Any"),
                  [](Program& p) {
                    return p.call(B::kAnyExceptionMessage, {p.to_any(p.int64(), p.number(1))});
                  }});
}

} // namespace

void add_text_cases(BuiltinCases& rows) {
  add_text_rows(rows);
  add_equal_list_rows(rows);
  add_fold_rows(rows);
  add_message_rows(rows);
}

} // namespace tenon::daml::interpreter::test
