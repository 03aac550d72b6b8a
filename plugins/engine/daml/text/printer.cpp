#include "text/printer.hpp"

#include <algorithm>

#include "tenon/core/encoding.hpp"
#include "text/disassembler.hpp"
#include "text/lexer.hpp"
#include "text/limits.hpp"

namespace tenon::daml::text {

namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kLeastRoom = 40;
constexpr int kStep = 2;
// Deeper is not indented further: the text would grow with the square of the depth.
constexpr int kMaxIndent = 60;

} // namespace

Printer::Printer(const lf::Package& package) : package_(package) {}

Result<std::string> Printer::print() {
  find_first_entries();
  header();
  for (const lf::Module& one : package_.modules())
    module(one);
  tables();
  if (!failure_.ok())
    return failure_;
  return std::move(out_);
}

std::string Printer::print_type(const lf::Type& type, const PackageNames& names) {
  constexpr std::size_t kMostWritten = 4000;
  names_ = &names;
  flat_ = true; // what gets too long ends
  flat_end_ = kMostWritten;
  content(type, false);
  if (is_full())
    out_ += "...";
  return std::move(out_);
}

void Printer::fail(Status status) {
  if (failure_.ok())
    failure_ = std::move(status);
}

bool Printer::enter() {
  if (++depth_ > kMaxNesting) {
    fail(invalid_argument("expression: expected at most " + std::to_string(kMaxNesting) +
                          " in each other, found more"));
  }
  return !is_full();
}

void Printer::put(std::string_view text) {
  if (is_full())
    return;
  if (flat_ && out_.size() + text.size() > flat_end_) {
    overflow_ = true;
    return;
  }
  if (text.size() > kMaxTextSize - out_.size()) {
    return fail(resource_exhausted("text: expected at most " + std::to_string(kMaxTextSize) +
                                   " bytes, found more"));
  }
  out_ += text;
}

void Printer::put_number(std::int64_t value) {
  put(std::to_string(value));
}

void Printer::put_literal(std::string_view text) {
  if (flat_ && text.size() > kWidth) {
    overflow_ = true; // not escaped again for each level around it
    return;
  }
  if (!is_utf8(text))
    return fail(invalid_argument("text literal: expected UTF-8, found other bytes"));
  put(escape(text));
}

void Printer::line() {
  put("\n");
  line_start_ = out_.size();
  put(std::string(static_cast<std::size_t>(std::min(indent_ * kStep, kMaxIndent)), ' '));
}

void Printer::gap() {
  if (flat_)
    put(" ");
  else
    line();
}

void Printer::open(const lf::Expr& expr) {
  if (!enter())
    return leave();
  const std::size_t start = out_.size();
  if (!flat_) {
    flat_ = true;
    flat_end_ = line_start_ + std::max(kWidth, start - line_start_ + kLeastRoom);
    body(expr);
    flat_ = false;
    if (!overflow_)
      return leave();
    overflow_ = false;
    out_.resize(start);
  }
  body(expr);
  leave();
}

void Printer::header() {
  put("language ");
  put(to_string(package_.version()));
  put(";");
  if (package_.metadata()) {
    const lf::Metadata& metadata = *package_.metadata();
    line();
    put("package ");
    put_literal(package_.text(metadata.name));
    put(" ");
    put_literal(package_.text(metadata.version));
    put(";");
    if (metadata.upgraded_package_id) {
      line();
      put("upgrades ");
      put_literal(package_.text(*metadata.upgraded_package_id));
      put(";");
    }
  }
  for (std::uint32_t i = 1; i < package_.mentions().size(); ++i) {
    line();
    put("import ");
    put_literal(package_.package_id({i}));
    put(" as P");
    put_number(i);
    put(";");
  }
  line();
}

void Printer::module(const lf::Module& module) {
  module_ = module.name;
  in_module_ = true;
  line();
  put("module ");
  put(package_.text(module.name));
  put(" {");
  for (const lf::TypeSynonym& one : module.synonyms)
    synonym(one);
  for (const lf::DataType& one : module.data_types)
    data_type(one);
  for (const lf::Value& one : module.values)
    value(one);
  for (const lf::Template& one : module.templates)
    template_definition(one);
  for (const lf::Exception& one : module.exceptions)
    exception(one);
  for (const lf::Interface& one : module.interfaces)
    interface(one);
  line();
  put("}");
  line();
  in_module_ = false;
}

Result<std::string> disassemble(const lf::Package& package) {
  return Printer(package).print();
}

} // namespace tenon::daml::text
