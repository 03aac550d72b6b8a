// Who is told when the index has moved. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "index/ledger_index.hpp"

namespace tenon::daml_api::index {

class Subscribers {
public:
  [[nodiscard]] std::unique_ptr<Subscription> add(std::function<void()> moved);
  void call();

private:
  class Handle;
  struct Shared {
    std::mutex mutex; // held during calls, so that the end of a subscription waits for them
    std::map<std::uint64_t, std::function<void()>> callbacks;
    std::uint64_t next = 1;
  };

  // Handles may outlive the index.
  const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

} // namespace tenon::daml_api::index
