// Values that clients wrote, brought to their types: as programs will see them. What a program
// would not take is refused, by the same code. Owned by one request, which all its values share;
// one thread.
#pragma once

#include "interpreter/conversion.hpp"

namespace tenon::daml::engine {

class ValueTyper {
public:
  explicit ValueTyper(interpreter::PackageStore& store)
      : store_(store), meter_(kMaxSteps), heap_(meter_, kMaxMemory) {}

  // The value of the type that the bytes are meant to be, without names. `package` is that of the
  // template or interface: from language version 1.17 on its values may lack optional fields.
  // INVALID_ARGUMENT tells where, what was expected and found; RESOURCE_EXHAUSTED when the values
  // of the request are too large together.
  [[nodiscard]] Result<Value> type(const lf::Package& package,
                                   const interpreter::RuntimeType& type, BytesView bytes);

private:
  // More than values of the largest request take.
  static constexpr std::uint64_t kMaxSteps = 1'000'000'000;
  static constexpr std::uint64_t kMaxMemory = std::uint64_t{1} << 30;

  interpreter::PackageStore& store_;
  interpreter::Meter meter_;
  interpreter::Heap heap_;
};

} // namespace tenon::daml::engine
