#include "services/active_contracts.hpp"

#include <deque>
#include <utility>

#include "com/daml/ledger/api/v1/active_contracts_service.pb.h"
#include "rendering/transaction_renderer.hpp"
#include "rendering/wire_writer.hpp"
#include "services/pruned.hpp"
#include "submission/offset.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::daml_api {

namespace lapi = com::daml::ledger::api::v1;

namespace {

// Fields of GetActiveContractsResponse.
constexpr std::uint32_t kOffset = 1, kWorkflowId = 2, kContracts = 3;

Failure refusal(const Status& status, const ServiceParts& parts, std::uint64_t at) {
  return index_failure(status, parts,
                       "Active contracts request at offset " + offset_text(at) + " precedes");
}

// Contracts in the order of their creation; the last message tells the offset.
class ActiveContractsSource final : public rpc::Source {
public:
  ActiveContractsSource(const ServiceParts& parts, EventFilter filter, bool verbose,
                        std::uint64_t at, std::unique_ptr<index::ActiveContracts> contracts)
      : parts_(parts), filter_(std::move(filter)),
        renderer_(filter_, parts.engine, EventRenderer(parts.settings.event_format, verbose)),
        at_(at), contracts_(std::move(contracts)) {}

  void on_wake(std::function<void()>) override {} // never has to wait

  Step next() override {
    while (ready_.empty()) {
      if (ended_)
        return Ended{};
      auto page = contracts_->next({parts_.settings.page_items, parts_.settings.page_bytes});
      if (!page.ok())
        return Ended{refusal(page.status(), parts_, at_)};
      if (page->empty()) {
        ended_ = true;
        wire_form::append_bytes(ready_.emplace_back(), kOffset, offset_text(at_));
      } else if (const Outcome rendered = render(*page); !rendered.ok()) {
        return Ended{rendered};
      }
    }
    std::string message = std::move(ready_.front());
    ready_.pop_front();
    return message;
  }

private:
  using Page = std::vector<index::ActiveContract>;

  static const std::string& workflow_of(const index::ActiveContract& contract) {
    return contract.created.event->workflow_id();
  }

  Outcome render(const Page& page) {
    std::vector<std::string> ids;
    ids.reserve(page.size());
    std::vector<TransactionRenderer::Created> created;
    created.reserve(page.size());
    for (const index::ActiveContract& contract : page) {
      ids.push_back(to_hex(contract.created.event->created().transaction()));
      created.push_back({&contract.created, ids.back()});
    }
    TENON_ASSIGN_OR_RETURN(const std::vector<std::string> events, renderer_.created(created));
    add_messages(page, events);
    return {};
  }

  // A message holds contracts of one workflow.
  void add_messages(const Page& page, const std::vector<std::string>& events) {
    std::string message;
    const auto end_message = [&](const std::string& workflow) {
      if (message.empty())
        return;
      wire_form::append_text(message, kWorkflowId, workflow);
      ready_.push_back(std::exchange(message, {}));
    };
    for (std::size_t i = 0; i < page.size(); ++i) {
      if (i > 0 && (workflow_of(page[i]) != workflow_of(page[i - 1]) ||
                    message.size() + events[i].size() > parts_.settings.page_bytes))
        end_message(workflow_of(page[i - 1]));
      if (!events[i].empty())
        wire_form::append_bytes(message, kContracts, events[i]);
    }
    end_message(workflow_of(page.back()));
  }

  const ServiceParts& parts_;
  const EventFilter filter_;
  const TransactionRenderer renderer_;
  const std::uint64_t at_;
  const std::unique_ptr<index::ActiveContracts> contracts_;
  std::deque<std::string> ready_; // messages, to be given next
  bool ended_ = false;
};

Answer<std::unique_ptr<rpc::Source>>
active_contracts(const ServiceParts& parts, const lapi::GetActiveContractsRequest& request) {
  TENON_RETURN_IF_FAILED(check_ledger_id(parts, request.ledger_id()));
  if (!request.has_filter())
    return missing_field("filter");
  // Before the filter, which then knows the packages of all contracts up to there.
  const std::uint64_t end = parts.index.extent().end;
  TENON_ASSIGN_OR_RETURN(EventFilter filter, EventFilter::parse(request.filter(), parts.engine));
  std::uint64_t at = end;
  if (!request.active_at_offset().empty()) {
    TENON_ASSIGN_OR_RETURN(at, parse_offset(request.active_at_offset(), "active_at_offset"));
    TENON_RETURN_IF_FAILED(require_not_after_end("active_at_offset", at, end));
  }
  auto contracts = parts.index.active_contracts(filter.interest(), at);
  if (!contracts.ok())
    return refusal(contracts.status(), parts, at);
  return std::unique_ptr<rpc::Source>(std::make_unique<ActiveContractsSource>(
      parts, std::move(filter), request.verbose(), at, *std::move(contracts)));
}

} // namespace

void add_active_contracts_service(rpc::Methods& methods, const ServiceParts& parts) {
  methods.stream<lapi::GetActiveContractsRequest>(
      std::string(kApi) + "ActiveContractsService/GetActiveContracts",
      [&parts](const rpc::Call&, const lapi::GetActiveContractsRequest& request) {
        return active_contracts(parts, request);
      });
}

} // namespace tenon::daml_api
