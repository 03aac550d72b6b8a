// A file descriptor and its owner.
#pragma once

#include <unistd.h>

namespace tenon::host::services {

class Descriptor {
public:
  // Takes what open(2), socket(2) and their like return; a negative value is none.
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0)
      close(value_);
  }
  [[nodiscard]] int get() const { return value_; }
  [[nodiscard]] bool ok() const { return value_ >= 0; }

private:
  int value_;
};

} // namespace tenon::host::services
