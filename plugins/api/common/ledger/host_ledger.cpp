#include "common/ledger/host_ledger.hpp"

#include <utility>

namespace tenon::api {

namespace {

template <typename Message> Result<Message> decode(const Result<Bytes>& bytes) {
  if (!bytes.ok())
    return bytes.status();
  Message message;
  if (!message.ParseFromString(*bytes))
    return fault("the host's answer is not the message that was asked for");
  return message;
}

class HostWatch final : public Ledger::Watch {
public:
  explicit HostWatch(plugin::Ledger::Watch watch) : watch_(std::move(watch)) {}

private:
  plugin::Ledger::Watch watch_;
};

} // namespace

Status HostLedger::submit(const v1::Submission& submission, Completed done) {
  return ledger_.submit(submission.SerializeAsString(), [done = std::move(done)](BytesView bytes) {
    v1::Completion completion;
    if (!completion.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      completion.Clear();
      completion.set_code(TENON_INTERNAL);
      completion.set_fault(true);
      completion.set_message("the host's completion could not be read");
    }
    done(std::move(completion));
  });
}

Result<v1::QueryResponse> HostLedger::query(const v1::QueryRequest& request) {
  return decode<v1::QueryResponse>(ledger_.query(request.SerializeAsString()));
}

Result<v1::LedgerProof> HostLedger::prove(const v1::ProofRequest& request) {
  return decode<v1::LedgerProof>(ledger_.prove(request.SerializeAsString()));
}

Result<v1::BlocksResponse> HostLedger::blocks(const v1::BlocksRequest& request) {
  return decode<v1::BlocksResponse>(ledger_.blocks(request.SerializeAsString()));
}

Result<v1::TransactionsResponse> HostLedger::transactions(const v1::TransactionsRequest& request) {
  return decode<v1::TransactionsResponse>(ledger_.transactions(request.SerializeAsString()));
}

Result<v1::PartiesResponse> HostLedger::parties(const v1::PartiesRequest& request) {
  return decode<v1::PartiesResponse>(ledger_.parties(request.SerializeAsString()));
}

Result<v1::StatusResponse> HostLedger::status() {
  return decode<v1::StatusResponse>(ledger_.status());
}

Result<v1::PluginsResponse> HostLedger::plugins() {
  return decode<v1::PluginsResponse>(ledger_.plugins());
}

Result<std::unique_ptr<Ledger::Watch>> HostLedger::watch(HeadMoved head_moved) {
  auto watch = ledger_.watch(std::move(head_moved));
  if (!watch.ok())
    return watch.status();
  return std::unique_ptr<Watch>(std::make_unique<HostWatch>(std::move(*watch)));
}

} // namespace tenon::api
