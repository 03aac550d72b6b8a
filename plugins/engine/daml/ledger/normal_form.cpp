#include "ledger/normal_form.hpp"

#include <algorithm>
#include <limits>

#include "values/transformation.hpp"

namespace tenon::daml::ledger {

namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

// What becomes of a node: some actions and rollbacks in its place. Lists are linked, so that the
// rules take no longer for rollbacks that lie deep in each other.
struct Item {
  std::size_t previous = kNone;
  std::size_t next = kNone;
  bool is_rollback = false;
  std::size_t content = 0; // the place of the action, or which rollback
};

struct List {
  std::size_t first = kNone;
  std::size_t last = kNone;
  std::size_t first_action = kNone;
};

class Compactor {
public:
  explicit Compactor(Forest forest) : forest_(std::move(forest)) {}

  Compacted run() {
    // Children stand behind their parents: from the last to the first they are known already.
    lists_.resize(forest_.nodes.size());
    for (std::size_t i = forest_.nodes.size(); i-- > 0;) {
      const List children = join(children_of(forest_.nodes[i]));
      lists_[i] = is_action(forest_.nodes[i]) ? children : as_rollback(children);
    }
    place(join(forest_.roots));
    result_.transaction.version = newest_version(result_.transaction.nodes);
    return std::move(result_);
  }

private:
  std::size_t add_item(bool is_rollback, std::size_t content) {
    items_.push_back({kNone, kNone, is_rollback, content});
    return items_.size() - 1;
  }

  void append(List& list, const List& more) {
    if (more.first == kNone)
      return;
    if (list.first == kNone) {
      list = more;
      return;
    }
    items_[list.last].next = more.first;
    items_[more.first].previous = list.last;
    list.last = more.last;
    if (list.first_action == kNone)
      list.first_action = more.first_action;
  }

  List single(bool is_rollback, std::size_t content) {
    const std::size_t item = add_item(is_rollback, content);
    return {item, item, is_rollback ? kNone : item};
  }

  List join(const std::vector<NodeId>& nodes) {
    List joined;
    for (const NodeId id : nodes) {
      const std::size_t place = index_of(id);
      append(joined, is_action(forest_.nodes[place]) ? single(false, place) : lists_[place]);
    }
    return joined;
  }

  // The list in a rollback: rollbacks at its front move out, one at its end is opened.
  List as_rollback(List list) {
    const std::size_t action = list.first_action;
    if (action == kNone)
      return list; // empty, or nothing but rollbacks
    List front;
    if (action != list.first) {
      front = {list.first, items_[action].previous, kNone};
      items_[front.last].next = kNone;
      items_[action].previous = kNone;
      list.first = action;
    }
    if (items_[list.last].is_rollback) {
      const List inner = rollbacks_[items_[list.last].content];
      list.last = items_[list.last].previous;
      items_[list.last].next = kNone;
      append(list, inner);
    }
    rollbacks_.push_back(list);
    append(front, single(true, rollbacks_.size() - 1));
    return front;
  }

  // Gives places in the order of execution.
  void place(const List& roots) {
    struct Open {
      std::size_t item;
      std::optional<NodeId> parent;
    };
    result_.places.resize(forest_.nodes.size());
    std::vector<Node>& nodes = result_.transaction.nodes;
    nodes.reserve(forest_.nodes.size());
    std::vector<Open> open{{roots.first, std::nullopt}};
    while (!open.empty()) {
      if (open.back().item == kNone) {
        open.pop_back();
        continue;
      }
      const Item& item = items_[open.back().item];
      open.back().item = item.next;
      const NodeId id = node_id(nodes.size());
      add_child(open.back().parent, id);
      if (item.is_rollback) {
        nodes.emplace_back(Rollback{});
        open.push_back({rollbacks_[item.content].first, id});
        continue;
      }
      result_.places[item.content] = id;
      nodes.push_back(std::move(forest_.nodes[item.content]));
      if (auto* exercise = std::get_if<Exercise>(&nodes.back())) {
        exercise->children.clear();
        open.push_back({lists_[item.content].first, id});
      }
    }
  }

  void add_child(std::optional<NodeId> parent, NodeId child) {
    if (!parent) {
      result_.transaction.roots.push_back(child);
      return;
    }
    Node& node = result_.transaction.nodes[index_of(*parent)];
    if (auto* exercise = std::get_if<Exercise>(&node))
      exercise->children.push_back(child);
    else
      std::get<Rollback>(node).children.push_back(child);
  }

  Forest forest_;
  std::vector<Item> items_;
  std::vector<List> rollbacks_;
  std::vector<List> lists_; // by place: the children of an action, what a rollback becomes
  Compacted result_;
};

Status normalize_into(Value& value, TransactionVersion version) {
  auto normal = daml::normalize(value, version);
  if (normal.ok())
    value = *std::move(normal);
  return normal.status();
}

Status normalize_into(std::optional<KeyWithMaintainers>& key, TransactionVersion version) {
  return key ? normalize_into(key->key.value, version) : Status();
}

Status normalize_into(Node& node) {
  if (auto* create = std::get_if<Create>(&node)) {
    TENON_RETURN_IF_ERROR(normalize_into(create->argument, create->version));
    return normalize_into(create->key, create->version);
  }
  if (auto* fetch = std::get_if<Fetch>(&node)) {
    fetch->by_key = fetch->by_key && has_rollback(fetch->version);
    return normalize_into(fetch->key, fetch->version);
  }
  if (auto* lookup = std::get_if<LookupByKey>(&node))
    return normalize_into(lookup->key.key.value, lookup->version);
  auto* exercise = std::get_if<Exercise>(&node);
  if (!exercise)
    return {};
  exercise->by_key = exercise->by_key && has_rollback(exercise->version);
  TENON_RETURN_IF_ERROR(normalize_into(exercise->argument, exercise->version));
  if (exercise->result)
    TENON_RETURN_IF_ERROR(normalize_into(*exercise->result, exercise->version));
  return normalize_into(exercise->key, exercise->version);
}

} // namespace

Compacted compact(Forest forest) {
  return Compactor(std::move(forest)).run();
}

Result<Transaction> normalize(const Transaction& transaction) {
  Forest forest{transaction.roots, transaction.nodes};
  for (std::size_t i = 0; i < forest.nodes.size(); ++i) {
    if (Status status = normalize_into(forest.nodes[i]); !status.ok())
      return status.with_context("node " + std::to_string(i));
  }
  return compact(std::move(forest)).transaction;
}

Result<KeyWithMaintainers> normalize(const KeyWithMaintainers& key, TransactionVersion version) {
  KeyWithMaintainers result = key;
  TENON_RETURN_IF_ERROR(normalize_into(result.key.value, version));
  return result;
}

Status check_normal_rollbacks(const Transaction& transaction) {
  for (std::size_t i = 0; i < transaction.nodes.size(); ++i) {
    const auto* rollback = std::get_if<Rollback>(&transaction.nodes[i]);
    if (!rollback)
      continue;
    const std::string what = "node " + std::to_string(i) + ": a rollback ";
    if (rollback->children.empty())
      return invalid_argument(what + "without children");
    if (!is_action(transaction.at(rollback->children.front())))
      return invalid_argument(what + "that begins with a rollback");
    if (!is_action(transaction.at(rollback->children.back())))
      return invalid_argument(what + "that ends with a rollback");
  }
  const TransactionVersion newest = newest_version(transaction.nodes);
  if (transaction.version == newest)
    return {};
  return invalid_argument("transaction version " + to_string(transaction.version) +
                          "; the newest version of its nodes is " + to_string(newest));
}

TransactionVersion newest_version(const std::vector<Node>& nodes) {
  TransactionVersion newest = kOldestTransactionVersion;
  for (const Node& node : nodes)
    newest = std::max(newest, version_of(node).value_or(TransactionVersion::k14));
  return newest;
}

} // namespace tenon::daml::ledger
