// Commands and requests as the engine takes them in binary form: a byte that no JSON begins with,
// and the message (docs/spec/daml-engine.md). Pure; any thread.
#pragma once

#include <google/protobuf/message_lite.h>
#include <string>

namespace tenon::daml_api {

[[nodiscard]] inline std::string binary_form(const google::protobuf::MessageLite& message) {
  std::string bytes(1, '\0');
  message.AppendToString(&bytes);
  return bytes;
}

} // namespace tenon::daml_api
