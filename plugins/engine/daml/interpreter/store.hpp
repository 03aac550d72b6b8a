// All packages that programs may be run from, and what was compiled of them. Packages come with
// what they depend on and never go. Nothing is compiled before it is needed.
//
// One for an engine; any thread. What it hands out stays valid as long as the store.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "interpreter/code.hpp"
#include "interpreter/layout.hpp"
#include "interpreter/types.hpp"
#include "lf/package.hpp"

namespace tenon::daml::interpreter {

class PackageStore;

// What is known of one name of a package.
struct Slot {
  PackageCode* package = nullptr;
  const lf::Definition* source = nullptr;
  lf::DottedName module{};
  lf::DottedName name{};
  std::unique_ptr<Definition> value;
  std::unique_ptr<Definition> exception_message;
  std::unique_ptr<TemplateCode> contract;
  std::unique_ptr<InterfaceCode> interface;
  std::unique_ptr<DataCode> data;
};

// One package. Its functions are for the store and the compiler, who hold the store's lock.
class PackageCode {
public:
  PackageCode(PackageStore& store, std::shared_ptr<const lf::Package> package);
  PackageCode(const PackageCode&) = delete;
  PackageCode& operator=(const PackageCode&) = delete;

  [[nodiscard]] const lf::Package& source() const { return *package_; }
  [[nodiscard]] const std::shared_ptr<const lf::Package>& shared_source() const { return package_; }
  [[nodiscard]] PackageStore& store() { return store_; }
  template <typename Each> void for_each_constant(const Each& each) const {
    for (const auto& [key, slot] : slots_) {
      if (slot->value != nullptr)
        each(*slot->value);
      if (slot->exception_message != nullptr)
        each(*slot->exception_message);
    }
  }

  // What the package calls so; NOT_FOUND names what is missing.
  Result<Slot*> slot(lf::IdentifierId id);
  // By texts; nullptr when the package defines nothing of the name.
  Slot* slot(std::string_view module, std::string_view name);

  // Of a slot: NOT_FOUND when it is not the name of such a thing.
  static Result<Definition*> value(Slot& slot);
  static Result<Definition*> exception_message(Slot& slot);
  static Result<TemplateCode*> contract(Slot& slot);
  static Result<InterfaceCode*> interface(Slot& slot);
  static Result<DataCode*> data(Slot& slot);

  // The type without variables, or with those given, and without synonyms.
  struct TypeBinding {
    lf::Name name;
    const RuntimeType* type;
  };
  Result<const RuntimeType*> close(const lf::Type& type,
                                   std::span<const TypeBinding> bindings = {});

  // The whole name of a definition here.
  Result<Identifier> identifier(lf::DottedName module, lf::DottedName name) const;

  std::vector<PackageCode*> mentions; // by PackageRef; entry 0 is this one
  std::atomic<std::uint64_t> constant_bytes{0};

private:
  class Closing;

  Slot& slot_of(lf::DottedName module, lf::DottedName name, const lf::Definition* source);
  static Status make_contract(Slot& slot);
  static Status make_interface(Slot& slot);
  Status make_choices(std::span<const lf::Choice> choices, TemplateCode* contract,
                      InterfaceCode* interface);
  Status make_instances(std::span<const lf::InterfaceInstance> instances, lf::Name parameter,
                        TemplateCode* contract, InterfaceCode* interface);
  void prepare(Definition& definition, Part part, std::uint16_t arity, std::string name);

  PackageStore& store_;
  std::shared_ptr<const lf::Package> package_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Slot>> slots_; // by module and name
  std::vector<Slot*> resolved_;                                    // by IdentifierId
};

class PackageStore {
public:
  PackageStore();
  ~PackageStore();
  PackageStore(const PackageStore&) = delete;
  PackageStore& operator=(const PackageStore&) = delete;

  // FAILED_PRECONDITION names the first package that it depends on and that is not there. A package
  // that is there already stays.
  Status add(std::shared_ptr<const lf::Package> package);
  [[nodiscard]] bool has(std::string_view package_id) const;
  [[nodiscard]] std::shared_ptr<const lf::Package> package(std::string_view package_id) const;

  // NOT_FOUND names what is missing.
  Result<const TemplateCode*> contract(const Identifier& id);
  Result<const InterfaceCode*> interface(const Identifier& id);
  Result<Definition*> value(std::string_view package_id, std::string_view module,
                            std::string_view name);
  Result<Definition*> exception_message(const TypeConstructor& exception);
  // For types of data.
  Result<const TypeLayout*> layout(const RuntimeType& type);
  // A closed type of the package.
  Result<const RuntimeType*> type(std::string_view package_id, const lf::Type& type);

  // Makes the function's body. INVALID_ARGUMENT tells what is wrong with its source.
  Status compile(const Function& function);

  [[nodiscard]] TypeTable& types() { return types_; }
  // The exception that built-in functions throw. Its package need not be there.
  [[nodiscard]] const RuntimeType& arithmetic_error() const { return *arithmetic_error_; }
  // Of the struct of a map's entry: key and value.
  [[nodiscard]] const StructShape& entry_shape() const { return *entry_shape_; }
  // How many serials definitions have been given.
  [[nodiscard]] std::uint32_t definition_count() const {
    return definitions_.load(std::memory_order_relaxed);
  }
  std::uint32_t next_serial() { return definitions_.fetch_add(1, std::memory_order_relaxed); }

  // For messages: the function whose code has the cell; nullptr for one that is not the store's.
  struct CodePosition {
    const Function* function = nullptr;
    lf::LocationId location;
  };
  [[nodiscard]] CodePosition find_code(const Cell* cell) const;
  // Keeps a compiled body; called with the lock held.
  void publish(const Function& function, std::unique_ptr<Body> body);
  Function& keep(std::unique_ptr<Function> function);
  const WideNumber& keep_number(const WideNumber& number);

private:
  PackageCode* find(std::string_view package_id) const;
  Result<Slot*> find_slot(const Identifier& id);
  Result<std::unique_ptr<TypeLayout>> make_layout(const RuntimeType& type);

  mutable std::recursive_mutex mutex_; // of everything but types_
  TypeTable types_;
  std::unordered_map<std::string, std::unique_ptr<PackageCode>> packages_;
  std::vector<std::unique_ptr<const Body>> bodies_;
  std::vector<std::unique_ptr<Function>> functions_;
  std::vector<std::unique_ptr<const WideNumber>> numbers_;
  std::map<const Cell*, const Function*> code_; // by the last cell of each body
  std::atomic<std::uint32_t> definitions_{0};
  const RuntimeType* arithmetic_error_ = nullptr;
  const StructShape* entry_shape_ = nullptr;
};

} // namespace tenon::daml::interpreter
