#include "validation/type_store.hpp"

#include <algorithm>
#include <cstdlib>

namespace tenon::daml::validation {

using lf::BuiltinType;
using lf::KindForm;

namespace {

constexpr std::size_t kFirstPlaces = 1024;

constexpr std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
  return hash ^ (hash >> 29);
}

// Whoever chooses the types can make these collide; looking for a place is charged like any other
// work, so that only they pay.
std::uint64_t hash_of(const TypeNode& node) {
  std::uint64_t hash = mix(static_cast<std::uint64_t>(node.form), node.head);
  hash = mix(hash, static_cast<std::uint64_t>(node.builtin) << 8 | node.nat);
  hash = mix(hash, node.head_kind == nullptr ? 0 : node.head_kind->id + 1);
  for (const TypeNode* part : node.parts)
    hash = mix(hash, part->id);
  for (const NameId field : node.fields)
    hash = mix(hash, field);
  return hash ^ (hash >> 32);
}

bool equal(const TypeNode& left, const TypeNode& right) {
  return left.form == right.form && left.head == right.head && left.builtin == right.builtin &&
         left.nat == right.nat && left.head_kind == right.head_kind &&
         std::equal(left.parts.begin(), left.parts.end(), right.parts.begin(), right.parts.end()) &&
         std::equal(left.fields.begin(), left.fields.end(), right.fields.begin(),
                    right.fields.end());
}

} // namespace

TypeStore::TypeStore(Meter& meter) : meter_(meter), table_(kFirstPlaces) {
  star_ = arena_.make(KindNode{KindForm::kStar, kinds_++, nullptr, nullptr});
  nat_ = arena_.make(KindNode{KindForm::kNat, kinds_++, nullptr, nullptr});
}

const KindNode* TypeStore::arrow(const KindNode* parameter, const KindNode* result) {
  const auto [place, added] = arrows_.emplace(std::pair(parameter->id, result->id), nullptr);
  if (added)
    place->second = arena_.make(KindNode{KindForm::kArrow, kinds_++, parameter, result});
  return place->second;
}

const KindNode* TypeStore::kind(const lf::Kind& kind) {
  switch (kind.form) {
  case KindForm::kStar:
    return star_;
  case KindForm::kNat:
    return nat_;
  case KindForm::kArrow:
    break;
  }
  if (kind.depth > kMaxExpressionLevels) {
    stop(Limit::kLevels);
    return nullptr;
  }
  const KindNode* result = this->kind(*kind.result);
  for (std::size_t i = kind.parameters.size(); i > 0 && result != nullptr; --i) {
    const KindNode* parameter = meter_.spend(1) ? this->kind(*kind.parameters[i - 1]) : nullptr;
    result = parameter == nullptr ? nullptr : arrow(parameter, result);
  }
  if (result == nullptr && limit_ == Limit::kNone)
    stop(Limit::kWork);
  return result;
}

const TypeNode* TypeStore::stop(Limit limit) {
  limit_ = limit;
  return nullptr;
}

bool TypeStore::measure(TypeNode& node) {
  std::uint32_t levels = 0;
  std::uint64_t size = 1;
  const std::uint32_t bound = node.form == NodeForm::kForall ? 1 : 0;
  for (const TypeNode* part : node.parts) {
    levels = std::max(levels, part->levels);
    size += part->size;
    node.free = std::max(node.free, part->free);
    node.loose = std::max(node.loose, part->loose > bound ? part->loose - bound : 0);
  }
  node.levels = levels + 1;
  node.size = static_cast<std::uint32_t>(std::min<std::uint64_t>(size, kMaxTypeParts + 1));
  if (node.levels > kMaxTypeLevels)
    stop(Limit::kLevels);
  else if (size > kMaxTypeParts)
    stop(Limit::kParts);
  return limit_ == Limit::kNone;
}

// Where the node is or belongs. Looking is charged for the words that are looked at.
const TypeNode*& TypeStore::place_of(const TypeNode& node) {
  const std::size_t mask = table_.size() - 1;
  const std::uint64_t words = 1 + node.parts.size() / 8;
  std::uint64_t looked_at = words;
  std::size_t place = static_cast<std::size_t>(node.hash) & mask;
  for (; table_[place] != nullptr; place = (place + 1) & mask, ++looked_at) {
    if (table_[place]->hash != node.hash)
      continue;
    looked_at += words;
    if (equal(*table_[place], node))
      break;
  }
  meter_.spend(looked_at);
  return table_[place];
}

const TypeNode* TypeStore::make(TypeNode node) {
  node.hash = hash_of(node);
  const TypeNode*& place = place_of(node);
  if (meter_.exhausted())
    return stop(Limit::kWork);
  if (place != nullptr)
    return place;
  if (!measure(node))
    return nullptr;
  if (!meter_.spend(kTypeWork + node.parts.size()))
    return stop(Limit::kWork);
  const TypeNode* kept = keep(node);
  place = kept;
  if (count_ * 2 > table_.size())
    grow();
  return kept;
}

const TypeNode* TypeStore::keep(const TypeNode& node) {
  TypeNode kept = node;
  kept.id = static_cast<std::uint32_t>(count_++);
  kept.parts = arena_.copy(node.parts);
  kept.fields = arena_.copy(node.fields);
  return arena_.make(kept);
}

void TypeStore::grow() {
  std::vector<const TypeNode*> larger(table_.size() * 2);
  const std::size_t mask = larger.size() - 1;
  for (const TypeNode* node : table_) {
    if (node == nullptr)
      continue;
    std::size_t place = static_cast<std::size_t>(node->hash) & mask;
    while (larger[place] != nullptr)
      place = (place + 1) & mask;
    larger[place] = node;
  }
  table_ = std::move(larger);
}

const TypeNode* TypeStore::free_variable(std::uint32_t level, const KindNode* kind) {
  TypeNode node;
  node.form = NodeForm::kFree;
  node.head = level;
  node.free = level + 1;
  node.kind = node.head_kind = kind;
  return make(node);
}

const TypeNode* TypeStore::data(const Entity& entity, std::uint32_t id, const KindNode* kind) {
  TypeNode node;
  node.form = NodeForm::kData;
  node.head = id;
  node.entity = &entity;
  node.kind = kind;
  return make(node);
}

const TypeNode* TypeStore::builtin(BuiltinType type, Types arguments) {
  TypeNode node;
  node.builtin = type;
  switch (type) {
  case BuiltinType::kList:
  case BuiltinType::kUpdate:
  case BuiltinType::kScenario:
  case BuiltinType::kContractId:
  case BuiltinType::kOptional:
  case BuiltinType::kTextMap:
    node.kind = arrow(star_, star_);
    break;
  case BuiltinType::kArrow:
  case BuiltinType::kGenMap:
    node.kind = arrow(star_, arrow(star_, star_));
    break;
  case BuiltinType::kNumeric:
    node.kind = arrow(nat_, star_);
    break;
  default:
    node.kind = star_;
    break;
  }
  for (std::size_t i = 0; i < arguments.size(); ++i)
    node.kind = node.kind->result;
  node.parts = arguments;
  return make(node);
}

const TypeNode* TypeStore::function(const TypeNode* parameter, const TypeNode* result) {
  if (parameter == nullptr || result == nullptr)
    return nullptr;
  const TypeNode* const parts[] = {parameter, result};
  return builtin(BuiltinType::kArrow, parts);
}

const TypeNode* TypeStore::natural(std::uint8_t value) {
  TypeNode node;
  node.form = NodeForm::kNat;
  node.nat = value;
  node.kind = nat_;
  return make(node);
}

const TypeNode* TypeStore::forall(const KindNode* kind, const TypeNode* body) {
  if (body == nullptr)
    return nullptr;
  TypeNode node;
  node.form = NodeForm::kForall;
  node.head_kind = kind;
  node.kind = star_;
  node.parts = Types(&body, 1);
  return make(node);
}

const TypeNode* TypeStore::structure(std::span<const std::pair<NameId, const TypeNode*>> fields) {
  std::vector<std::pair<NameId, const TypeNode*>> sorted(fields.begin(), fields.end());
  std::sort(sorted.begin(), sorted.end(),
            [](const auto& left, const auto& right) { return left.first < right.first; });
  std::vector<NameId> names;
  std::vector<const TypeNode*> types;
  for (const auto& [name, type] : sorted) {
    names.push_back(name);
    types.push_back(type);
  }
  TypeNode node;
  node.form = NodeForm::kStruct;
  node.kind = star_;
  node.parts = types;
  node.fields = names;
  return make(node);
}

const TypeNode* TypeStore::apply(const TypeNode* head, Types arguments) {
  if (head == nullptr || arguments.empty())
    return head;
  std::vector<const TypeNode*> parts(head->parts.begin(), head->parts.end());
  parts.insert(parts.end(), arguments.begin(), arguments.end());
  TypeNode node = *head;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (node.kind->form != KindForm::kArrow)
      std::abort(); // the kinds were checked
    node.kind = node.kind->result;
  }
  node.parts = parts;
  return make(node);
}

// Either free variables become bound ones, or bound ones are replaced.
struct TypeStore::Rewriting {
  bool abstracting = false;
  std::uint32_t level = 0;
  std::uint32_t count = 0;
  Types arguments;

  [[nodiscard]] bool concerns(const TypeNode& type, std::uint32_t depth) const {
    return abstracting ? type.free > level : type.loose > depth;
  }
};

const TypeNode* TypeStore::replace_head(const TypeNode* type, const Rewriting& rewriting,
                                        std::uint32_t depth) {
  TypeNode node = *type;
  node.parts = {};
  node.kind = node.head_kind;
  if (rewriting.abstracting) {
    if (type->form != NodeForm::kFree || type->head < rewriting.level)
      return nullptr;
    node.form = NodeForm::kBound;
    node.free = 0;
    node.head = depth + rewriting.count - 1 - (type->head - rewriting.level);
    node.loose = node.head + 1;
    return make(node);
  }
  if (type->form != NodeForm::kBound || type->head < depth)
    return nullptr;
  return rewriting.arguments[rewriting.arguments.size() - 1 - (type->head - depth)];
}

const TypeNode* TypeStore::rewrite(const TypeNode* type, const Rewriting& rewriting,
                                   std::uint32_t depth) {
  if (!rewriting.concerns(*type, depth))
    return type;
  if (!meter_.spend(1))
    return stop(Limit::kWork);
  const std::size_t start = scratch_.size();
  const std::uint32_t inside = depth + (type->form == NodeForm::kForall ? 1 : 0);
  const TypeNode* result = nullptr;
  bool complete = true;
  for (const TypeNode* part : type->parts) {
    const TypeNode* rewritten = rewrite(part, rewriting, inside);
    complete = rewritten != nullptr;
    if (!complete)
      break;
    scratch_.push_back(rewritten);
  }
  if (complete) {
    const Types parts(scratch_.data() + start, scratch_.size() - start);
    if (const TypeNode* head = replace_head(type, rewriting, depth); head != nullptr) {
      result = apply(head, parts);
    } else if (limit_ == Limit::kNone) {
      TypeNode node = *type;
      node.parts = parts;
      // Measured anew, but for what a variable at its head says itself.
      node.free = type->form == NodeForm::kFree ? type->head + 1 : 0;
      node.loose = type->form == NodeForm::kBound ? type->head + 1 : 0;
      result = make(node);
    }
  }
  scratch_.resize(start);
  return result;
}

const TypeNode* TypeStore::abstract(const TypeNode* type, std::uint32_t level,
                                    std::uint32_t count) {
  if (type == nullptr)
    return nullptr;
  Rewriting rewriting;
  rewriting.abstracting = true;
  rewriting.level = level;
  rewriting.count = count;
  return rewrite(type, rewriting, 0);
}

const TypeNode* TypeStore::instantiate(const TypeNode* body, Types arguments) {
  if (body == nullptr)
    return nullptr;
  Rewriting rewriting;
  rewriting.arguments = arguments;
  return rewrite(body, rewriting, 0);
}

} // namespace tenon::daml::validation
