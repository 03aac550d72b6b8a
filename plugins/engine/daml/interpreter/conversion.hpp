// Values between the ledger and programs, directed by their type. Into a program comes only what is
// of the type, whoever sent it; out of it goes only what the ledger can carry. One for each use;
// one thread.
#pragma once

#include <optional>

#include "interpreter/budget.hpp"
#include "interpreter/error.hpp"
#include "interpreter/heap.hpp"
#include "interpreter/store.hpp"
#include "values/value.hpp"

namespace tenon::daml::interpreter {

// Into a program. What it takes is charged to the meter of the heap's machine.
class Importer {
public:
  // How a value is treated that was made for another version of its type.
  enum class Versions : std::uint8_t {
    kExact,      // refused
    kCompatible, // fields at the end that are missing are none; those that are too many must be
    kByLabel,    // the same; where all fields have labels, wherever in the type they are
  };

  Importer(PackageStore& store, Heap& heap, Meter& meter, Versions versions = Versions::kExact)
      : store_(store), heap_(heap), meter_(meter), versions_(versions) {}

  // Nothing when it stopped: for the reason in error(), or because the meter did.
  std::optional<Word> run(const RuntimeType& type, const Value& value);
  // INVALID_ARGUMENT: where in the value, what was expected and found.
  [[nodiscard]] const Status& error() const { return error_; }

private:
  // A value of the type; nothing after fail().
  std::optional<Word> import(const RuntimeType& type, const Value& value, std::uint32_t nesting);
  std::optional<Word> import_builtin(const RuntimeType& type, const Value& value,
                                     std::uint32_t nesting);
  std::optional<Word> import_leaf(const RuntimeType& type, const Value& value);
  std::optional<Word> import_numeric(const RuntimeType& type, const Value& value);
  std::optional<Word> import_list(const RuntimeType& type, const Value& value,
                                  std::uint32_t nesting);
  std::optional<Word> import_text_map(const RuntimeType& type, const Value& value,
                                      std::uint32_t nesting);
  std::optional<Word> import_gen_map(const RuntimeType& type, const Value& value,
                                     std::uint32_t nesting);
  std::optional<Word> import_data(const RuntimeType& type, const Value& value,
                                  std::uint32_t nesting);
  std::optional<Word> import_record(const TypeLayout& layout, const Value& value,
                                    std::uint32_t nesting);
  std::optional<Word> import_constructor(const TypeLayout& layout, const Value& value,
                                         std::uint32_t nesting);
  struct FieldMatch {
    // Which of the value's fields each field of the type is; nothing: missing, and thereby none.
    std::vector<std::optional<std::size_t>> sources;
    std::vector<std::size_t> others; // that the type does not have
  };
  std::optional<FieldMatch> match_fields(const TypeLayout& layout, const Value& value);
  std::optional<FieldMatch> match_labels(const TypeLayout& layout,
                                         const std::vector<std::string>& labels);
  bool check_type_name(const TypeLayout& layout, const TypeName& name);

  std::nullopt_t fail(std::string message);
  std::nullopt_t mismatch(const RuntimeType& type, const Value& value);
  std::nullopt_t missing(const TypeLayout& layout, const std::string& field);
  std::nullopt_t within(const std::string& place);

  PackageStore& store_;
  Heap& heap_;
  Meter& meter_;
  Versions versions_;
  Status error_;
};

// Out of a program. With the names of types and fields, or without, as transactions have them from
// version 12 on. What it takes is charged to meter and heap, where they are given.
class Exporter {
public:
  Exporter(PackageStore& store, Meter* meter, Heap* heap, bool with_names)
      : store_(store), meter_(meter), heap_(heap), with_names_(with_names) {}

  // Nothing when it stopped: for the reason in error(), or because the meter did.
  std::optional<Value> run(const RuntimeType& type, const Word& word);
  [[nodiscard]] std::optional<Error>& error() { return error_; }

private:
  std::optional<Value> export_word(const RuntimeType& type, const Word& word,
                                   std::uint32_t nesting);
  std::optional<Value> export_builtin(const RuntimeType& type, const Word& word,
                                      std::uint32_t nesting);
  std::optional<Value> export_leaf(const RuntimeType& type, const Word& word);
  std::optional<Value> export_map(const RuntimeType& type, const Word& word,
                                  std::uint32_t nesting);
  std::optional<Value> export_data(const RuntimeType& type, const Word& word,
                                   std::uint32_t nesting);
  [[nodiscard]] bool charge(const Word& word);
  std::nullopt_t fail(ErrorKind kind, std::string message);
  std::nullopt_t mismatch(const RuntimeType& type, const Word& word);

  PackageStore& store_;
  Meter* meter_;
  Heap* heap_;
  bool with_names_;
  std::optional<Error> error_;
};

// Without counting, with names: for messages.
[[nodiscard]] Result<Value> export_for_message(PackageStore& store, const RuntimeType& type,
                                               const Word& word);

} // namespace tenon::daml::interpreter
