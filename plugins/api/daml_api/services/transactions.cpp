#include "services/transactions.hpp"

#include "com/daml/ledger/api/v1/transaction_service.pb.h"
#include "errors/codes.hpp"
#include "rendering/wire_writer.hpp"
#include "services/requesting.hpp"
#include "services/transaction_source.hpp"
#include "submission/offset.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::daml_api {

namespace lapi = com::daml::ledger::api::v1;

namespace {

using index::Shape;

constexpr std::uint32_t kTransaction = 1; // in the responses for single transactions

Answer<TransactionStreamRequest> read_stream_request(const ServiceParts& parts,
                                                     const lapi::GetTransactionsRequest& request,
                                                     Shape shape) {
  TENON_RETURN_IF_FAILED(check_ledger_id(parts, request.ledger_id()));
  if (!request.has_filter())
    return missing_field("filter");
  if (!request.has_begin())
    return missing_field("begin");
  const std::uint64_t end = parts.index.extent().end;
  TransactionStreamRequest stream;
  stream.shape = shape;
  stream.verbose = request.verbose();
  stream.pruned_offsets = request.send_pruned_offsets();
  TENON_ASSIGN_OR_RETURN(stream.after, resolve_offset(request.begin(), "begin", end));
  if (request.has_end()) {
    TENON_ASSIGN_OR_RETURN(stream.up_to, resolve_offset(request.end(), "end", end));
  }
  TENON_RETURN_IF_FAILED(require_not_after_end("Begin", stream.after, end));
  TENON_RETURN_IF_FAILED(require_not_after_end("End", stream.up_to.value_or(0), end));
  for (const auto& [party, filters] : request.filter().filters_by_party()) {
    if (shape == Shape::kTree && filters.has_inclusive()) {
      return wrong_argument("party " + party +
                            " asks for templates or interfaces, by which transaction trees are not "
                            "filtered; ask for flat transactions");
    }
  }
  TENON_ASSIGN_OR_RETURN(stream.filter, EventFilter::parse(request.filter(), parts.engine));
  if (stream.up_to && stream.after > *stream.up_to) {
    return Failure(codes::kOffsetOutOfRange,
                   "End offset " + offset_text(*stream.up_to) + " is before Begin offset " +
                       offset_text(stream.after));
  }
  return stream;
}

auto stream_of(const ServiceParts& parts, Shape shape) {
  return [&parts, shape](const rpc::Call&, const lapi::GetTransactionsRequest& request)
             -> Answer<std::unique_ptr<rpc::Source>> {
    TENON_ASSIGN_OR_RETURN(TransactionStreamRequest stream,
                           read_stream_request(parts, request, shape));
    return std::unique_ptr<rpc::Source>(
        std::make_unique<TransactionSource>(parts, std::move(stream)));
  };
}

Failure no_such_transaction(std::string_view id) {
  return Failure(codes::kTransactionNotFound,
                 "Transaction not found, or not visible. The requesting parties asked for " +
                     std::string(id.substr(0, 256)) + ", which may have been pruned")
      .about("TRANSACTION_ID", std::string(id.substr(0, 256)));
}

// A GetTransactionResponse or GetFlatTransactionResponse.
Answer<std::string> single(const ServiceParts& parts, const std::string& id_text,
                           const std::vector<std::string>& parties, Shape shape) {
  const auto id = from_hex(id_text);
  if (!id)
    return no_such_transaction(id_text);
  TENON_ASSIGN_OR_RETURN(const auto transaction, parts.index.transaction(*id));
  const EventFilter filter = EventFilter::of_parties(parties);
  if (!transaction || !index::is_visible(*transaction, filter.interest(), shape))
    return no_such_transaction(id_text);
  const TransactionRenderer renderer(filter, parts.engine,
                                     EventRenderer(parts.settings.event_format, true));
  TENON_ASSIGN_OR_RETURN(const std::string bytes, shape == Shape::kFlat
                                                      ? renderer.flat(*transaction)
                                                      : renderer.tree(*transaction));
  std::string response;
  wire_form::append_bytes(response, kTransaction, bytes);
  return response;
}

Answer<std::string> by_id(const ServiceParts& parts,
                          const lapi::GetTransactionByIdRequest& request, Shape shape) {
  TENON_RETURN_IF_FAILED(check_ledger_id(parts, request.ledger_id()));
  if (request.transaction_id().empty())
    return missing_field("transaction_id");
  TENON_RETURN_IF_FAILED(require_argument(kLedgerStringSyntax, request.transaction_id()));
  TENON_ASSIGN_OR_RETURN(const auto parties, requesting_parties(request.requesting_parties()));
  return single(parts, request.transaction_id(), parties, shape);
}

Answer<std::string> by_event_id(const ServiceParts& parts,
                                const lapi::GetTransactionByEventIdRequest& request, Shape shape) {
  TENON_RETURN_IF_FAILED(check_ledger_id(parts, request.ledger_id()));
  TENON_RETURN_IF_FAILED(require_field(kLedgerStringSyntax, request.event_id(), "event_id"));
  TENON_ASSIGN_OR_RETURN(const auto parties, requesting_parties(request.requesting_parties()));
  TENON_ASSIGN_OR_RETURN(const std::string id, transaction_of_event(request.event_id()));
  return single(parts, id, parties, shape);
}

auto by_id_method(const ServiceParts& parts, Shape shape) {
  return [&parts, shape](const rpc::Call&, const lapi::GetTransactionByIdRequest& request,
                         rpc::Reply<rpc::Encoded> reply) {
    reply(by_id(parts, request, shape));
  };
}

auto by_event_id_method(const ServiceParts& parts, Shape shape) {
  return [&parts, shape](const rpc::Call&, const lapi::GetTransactionByEventIdRequest& request,
                         rpc::Reply<rpc::Encoded> reply) {
    reply(by_event_id(parts, request, shape));
  };
}

Answer<lapi::GetLedgerEndResponse> ledger_end(const ServiceParts& parts,
                                              const lapi::GetLedgerEndRequest& request) {
  TENON_RETURN_IF_FAILED(check_ledger_id(parts, request.ledger_id()));
  lapi::GetLedgerEndResponse response;
  response.mutable_offset()->set_absolute(offset_text(parts.index.extent().end));
  return response;
}

Answer<lapi::GetLatestPrunedOffsetsResponse>
latest_pruned_offsets(const ServiceParts& parts) {
  const index::Extent extent = parts.index.extent();
  lapi::GetLatestPrunedOffsetsResponse response;
  // Nothing pruned is offset 0, which comes before all transactions.
  response.mutable_participant_pruned_up_to_inclusive()->set_absolute(
      offset_text(extent.pruned_up_to));
  response.mutable_all_divulged_contracts_pruned_up_to_inclusive()->set_absolute(
      offset_text(extent.divulgence_pruned_up_to));
  return response;
}

} // namespace

void add_transaction_service(rpc::Methods& methods, const ServiceParts& parts) {
  const std::string service = std::string(kApi) + "TransactionService/";
  using ById = lapi::GetTransactionByIdRequest;
  using ByEventId = lapi::GetTransactionByEventIdRequest;
  methods.stream<lapi::GetTransactionsRequest>(service + "GetTransactions",
                                               stream_of(parts, Shape::kFlat));
  methods.stream<lapi::GetTransactionsRequest>(service + "GetTransactionTrees",
                                               stream_of(parts, Shape::kTree));
  methods.encoded<ById>(service + "GetTransactionById", by_id_method(parts, Shape::kTree));
  methods.encoded<ById>(service + "GetFlatTransactionById", by_id_method(parts, Shape::kFlat));
  methods.encoded<ByEventId>(service + "GetTransactionByEventId",
                             by_event_id_method(parts, Shape::kTree));
  methods.encoded<ByEventId>(service + "GetFlatTransactionByEventId",
                             by_event_id_method(parts, Shape::kFlat));
  methods.unary<lapi::GetLedgerEndRequest, lapi::GetLedgerEndResponse>(
      service + "GetLedgerEnd",
      [&parts](const rpc::Call&, const lapi::GetLedgerEndRequest& request, auto reply) {
        reply(ledger_end(parts, request));
      });
  methods.unary<lapi::GetLatestPrunedOffsetsRequest, lapi::GetLatestPrunedOffsetsResponse>(
      service + "GetLatestPrunedOffsets",
      [&parts](const rpc::Call&, const lapi::GetLatestPrunedOffsetsRequest&, auto reply) {
        reply(latest_pruned_offsets(parts));
      });
}

} // namespace tenon::daml_api
