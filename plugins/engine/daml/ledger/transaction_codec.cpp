#include "ledger/transaction_codec.hpp"

#include <google/protobuf/arena.h>
#include <google/protobuf/io/coded_stream.h>

#include <algorithm>

#include "ledger/node_messages.hpp"
#include "ledger/normal_form.hpp"
#include "ledger/well_formed.hpp"
#include "values/text.hpp"

namespace tenon::daml::ledger {

namespace {

using google::protobuf::io::CodedInputStream;

// Values are bytes here: nothing lies deeper than an identifier in an instance in a create.
constexpr int kMaxMessageDepth = 6;

// How the bytes of a transaction begin each of its fields.
enum Tag : std::uint32_t { kVersionTag = 0x0a, kRootTag = 0x12, kNodeTag = 0x1a };

Status too_large(std::string_view what, std::size_t size, std::size_t limit) {
  return resource_exhausted("an encoded " + std::string(what) + " of " + std::to_string(size) +
                            " bytes; expected at most " + std::to_string(limit));
}

// Refuses all that a parser passes over: unknown fields, fields twice or in another order or of
// another version, numbers longer than needed.
Status check_only_encoding(BytesView found, BytesView expected) {
  if (found == expected)
    return {};
  const auto place = std::mismatch(found.begin(), found.end(), expected.begin(), expected.end());
  return invalid_argument("the bytes differ from the one encoding of what they tell, at byte " +
                          std::to_string(place.first - found.begin()) + "; expected " +
                          std::to_string(expected.size()) + " bytes, found " +
                          std::to_string(found.size()));
}

// The fields of a transaction, each within the bytes that were given.
struct Parts {
  std::optional<BytesView> version;
  std::vector<BytesView> roots;
  std::vector<BytesView> nodes;
};

class Splitter {
public:
  explicit Splitter(BytesView bytes)
      : bytes_(bytes), input_(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                              static_cast<int>(bytes.size())) {}

  Result<Parts> run() {
    while (static_cast<std::size_t>(input_.CurrentPosition()) < bytes_.size()) {
      const int place = input_.CurrentPosition();
      if (Status status = read_field(); !status.ok())
        return status.with_context("transaction, byte " + std::to_string(place));
    }
    if (!parts_.version)
      return invalid_argument("transaction: no version");
    return std::move(parts_);
  }

private:
  Status read_field() {
    const std::uint32_t tag = input_.ReadTag();
    if (tag != kVersionTag && tag != kRootTag && tag != kNodeTag)
      return invalid_argument("expected a version, root or node; found the tag " +
                              std::to_string(tag));
    TENON_ASSIGN_OR_RETURN(const BytesView content, read_content());
    if (tag == kVersionTag) {
      if (parts_.version)
        return invalid_argument("a second version");
      parts_.version = content;
      return {};
    }
    std::vector<BytesView>& list = tag == kRootTag ? parts_.roots : parts_.nodes;
    if (list.size() == kMaxNodes) {
      return invalid_argument("more than " + std::to_string(kMaxNodes) +
                              (tag == kRootTag ? " roots" : " nodes"));
    }
    list.push_back(content);
    return {};
  }

  Result<BytesView> read_content() {
    std::uint32_t size = 0;
    const bool told = input_.ReadVarint32(&size);
    const auto begin = static_cast<std::size_t>(input_.CurrentPosition());
    if (!told || size > bytes_.size() - begin || !input_.Skip(static_cast<int>(size)))
      return invalid_argument("cut short: a field goes beyond the end");
    return bytes_.substr(begin, size);
  }

  BytesView bytes_;
  CodedInputStream input_;
  Parts parts_;
};

Result<Bytes> serialize(const v1::Node& message) {
  const std::size_t size = message.ByteSizeLong();
  if (size > kMaxEncodedNodeSize)
    return too_large("node", size, kMaxEncodedNodeSize);
  return message.SerializeAsString();
}

// Of a node whose facts are known to fit.
Result<Bytes> encode_checked(NodeId id, const Node& node, TransactionVersion version) {
  google::protobuf::Arena arena;
  auto& message = *google::protobuf::Arena::CreateMessage<v1::Node>(&arena);
  TENON_RETURN_IF_ERROR(write_node(id, node, version, message));
  return serialize(message);
}

Result<PlacedNode> decode_parts_of(BytesView bytes, TransactionVersion version) {
  if (bytes.size() > kMaxEncodedNodeSize)
    return too_large("node", bytes.size(), kMaxEncodedNodeSize);
  google::protobuf::Arena arena;
  auto& message = *google::protobuf::Arena::CreateMessage<v1::Node>(&arena);
  CodedInputStream input(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                         static_cast<int>(bytes.size()));
  input.SetRecursionLimit(kMaxMessageDepth);
  if (!message.ParseFromCodedStream(&input) || !input.ConsumedEntireMessage()) {
    return invalid_argument("expected the message of a node; found " +
                            std::to_string(bytes.size()) +
                            " bytes that are none (cut short or damaged)");
  }
  TENON_ASSIGN_OR_RETURN(PlacedNode placed, read_node(message, version));
  TENON_ASSIGN_OR_RETURN(const Bytes again, encode_checked(placed.id, placed.node, version));
  TENON_RETURN_IF_ERROR(check_only_encoding(bytes, again));
  return placed;
}

// The facts of a node alone, and of one among others, are checked alike.
Status check_alone(const Node& node, TransactionVersion version) {
  Transaction alone;
  alone.version = version;
  alone.nodes.push_back(node);
  return check_facts(alone);
}

Bytes assemble(std::string_view version, const std::vector<NodeId>& roots,
               std::vector<Bytes> nodes) {
  v1::Transaction message;
  message.set_version(version.data(), version.size());
  for (const NodeId root : roots)
    message.add_roots(id_text(root));
  for (Bytes& node : nodes)
    message.add_nodes(std::move(node));
  return message.SerializeAsString();
}

Result<std::vector<NodeId>> read_roots(const std::vector<BytesView>& texts) {
  std::vector<NodeId> roots;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto root = read_id(texts[i]);
    if (!root.ok())
      return root.status().with_context("roots[" + std::to_string(i) + "]");
    roots.push_back(*root);
  }
  return roots;
}

} // namespace

Result<Bytes> encode_transaction(const Transaction& transaction) {
  TENON_RETURN_IF_ERROR(check_well_formed(transaction));
  TENON_RETURN_IF_ERROR(check_normal_rollbacks(transaction));
  std::vector<Bytes> nodes;
  nodes.reserve(transaction.nodes.size());
  std::size_t size = 0;
  for (std::size_t i = 0; i < transaction.nodes.size(); ++i) {
    TENON_ASSIGN_OR_RETURN(
        Bytes node, encode_checked(node_id(i), transaction.nodes[i], transaction.version));
    size += node.size();
    if (size > kMaxEncodedTransactionSize)
      return too_large("transaction", size, kMaxEncodedTransactionSize);
    nodes.push_back(std::move(node));
  }
  Bytes bytes = assemble(to_string(transaction.version), transaction.roots, std::move(nodes));
  if (bytes.size() > kMaxEncodedTransactionSize)
    return too_large("transaction", bytes.size(), kMaxEncodedTransactionSize);
  return bytes;
}

Result<Transaction> decode_transaction(BytesView bytes) {
  if (bytes.size() > kMaxEncodedTransactionSize)
    return too_large("transaction", bytes.size(), kMaxEncodedTransactionSize);
  TENON_ASSIGN_OR_RETURN(const Parts parts, Splitter(bytes).run());
  Transaction transaction;
  TENON_ASSIGN_OR_RETURN(transaction.version, parse_transaction_version(*parts.version));
  TENON_ASSIGN_OR_RETURN(transaction.roots, read_roots(parts.roots));
  for (std::size_t i = 0; i < parts.nodes.size(); ++i) {
    auto placed = decode_parts_of(parts.nodes[i], transaction.version);
    if (!placed.ok())
      return placed.status().with_context("nodes[" + std::to_string(i) + "]");
    if (index_of(placed->id) != i) {
      return invalid_argument("nodes[" + std::to_string(i) + "]: its id is " +
                              id_text(placed->id) + "; expected its place");
    }
    transaction.nodes.push_back(std::move(placed->node));
  }
  TENON_RETURN_IF_ERROR(check_well_formed(transaction));
  TENON_RETURN_IF_ERROR(check_normal_rollbacks(transaction));
  const Bytes again = assemble(*parts.version, transaction.roots,
                               {parts.nodes.begin(), parts.nodes.end()});
  TENON_RETURN_IF_ERROR(check_only_encoding(bytes, again));
  return transaction;
}

Result<Bytes> encode_node(NodeId id, const Node& node, TransactionVersion version) {
  TENON_RETURN_IF_ERROR(check_alone(node, version));
  return encode_checked(id, node, version);
}

Result<PlacedNode> decode_node(BytesView bytes, TransactionVersion version) {
  TENON_ASSIGN_OR_RETURN(PlacedNode placed, decode_parts_of(bytes, version));
  TENON_RETURN_IF_ERROR(check_alone(placed.node, version));
  return placed;
}

} // namespace tenon::daml::ledger
