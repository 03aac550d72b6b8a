// Writing the section that only the bytes of the archive need.
#include <algorithm>
#include <numeric>

#include "text/content_index.hpp"
#include "text/lexer.hpp"
#include "text/printer.hpp"

namespace tenon::daml::text {

namespace {

constexpr std::size_t kWidth = 100;

bool is_plain_name(std::string_view text) {
  Lexer lexer(text);
  return lexer.next().text.size() == text.size() && Lexer(text).next().form == TokenForm::kName;
}

} // namespace

// Parts have fewer levels than the whole, so that by levels they come first.
void Printer::find_first_entries() {
  const auto all = package_.types();
  std::vector<std::uint32_t> order(all.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t left, std::uint32_t right) {
    return all[left]->depth < all[right]->depth;
  });
  ContentIndex index;
  std::vector<std::uint32_t> numbers(all.size());
  std::vector<std::uint32_t> parts;
  for (const std::uint32_t id : order) {
    const lf::Type& type = *all[id];
    parts.clear();
    for (const lf::Type* argument : type.arguments())
      parts.push_back(numbers[argument->id]);
    if (type.form == lf::TypeForm::kStruct) {
      for (const lf::FieldType& field : type.fields())
        parts.push_back(numbers[field.type->id]);
    }
    if (type.form == lf::TypeForm::kForall)
      parts.push_back(numbers[type.body->id]);
    numbers[id] = index.number(type, parts);
  }
  std::vector<bool> seen(index.size());
  is_first_.assign(package_.wire_form().types, false);
  for (std::uint32_t id = 0; id < package_.wire_form().types; ++id) {
    is_first_[id] = !seen[numbers[id]];
    seen[numbers[id]] = true;
  }
}

void Printer::tables() {
  line();
  put("tables {");
  ++indent_;
  line();
  put(package_.wire_form().order == lf::FieldOrder::kByNumber ? "fields by_number;"
                                                              : "fields as_listed;");
  interned_mentions();
  strings();
  dotted_names();
  types();
  locations();
  --indent_;
  line();
  put("}");
  put("\n");
}

// As many on a line as go there.
void Printer::item(std::string_view text) {
  if (out_.size() - line_start_ + text.size() >= kWidth)
    line();
  else if (!out_.ends_with(' '))
    put(" ");
  put(text);
}

void Printer::interned_mentions() {
  if (package_.supports(lf::Feature::kInternedNames))
    return;
  for (std::uint32_t i = 1; i < package_.mentions().size(); ++i) {
    if (package_.mentions()[i].inlined)
      continue;
    line();
    put("interned P");
    put_number(i);
    put(";");
  }
}

void Printer::strings() {
  if (package_.wire_form().strings == 0)
    return;
  line();
  put("strings {");
  ++indent_;
  line();
  for (std::uint32_t i = 0; i < package_.wire_form().strings; ++i) {
    const std::string_view text = package_.strings()[i];
    if (is_plain_name(text)) {
      item(text);
    } else {
      item("");
      put_literal(text);
    }
  }
  --indent_;
  line();
  put("}");
}

void Printer::dotted_names() {
  if (package_.wire_form().dotted_names == 0)
    return;
  line();
  put("names {");
  ++indent_;
  line();
  for (std::uint32_t i = 0; i < package_.wire_form().dotted_names; ++i)
    item(package_.text(lf::DottedName{i}));
  --indent_;
  line();
  put("}");
}

void Printer::types() {
  const lf::WireForm& wire = package_.wire_form();
  if (wire.types == 0)
    return;
  in_table_ = true;
  line();
  put("types {");
  ++indent_;
  auto alias = wire.aliases.begin();
  for (std::uint32_t id = 0; id < wire.types; ++id) {
    line();
    entry(id);
    put(" = ");
    if (alias != wire.aliases.end() && alias->entry == id) {
      entry(alias->target);
      ++alias;
    } else {
      content(*package_.types()[id], false);
    }
    put(";");
  }
  --indent_;
  line();
  put("}");
  in_table_ = false;
}

void Printer::module_ref(const lf::ModuleRef& module) {
  package_prefix(module.package);
  put(package_.text(module.module));
}

void Printer::locations() {
  if (package_.locations().size() <= 1)
    return;
  line();
  put("locations {");
  ++indent_;
  std::optional<lf::ModuleRef> module;
  if (!package_.locations()[1].module)
    line();
  for (std::uint32_t i = 1; i < package_.locations().size(); ++i) {
    const lf::Location& location = package_.locations()[i];
    if (location.module != module) {
      module = location.module;
      line();
      put(module ? "in " : "here");
      if (module)
        module_ref(*module);
    }
    std::string text = "%" + std::to_string(i);
    if (const auto& range = location.range) {
      for (const std::int32_t number :
           {range->start_line, range->start_column, range->end_line, range->end_column})
        text.append(" ").append(std::to_string(number));
    }
    item(text);
  }
  --indent_;
  line();
  put("}");
}

} // namespace tenon::daml::text
