// The machine that runs programs: an explicit stack of frames, a heap, a meter. It runs until the
// program has finished, has failed, or needs something that only the ledger knows: then it stops
// with a question and is continued with the answer. What it does depends on nothing but the
// program, its arguments and the answers, steps counted included.
//
// One for each interpretation; one thread at a time. The store and the port outlive it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "interpreter/budget.hpp"
#include "interpreter/code.hpp"
#include "interpreter/constants.hpp"
#include "interpreter/contracts.hpp"
#include "interpreter/error.hpp"
#include "interpreter/heap.hpp"
#include "interpreter/ledger_port.hpp"
#include "interpreter/stack.hpp"
#include "interpreter/store.hpp"

namespace tenon::daml::interpreter {

struct Question {
  enum class Kind : std::uint8_t {
    kContract, // contract_id
    kKey,      // key
    kPackage,  // package, to be added to the store
    kTime,     // the ledger time
  };
  Kind kind = Kind::kTime;
  std::optional<ContractId> contract_id;
  std::optional<ledger::KeyWithMaintainers> key;
  std::optional<PackageId> package;
};

struct MachineOptions {
  Budget budget;
  // The ledger time, when it is known before it is asked for.
  std::optional<Timestamp> ledger_time;
  // Who submits and reads. When given, a key that leads to a contract of which none of them is a
  // stakeholder fails, unless the contract was disclosed.
  std::optional<ledger::PartySet> readers;
  // By the name of a package, the version of it that contracts are upgraded to where an interface
  // does not say which.
  std::map<PackageName, PackageId> preferred_packages;
};

class Machine {
public:
  enum class Outcome : std::uint8_t { kFinished, kQuestion, kError };

  // Without a port updates cannot be run.
  Machine(PackageStore& store, LedgerPort* port, MachineOptions options);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  // --- What to run; once.

  // The arguments are this machine's words.
  void start(const Function& function, std::span<const Word> arguments);
  // Code of the caller's own, run with an empty frame. Kept until the machine goes.
  void start(std::unique_ptr<const Body> body);

  // --- Running.

  Outcome run();
  [[nodiscard]] const Question& question() const { return question_; }
  // One of these after each question; nothing: the ledger has no such contract, or package.
  void answer_contract(std::optional<ContractInstance> instance);
  void answer_key(const std::optional<ContractId>& contract_id);
  void answer_package(bool found);
  void answer_time(Timestamp time);

  // Of what finished, or failed.
  [[nodiscard]] const Word& result() const { return result_; }
  [[nodiscard]] const Error& error() const { return *error_; }
  [[nodiscard]] std::uint64_t steps_used() const { return meter_.used(); }
  [[nodiscard]] std::uint64_t memory_used() const;
  // Whether the result may be another one at another time.
  [[nodiscard]] bool used_time() const { return used_time_; }
  // What the program traced, the last few.
  [[nodiscard]] const std::vector<std::string>& traces() const { return traces_; }

  [[nodiscard]] PackageStore& store() { return store_; }
  [[nodiscard]] Heap& heap() { return *heap_; }
  [[nodiscard]] Meter& meter() { return meter_; }

  // ================================ For the handlers of instructions.

  [[nodiscard]] Word* frame() { return stack_.frame(); }
  [[nodiscard]] Word& reg(Register index) { return stack_.frame()[index]; }

  // Calls `function` with `count` arguments that stand from `base` on; what it returns goes to
  // `target` and the machine goes on at `resume`.
  const Cell* call(const Word& function, Register base, std::uint32_t count, Register target,
                   const Cell* resume);
  const Cell* call(const Function& function, Register base, Register target, const Cell* resume);
  // The same instead of going on in this function.
  const Cell* tail_call(const Word& function, Register base, std::uint32_t count);
  const Cell* tail_call(const Function& function, Register base);
  // The function whose frame this is returns.
  const Cell* return_word(const Word& word) {
    const StackRecord record = stack_.pop();
    stack_.set_frame(record.frame);
    stack_.frame()[record.target] = word;
    return record.resume;
  }
  // Like calls whose arguments stand at the front of the frame already.
  const Cell* apply_here(Word function, std::uint32_t count);

  // A mark in the stack, taken off again by leave(); then the machine goes on at `next`.
  const Cell* mark(StackRecord::Kind kind, Register target, const Cell* resume, const Cell* next);
  void leave() { (void)stack_.pop(); }

  // An exception: to whoever catches it.
  const Cell* throw_exception(const Word& exception);
  const Cell* throw_arithmetic_error(std::string_view builtin, std::span<const std::string> shown);

  // Ends the run. All return nullptr.
  const Cell* fail(ErrorKind kind, std::string message);
  const Cell* fail(Error error);
  const Cell* fail_ill_formed(std::string_view expected, const Word& found);
  // Of the port's refusal.
  const Cell* fail_ledger(const Status& status);
  const Cell* finish(const Word& word);
  // The instruction at `at` is begun again after the answer, as if it had not been begun.
  const Cell* ask(Question question, const Cell* at, std::int64_t steps_left);
  // Whether there are so many steps more. If not, return the instruction itself: the machine stops
  // when it comes to it again. The same after a heap's reserve().
  [[nodiscard]] bool charge(std::uint64_t steps) { return meter_.charge(steps); }

  // After a helper that failed or met the meter's end: what the handler of `at` returns.
  const Cell* stopped_at(const Cell* at) { return error_ ? nullptr : at; }
  // Room in the frame for so many words; if there is none the machine has failed.
  [[nodiscard]] bool has_room(std::uint32_t words);

  [[nodiscard]] LedgerPort* port() { return port_; }
  [[nodiscard]] const MachineOptions& options() const { return options_; }
  [[nodiscard]] const std::optional<Timestamp>& ledger_time() const { return options_.ledger_time; }
  void note_time_used() { used_time_ = true; }
  void trace(std::string_view text);

  // The definition's value, in `target`; see constants.cpp.
  const Cell* use_constant(const Definition& definition, Register target, const Cell* at,
                           const Cell* next);
  const Cell* close_constant();
  [[nodiscard]] ContractCache& contracts() { return contracts_; }

private:
  const Cell* enter(const Closure& closure);
  const Cell* apply_too_many(const Closure& closure, std::uint32_t count);
  const Cell* partial_here(const Closure& closure, std::uint32_t count);
  const Cell* exhausted();
  [[nodiscard]] bool is_caught() const;
  const Cell* unhandled(const Word& exception);
  void locate(Error& error) const;

  const Constant* known_constant(const Definition& definition) const;
  bool charge_constant(const Definition& definition);
  const Cell* open_constant(const Definition& definition, const Cell* at);
  const Cell* constant_exceeded(const Definition& definition);
  const Cell* keep_constant();
  Word abandon_constant(const Word& exception);
  void publish_constant(const Definition& definition, std::unique_ptr<Constant> constant);
  [[nodiscard]] std::uint64_t memory_left() const;

  PackageStore& store_;
  LedgerPort* port_;
  MachineOptions options_;
  Meter meter_;
  Heap own_heap_;
  Heap* heap_;
  Stack stack_;
  ConstantLedger constants_;
  ContractCache contracts_;
  const Cell* next_ = nullptr;    // where to go on
  const Cell* current_ = nullptr; // for messages
  std::unique_ptr<const Body> body_;
  Word result_;
  Question question_;
  std::optional<Error> error_;
  bool used_time_ = false;
  std::vector<std::string> traces_;
};

} // namespace tenon::daml::interpreter
