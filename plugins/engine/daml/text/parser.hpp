// Reads a text; see assembler.hpp. Owned by one call of assemble(), one thread.
//
// The parser goes down the text by recursion with a checked depth, and makes the tree on its way
// up. The first failure is kept; from then on the text is at its end, so that every loop ends and
// every function returns. What functions return after a failure is not looked at.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lf/builder.hpp"
#include "tenon/core/status.hpp"
#include "text/content_index.hpp"
#include "text/lexer.hpp"
#include "text/words.hpp"

namespace tenon::daml::text {

class Parser {
public:
  // `text` is borrowed and is UTF-8.
  explicit Parser(std::string_view text);

  Result<lf::Package> package();

private:
  // A type as it was read. In the type table, and as `#n`, it is a certain one; elsewhere it is
  // what it says, and which entry that is comes later.
  struct TypeNode {
    std::uint32_t content = 0;
    const lf::Type* type = nullptr;
  };
  // Head and parts of a type that is being read.
  struct TypeDraft {
    lf::Type head; // without its parts
    std::vector<TypeNode> parts;
    std::vector<lf::TypeParameter> parameters; // kForall
    std::vector<lf::Name> names;               // kStruct
  };
  // What one content is; parts by content.
  struct Content {
    lf::Type head;
    std::vector<std::uint32_t> parts;
    std::vector<lf::TypeParameter> parameters;
    std::vector<lf::Name> names;
    std::uint32_t depth = 1;
    std::uint64_t size = 1;
    const lf::Type* type = nullptr; // what refers to it refers to this
  };
  struct Import {
    std::string id;
    bool interned = false;
    std::optional<lf::PackageRef> package;
  };
  // Counts the levels that are open.
  class Level {
  public:
    explicit Level(int& depth) : depth_(depth) { ++depth_; }
    ~Level() { --depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

  private:
    int& depth_;
  };

  // --- parser.cpp: tokens and failures
  void advance();
  [[nodiscard]] bool at(std::string_view symbol) const;
  [[nodiscard]] bool at_word(std::string_view word) const;
  [[nodiscard]] bool at_name() const;
  [[nodiscard]] bool at_end() const { return token_.form == TokenForm::kEnd; }
  // In a block that "}" ends.
  [[nodiscard]] bool in_block() const { return !at_end() && !at("}"); }
  bool take(std::string_view symbol);
  bool take_word(std::string_view word);
  void expect(std::string_view symbol, std::string_view what);
  void expect_word(std::string_view word, std::string_view what);
  // What stands at the token is not what should.
  void fail(std::string_view what, std::string_view expected);
  void fail_at(std::size_t offset, Code code, std::string_view message);
  void check(std::size_t offset, const Status& status);
  template <typename T> T checked(std::size_t offset, Result<T> result) {
    if (result.ok())
      return std::move(*result);
    check(offset, result.status());
    return T{};
  }
  [[nodiscard]] bool failed() const { return !failure_.ok(); }
  [[nodiscard]] std::string found() const;
  bool require(std::size_t offset, lf::Feature feature, std::string_view what);
  [[nodiscard]] bool supports(lf::Feature feature) const {
    return builder_->package().supports(feature);
  }
  lf::Name name(std::string_view what);
  lf::DottedName dotted_name(std::string_view what);
  std::string text_literal(std::string_view what);
  std::uint32_t index(std::string_view what, std::uint32_t limit);
  std::int64_t integer(std::string_view what);
  lf::PackageRef package_ref(std::string_view alias);
  lf::IdentifierId reference(std::string_view what);
  template <typename Item>
  bool once(std::set<Item>& seen, Item item, std::size_t offset, std::string_view what) {
    if (seen.insert(item).second)
      return true;
    fail_at(offset, Code::kInvalidArgument,
            std::string(what).append(": expected one definition, found another"));
    return false;
  }

  // --- parse_package.cpp
  void header();
  void metadata();
  void find_tables();
  void skip_block();
  void tables();
  void interned_mentions();
  void strings();
  void dotted_names();
  void type_entries();
  void locations();
  lf::ModuleRef module_ref();
  lf::Module module();

  // --- parse_types.cpp
  const lf::Kind* kind();
  const lf::Kind* atomic_kind();
  lf::TypeParameter type_parameter();
  std::vector<lf::TypeParameter> type_parameters();
  [[nodiscard]] bool at_type_parameter() const { return at_name() || at("("); }
  // As definitions and expressions refer to it.
  const lf::Type* type();
  const lf::Type* atomic_type();
  const lf::Type* constructed_type();
  TypeNode type_node(bool is_entry);
  TypeNode atomic_node();
  [[nodiscard]] bool at_atomic_type() const;
  void draft_forall(TypeDraft& draft);
  void draft_struct(TypeDraft& draft);
  void draft_applied(TypeDraft& draft, bool with_arguments);
  void draft_builtin(TypeDraft& draft);
  TypeNode entry();
  TypeNode node(const TypeDraft& draft, std::size_t offset, bool is_entry);
  const lf::Type* refer(const TypeNode& node, std::size_t offset);
  const lf::Type* resolve(std::uint32_t content, std::size_t offset);
  std::uint32_t add_content(const TypeDraft& draft, std::size_t offset);
  void add_entry(std::size_t offset);

  // --- parse_expressions.cpp
  lf::LocationId mark();
  void locate(lf::Expr* expr, lf::LocationId location, std::size_t offset);
  void rise(int before, int height);
  lf::Expr* expression();
  lf::Expr* open_form();
  lf::Expr* application();
  lf::Expr* argument();
  lf::Expr* atom();
  lf::Expr* parenthesized();
  lf::Expr* word_atom(const Word& word);
  lf::Expr* keyword_form(Keyword keyword);
  bool at_atom();
  lf::Expr* abstraction();
  lf::Expr* type_abstraction();
  lf::Expr* match();
  lf::Expr* let();
  lf::Expr* block(lf::ExprForm form);
  lf::Expr* try_catch();
  lf::Pattern pattern();
  [[nodiscard]] bool at_binding() const;
  lf::Binder binder(std::string_view what);
  lf::Expr* form(const Form& form);
  void operand(Operand operand, Parts& parts, std::size_t& type, std::size_t& identifier,
               std::size_t& expr);
  std::span<const lf::FieldExpr> field_values();
  std::span<const lf::Expr* const> list();
  // --- parse_literals.cpp
  lf::Expr* constant(lf::Constant constant);
  lf::Expr* literal(lf::LiteralForm form, std::int64_t value);
  lf::Expr* integer_literal();
  lf::Expr* text_literal_expr();
  lf::Expr* numeric_literal(std::size_t offset, std::string_view text);
  lf::Expr* time_literal(lf::LiteralForm form);
  lf::Expr* rounding_mode();

  // --- parse_definitions.cpp
  struct Definitions;
  void definition(Definitions& all);
  void data_type(Definitions& all, lf::LocationId location, bool serializable);
  void fields(lf::DataType& result);
  void constructors(lf::DataType& result);
  void synonym(Definitions& all, lf::LocationId location);
  void value(Definitions& all, lf::LocationId location, bool is_test);
  void exception(Definitions& all, lf::LocationId location);
  // --- parse_templates.cpp
  struct Clauses;
  void template_definition(Definitions& all, lf::LocationId location);
  void interface(Definitions& all, lf::LocationId location);
  void template_clause(lf::Template& result, lf::TemplateKey& key);
  void interface_clause(lf::Interface& result, Clauses& clauses);
  // Whether there was one, a choice or an instance.
  bool choice_or_instance(Clauses& clauses, std::string_view instance_word);
  lf::Choice choice(bool consuming);
  lf::InterfaceInstance instance();
  void key(lf::TemplateKey& key, bool restricted);
  // "= expression;" of what may be said once.
  void clause(const lf::Expr*& target, std::string_view what);
  void require_clause(const lf::Expr* expr, std::size_t offset, std::string_view what);
  const lf::Expr* no_parties();

  std::string_view text_;
  Lexer lexer_;
  Token token_;
  Status failure_;
  std::optional<lf::PackageBuilder> builder_; // from the moment that the version is known
  std::map<std::string_view, Import> imports_;
  std::array<std::string, 2> metadata_; // name and version, until the tables are known
  std::size_t metadata_offset_ = 0;
  std::string upgrades_;
  std::size_t upgrades_offset_ = 0;
  bool has_tables_ = false;
  std::vector<lf::LocationId> locations_; // by mark, from 1
  std::optional<lf::ModuleName> module_;  // the one that is read
  ContentIndex content_index_;
  std::vector<Content> contents_;
  std::vector<std::uint32_t> entry_contents_; // by entry of the type table
  bool in_table_ = false;                     // of types
  int expression_depth_ = 0;                  // of the text
  int tallest_ = 0;                           // of the trees read so far, beside each other
  int type_depth_ = 0;
  int kind_depth_ = 0;
};

} // namespace tenon::daml::text
