// The compiler's state for one definition; see compiler.hpp. Walks the syntax tree once, recursing
// no deeper than packages are nested (lf::kMaxNesting, checked here too). Lives for one call.
#pragma once

#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "interpreter/builtin_code.hpp"
#include "interpreter/compiler.hpp"
#include "interpreter/function_scope.hpp"
#include "interpreter/lambda.hpp"
#include "lf/limits.hpp"
#include "tenon/core/function_ref.hpp"

namespace tenon::daml::interpreter {

class Translator {
public:
  Translator(PackageStore& store, const Definition& definition)
      : store_(store), definition_(definition), code_(*definition.package),
        source_(definition.package->source()) {}

  Status translate(bool run);

private:
  // Where what an expression yields goes: to a register, or out of the function. `run`: the
  // expression is an update, and what goes there is what the update yields.
  struct Destination {
    std::optional<Register> target; // none: returned
    bool run = false;
  };

  // Something that a function holds in a register, wherever it is used.
  struct Variable {
    std::uint32_t serial = 0;
    std::uint32_t depth = 0; // of the function; 0: there is none
    Register held = 0;
  };
  using Variables = std::unordered_map<std::uint32_t, Variable>; // by name

  struct Argument {
    const lf::Expr* expression = nullptr;
    std::optional<Variable> variable;
    std::uint8_t nat = 0; // when neither of them is there
  };
  using Arguments = std::vector<Argument>;

  // --- Variables (translator.cpp).
  Variable hold(Register held);
  Variable hold_new() { return hold(scope_->allocate()); }
  Register use(const Variable& variable);
  static Register use_in(FunctionScope& scope, const Variable& variable);
  std::size_t bind(Variables& variables, lf::Name name, const Variable& variable);
  void bind(lf::Name name, const Variable& variable) { bind(values_, name, variable); }
  void unbind(std::size_t mark);
  Result<Variable> find(lf::Name name);
  void bind_parameters(const Lambda& lambda, Register first);

  // --- Expressions (translator.cpp, translate_data.cpp).
  Status emit(const lf::Expr& expression, Destination to);
  Status emit_form(const lf::Expr& expression, Destination to);
  Status emit_data(const lf::Expr& expression, Destination to);
  Status emit_interface(const lf::Expr& expression, Destination to);
  // The register that holds its value; a new one unless it is a variable.
  Result<Register> operand(const lf::Expr& expression);
  Result<Register> operand(const Argument& argument);
  Result<Variable> evaluate(const lf::Expr& expression);
  Status emit_into(const Argument& argument, Register target);
  // For what computes a word: where to, and then on to where it belongs.
  Register place(Destination to);
  void settle(Destination to, Register held);
  void emit_word(const Word& word, Destination to);

  Status emit_variable(const lf::Expr& expression, Destination to);
  Status emit_value(const lf::Expr& expression, Destination to);
  Status emit_literal(const lf::Literal& literal, Destination to);
  Status emit_numeric(const lf::Literal& literal, Destination to);
  Status emit_abstraction(const lf::Expr& expression, Destination to);
  Status emit_let(const lf::Let& let, Destination to);
  // A function of its own around `body`, made in `target`.
  Status make_closure(std::uint32_t arity, Register target, FunctionRef<Status()> body);

  Status emit_record(const lf::Record& record, Destination to);
  Status emit_record_update(const lf::Expr& expression, Destination to);
  Status emit_struct(const lf::Struct& record, Destination to);
  Status emit_variant(const lf::Variant& variant, Destination to);
  Status emit_enum(const lf::EnumValue& value, Destination to);
  Status emit_cons(const lf::Cons& cons, Destination to);
  Status emit_typed(const lf::Typed& typed, Destination to);
  Status emit_unary(Handler handler, const lf::Expr& operand, const void* first,
                    const void* second, Destination to, bool calls = false);
  Status emit_conversion(const lf::InterfaceConversion& conversion, Destination to);
  FieldName field_name(lf::Name name) {
    return store_.types().field_name(source_.text(name));
  }

  // --- Definitions elsewhere.
  Result<const DataCode*> data(lf::IdentifierId id);
  Result<std::uint32_t> member_index(lf::IdentifierId type, lf::Name member);
  Result<const TemplateCode*> contract(lf::IdentifierId id);
  Result<const InterfaceCode*> interface(lf::IdentifierId id);
  Result<const ChoiceCode*> choice(const TemplateCode& contract, lf::Name name);

  // --- Applications (translate_calls.cpp).
  Status emit_application(const lf::Expr& expression, Destination to);
  Status emit_call(const lf::Expr& head, Arguments arguments, const lf::Type* type,
                   Destination to);
  Status emit_known(const Definition& definition, const Arguments& arguments, Destination to);
  Status emit_redex(const lf::Expr& head, const Arguments& arguments, Destination to);
  Status emit_unknown(Register function, std::span<const Argument> arguments, Destination to);
  Status emit_staged(Register function, std::span<const Argument> arguments, Destination to);
  Status emit_builtin(lf::Builtin builtin, Arguments arguments, const lf::Type* type,
                      Destination to);
  Status emit_builtin_call(const BuiltinCode& code, Handler handler,
                           std::span<const Argument> arguments, Destination to);
  Status emit_partial(const Function& function, std::span<const Argument> arguments,
                      Destination to);
  void emit_function_call(const Function& function, Register base, Destination to);
  bool is_trivial(const Argument& argument);
  std::optional<Argument> nat_argument(const lf::Type& type);
  Status emit_applied(const lf::Expr& function, const Variable& argument, Destination to);

  // --- Cases (translate_cases.cpp).
  Status emit_case(const lf::Case& match, Destination to);
  Status emit_two_way(const lf::Case& match, Register scrutinee, Destination to);
  Status emit_switch(const lf::Case& match, Register scrutinee, Destination to);
  Status emit_branch(const lf::Alternative* alternative, Destination to);
  // Ends a branch that is not the last one: a jump to land() at the end.
  void emit_exit(Destination to, std::vector<std::size_t>& exits);
  void land_exits(const std::vector<std::size_t>& exits);

  // --- Updates and the parts of templates (translate_updates.cpp, translate_templates.cpp).
  using Action = FunctionRef<Status(std::span<const Variable> operands, Destination to)>;
  Status emit_update(const lf::Update& update, Destination to);
  Status emit_action(std::initializer_list<const lf::Expr*> operands, Destination to,
                     Action action);
  Status emit_steps(std::initializer_list<const lf::Expr*> operands, Destination to,
                    const Function& step);
  Status emit_interface_update(const lf::Update& update, Destination to);
  Status emit_template_update(const lf::Update& update, Destination to);
  Status emit_block(const lf::Update& update, Destination to);
  Status emit_bindings(std::span<const lf::Binding> bindings, const lf::Expr& last,
                       Destination to);
  Status emit_try(const lf::Update& update, Destination to);
  Status emit_step(const Function& step, std::span<const Variable> operands, Destination to);

  Status emit_part();
  Status emit_with_parameter(lf::Name parameter, const lf::Expr& expression);
  Status emit_create();
  Status emit_facts();
  Status emit_facts_from(Register base, const lf::Template& source, const Variable& argument);
  Status emit_key(const lf::Template& source, Register key);
  Status emit_fetch();
  Status emit_by_key();
  Status emit_exercise();
  Status emit_exercise_interface();
  Status emit_fetch_interface();
  void emit_view_check(Register contract, const InterfaceCode& interface);
  Status emit_parties(const lf::Expr* parties, Register target);
  Status emit_exercise_body(Register base, const lf::Choice& choice, const Variable& contract,
                            bool by_key);
  Status emit_consequences(const ChoiceCode& code, const lf::Choice& choice, Register contract_id);

  // For messages: the text of a name.
  std::string text(lf::Name name) const { return std::string(source_.text(name)); }

  struct Undo {
    Variables* variables;
    std::uint32_t name;
    Variable before;
  };

  PackageStore& store_;
  const Definition& definition_;
  PackageCode& code_;
  const lf::Package& source_;
  FunctionScope* scope_ = nullptr;
  Variables values_;
  Variables nats_;
  std::vector<Undo> undo_;
  std::uint32_t next_serial_ = 0;
  std::uint32_t depth_ = 0;
};

} // namespace tenon::daml::interpreter
