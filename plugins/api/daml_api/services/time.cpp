#include "services/time.hpp"

#include <google/protobuf/empty.pb.h>

#include "com/daml/ledger/api/v1/testing/time_service.pb.h"
#include "services/timestamps.hpp"
#include "submission/durations.hpp"

namespace tenon::daml_api {

namespace testing = com::daml::ledger::api::v1::testing;

TimeWatchers::Entry::Entry(TimeWatchers& watchers, std::function<void()> wake)
    : watchers_(watchers), wake_(std::move(wake)) {
  const std::lock_guard lock(watchers_.mutex_);
  watchers_.entries_.insert(this);
}

TimeWatchers::Entry::~Entry() {
  const std::lock_guard lock(watchers_.mutex_);
  watchers_.entries_.erase(this);
}

void TimeWatchers::tell() const {
  const std::lock_guard lock(mutex_);
  for (const Entry* entry : entries_)
    entry->wake_();
}

namespace {

std::int64_t now_us(const ServiceParts& parts) {
  return static_cast<std::int64_t>(parts.host.wall_us());
}

// The time, and each time that it is set to.
class TimeSource final : public rpc::Source {
public:
  TimeSource(const ServiceParts& parts, TimeWatchers& watchers)
      : parts_(parts), watchers_(watchers) {}

  void on_wake(std::function<void()> wake) override {
    entry_ = std::make_unique<TimeWatchers::Entry>(watchers_, std::move(wake));
  }
  Step next() override {
    const std::int64_t now = now_us(parts_);
    if (told_ == now)
      return Pending{};
    told_ = now;
    testing::GetTimeResponse response;
    set_timestamp(*response.mutable_current_time(), now);
    return response.SerializeAsString();
  }

private:
  const ServiceParts& parts_;
  TimeWatchers& watchers_;
  std::optional<std::int64_t> told_;
  std::unique_ptr<TimeWatchers::Entry> entry_;
};

Answer<std::uint64_t> read_time(const google::protobuf::Timestamp& timestamp,
                                std::string_view field) {
  const auto micros = timestamp_us(timestamp);
  if (!micros || *micros < 0)
    return invalid_field(field, "expected a time from 1970 to 9999");
  return static_cast<std::uint64_t>(*micros);
}

Answer<google::protobuf::Empty> set_time(const ServiceParts& parts, const TimeWatchers& watchers,
                                         const testing::SetTimeRequest& request) {
  TENON_RETURN_IF_FAILED(check_ledger_id(parts, request.ledger_id()));
  if (!request.has_current_time())
    return missing_field("current_time");
  if (!request.has_new_time())
    return missing_field("new_time");
  TENON_ASSIGN_OR_RETURN(const std::uint64_t current,
                         read_time(request.current_time(), "current_time"));
  TENON_ASSIGN_OR_RETURN(const std::uint64_t new_time, read_time(request.new_time(), "new_time"));
  if (current != parts.host.wall_us())
    return wrong_argument("current_time: expected the present time, found another: the time was "
                          "set meanwhile");
  const Status status = parts.host.set_wall_us(current, new_time);
  if (!status.ok())
    return status;
  watchers.tell();
  return google::protobuf::Empty();
}

} // namespace

void add_time_service(rpc::Methods& methods, const ServiceParts& parts, TimeWatchers& watchers) {
  const std::string service = "com.daml.ledger.api.v1.testing.TimeService/";
  methods.stream<testing::GetTimeRequest>(
      service + "GetTime",
      [&parts, &watchers](const rpc::Call&, const testing::GetTimeRequest& request)
          -> Answer<std::unique_ptr<rpc::Source>> {
        TENON_RETURN_IF_FAILED(check_ledger_id(parts, request.ledger_id()));
        return std::unique_ptr<rpc::Source>(std::make_unique<TimeSource>(parts, watchers));
      });
  methods.unary<testing::SetTimeRequest, google::protobuf::Empty>(
      service + "SetTime",
      [&parts, &watchers](const rpc::Call&, const testing::SetTimeRequest& request, auto reply) {
        reply(set_time(parts, watchers, request));
      });
}

} // namespace tenon::daml_api
