#include "interpreter/types.hpp"

#include <algorithm>

#include "interpreter/layout.hpp"
#include "lf/limits.hpp"

namespace tenon::daml::interpreter {

namespace {

std::size_t mix(std::size_t state, std::size_t part) {
  state = (state ^ part) * 0x9e3779b97f4a7c15u;
  return state ^ state >> 29;
}

constexpr std::size_t kShownTypeSize = 120;

void append(std::string& text, const RuntimeType& type, bool inner) {
  if (text.size() > kShownTypeSize)
    return;
  const bool braces = inner && !type.arguments.empty() && type.form != RuntimeType::Form::kStruct;
  if (braces)
    text += "(";
  switch (type.form) {
  case RuntimeType::Form::kBuiltin:
    text += lf::builtin_type_name(type.builtin);
    break;
  case RuntimeType::Form::kConstructor:
    text += type.constructor->id.module.str() + ":" + type.constructor->id.name.str();
    break;
  case RuntimeType::Form::kNat:
    text += std::to_string(type.nat);
    break;
  case RuntimeType::Form::kStruct:
    text += "struct";
    break;
  }
  for (std::size_t i = 0; i < type.arguments.size() && text.size() <= kShownTypeSize; ++i) {
    text += type.form == RuntimeType::Form::kStruct ? " " + type.shape->texts[i] + ": " : " ";
    append(text, *type.arguments[i], true);
  }
  if (braces)
    text += ")";
}

} // namespace

std::string to_text(const RuntimeType& type) {
  std::string text;
  append(text, type, false);
  if (text.size() > kShownTypeSize)
    text = text.substr(0, kShownTypeSize) + "...";
  return text;
}

std::strong_ordering compare(const RuntimeType& left, const RuntimeType& right) {
  const RuntimeType* l = &left;
  const RuntimeType* r = &right;
  while (l != r) {
    // A type with arguments is greater than one with fewer, whatever they are; a struct has none.
    const auto applied = [](const RuntimeType& type) {
      return type.form == RuntimeType::Form::kStruct ? 0 : type.arguments.size();
    };
    if (const auto order = applied(*l) <=> applied(*r); order != 0)
      return order;
    if (const auto order = l->form <=> r->form; order != 0)
      return order;
    if (const auto order = l->builtin <=> r->builtin; order != 0)
      return order;
    if (const auto order = l->nat <=> r->nat; order != 0)
      return order;
    if (l->constructor != r->constructor)
      return l->constructor->id <=> r->constructor->id;
    if (l->shape != r->shape)
      return l->shape->texts <=> r->shape->texts;
    // Different types with equal heads: the first arguments that are not the same object differ.
    const auto [first, second] = std::mismatch(l->arguments.begin(), l->arguments.end(),
                                               r->arguments.begin(), r->arguments.end());
    if (first == l->arguments.end())
      return std::strong_ordering::equal;
    l = *first;
    r = *second;
  }
  return std::strong_ordering::equal;
}

TypeTable::~TypeTable() {
  for (const auto& type : types_)
    delete type->layout.load(std::memory_order_relaxed);
}

std::size_t TypeTable::IdentifierHasher::operator()(const Identifier& identifier) const {
  const std::hash<std::string_view> hash;
  return mix(mix(hash(identifier.package.str()), hash(identifier.module.str())),
             hash(identifier.name.str()));
}

std::size_t TypeTable::NamesHasher::operator()(const std::vector<FieldName>& names) const {
  std::size_t state = names.size();
  for (const FieldName name : names)
    state = mix(state, name.index);
  return state;
}

std::size_t TypeTable::TypeHasher::operator()(const RuntimeType* type) const {
  const std::hash<const void*> address;
  std::size_t state = static_cast<std::size_t>(type->form) << 16 |
                      static_cast<std::size_t>(type->builtin) << 8 | type->nat;
  state = mix(state, address(type->constructor));
  state = mix(state, address(type->shape));
  for (const RuntimeType* argument : type->arguments)
    state = mix(state, address(argument));
  return state;
}

bool TypeTable::TypeEqual::operator()(const RuntimeType* left, const RuntimeType* right) const {
  return left->form == right->form && left->builtin == right->builtin && left->nat == right->nat &&
         left->constructor == right->constructor && left->shape == right->shape &&
         left->arguments == right->arguments;
}

const TypeConstructor& TypeTable::constructor(const Identifier& identifier) {
  const std::lock_guard lock(mutex_);
  auto& slot = constructors_[identifier];
  if (slot == nullptr)
    slot = std::make_unique<TypeConstructor>(TypeConstructor{identifier});
  return *slot;
}

Result<const RuntimeType*> TypeTable::intern(RuntimeType type) {
  for (const RuntimeType* argument : type.arguments)
    type.depth = std::max(type.depth, argument->depth + 1);
  if (type.depth > lf::kMaxTypeDepth) {
    return invalid_argument("type: expected at most " + std::to_string(lf::kMaxTypeDepth) +
                            " levels, found more");
  }
  const std::lock_guard lock(mutex_);
  if (const auto found = index_.find(&type); found != index_.end())
    return *found;
  types_.push_back(std::make_unique<RuntimeType>(std::move(type)));
  index_.insert(types_.back().get());
  return static_cast<const RuntimeType*>(types_.back().get());
}

FieldName TypeTable::field_name(std::string_view text) {
  const std::lock_guard lock(mutex_);
  const FieldName next{static_cast<std::uint32_t>(field_texts_.size())};
  const auto [place, added] = field_names_.emplace(text, next);
  if (added)
    field_texts_.emplace_back(text);
  return place->second;
}

const StructShape& TypeTable::shape(std::vector<FieldName> names) {
  const std::lock_guard lock(mutex_);
  std::sort(names.begin(), names.end(), [this](FieldName left, FieldName right) {
    return field_texts_[left.index] < field_texts_[right.index];
  });
  auto& slot = shapes_[names];
  if (slot == nullptr) {
    auto shape = std::make_unique<StructShape>();
    for (const FieldName name : names)
      shape->texts.push_back(field_texts_[name.index]);
    shape->names = std::move(names);
    slot = std::move(shape);
  }
  return *slot;
}

const TypeLayout& TypeTable::keep_layout(const RuntimeType& type,
                                         std::unique_ptr<const TypeLayout> layout) {
  const TypeLayout* expected = nullptr;
  if (type.layout.compare_exchange_strong(expected, layout.get(), std::memory_order_acq_rel))
    return *layout.release();
  return *expected; // another thread was first, with the same
}

} // namespace tenon::daml::interpreter
