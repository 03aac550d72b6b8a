// Reading kinds and types.
#include <algorithm>
#include <utility>

#include "lf/type_features.hpp"
#include "text/limits.hpp"
#include "text/parser.hpp"
#include "values/text.hpp"

namespace tenon::daml::text {

using lf::Feature;
using lf::TypeForm;

namespace {

// A structure of type with lists of its own.
struct Assembled {
  std::vector<lf::FieldType> fields;
  lf::Type type;

  Assembled(const lf::Type& head, const std::vector<const lf::Type*>& parts,
            const std::vector<lf::TypeParameter>& parameters, const std::vector<lf::Name>& names) {
    type = head;
    if (head.form == TypeForm::kForall) {
      type = lf::forall_type(parameters, parts[0]);
    } else if (head.form == TypeForm::kStruct) {
      for (std::size_t i = 0; i < names.size(); ++i)
        fields.push_back({names[i], parts[i]});
      type = lf::struct_type(fields);
    } else if (head.form != TypeForm::kNat) {
      type.count = static_cast<std::uint32_t>(parts.size());
      type.items = parts.data();
    }
  }
  Assembled(const Assembled&) = delete;
  Assembled& operator=(const Assembled&) = delete;
};

} // namespace

const lf::Kind* Parser::kind() {
  const lf::Kind* const first = atomic_kind();
  if (!at("->"))
    return first;
  std::vector<const lf::Kind*> kinds = {first};
  while (take("->"))
    kinds.push_back(atomic_kind());
  if (failed())
    return first;
  const lf::Kind* const result = kinds.back();
  kinds.pop_back();
  const lf::Kind* const arrow = builder_->arrow(kinds, result);
  if (arrow->depth > kMaxNesting)
    fail("kind", "at most " + std::to_string(kMaxNesting) + " in each other");
  return arrow;
}

const lf::Kind* Parser::atomic_kind() {
  const Level level(kind_depth_);
  const lf::Kind* result = lf::PackageBuilder::star();
  if (kind_depth_ > kMaxNesting) {
    fail("kind", "at most " + std::to_string(kMaxNesting) + " in each other");
  } else if (take("(")) {
    result = kind();
    expect(")", "kind");
  } else if (at_word("nat")) {
    require(token_.offset, Feature::kNumeric, "kind");
    advance();
    result = lf::PackageBuilder::nat();
  } else if (!take("*")) {
    fail("kind", "\"*\", \"nat\" or \"(\"");
  }
  return result;
}

lf::TypeParameter Parser::type_parameter() {
  lf::TypeParameter result{{}, lf::PackageBuilder::star()};
  if (!take("(")) {
    result.name = name("type parameter");
    return result;
  }
  result.name = name("type parameter");
  expect(":", "type parameter");
  result.kind = kind();
  expect(")", "type parameter");
  return result;
}

std::vector<lf::TypeParameter> Parser::type_parameters() {
  std::vector<lf::TypeParameter> result;
  while (at_type_parameter())
    result.push_back(type_parameter());
  return result;
}

const lf::Type* Parser::type() {
  const std::size_t offset = token_.offset;
  return refer(type_node(false), offset);
}

const lf::Type* Parser::atomic_type() {
  const std::size_t offset = token_.offset;
  return refer(atomic_node(), offset);
}

// Its arguments are entries of the table, and it is not.
const lf::Type* Parser::constructed_type() {
  const std::size_t offset = token_.offset;
  const bool parenthesized = take("(");
  const lf::IdentifierId identifier = reference("data type");
  std::vector<const lf::Type*> arguments;
  while (parenthesized && at_atomic_type())
    arguments.push_back(atomic_type());
  if (parenthesized)
    expect(")", "data type");
  if (failed())
    return nullptr;
  return checked(offset, builder_->type(lf::constructor_type(identifier, arguments)));
}

bool Parser::at_atomic_type() const {
  switch (token_.form) {
  case TokenForm::kName:
    return token_.text != kForall && token_.text != kSynonym;
  case TokenForm::kQuotedName:
  case TokenForm::kReference:
  case TokenForm::kInteger:
  case TokenForm::kEntry:
    return true;
  default:
    return at("(");
  }
}

// `is_entry`: the whole is the next entry of the type table, unless it is an earlier one.
Parser::TypeNode Parser::type_node(bool is_entry) {
  const std::size_t offset = token_.offset;
  const Level level(type_depth_);
  if (type_depth_ > kMaxTypeNesting) {
    fail("type", "at most " + std::to_string(kMaxTypeNesting) + " in each other");
    return {};
  }
  TypeNode first;
  TypeDraft draft;
  const bool is_whole = token_.form == TokenForm::kEntry || at("(");
  if (is_whole)
    first = atomic_node();
  else
    draft_applied(draft, true);
  if (take("->")) {
    if (!is_whole)
      first = node(draft, offset, false);
    TypeDraft function;
    function.head.builtin = lf::BuiltinType::kArrow;
    function.parts = {first, type_node(false)};
    return node(function, offset, is_entry);
  }
  return is_whole ? first : node(draft, offset, is_entry);
}

Parser::TypeNode Parser::atomic_node() {
  const std::size_t offset = token_.offset;
  if (token_.form == TokenForm::kEntry)
    return entry();
  if (take("(")) {
    const TypeNode result = type_node(false);
    expect(")", "type");
    return result;
  }
  TypeDraft draft;
  if (at_word(kForall) || at_word(kSynonym))
    fail("type", "parentheses around it");
  draft_applied(draft, false);
  return node(draft, offset, false);
}

// Only what the text's own table says has a number in the text.
Parser::TypeNode Parser::entry() {
  const std::uint32_t entry = index("type", static_cast<std::uint32_t>(entry_contents_.size()));
  if (failed())
    return {};
  return {entry_contents_[entry], builder_->package().types()[entry]};
}

// A head with, perhaps, its arguments.
void Parser::draft_applied(TypeDraft& draft, bool with_arguments) {
  lf::Type& head = draft.head;
  if (at_word(kForall))
    return draft_forall(draft);
  if (at_word(kStruct))
    return draft_struct(draft);
  if (token_.form == TokenForm::kInteger) {
    require(token_.offset, Feature::kNumeric, "type");
    const std::size_t offset = token_.offset;
    const std::int64_t nat = integer("type");
    if (nat < 0 || nat > lf::kMaxScale)
      fail_at(offset, Code::kInvalidArgument,
              "type: expected 0 to " + std::to_string(lf::kMaxScale) + ", found " +
                  std::to_string(nat));
    head = lf::nat_type(static_cast<std::uint8_t>(failed() ? 0 : nat));
    return;
  }
  if (at_word(kSynonym)) {
    require(token_.offset, Feature::kTypeSynonyms, "type");
    advance();
    head = lf::synonym_type(reference("type synonym"));
  } else if (token_.form == TokenForm::kReference) {
    head = lf::constructor_type(reference("type"));
  } else if (token_.form == TokenForm::kName && is_type_word(token_.text)) {
    draft_builtin(draft);
  } else if (at_name()) {
    head = lf::variable_type(name("type"));
  } else {
    return fail("type", "a type");
  }
  while (with_arguments && at_atomic_type())
    draft.parts.push_back(atomic_node());
}

void Parser::draft_builtin(TypeDraft& draft) {
  const std::size_t offset = token_.offset;
  if (at_word(kDecimalType)) {
    require(offset, Feature::kDecimal, "type");
    draft.head.builtin = lf::BuiltinType::kNumeric;
    TypeDraft scale;
    scale.head = lf::nat_type(lf::kDecimalScale);
    draft.parts.push_back(node(scale, offset, false));
  } else if (const auto builtin = find_builtin_type(token_.text)) {
    if (const auto feature = feature_of(*builtin))
      require(offset, *feature, "type");
    draft.head.builtin = *builtin;
  }
  advance();
}

void Parser::draft_forall(TypeDraft& draft) {
  advance();
  draft.head.form = TypeForm::kForall;
  draft.parameters = type_parameters();
  if (draft.parameters.empty())
    fail("type", "a type parameter");
  expect(".", "type");
  draft.parts = {type_node(false)};
}

void Parser::draft_struct(TypeDraft& draft) {
  const std::size_t offset = token_.offset;
  advance();
  expect("{", "struct type");
  draft.head.form = TypeForm::kStruct;
  std::set<std::uint32_t> seen;
  while (in_block()) {
    const std::size_t field = token_.offset;
    draft.names.push_back(name("field"));
    once(seen, draft.names.back().index, field, "field of a struct type");
    expect(":", "field");
    draft.parts.push_back(type_node(false));
    if (!take(","))
      break;
  }
  expect("}", "struct type");
  if (draft.names.empty())
    fail_at(offset, Code::kInvalidArgument, "struct type: expected at least one field, found none");
}

std::uint32_t Parser::add_content(const TypeDraft& draft, std::size_t offset) {
  std::vector<const lf::Type*> nothing(draft.parts.size());
  const Assembled shape(draft.head, nothing, draft.parameters, draft.names);
  std::vector<std::uint32_t> parts;
  parts.reserve(draft.parts.size());
  for (const TypeNode& part : draft.parts)
    parts.push_back(part.content);
  const std::uint32_t number = content_index_.number(shape.type, parts);
  if (number < contents_.size())
    return number;
  Content content{draft.head, std::move(parts), draft.parameters, draft.names};
  for (const std::uint32_t part : content.parts) {
    content.depth = std::max(content.depth, contents_[part].depth + 1);
    content.size += contents_[part].size;
  }
  if (content.depth > lf::kMaxTypeDepth || content.size > lf::kMaxTypeSize) {
    fail_at(offset, Code::kInvalidArgument,
            "type: expected at most " + std::to_string(lf::kMaxTypeDepth) + " levels and " +
                std::to_string(lf::kMaxTypeSize) + " parts, found " +
                std::to_string(content.depth) + " and " + std::to_string(content.size));
  }
  contents_.push_back(std::move(content));
  return number;
}

Parser::TypeNode Parser::node(const TypeDraft& draft, std::size_t offset, bool is_entry) {
  if (failed())
    return {};
  TypeNode result{add_content(draft, offset), nullptr};
  if (failed() || !in_table_)
    return result;
  std::vector<const lf::Type*> parts;
  for (const TypeNode& part : draft.parts)
    parts.push_back(part.type);
  const Assembled assembled(draft.head, parts, draft.parameters, draft.names);
  if (!is_entry) {
    result.type = checked(offset, builder_->type(assembled.type));
    return result;
  }
  check(offset, builder_->add_type(assembled.type));
  if (failed())
    return {};
  result.type = builder_->package().types().back();
  entry_contents_.push_back(result.content);
  Content& content = contents_[result.content];
  content.type = content.type == nullptr ? result.type : content.type;
  return result;
}

const lf::Type* Parser::refer(const TypeNode& node, std::size_t offset) {
  if (failed())
    return nullptr;
  return node.type != nullptr ? node.type : resolve(node.content, offset);
}

// The first entry of the table that says this, or a new one behind all; before 1.11 the one type
// that says it.
const lf::Type* Parser::resolve(std::uint32_t content, std::size_t offset) {
  if (contents_[content].type != nullptr)
    return contents_[content].type;
  std::vector<const lf::Type*> parts;
  for (const std::uint32_t part : contents_[content].parts)
    parts.push_back(resolve(part, offset));
  if (failed())
    return nullptr;
  Content& entry = contents_[content];
  const Assembled assembled(entry.head, parts, entry.parameters, entry.names);
  entry.type =
      checked(offset, supports(Feature::kInternedTypes) ? builder_->table_type(assembled.type)
                                                        : builder_->type(assembled.type));
  return entry.type;
}

// One entry of the type table, or "#n" alone: that one again.
void Parser::add_entry(std::size_t offset) {
  const std::size_t before = entry_contents_.size();
  const TypeNode node = type_node(true);
  if (failed() || entry_contents_.size() > before)
    return;
  if (builder_->package().types()[node.type->id] != node.type)
    return fail_at(offset, Code::kInvalidArgument,
                   "types: expected an entry without parentheses around it, found some");
  check(offset, builder_->add_type_alias(node.type->id));
  entry_contents_.push_back(node.content);
}

} // namespace tenon::daml::text
