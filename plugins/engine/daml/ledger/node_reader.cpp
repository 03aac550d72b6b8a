#include <google/protobuf/repeated_field.h>

#include "ledger/node_messages.hpp"
#include "tenon/core/encoding.hpp"
#include "values/text.hpp"
#include "values/value_codec.hpp"
#include "values/value_messages.hpp"

namespace tenon::daml::ledger {

namespace {

using Texts = google::protobuf::RepeatedPtrField<std::string>;

std::string at(std::string_view list, int index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

template <typename Read>
Result<Read> in(std::string_view place, Result<Read> read) {
  return read.ok() ? std::move(read) : Result<Read>(read.status().with_context(place));
}

Result<PartySet> read_parties(std::string_view what, const Texts& texts) {
  PartySet parties;
  for (int i = 0; i < texts.size(); ++i) {
    TENON_ASSIGN_OR_RETURN(Party party, in(at(what, i), Party::parse(texts[i])));
    if (!parties.empty() && !(*parties.rbegin() < party)) {
      return invalid_argument(at(what, i) + ": " + quote(texts[i]) +
                              "; expected a party greater than the one before");
    }
    parties.insert(parties.end(), std::move(party));
  }
  return parties;
}

Result<std::vector<NodeId>> read_children(const Texts& texts) {
  std::vector<NodeId> children;
  for (int i = 0; i < texts.size(); ++i) {
    TENON_ASSIGN_OR_RETURN(const NodeId id, in(at("children", i), read_id(texts[i])));
    children.push_back(id);
  }
  return children;
}

Result<Identifier> read_name(std::string_view what, bool present,
                             const daml::v1::Identifier& message) {
  if (!present)
    return invalid_argument(std::string(what) + ": missing");
  return in(what, read_identifier(message));
}

Result<std::optional<Identifier>> read_optional_name(std::string_view what, bool present,
                                                     const daml::v1::Identifier& message) {
  if (!present)
    return std::optional<Identifier>();
  TENON_ASSIGN_OR_RETURN(Identifier name, read_name(what, present, message));
  return std::optional(std::move(name));
}

// A contract that must be there.
template <typename Message> Result<ContractId> read_contract(const Message& message) {
  if (!message.has_contract())
    return invalid_argument("contract: missing");
  return in("contract", read_contract_id(message.contract()));
}

Result<std::optional<PackageName>> read_package_name(const std::string& text) {
  if (text.empty())
    return std::optional<PackageName>();
  TENON_ASSIGN_OR_RETURN(PackageName name, in("package_name", PackageName::parse(text)));
  return std::optional(std::move(name));
}

Result<std::optional<PackageId>> read_creation_package(const std::string& text) {
  if (text.empty())
    return std::optional<PackageId>();
  TENON_ASSIGN_OR_RETURN(PackageId id, in("creation_package", PackageId::parse(text)));
  return std::optional(std::move(id));
}

Result<Value> read_value_of(std::string_view what, const std::string& versioned,
                            const std::string& plain, TransactionVersion version) {
  if (erases_types(version))
    return in(what, decode_value(plain, version));
  TENON_ASSIGN_OR_RETURN(VersionedValue value, in(what, decode_versioned_value(versioned)));
  if (value.version != version) {
    return invalid_argument(std::string(what) + ": a value of version " +
                            to_string(value.version) + " in a node of version " +
                            to_string(version));
  }
  return std::move(value.value);
}

Result<std::optional<KeyWithMaintainers>>
read_key(bool present, const v1::Key& message, const Identifier& template_id,
         const std::optional<PackageName>& package_name, TransactionVersion version) {
  if (!present)
    return std::optional<KeyWithMaintainers>();
  TENON_ASSIGN_OR_RETURN(Value value, read_value_of("key.value", message.versioned_value(),
                                                    message.value(), version));
  TENON_ASSIGN_OR_RETURN(PartySet maintainers,
                         read_parties("key.maintainers", message.maintainers()));
  auto key = GlobalKey::make(template_id,
                             message.named_by_package_id() ? std::nullopt : package_name,
                             std::move(value));
  if (!key.ok())
    return key.status().with_context("key");
  return std::optional(KeyWithMaintainers{*std::move(key), std::move(maintainers)});
}

Result<Node> read(const v1::Create& message, TransactionVersion version) {
  const bool types = !erases_types(version);
  const v1::Instance& instance = message.instance();
  const std::string& agreement = types ? instance.agreement() : message.agreement();
  TENON_ASSIGN_OR_RETURN(Identifier template_id,
                         types ? read_name("instance.template", instance.has_template_(),
                                           instance.template_())
                               : read_name("template", message.has_template_(),
                                           message.template_()));
  TENON_ASSIGN_OR_RETURN(ContractId contract, read_contract(message));
  TENON_ASSIGN_OR_RETURN(auto package_name, read_package_name(message.package_name()));
  TENON_ASSIGN_OR_RETURN(Value argument, read_value_of("argument", instance.versioned_argument(),
                                                       message.argument(), version));
  TENON_RETURN_IF_ERROR(check_utf8(agreement, "agreement"));
  TENON_ASSIGN_OR_RETURN(PartySet signatories,
                         read_parties("signatories", message.signatories()));
  TENON_ASSIGN_OR_RETURN(PartySet stakeholders,
                         read_parties("stakeholders", message.stakeholders()));
  TENON_ASSIGN_OR_RETURN(auto key, read_key(message.has_key(), message.key(), template_id,
                                            package_name, version));
  return Node(Create{std::move(contract), std::move(package_name), std::move(template_id),
                     std::move(argument), agreement, std::move(signatories),
                     std::move(stakeholders), std::move(key), version});
}

Result<Node> read(const v1::Fetch& message, TransactionVersion version) {
  TENON_ASSIGN_OR_RETURN(Identifier template_id,
                         read_name("template", message.has_template_(), message.template_()));
  TENON_ASSIGN_OR_RETURN(auto interface_id,
                         read_optional_name("interface", message.has_interface(),
                                            message.interface()));
  TENON_ASSIGN_OR_RETURN(ContractId contract, read_contract(message));
  TENON_ASSIGN_OR_RETURN(auto package_name, read_package_name(message.package_name()));
  TENON_ASSIGN_OR_RETURN(PartySet actors, read_parties("actors", message.actors()));
  TENON_ASSIGN_OR_RETURN(PartySet signatories,
                         read_parties("signatories", message.signatories()));
  TENON_ASSIGN_OR_RETURN(PartySet stakeholders,
                         read_parties("stakeholders", message.stakeholders()));
  TENON_ASSIGN_OR_RETURN(auto key, read_key(message.has_key(), message.key(), template_id,
                                            package_name, version));
  return Node(Fetch{std::move(contract), std::move(package_name), std::move(template_id),
                    std::move(interface_id), std::move(actors), std::move(signatories),
                    std::move(stakeholders), std::move(key), message.by_key(), version});
}

Result<std::optional<Value>> read_result(const v1::Exercise& message,
                                         TransactionVersion version) {
  const bool missing =
      erases_types(version) ? message.result().empty() : message.versioned_result().empty();
  if (missing)
    return std::optional<Value>();
  TENON_ASSIGN_OR_RETURN(Value result, read_value_of("result", message.versioned_result(),
                                                     message.result(), version));
  return std::optional(std::move(result));
}

// The facts that read() has no room for.
Status read_parties_of(const v1::Exercise& message, Exercise& out) {
  TENON_ASSIGN_OR_RETURN(out.actors, read_parties("actors", message.actors()));
  TENON_ASSIGN_OR_RETURN(out.signatories, read_parties("signatories", message.signatories()));
  TENON_ASSIGN_OR_RETURN(out.stakeholders, read_parties("stakeholders", message.stakeholders()));
  TENON_ASSIGN_OR_RETURN(out.choice_observers, read_parties("observers", message.observers()));
  return {};
}

Result<Node> read(const v1::Exercise& message, TransactionVersion version) {
  TENON_ASSIGN_OR_RETURN(Identifier template_id,
                         read_name("template", message.has_template_(), message.template_()));
  TENON_ASSIGN_OR_RETURN(auto interface_id,
                         read_optional_name("interface", message.has_interface(),
                                            message.interface()));
  TENON_ASSIGN_OR_RETURN(ContractId contract, read_contract(message));
  TENON_ASSIGN_OR_RETURN(auto package_name, read_package_name(message.package_name()));
  TENON_ASSIGN_OR_RETURN(auto creation_package,
                         read_creation_package(message.creation_package()));
  TENON_ASSIGN_OR_RETURN(Name choice, in("choice", Name::parse(message.choice())));
  TENON_ASSIGN_OR_RETURN(Value argument, read_value_of("argument", message.versioned_argument(),
                                                       message.argument(), version));
  TENON_ASSIGN_OR_RETURN(auto result, read_result(message, version));
  TENON_ASSIGN_OR_RETURN(auto key, read_key(message.has_key(), message.key(), template_id,
                                            package_name, version));
  TENON_ASSIGN_OR_RETURN(std::vector<NodeId> children, read_children(message.children()));
  Exercise exercise{std::move(contract),
                    std::move(package_name),
                    std::move(creation_package),
                    std::move(template_id),
                    std::move(interface_id),
                    std::move(choice),
                    message.consuming(),
                    {},
                    std::move(argument),
                    {},
                    {},
                    {},
                    std::nullopt,
                    std::move(result),
                    std::move(key),
                    message.by_key(),
                    version,
                    std::move(children)};
  TENON_RETURN_IF_ERROR(read_parties_of(message, exercise));
  return Node(std::move(exercise));
}

Result<Node> read(const v1::LookupByKey& message, TransactionVersion version) {
  TENON_ASSIGN_OR_RETURN(Identifier template_id,
                         read_name("template", message.has_template_(), message.template_()));
  TENON_ASSIGN_OR_RETURN(auto package_name, read_package_name(message.package_name()));
  std::optional<ContractId> result;
  if (message.has_contract()) {
    TENON_ASSIGN_OR_RETURN(result, read_contract(message));
  }
  TENON_ASSIGN_OR_RETURN(auto key, read_key(message.has_key(), message.key(), template_id,
                                            package_name, version));
  if (!key)
    return invalid_argument("key: missing");
  return Node(LookupByKey{std::move(package_name), std::move(template_id), *std::move(key),
                          std::move(result), version});
}

Result<Node> read_content(const v1::Node& message, TransactionVersion version) {
  switch (message.content_case()) {
  case v1::Node::kCreate:
    return in("create", read(message.create(), version));
  case v1::Node::kFetch:
    return in("fetch", read(message.fetch(), version));
  case v1::Node::kExercise:
    return in("exercise", read(message.exercise(), version));
  case v1::Node::kLookup:
    return in("lookup", read(message.lookup(), version));
  case v1::Node::kRollback: {
    if (!has_rollback(version)) {
      return invalid_argument("a rollback in a transaction of version " + to_string(version) +
                              "; they came with version 14");
    }
    TENON_ASSIGN_OR_RETURN(std::vector<NodeId> children,
                           in("rollback", read_children(message.rollback().children())));
    return Node(Rollback{std::move(children)});
  }
  case v1::Node::CONTENT_NOT_SET:
    break;
  }
  return invalid_argument("no content");
}

// A rollback has the version of the transaction.
Result<TransactionVersion> read_version(const v1::Node& message, TransactionVersion version) {
  if (message.content_case() == v1::Node::kRollback || version < TransactionVersion::k11)
    return version;
  TENON_ASSIGN_OR_RETURN(const TransactionVersion own,
                         parse_transaction_version(message.version()));
  if (own <= version)
    return own;
  return invalid_argument("version " + to_string(own) + " in a transaction of version " +
                          to_string(version));
}

} // namespace

Result<NodeId> read_id(BytesView text) {
  const auto number = parse_u64(text);
  if (number && *number < std::numeric_limits<std::uint32_t>::max())
    return node_id(*number);
  return invalid_argument("the id of a node: expected its place as a decimal number, found " +
                          quote(text));
}

Result<PlacedNode> read_node(const v1::Node& message, TransactionVersion version) {
  TENON_ASSIGN_OR_RETURN(const NodeId id, read_id(message.id()));
  TENON_ASSIGN_OR_RETURN(const TransactionVersion own,
                         in("version", read_version(message, version)));
  TENON_ASSIGN_OR_RETURN(Node node, read_content(message, own));
  return PlacedNode{id, std::move(node)};
}

} // namespace tenon::daml::ledger
