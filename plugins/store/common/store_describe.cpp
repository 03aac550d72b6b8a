// StoreCore: what it knows of itself, as figures for metrics and as JSON for people and tools.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/store_core.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::store {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kProgressStep = 4096;

Json hex(const Hash& hash) {
  return to_hex(hash.view());
}

Json described(const plugin::StoreHead& head) {
  if (head.empty)
    return nullptr;
  return {{"height", std::to_string(head.height)},
          {"block_id", hex(head.block_id)},
          {"result_hash", hex(head.result_hash)},
          {"state_root", hex(head.state_root)}};
}

// What the pages on disk are like, page by page.
class TreeShape {
public:
  Status add(BytesView path, BytesView page) {
    constexpr std::size_t kBitmaps = 2 * sizeof(std::uint16_t);
    if (path.empty() || page.size() < kBitmaps)
      return data_loss("page " + to_hex(path) + " of the state tree is cut short");
    const auto depth = static_cast<std::uint8_t>(path[0]);
    if (depth >= levels_.size())
      levels_.resize(depth + 1u);
    Level& level = levels_[depth];
    ++level.pages;
    level.children += count_bits(read_be16(page));
    level.leaves += count_bits(read_be16(page.substr(sizeof(std::uint16_t))));
    return {};
  }
  [[nodiscard]] Json described() const {
    Json levels = Json::array();
    for (std::size_t depth = 0; depth < levels_.size(); ++depth) {
      const Level& level = levels_[depth];
      const double pages = static_cast<double>(std::max<std::uint64_t>(level.pages, 1));
      levels.push_back({{"depth", depth},
                        {"pages", level.pages},
                        {"leaves", level.leaves},
                        {"mean_children", static_cast<double>(level.children) / pages}});
    }
    return levels;
  }

private:
  struct Level {
    std::uint64_t pages = 0;
    std::uint64_t children = 0;
    std::uint64_t leaves = 0;
  };
  std::vector<Level> levels_;
};

// Reads whole columns.
class Census {
public:
  explicit Census(plugin::ProgressVisitor progress) : progress_(progress) {}

  // Looks at the state's tree as it comes by.
  Status count(const BackendView& view, Column column, bool of_state, Json& described) {
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;
    const auto place = view.iterate(column, "", "");
    for (; place->valid(); place->next()) {
      ++entries;
      bytes += place->key().size() + place->value().size();
      if (of_state && column == Column::kNodes)
        TENON_RETURN_IF_ERROR(shape_.add(place->key(), place->value()));
      if (++seen_ % kProgressStep == 0 && !progress_(seen_, 0))
        return {Code::kCancelled, "counting was stopped before its end"};
    }
    described["entries"] = entries;
    described["bytes"] = bytes;
    return place->status();
  }
  [[nodiscard]] Json tree() const { return shape_.described(); }

private:
  plugin::ProgressVisitor progress_;
  std::uint64_t seen_ = 0;
  TreeShape shape_;
};

void add_figures(const ColumnFigures& figures, Json& described) {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  Json levels = Json::array();
  for (const ColumnFigures::Level& level : figures.levels) {
    files += level.files;
    bytes += level.bytes;
    levels.push_back({{"level", level.level}, {"files", level.files}, {"bytes", level.bytes}});
  }
  described["estimated_entries"] = figures.estimated_entries;
  described["files"] = files;
  described["file_bytes"] = bytes;
  described["levels"] = std::move(levels);
}

Result<Json> described_columns(const Backend& backend, Slot state_slot, Census* census) {
  Json columns = Json::array();
  for (std::size_t i = 0; i < kColumns * kSlots; ++i) {
    const auto column = static_cast<Column>(i % kColumns);
    const Slot slot = i < kColumns ? state_slot : other(state_slot);
    const bool of_state = slot == state_slot;
    if (!of_state && !is_slotted(column))
      continue;
    Json described = {{"column", kColumnNames[i % kColumns]},
                      {"of", of_state ? "state" : "import"}};
    if (const auto figures = backend.figures_of(column, slot))
      add_figures(*figures, described);
    if (census != nullptr)
      TENON_RETURN_IF_ERROR(census->count(*backend.view(slot), column, of_state, described));
    columns.push_back(std::move(described));
  }
  return columns;
}

} // namespace

std::vector<BackendFigure> StoreCore::figures() const {
  std::vector<BackendFigure> figures = backend_->figures();
  const auto add = [&](const char* name, const char* meaning, auto value) {
    figures.push_back({name, meaning, static_cast<double>(value)});
  };
  std::int64_t grown = 0;
  {
    const std::lock_guard lock(mutex_);
    grown = head_tree_.size().in_memory;
  }
  add("tree_bytes", "Memory of the state tree's pages", grown + page_memory_->loaded.load());
  add("tree_pages_loaded", "Tree pages read from disk since the start",
      page_memory_->loads.load());
  add("tree_pages_dropped", "Tree pages taken out of memory since the start",
      page_memory_->swept.load());
  return figures;
}

Result<Bytes> StoreCore::describe(bool whole, plugin::ProgressVisitor progress) const {
  plugin::StoreHead head;
  HorizonRecord horizon;
  Slot slot = Slot::kFirst;
  {
    const std::lock_guard lock(mutex_);
    head = head_;
    horizon = horizon_;
    slot = slot_;
  }
  Json json = {{"format", kFormatVersion},
               {"chain", hex(options_.chain)},
               {"durable", backend_->durable()},
               {"head", described(head)},
               {"oldest_block", std::to_string(horizon.readable.oldest_block)},
               {"oldest_version", std::to_string(horizon.readable.oldest_version)},
               {"oldest_changes", std::to_string(horizon.oldest_changes)},
               {"index", head.without_index ? "missing since an import" : "complete"}};
  TENON_ASSIGN_OR_RETURN(const auto nodes, backend_->view(slot)->get(Column::kMeta, kMetaNodes));
  if (nodes && !head.empty) {
    TENON_ASSIGN_OR_RETURN(const NodesRecord record, decode_nodes(*nodes));
    json["pages_height"] = std::to_string(record.height);
    json["pages_behind"] = head.height - std::min(head.height, record.height);
  }
  TENON_ASSIGN_OR_RETURN(const auto under_way, import_missing());
  json["import"] = nullptr;
  if (under_way) {
    json["import"] = {{"height", std::to_string(under_way->target.height)},
                      {"state_root", hex(under_way->target.state_root)},
                      {"missing_spans", under_way->missing.size()}};
  }
  Census census(progress);
  TENON_ASSIGN_OR_RETURN(json["columns"],
                         described_columns(*backend_, slot, whole ? &census : nullptr));
  if (whole)
    json["tree"] = census.tree();
  Json all = Json::object();
  for (const BackendFigure& figure : figures()) {
    const auto rounded = static_cast<std::int64_t>(figure.value);
    const bool is_whole = static_cast<double>(rounded) == figure.value;
    all[figure.name] = is_whole ? Json(rounded) : Json(figure.value);
  }
  json["figures"] = std::move(all);
  return json.dump();
}

} // namespace tenon::store
