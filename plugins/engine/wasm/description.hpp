// What a contract says about itself: functions, types, events. Read from the contract's `describe`
// export at upload, kept in the state, and used to turn JSON into the bytes that contracts exchange
// and back. Values; any thread. Format: docs/spec/wasm-engine.md.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tenon/core/encoding.hpp"
#include "tenon/core/status.hpp"

namespace tenon::wasm {

struct Type {
  enum class Kind : std::uint8_t {
    kUnit,
    kBool,
    kU8,
    kU16,
    kU32,
    kU64,
    kU128,
    kI32,
    kI64,
    kText,
    kBytes,
    kParty,
    kInstance,
    kList,
    kOption,
    kRecord,
  };
  Kind kind = Kind::kUnit;
  std::shared_ptr<const Type> element; // kList, kOption
  std::string record;                  // kRecord
};

struct Field {
  std::string name;
  Type type;
};
using Fields = std::vector<Field>;

struct Function {
  std::string name;
  Fields arguments;
  Type result;
};

struct EventType {
  std::string name;
  Fields fields;
};

class Description {
public:
  static Result<Description> parse(std::string_view json);

  [[nodiscard]] const Function& init() const { return init_; }
  [[nodiscard]] const std::optional<Function>& migrate() const { return migrate_; }
  // Position and function; nothing when there is none of that name.
  [[nodiscard]] std::optional<std::uint32_t> find_execute(std::string_view name) const;
  [[nodiscard]] std::optional<std::uint32_t> find_query(std::string_view name) const;
  [[nodiscard]] const Function& execute(std::uint32_t index) const { return execute_[index]; }
  [[nodiscard]] const Function& query(std::uint32_t index) const { return query_[index]; }
  [[nodiscard]] const std::vector<EventType>& events() const { return events_; }
  [[nodiscard]] const nlohmann::json& document() const { return document_; }
  // "transfer, mint, approve": for error messages.
  [[nodiscard]] std::string function_names(bool queries) const;

  // JSON object of the fields -> bytes. INVALID_ARGUMENT names the field.
  [[nodiscard]] Result<Bytes> encode(const Fields& fields, const nlohmann::json& object) const;
  // Bytes -> JSON. The bytes come from a contract: what does not fit is the contract's mistake.
  [[nodiscard]] Result<nlohmann::json> decode(const Fields& fields, BytesView bytes) const;
  [[nodiscard]] Result<nlohmann::json> decode(const Type& type, BytesView bytes) const;

private:
  Status encode_value(const Type& type, const nlohmann::json& value, const std::string& where,
                      int depth, Bytes& out) const;
  Status encode_fields(const Fields& fields, const nlohmann::json& object, const std::string& where,
                       int depth, Bytes& out) const;
  Result<nlohmann::json> decode_value(const Type& type, Reader& reader, int depth,
                                      std::size_t& room) const;
  Result<nlohmann::json> decode_fields(const Fields& fields, Reader& reader, int depth,
                                       std::size_t& room) const;

  nlohmann::json document_;
  std::map<std::string, Fields, std::less<>> records_;
  Function init_;
  std::optional<Function> migrate_;
  std::vector<Function> execute_;
  std::vector<Function> query_;
  std::vector<EventType> events_;
};

} // namespace tenon::wasm
