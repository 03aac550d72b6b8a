#include "common/http/application.hpp"

namespace tenon::api::http {

std::string media_type(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  std::string type;
  for (const char c : content_type) {
    if (c != ' ' && c != '\t')
      type += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return type;
}

void Application::handle(const RequestHead& head, std::string body, Responder respond) {
  auto admitted = admit(head);
  if (auto* response = std::get_if<Response>(&admitted))
    return respond(std::move(*response));
  auto& admission = std::get<Admission>(admitted);
  if (body.size() > admission.body_limit) {
    return respond(refuse({413, "BODY_TOO_LARGE",
                           "the body is larger than the " + std::to_string(admission.body_limit) +
                               " bytes that are taken here"},
                          head.target));
  }
  admission.answer(std::move(body), std::move(respond));
}

} // namespace tenon::api::http
