#include "values/value_text.hpp"

#include "tenon/core/encoding.hpp"
#include "values/text.hpp"

namespace tenon::daml {

namespace {

using Kind = Value::Kind;

constexpr int kMaxDepth = 8;
constexpr std::string_view kMore = "...";

std::string without_package(const TypeName& type) {
  return type ? type->module.str() + ":" + type->name.str() : "";
}

class Writer {
public:
  explicit Writer(std::size_t max_size) : max_size_(max_size) {}

  void write(const Value& value, int depth) {
    if (full())
      return;
    if (value.kind() < Kind::kOptional) {
      out_ += leaf(value);
    } else if (depth == kMaxDepth && !value.children().empty()) {
      out_ += kMore;
    } else {
      write_parent(value, depth + 1);
    }
  }

  std::string finish() {
    if (out_.size() <= max_size_)
      return std::move(out_);
    std::size_t end = max_size_;
    while (end > 0 && (out_[end] & '\xc0') == '\x80')
      --end; // not within a code point
    return out_.substr(0, end).append(kMore);
  }

private:
  [[nodiscard]] bool full() const { return out_.size() > max_size_; }

  // Does not show more of a text than there is room for.
  [[nodiscard]] std::string leaf(const Value& value) const {
    switch (value.kind()) {
    case Kind::kBool:
      return value.as_bool() ? "true" : "false";
    case Kind::kInt64:
      return std::to_string(value.as_int64());
    case Kind::kDate:
      return value.as_date().to_text();
    case Kind::kTimestamp:
      return value.as_timestamp().to_text();
    case Kind::kNumeric:
      return value.as_numeric().to_text();
    case Kind::kText:
      return quote(value.as_text(), max_size_);
    case Kind::kParty:
      return "'" + value.as_party().str() + "'";
    case Kind::kContractId:
      return value.as_contract_id().to_text();
    default:
      return "()";
    }
  }

  void write_parent(const Value& value, int depth) {
    const auto children = value.children();
    switch (value.kind()) {
    case Kind::kOptional:
      out_ += children.empty() ? "None" : "Some ";
      for (const Value& child : children)
        write(child, depth);
      break;
    case Kind::kEnum:
      out_ += value.constructor().name.str();
      break;
    case Kind::kVariant:
      out_ += value.constructor().name.str() + " ";
      write(children[0], depth);
      break;
    case Kind::kRecord:
      out_ += without_package(value.type()) + (value.type() ? " {" : "{");
      write_children(value, depth);
      out_ += "}";
      break;
    case Kind::kList:
      out_ += "[";
      write_children(value, depth);
      out_ += "]";
      break;
    default:
      out_ += value.kind() == Kind::kTextMap ? "TextMap [" : "Map [";
      write_children(value, depth);
      out_ += "]";
      break;
    }
  }

  void write_children(const Value& value, int depth) {
    const auto children = value.children();
    const bool gen_map = value.kind() == Kind::kGenMap;
    for (std::size_t i = 0; i < children.size() && !full(); ++i) {
      if (i > 0)
        out_ += gen_map && i % 2 == 1 ? " -> " : ", ";
      if (value.kind() == Kind::kTextMap)
        out_ += quote(value.keys()[i], max_size_) + " -> ";
      if (value.kind() == Kind::kRecord && value.labels() && !(*value.labels())[i].empty())
        out_ += (*value.labels())[i] + ": ";
      write(children[i], depth);
    }
  }

  std::size_t max_size_;
  std::string out_;
};

} // namespace

std::string to_text(const Value& value, std::size_t max_size) {
  Writer writer(max_size);
  writer.write(value, 0);
  return writer.finish();
}

} // namespace tenon::daml
