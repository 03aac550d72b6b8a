// Reading the head of a text, its modules, and the section of tables.
#include "text/parser.hpp"
#include "values/names.hpp"

namespace tenon::daml::text {

using lf::Feature;

// What the tables say comes first, wherever they stand.
Result<lf::Package> Parser::package() {
  header();
  find_tables();
  metadata();
  std::vector<lf::Module> modules;
  std::set<std::uint32_t> seen;
  bool passed_tables = false;
  while (!at_end()) {
    const std::size_t offset = token_.offset;
    if (at_word("tables")) {
      if (passed_tables)
        fail("package", "one section of tables");
      passed_tables = true;
      skip_block();
    } else if (at_word("module")) {
      modules.push_back(module());
      once(seen, modules.back().name.index, offset, "module");
    } else {
      fail("package", "a module, or the tables");
    }
  }
  if (failed())
    return failure_;
  Result<lf::Package> result = builder_->finish(modules);
  if (!result.ok())
    fail_at(text_.size(), result.status().code(), result.status().message());
  return failed() ? Result<lf::Package>(failure_) : std::move(result);
}

void Parser::header() {
  expect_word("language", "package");
  const Token version = token_;
  std::string_view minor = version.text;
  constexpr std::string_view kMajor = "1.";
  if (version.form != TokenForm::kDecimal || !minor.starts_with(kMajor)) {
    fail("language version", "one of " + std::string(lf::supported_versions()));
  } else {
    minor.remove_prefix(kMajor.size());
    const Result<lf::LanguageVersion> parsed = lf::parse_minor_version(minor);
    check(version.offset, parsed.status());
    advance();
    builder_.emplace(parsed.ok() ? *parsed : lf::kNewestVersion);
  }
  expect(";", "language version");
  if (failed())
    return;
  metadata_offset_ = token_.offset;
  if (supports(Feature::kPackageMetadata)) {
    expect_word("package", "name and version of the package");
    metadata_[0] = text_literal("name of the package");
    metadata_[1] = text_literal("version of the package");
    expect(";", "package");
  }
  upgrades_offset_ = token_.offset;
  if (at_word("upgrades") && require(token_.offset, Feature::kUpgrades, "upgrades")) {
    advance();
    upgrades_ = text_literal("id of a package");
    check(upgrades_offset_, check_name(kPackageIdSyntax, upgrades_));
    expect(";", "upgrades");
  }
  while (take_word("import")) {
    const std::size_t offset = token_.offset;
    std::string id = text_literal("id of a package");
    check(offset, check_name(kPackageIdSyntax, id));
    expect_word("as", "import");
    const Token alias = token_;
    if (alias.form != TokenForm::kName)
      fail("import", "a name");
    advance();
    if (!failed() && !imports_.emplace(alias.text, Import{std::move(id), false, {}}).second)
      fail_at(alias.offset, Code::kInvalidArgument,
              "import: expected a name of its own, found " + std::string(alias.text) + " again");
    expect(";", "import");
  }
}

void Parser::metadata() {
  if (failed() || !supports(Feature::kPackageMetadata))
    return;
  check(metadata_offset_, check_name(kPackageNameSyntax, metadata_[0]));
  check(metadata_offset_, check_package_version(metadata_[1]));
  lf::Metadata result;
  result.name = builder_->intern(metadata_[0]);
  result.version = builder_->intern(metadata_[1]);
  if (!upgrades_.empty())
    result.upgraded_package_id = builder_->intern(upgrades_);
  builder_->set_metadata(result);
}

// From the word before a block to behind the block, which has been read or will not be.
void Parser::skip_block() {
  while (!at_end() && !at("{"))
    advance();
  std::size_t open = 0;
  do {
    open += at("{") ? 1 : 0;
    open -= at("}") ? 1 : 0;
    advance();
  } while (open > 0 && !at_end());
}

// Behind the modules. When their braces do not match, what looks most like the section is taken
// for it: the modules are read with it, so that what is wrong in them is told and not its absence.
void Parser::find_tables() {
  const Lexer lexer = lexer_;
  const Token token = token_;
  std::size_t open = 0;
  bool is_found = false;
  bool is_behind_block = false;
  Lexer likely = lexer_;
  Token likely_token;
  while (!at_end() && !is_found) {
    is_found = open == 0 && at_word("tables");
    if (is_found || (is_behind_block && at_word("tables"))) {
      likely = lexer_;
      likely_token = token_;
    }
    open += at("{") ? 1 : 0;
    open -= at("}") && open > 0 ? 1 : 0;
    is_behind_block = at("}");
    advance();
  }
  if (failed())
    return;
  if ((is_found || open > 0) && likely_token.form == TokenForm::kName) {
    lexer_ = likely;
    token_ = likely_token;
    tables();
  }
  if (failed())
    return;
  lexer_ = lexer;
  token_ = token;
}

void Parser::tables() {
  advance();
  expect("{", "tables");
  if (take_word("fields")) {
    if (take_word("as_listed"))
      builder_->set_field_order(lf::FieldOrder::kAsListed);
    else
      expect_word("by_number", "order of fields");
    expect(";", "order of fields");
  }
  interned_mentions();
  strings();
  dotted_names();
  type_entries();
  locations();
  if (!failed() && !at("}"))
    fail("tables", "\"}\", or fields, interned, strings, names, types, locations in this order");
}

void Parser::interned_mentions() {
  while (at_word("interned")) {
    if (supports(Feature::kInternedNames))
      return fail("tables", "nothing about imports from 1.7 on");
    advance();
    const auto import = imports_.find(token_.text);
    if (token_.form != TokenForm::kName || import == imports_.end())
      return fail("tables", "the name of an import");
    import->second.interned = true;
    advance();
    expect(";", "tables");
  }
}

void Parser::strings() {
  if (!take_word("strings"))
    return;
  expect("{", "strings");
  while (in_block()) {
    const std::size_t offset = token_.offset;
    if (at_name()) {
      check(offset, builder_->add_string(token_.text));
      advance();
    } else {
      const std::string text = text_literal("strings");
      if (!failed())
        check(offset, builder_->add_string(text));
    }
  }
  expect("}", "strings");
}

void Parser::dotted_names() {
  if (!at_word("names") || !require(token_.offset, Feature::kInternedNames, "names"))
    return;
  advance();
  expect("{", "names");
  std::vector<lf::Name> segments;
  while (in_block()) {
    const Token token = token_;
    if (!at_name() && token.form != TokenForm::kDottedName)
      return fail("names", "a name, which may have dots");
    segments.clear();
    for (std::string_view rest = token.text;;) {
      const std::size_t dot = rest.find('.');
      segments.push_back(checked(token.offset, builder_->name(rest.substr(0, dot))));
      if (dot == std::string_view::npos)
        break;
      rest.remove_prefix(dot + 1);
    }
    if (!failed())
      check(token.offset, builder_->add_dotted_name(segments));
    advance();
  }
  expect("}", "names");
}

void Parser::type_entries() {
  if (!at_word("types") || !require(token_.offset, Feature::kInternedTypes, "types"))
    return;
  advance();
  expect("{", "types");
  in_table_ = true;
  while (in_block()) {
    const std::size_t offset = token_.offset;
    const std::uint32_t expected = builder_->package().wire_form().types;
    if (token_.form != TokenForm::kEntry || token_.text != std::to_string(expected))
      return fail("types", "entry #" + std::to_string(expected));
    advance();
    expect("=", "types");
    add_entry(offset);
    expect(";", "types");
  }
  in_table_ = false;
  expect("}", "types");
}

lf::ModuleRef Parser::module_ref() {
  lf::ModuleRef result;
  std::string_view module = token_.text;
  if (token_.form == TokenForm::kReference) {
    const std::size_t colon = module.find(':');
    result.package = package_ref(module.substr(0, colon));
    module.remove_prefix(colon + 1);
  } else if (!at_name() && token_.form != TokenForm::kDottedName) {
    fail("locations", "the name of a module");
  }
  if (failed())
    return {};
  result.module = checked(token_.offset, builder_->dotted_name(module));
  advance();
  return result;
}

void Parser::locations() {
  if (!take_word("locations"))
    return;
  expect("{", "locations");
  std::optional<lf::ModuleRef> module;
  while (in_block()) {
    if (take_word("in")) {
      module = module_ref();
      continue;
    }
    if (take_word("here")) {
      module.reset();
      continue;
    }
    if (token_.form != TokenForm::kMark || token_.text != std::to_string(locations_.size() + 1))
      return fail("locations", "\"%" + std::to_string(locations_.size() + 1) + "\"");
    advance();
    lf::Location location{module, std::nullopt};
    if (token_.form == TokenForm::kInteger) {
      std::int32_t numbers[4] = {};
      for (std::int32_t& number : numbers) {
        const std::size_t offset = token_.offset;
        const std::int64_t value = integer("locations");
        number = static_cast<std::int32_t>(value);
        if (number != value)
          fail_at(offset, Code::kInvalidArgument,
                  "locations: expected a number of 32 bits, found " + std::to_string(value));
      }
      location.range = lf::SourceRange{numbers[0], numbers[1], numbers[2], numbers[3]};
    }
    locations_.push_back(builder_->location(location));
  }
  expect("}", "locations");
}

} // namespace tenon::daml::text
