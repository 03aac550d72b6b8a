// Cases: the first alternative that matches, found by what the patterns look at.
#include "interpreter/operations.hpp"
#include "interpreter/translator.hpp"

namespace tenon::daml::interpreter {

using lf::PatternForm;
namespace op = operations;

namespace {

// Patterns that look at the same thing.
enum class Scrutiny : std::uint8_t { kNothing, kBool, kUnit, kList, kOptional, kVariant, kEnum };

Scrutiny scrutiny_of(const lf::Pattern& pattern) {
  switch (pattern.form) {
  case PatternForm::kDefault:
    return Scrutiny::kNothing;
  case PatternForm::kVariant:
    return Scrutiny::kVariant;
  case PatternForm::kConstant:
    return pattern.constant == lf::Constant::kUnit ? Scrutiny::kUnit : Scrutiny::kBool;
  case PatternForm::kNil:
  case PatternForm::kCons:
    return Scrutiny::kList;
  case PatternForm::kNone:
  case PatternForm::kSome:
    return Scrutiny::kOptional;
  case PatternForm::kEnum:
    return Scrutiny::kEnum;
  }
  return Scrutiny::kNothing;
}

Result<Scrutiny> scrutiny_of(const lf::Case& match) {
  Scrutiny all = Scrutiny::kNothing;
  for (const lf::Alternative& alternative : match.alternatives) {
    const Scrutiny one = scrutiny_of(alternative.pattern);
    if (one == Scrutiny::kNothing || one == all)
      continue;
    if (all != Scrutiny::kNothing)
      return invalid_argument("expected patterns of one type in a case, found several");
    all = one;
  }
  return all;
}

// The first alternative of the form, or that takes everything.
template <typename Matches>
const lf::Alternative* first_match(const lf::Case& match, const Matches& matches) {
  for (const lf::Alternative& alternative : match.alternatives) {
    if (alternative.pattern.form == PatternForm::kDefault || matches(alternative.pattern))
      return &alternative;
  }
  return nullptr;
}

const lf::Alternative* first_match(const lf::Case& match, PatternForm form) {
  return first_match(match, [&](const lf::Pattern& pattern) { return pattern.form == form; });
}

} // namespace

void Translator::emit_exit(Destination to, std::vector<std::size_t>& exits) {
  if (!to.target)
    return; // the branch has returned
  exits.push_back(scope_->add(op::jump));
  scope_->add_numbers(0);
}

void Translator::land_exits(const std::vector<std::size_t>& exits) {
  for (const std::size_t exit : exits)
    scope_->land(exit + 1, exit);
}

Status Translator::emit_branch(const lf::Alternative* alternative, Destination to) {
  if (alternative != nullptr)
    return emit(*alternative->body, to);
  scope_->add(op::fail_match);
  return {};
}

Status Translator::emit_case(const lf::Case& match, Destination to) {
  TENON_ASSIGN_OR_RETURN(const Scrutiny scrutiny, scrutiny_of(match));
  TENON_ASSIGN_OR_RETURN(const Register scrutinee, operand(*match.scrutinee));
  switch (scrutiny) {
  case Scrutiny::kNothing:
    return emit_branch(match.alternatives.empty() ? nullptr : &match.alternatives[0], to);
  case Scrutiny::kUnit:
    return emit_branch(first_match(match, PatternForm::kConstant), to);
  case Scrutiny::kVariant:
  case Scrutiny::kEnum:
    return emit_switch(match, scrutinee, to);
  default:
    return emit_two_way(match, scrutinee, to);
  }
}

Status Translator::emit_two_way(const lf::Case& match, Register scrutinee, Destination to) {
  const std::size_t bound = undo_.size();
  const lf::Alternative* match_first = nullptr;  // of True, of a cell, of some
  const lf::Alternative* match_second = nullptr; // of what jumps
  std::size_t test = 0;
  const Scrutiny scrutiny = *scrutiny_of(match);
  if (scrutiny == Scrutiny::kBool) {
    const auto of = [&](lf::Constant constant) {
      return first_match(match, [&](const lf::Pattern& pattern) {
        return pattern.form == PatternForm::kConstant && pattern.constant == constant;
      });
    };
    match_first = of(lf::Constant::kTrue);
    match_second = of(lf::Constant::kFalse);
    test = scope_->add(op::jump_unless, {}, reg(scrutinee));
  } else if (scrutiny == Scrutiny::kList) {
    match_first = first_match(match, PatternForm::kCons);
    match_second = first_match(match, PatternForm::kNil);
    const Register head = scope_->allocate();
    const Register tail = scope_->allocate();
    test = scope_->add(op::case_list, reg(head), reg(scrutinee), reg(tail));
    if (match_first != nullptr && match_first->pattern.form == PatternForm::kCons) {
      bind(match_first->pattern.binder, hold(head));
      bind(match_first->pattern.tail, hold(tail));
    }
  } else {
    match_first = first_match(match, PatternForm::kSome);
    match_second = first_match(match, PatternForm::kNone);
    const Register content = scope_->allocate();
    test = scope_->add(op::case_optional, reg(content), reg(scrutinee));
    if (match_first != nullptr && match_first->pattern.form == PatternForm::kSome)
      bind(match_first->pattern.binder, hold(content));
  }
  scope_->add_numbers(0);
  Status status = emit_branch(match_first, to);
  unbind(bound);
  TENON_RETURN_IF_ERROR(status);
  std::vector<std::size_t> exits;
  emit_exit(to, exits);
  scope_->land(test + 1, test);
  TENON_RETURN_IF_ERROR(emit_branch(match_second, to));
  land_exits(exits);
  return {};
}

Status Translator::emit_switch(const lf::Case& match, Register scrutinee, Destination to) {
  const lf::Alternative* const typed =
      first_match(match, [](const lf::Pattern&) { return true; });
  lf::IdentifierId type = typed->pattern.type;
  for (const lf::Alternative& alternative : match.alternatives) {
    if (alternative.pattern.form != PatternForm::kDefault)
      type = alternative.pattern.type;
  }
  TENON_ASSIGN_OR_RETURN(const DataCode* code, data(type));
  const std::size_t ranks = code->index.size();
  // Which alternative each rank goes to: the first of its name, unless one for all is before.
  std::vector<const lf::Alternative*> by_rank(ranks, nullptr);
  const lf::Alternative* otherwise = nullptr;
  bool variant = false;
  for (const lf::Alternative& alternative : match.alternatives) {
    if (alternative.pattern.form == PatternForm::kDefault) {
      otherwise = &alternative;
      break;
    }
    variant = alternative.pattern.form == PatternForm::kVariant;
    TENON_ASSIGN_OR_RETURN(const std::uint32_t rank,
                           member_index(alternative.pattern.type, alternative.pattern.constructor));
    if (rank < ranks && by_rank[rank] == nullptr)
      by_rank[rank] = &alternative;
  }
  const Register argument = scope_->allocate();
  const std::size_t test = scope_->add(variant ? op::case_variant : op::case_enum, reg(argument),
                                       reg(scrutinee), number(ranks));
  for (std::size_t i = 0; i < ranks; i += 2)
    scope_->add_numbers(0);
  std::vector<std::size_t> exits;
  const std::size_t bound = undo_.size();
  const auto land = [&](std::size_t rank) {
    scope_->land(test + 1 + rank / 2, test, rank % 2 != 0);
  };
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    if (by_rank[rank] == nullptr)
      continue;
    land(rank);
    if (variant)
      bind(by_rank[rank]->pattern.binder, hold(argument));
    Status status = emit_branch(by_rank[rank], to);
    unbind(bound);
    TENON_RETURN_IF_ERROR(status);
    emit_exit(to, exits);
  }
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    if (by_rank[rank] == nullptr)
      land(rank);
  }
  TENON_RETURN_IF_ERROR(emit_branch(otherwise, to));
  land_exits(exits);
  return {};
}

} // namespace tenon::daml::interpreter
