#include "rpc_kit.hpp"

#include <chrono>
#include <thread>

namespace tenon::daml_api::rpc::test {

namespace {

template <typename Clock> std::uint64_t now_us() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                        Clock::now().time_since_epoch())
                                        .count());
}

RunningHost* host_of(void* self) {
  return static_cast<RunningHost*>(self);
}

} // namespace

bool eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 1000; ++i) {
    if (holds())
      return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return holds();
}

RunningHost::RunningHost() {
  clock_ = {sizeof clock_,
            0,
            this,
            [](void*) { return now_us<std::chrono::steady_clock>(); },
            [](void*) { return now_us<std::chrono::system_clock>(); },
            [](void*) { return std::uint64_t{0}; },
            [](void*, std::uint64_t, std::uint64_t, tenon_status*) {
              return std::int32_t{TENON_FAILED_PRECONDITION};
            }};
  metrics_ = {sizeof metrics_, 0, this,
              [](void* self, std::uint32_t kind, tenon_bytes name, tenon_bytes,
                 tenon_bytes labels) {
                RunningHost& host = *host_of(self);
                const std::lock_guard lock(host.mutex_);
                Series& series =
                    host.series_[std::string(from_abi(name)) + std::string(from_abi(labels))];
                series.host = &host;
                series.kind = kind;
                return reinterpret_cast<tenon_metric*>(&series);
              },
              [](void* self, tenon_metric* metric, double value) {
                RunningHost& host = *host_of(self);
                const std::lock_guard lock(host.mutex_);
                Series& series = *reinterpret_cast<Series*>(metric);
                series.value =
                    series.kind == TENON_METRIC_COUNTER ? series.value + value : value;
              }};
  log_ = {sizeof log_, TENON_LOG_TRACE, this,
          [](void* self, std::uint32_t, tenon_bytes message, tenon_bytes fields) {
            RunningHost& host = *host_of(self);
            const std::lock_guard lock(host.mutex_);
            host.log_text_ += std::string(from_abi(message)) + " " +
                              std::string(from_abi(fields)) + "\n";
          }};
  table_ = {sizeof table_, TENON_ABI_MAJOR, TENON_ABI_MINOR, this,
            [](void* self, tenon_bytes id) -> const void* {
              const RunningHost& host = *host_of(self);
              if (from_abi(id) == TENON_HOST_CLOCK_INTERFACE)
                return &host.clock_;
              if (from_abi(id) == TENON_HOST_METRICS_INTERFACE)
                return &host.metrics_;
              return from_abi(id) == TENON_HOST_LOG_INTERFACE ? &host.log_ : nullptr;
            }};
}

double RunningHost::metric(const std::string& name, const std::string& labels) const {
  const std::lock_guard lock(mutex_);
  const auto found = series_.find(name + labels);
  return found == series_.end() ? 0 : found->second.value;
}

bool RunningHost::logged(const std::string& text) const {
  const std::lock_guard lock(mutex_);
  return log_text_.find(text) != std::string::npos;
}

class Feed::FeedSource final : public Source {
public:
  explicit FeedSource(Feed& feed) : feed_(feed) { ++feed_.open_; }
  ~FeedSource() override {
    const std::lock_guard lock(feed_.mutex_);
    feed_.wakes_.erase(this);
    --feed_.open_;
  }
  FeedSource(const FeedSource&) = delete;
  FeedSource& operator=(const FeedSource&) = delete;

  Step next() override {
    ++feed_.asked_;
    const std::lock_guard lock(feed_.mutex_);
    if (feed_.steps_.empty())
      return Pending{};
    Step step = std::move(feed_.steps_.front());
    feed_.steps_.pop_front();
    return step;
  }
  void on_wake(std::function<void()> wake) override {
    const std::lock_guard lock(feed_.mutex_);
    feed_.wakes_[this] = std::move(wake);
  }

private:
  Feed& feed_;
};

void Feed::push(std::string message) {
  const std::lock_guard lock(mutex_);
  steps_.emplace_back(std::move(message));
  for (const auto& [source, wake] : wakes_)
    wake();
}

void Feed::end(Outcome outcome) {
  const std::lock_guard lock(mutex_);
  steps_.emplace_back(Source::Ended{std::move(outcome)});
  for (const auto& [source, wake] : wakes_)
    wake();
}

void Feed::wake() {
  const std::lock_guard lock(mutex_);
  for (const auto& [source, wake] : wakes_)
    wake();
}

std::unique_ptr<Source> Feed::open() {
  return std::make_unique<FeedSource>(*this);
}

Lab::Lab(ServerSettings given) : settings(std::move(given)) {
  settings.listen = "127.0.0.1:0";
  if (settings.threads == 0)
    settings.threads = 4;
  identity = [](const Call&, v1::GetLedgerIdentityRequest&,
                const rpc::Reply<v1::GetLedgerIdentityResponse>& reply) {
    v1::GetLedgerIdentityResponse response;
    response.set_ledger_id("a ledger");
    reply(std::move(response));
  };
  submit = [](const Call&, v1::SubmitAndWaitRequest&,
              const rpc::Reply<google::protobuf::Empty>& reply) {
    reply(google::protobuf::Empty());
  };
  transactions = [this](const Call&, v1::GetTransactionsRequest&) {
    return Answer<std::unique_ptr<Source>>(feed.open());
  };
  hooks.authenticate = [](std::string_view) {
    auto claims = std::make_shared<Claims>();
    claims->anybody = true;
    return Answer<std::shared_ptr<const Claims>>(std::move(claims));
  };
  hooks.authorize = [](std::string_view, const Claims&, google::protobuf::Message&) {
    return Outcome();
  };
  hooks.still_valid = [](const Claims&) { return Outcome(); };
  hooks.serving = [this] { return serving.load(); };
}

Lab::~Lab() = default;

Status Lab::start() {
  Methods methods;
  methods.unary<v1::GetLedgerIdentityRequest, v1::GetLedgerIdentityResponse>(kIdentity, identity);
  methods.unary<v1::SubmitAndWaitRequest, google::protobuf::Empty>(kSubmit, submit);
  methods.stream<v1::GetTransactionsRequest>(kTransactions, transactions);
  server = std::make_unique<Server>(settings, std::move(methods), hooks, host.host());
  return server->start();
}

} // namespace tenon::daml_api::rpc::test
