#include "simulation/stack/client_nodes.hpp"

#include "tenon/wire/hashing.hpp"

namespace tenon::simulation {

Status LinkWire::Port::open(host::Protocol, host::PeerHandler& handler) {
  handler_ = &handler;
  wire_.connect_all(*this, true);
  return {};
}

void LinkWire::Port::close(host::Protocol) {
  wire_.connect_all(*this, false);
  handler_ = nullptr;
}

Status LinkWire::Port::send(host::Protocol, std::string_view peer, host::Lane lane,
                            host::SharedFrame frame) {
  wire_.frames_.push_back({name_, std::string(peer), lane, std::move(frame)});
  return {};
}

Result<std::uint32_t> LinkWire::Port::broadcast(host::Protocol, host::Lane, host::SharedFrame) {
  return 0U;
}

// As the network does: the connection ends, and comes back after a while.
Status LinkWire::Port::cut(std::string_view peer, std::string_view reason) {
  wire_.cuts_.push_back({name_, std::string(peer), std::string(reason)});
  wire_.parted_.emplace(name_, std::string(peer));
  return {};
}

LinkWire::Port& LinkWire::port(const std::string& name, host::PeerRole role) {
  auto& port = ports_[name];
  if (port == nullptr)
    port = std::make_unique<Port>(*this, name, role);
  return *port;
}

void LinkWire::connect_all(Port& port, bool up) {
  for (const auto& [name, other] : ports_) {
    if (other->role_ == port.role_ || other->handler_ == nullptr || port.handler_ == nullptr)
      continue;
    if (up) {
      other->handler_->connected(port.name_, port.role_);
      port.handler_->connected(name, other->role_);
    } else {
      other->handler_->disconnected(port.name_);
    }
  }
  if (!up) {
    std::erase_if(frames_, [&](const Frame& frame) {
      return frame.to == port.name_ || frame.from == port.name_;
    });
  }
}

host::SharedFrame LinkWire::tampered(const Frame& frame) const {
  link::v1::Answer answer;
  if (!tamper_ || ports_.at(frame.from)->role_ != host::PeerRole::kReplica ||
      !answer.ParseFromString(*frame.bytes))
    return frame.bytes;
  if (!tamper_(frame.from, frame.to, answer))
    return nullptr;
  return std::make_shared<const Bytes>(answer.SerializeAsString());
}

void LinkWire::carry() {
  for (const auto& [name, peer] : std::exchange(parted_, {})) {
    Port& a = *ports_[name];
    Port& b = *ports_[peer];
    for (const auto& [one, other] : {std::pair(&a, &b), std::pair(&b, &a)}) {
      if (one->handler_ != nullptr)
        one->handler_->disconnected(other->name_);
    }
    if (a.handler_ != nullptr && b.handler_ != nullptr) {
      a.handler_->connected(b.name_, b.role_);
      b.handler_->connected(a.name_, a.role_);
    }
  }
  for (const Frame& frame : std::exchange(frames_, {})) {
    Port& to = *ports_[frame.to];
    const host::SharedFrame bytes = tampered(frame);
    if (to.handler_ == nullptr || bytes == nullptr)
      continue;
    if (to.role_ == host::PeerRole::kClient)
      bytes_to_clients_ += bytes->size();
    to.handler_->received(frame.from, frame.lane, *bytes);
  }
}

ClientNodes::ClientNodes(std::size_t clients, Replicas::Options options) {
  for (std::size_t i = 0; i < clients; ++i) {
    clients_.push_back(std::make_unique<Client>(i));
    clients_.back()->name = "client" + std::to_string(i);
    options.clients.emplace_back(clients_.back()->name,
                                 clients_.back()->host.node_key().public_key());
  }
  replicas_ = std::make_unique<Replicas>(options);
  for (std::size_t i = 0; i < replicas_->size(); ++i) {
    servers_.push_back(std::make_unique<Server>(replicas_->host(i)));
    start_replica(i);
  }
  for (std::size_t i = 0; i < clients; ++i)
    start_client(i);
}

ClientNodes::~ClientNodes() {
  for (std::size_t i = 0; i < clients_.size(); ++i)
    stop_client(i);
  for (std::size_t i = 0; i < servers_.size(); ++i)
    stop_replica(i);
}

std::size_t ClientNodes::add_client(const std::string& id) {
  clients_.push_back(std::make_unique<Client>(clients_.size()));
  clients_.back()->name = id;
  start_client(clients_.size() - 1);
  return clients_.size() - 1;
}

void ClientNodes::start_replica(std::size_t index) {
  replicas_->start(index);
  Server& server = *servers_[index];
  if (server.server != nullptr)
    return;
  server.server = std::make_unique<host::link::LinkServer>(
      replicas_->pipeline(index), wire_.port(replicas_->name(index), host::PeerRole::kReplica),
      server.executor, server.log, server.metrics);
  if (const Status started = server.server->start(); !started.ok())
    throw std::runtime_error(started.to_string());
}

void ClientNodes::stop_replica(std::size_t index) {
  if (servers_[index]->server != nullptr) {
    servers_[index]->server->stop();
    servers_[index]->server.reset();
  }
  replicas_->stop(index);
}

void ClientNodes::start_client(std::size_t index) {
  Client& client = *clients_[index];
  if (client.ledger != nullptr)
    return;
  host::pipeline::Options options;
  options.genesis = replicas_->genesis();
  options.client = client.name;
  auto opened = host::link::ClientLedger::open({{*client.store,
                                                 {{"script", &client.engine}},
                                                 client.signer,
                                                 client.clock,
                                                 client.random,
                                                 client.executor,
                                                 client.log,
                                                 client.metrics},
                                                wire_.port(client.name, host::PeerRole::kClient)},
                                               std::move(options));
  if (!opened.ok())
    throw std::runtime_error(opened.status().to_string());
  client.ledger = *std::move(opened);
  if (const Status started = client.ledger->start(); !started.ok())
    throw std::runtime_error(started.to_string());
}

void ClientNodes::stop_client(std::size_t index) {
  Client& client = *clients_[index];
  if (client.ledger == nullptr)
    return;
  client.ledger->stop();
  client.host.run_all();
  client.ledger.reset();
}

void ClientNodes::run_ms(std::uint64_t duration_ms) {
  for (std::uint64_t i = 0; i < duration_ms; ++i) {
    replicas_->run_ms(1);
    for (const auto& client : clients_)
      client->host.advance_us(1000);
    for (int hop = 0; hop < 3; ++hop) { // ask, answer, and ask again
      for (const auto& client : clients_)
        client->host.run_all();
      wire_.carry();
      for (std::size_t replica = 0; replica < replicas_->size(); ++replica)
        replicas_->host(replica).run_all();
    }
  }
}

bool ClientNodes::run_until(const std::function<bool()>& holds, std::uint64_t at_most_ms) {
  for (std::uint64_t i = 0; i < at_most_ms; ++i) {
    if (holds())
      return true;
    run_ms(1);
  }
  return holds();
}

std::shared_ptr<Replicas::Outcome> ClientNodes::submit(std::size_t client,
                                                       const v1::Submission& submission) {
  auto outcome = std::make_shared<Replicas::Outcome>();
  const Status status =
      ledger(client).submit(submission, [outcome](const v1::Completion& completion) {
        outcome->known = true;
        outcome->completion = completion;
      });
  if (!status.ok()) {
    outcome->known = true;
    outcome->completion.set_code(static_cast<std::uint32_t>(status.code()));
    outcome->completion.set_message(status.message());
  }
  return outcome;
}

v1::Completion ClientNodes::complete(std::size_t client, const v1::Submission& submission) {
  const auto outcome = submit(client, submission);
  if (run_until([&] { return outcome->known; }, 20'000))
    return outcome->completion;
  v1::Completion none;
  none.set_code(static_cast<std::uint32_t>(Code::kUnavailable));
  none.set_message("no outcome");
  return none;
}

v1::Completion ClientNodes::allocate(std::size_t client, const std::string& party) {
  v1::SystemCommand command;
  command.mutable_allocate_party()->set_party(party);
  v1::Submission submission =
      test::World::submission("allocate " + party, {}, command.SerializeAsString());
  submission.set_engine("sys");
  return complete(client, submission);
}

v1::Completion ClientNodes::order(const v1::OperatorAction& action) {
  v1::SystemCommand command;
  v1::OperatorCommand& order = *command.mutable_operator_command();
  order.set_command(action.SerializeAsString());
  order.set_sequence(next_sequence_++);
  auto& signature = *order.add_signatures();
  signature.set_name("olga");
  signature.set_signature(*replicas_->operator_key().sign(
      wire::operator_signing_bytes(replicas_->chain(), order.sequence(), order.command())));
  v1::Submission submission = test::World::submission(
      "order " + std::to_string(order.sequence()), {}, command.SerializeAsString());
  submission.set_engine("sys");
  const auto outcome = replicas_->submit(0, submission);
  static_cast<void>(run_until([&] { return outcome->known; }, 20'000));
  return outcome->completion;
}

v1::StatusResponse ClientNodes::status(std::size_t client) {
  v1::StatusResponse response;
  ledger(client).fill_status(response);
  return response;
}

Bytes ClientNodes::query(std::size_t client, const std::string& party, const std::string& request) {
  v1::QueryRequest message;
  message.set_engine("script");
  message.add_parties(party);
  message.set_request(request);
  const auto response = ledger(client).query(message);
  return response.ok() ? response->response() : response.status().to_string();
}

std::vector<v1::LedgerTransaction>
ClientNodes::history(host::LedgerService& ledger, const std::vector<std::string>& parties,
                     std::uint64_t page) {
  std::vector<v1::LedgerTransaction> all;
  v1::TransactionsRequest request;
  *request.mutable_parties() = {parties.begin(), parties.end()};
  request.set_limit(page);
  for (bool more = true; more;) {
    const auto response = ledger.transactions(request);
    if (!response.ok())
      throw std::runtime_error(response.status().to_string());
    all.insert(all.end(), response->transactions().begin(), response->transactions().end());
    request.set_after_offset(response->next_offset());
    more = response->more();
  }
  return all;
}

bool ClientNodes::level() {
  if (!replicas_->level())
    return false;
  std::size_t running = 0;
  while (running < replicas_->size() && !replicas_->up(running))
    ++running;
  const Bytes head = replicas_->status(running).block_id();
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    if (clients_[i]->ledger != nullptr && status(i).block_id() != head)
      return false;
  }
  return true;
}

} // namespace tenon::simulation
