// Values as clients write them, for binary commands and requests of tests.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "tenon/core/bytes.hpp"
#include "tenon/daml/engine/v1/engine.pb.h"
#include "tenon/daml/v1/value.pb.h"

namespace tenon::daml::engine::test {

using ClientValue = daml::v1::Value;
using ClientField = std::pair<std::string, ClientValue>; // the label may be ""

inline ClientValue party(const std::string& name) {
  ClientValue value;
  value.set_party(name);
  return value;
}
inline ClientValue number(std::int64_t content) {
  ClientValue value;
  value.set_int64(content);
  return value;
}
inline ClientValue text(const std::string& content) {
  ClientValue value;
  value.set_text(content);
  return value;
}
inline ClientValue numeric(const std::string& digits) {
  ClientValue value;
  value.set_numeric(digits);
  return value;
}
inline ClientValue none() {
  ClientValue value;
  value.mutable_optional();
  return value;
}
inline ClientValue some(const ClientValue& inner) {
  ClientValue value;
  *value.mutable_optional()->mutable_value() = inner;
  return value;
}
inline ClientValue record(std::initializer_list<ClientField> fields) {
  ClientValue value;
  value.mutable_record();
  for (const auto& [label, content] : fields) {
    daml::v1::Field& field = *value.mutable_record()->add_fields();
    field.set_label(label);
    *field.mutable_value() = content;
  }
  return value;
}

// Of one command.
inline v1::CommandRequest create(const std::string& type, const ClientValue& argument) {
  v1::CommandRequest request;
  v1::Command& command = *request.mutable_commands()->add_commands();
  command.set_form(v1::Command::FORM_CREATE);
  command.set_type(type);
  command.set_argument(argument.SerializeAsString());
  return request;
}
inline v1::CommandRequest exercise(const std::string& type, const Bytes& contract_id,
                                   const std::string& choice, const ClientValue& argument) {
  v1::CommandRequest request;
  v1::Command& command = *request.mutable_commands()->add_commands();
  command.set_form(v1::Command::FORM_EXERCISE);
  command.set_type(type);
  command.set_contract_id(contract_id);
  command.set_choice(choice);
  command.set_argument(argument.SerializeAsString());
  return request;
}
inline v1::CommandRequest exercise_by_key(const std::string& type, const ClientValue& key,
                                          const std::string& choice,
                                          const ClientValue& argument) {
  v1::CommandRequest request;
  v1::Command& command = *request.mutable_commands()->add_commands();
  command.set_form(v1::Command::FORM_EXERCISE_BY_KEY);
  command.set_type(type);
  command.set_key(key.SerializeAsString());
  command.set_choice(choice);
  command.set_argument(argument.SerializeAsString());
  return request;
}

inline ClientValue iou_value(const std::string& owner, std::int64_t serial,
                             const std::string& amount = "100.0") {
  return record({{"issuer", party("bank")},
                 {"owner", party(owner)},
                 {"number", number(serial)},
                 {"currency", text("EUR")},
                 {"amount", numeric(amount)}});
}

} // namespace tenon::daml::engine::test
