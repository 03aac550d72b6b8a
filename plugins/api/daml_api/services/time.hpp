// TimeService, on a node whose time stands still: applications under test read it and set it.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <set>

#include "services/service_parts.hpp"

namespace tenon::daml_api {

// Who wants to hear that the time was set. Outlives the methods. Any thread.
class TimeWatchers {
public:
  class Entry {
  public:
    Entry(TimeWatchers& watchers, std::function<void()> wake);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

  private:
    friend class TimeWatchers;
    TimeWatchers& watchers_;
    const std::function<void()> wake_;
  };
  void tell() const;

private:
  mutable std::mutex mutex_;
  std::set<const Entry*> entries_;
};

// Both outlive the methods. Only where the node's time stands still: elsewhere there is no such
// service.
void add_time_service(rpc::Methods& methods, const ServiceParts& parts, TimeWatchers& watchers);

} // namespace tenon::daml_api
