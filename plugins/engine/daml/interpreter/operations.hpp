// The instructions of the machine: one handler each. `target`, `a`, `b`, `c` are registers unless
// said otherwise; `+` is what stands in the cells after the instruction. Jumps are counted in cells
// from the instruction itself. Handlers check what they are given: a program that no validation has
// seen gets an error, never a wrong access.
#pragma once

#include "interpreter/code.hpp"

namespace tenon::daml::interpreter::operations {

#define TENON_DAML_OPERATION(name) const Cell* name(Machine& machine, const Cell* at)

// --- Moving words and control (operations_control.cpp).
TENON_DAML_OPERATION(move);             // target := a
TENON_DAML_OPERATION(load);             // target := + word
TENON_DAML_OPERATION(load_constant);    // target := the value of + Definition
TENON_DAML_OPERATION(load_function);    // target := + Function, as a value
TENON_DAML_OPERATION(jump);             // + cells
TENON_DAML_OPERATION(return_from);      // a
TENON_DAML_OPERATION(call);             // target := + Function of what stands from a on
TENON_DAML_OPERATION(tail_call);        // likewise, and returns it
TENON_DAML_OPERATION(apply);            // target := a of the c words from b on
TENON_DAML_OPERATION(tail_apply);       // likewise
TENON_DAML_OPERATION(apply_early);      // see below
TENON_DAML_OPERATION(apply_pending);    // see below
TENON_DAML_OPERATION(tail_apply_pending); // see below
TENON_DAML_OPERATION(run);              // target := what the update a yields; free from b on
TENON_DAML_OPERATION(tail_run);         // likewise
TENON_DAML_OPERATION(make_closure);     // target := + Function with a (a number) of + registers
TENON_DAML_OPERATION(make_partial);     // target := + Function with b (a number) words from a on
TENON_DAML_OPERATION(fail_match);       //
TENON_DAML_OPERATION(fail_scenario);    //
TENON_DAML_OPERATION(finish);           // the run ends with a

// Arguments are evaluated one after the other, and a function that has enough is applied before the
// next one is. With a function that is not known to the compiler: `target` holds the function, c
// how many arguments it has already got of those that stand from a on, and + how many there are
// now. apply_early applies it if these are enough; apply_pending does when they are all there, with
// + and where the result goes.

// --- Cases (operations_control.cpp).
TENON_DAML_OPERATION(jump_unless);      // a is False: + cells
TENON_DAML_OPERATION(case_list);        // target := head, b := tail of a; empty: + cells
TENON_DAML_OPERATION(case_optional);    // target := content of a; none: + cells
TENON_DAML_OPERATION(case_variant);     // target := argument of a; b (a number) entries + cells
TENON_DAML_OPERATION(case_enum);        // likewise

// --- Data (operations_data.cpp).
TENON_DAML_OPERATION(make_record);      // target := the a (a number) words + registers
TENON_DAML_OPERATION(get_field);        // target := field b (a number) of a
TENON_DAML_OPERATION(set_fields);       // target := a with b (a number) + pairs: field, register
TENON_DAML_OPERATION(make_struct);      // target := the a (a number) words + StructShape, registers
TENON_DAML_OPERATION(get_struct_field); // target := field + FieldName of a
TENON_DAML_OPERATION(set_struct_field); // target := a with b as field + FieldName
TENON_DAML_OPERATION(make_variant);     // target := constructor + rank of a
TENON_DAML_OPERATION(make_some);        // target := Some a
TENON_DAML_OPERATION(make_cons);        // target := a before b
TENON_DAML_OPERATION(make_list);        // target := the a (a number) words + registers before b
TENON_DAML_OPERATION(to_any);           // target := a as Any, of type + RuntimeType
TENON_DAML_OPERATION(from_any);         // target := optional content of a if of type + RuntimeType
TENON_DAML_OPERATION(throw_any);        // the exception a

// --- Interfaces (operations_interfaces.cpp).
TENON_DAML_OPERATION(to_interface);            // target := a as contract of + TemplateCode
TENON_DAML_OPERATION(from_interface);          // target := optional, a as + TemplateCode
TENON_DAML_OPERATION(unsafe_from_interface);   // target := b as it; a: contract id; + TemplateCode
TENON_DAML_OPERATION(from_required);           // target := optional, a as + InterfaceCode
TENON_DAML_OPERATION(unsafe_from_required);    // target := b; a: contract id; + InterfaceCode
TENON_DAML_OPERATION(call_method);             // target := of a; free from b; + interface; + name
TENON_DAML_OPERATION(call_view);               // target := of a; free from b on; + InterfaceCode
TENON_DAML_OPERATION(call_signatories);        // target := of a; free from b on
TENON_DAML_OPERATION(call_observers);          // likewise
TENON_DAML_OPERATION(interface_type_rep);      // target := of a
TENON_DAML_OPERATION(create_from_interface);   // target := contract id; a; free from b on

// --- Updates (operations_updates.cpp, operations_contracts.cpp).
TENON_DAML_OPERATION(begin_try);          // an exception goes to target and + cells
TENON_DAML_OPERATION(end_try);            //
TENON_DAML_OPERATION(rethrow);            // the exception a
TENON_DAML_OPERATION(begin_no_catch);     //
TENON_DAML_OPERATION(end_no_catch);       //
TENON_DAML_OPERATION(get_time);           // target := the ledger time
TENON_DAML_OPERATION(check_precondition); // a is False: fails, of the argument b; + TemplateCode
// From a on: argument, agreement, signatories, observers and, where there is one, key and
// maintainers.
TENON_DAML_OPERATION(create);             // target := contract id; + TemplateCode
TENON_DAML_OPERATION(keep_contract);      // of the contract id b; + TemplateCode
// The contract a; found by the key and maintainers from b on when b is not 0; free from c on.
TENON_DAML_OPERATION(fetch_contract);     // target := argument; + TemplateCode
TENON_DAML_OPERATION(fetch_instance);     // target := contract; + InterfaceCode
TENON_DAML_OPERATION(add_fetch);          // a: contract id; b (a number): by key; + TemplateCode
TENON_DAML_OPERATION(add_fetch_instance); // a: contract id; b: contract; + InterfaceCode
// The key and maintainers from a on; b (a number): whether none is an error.
TENON_DAML_OPERATION(resolve_key);        // target := optional contract id; + TemplateCode
TENON_DAML_OPERATION(load_key_contract);  // b: optional contract id; free from c on; + TemplateCode
TENON_DAML_OPERATION(add_lookup);         // b: optional contract id; + TemplateCode
TENON_DAML_OPERATION(disclose);           // a: contract id, was fetched; + TemplateCode
TENON_DAML_OPERATION(unwrap);             // target := content of the optional a
// From a on: contract id, choice argument, controllers, observers, authorizers; b: the contract
// when through an interface.
TENON_DAML_OPERATION(begin_exercise);     // + TemplateCode, ChoiceCode; + InterfaceCode; + form
TENON_DAML_OPERATION(end_exercise);       // a: result; + ChoiceCode

// The number in the last cell of begin_exercise.
inline constexpr std::int64_t kExerciseByKey = 1;

// --- Functions that call back (operations_lists.cpp): bodies of the machine's own.
TENON_DAML_OPERATION(fold_left_step);
TENON_DAML_OPERATION(fold_right_begin);
TENON_DAML_OPERATION(fold_right_step);
TENON_DAML_OPERATION(fold_right_collect);
TENON_DAML_OPERATION(fold_right_reduce);
TENON_DAML_OPERATION(equal_list_step);
TENON_DAML_OPERATION(equal_list_next);
TENON_DAML_OPERATION(exception_message);
TENON_DAML_OPERATION(exception_message_apply);

// --- Where the machine goes on by itself (machine.cpp, constants.cpp).
TENON_DAML_OPERATION(apply_rest);
TENON_DAML_OPERATION(close_constant);

} // namespace tenon::daml::interpreter::operations
