#include "services/participant_parts.hpp"

#include <algorithm>

#include "tenon/core/encoding.hpp"
#include "values/fields.hpp"

namespace tenon::daml_api {

namespace {

constexpr char kTokenVersion = '\1';
constexpr std::size_t kPartiesAtOnce = 500;

// Between the two alphabets of RFC 4648: tokens stand in URLs too.
void translate(std::string& text, std::string_view from, std::string_view to) {
  for (char& c : text) {
    if (const auto place = from.find(c); place != std::string_view::npos)
      c = to[place];
  }
}

} // namespace

Outcome require_provider(const ParticipantParts& parts, const std::string& id) {
  TENON_ASSIGN_OR_RETURN(const bool there, parts.store.has_provider(id));
  if (there)
    return {};
  return wrong_argument("identity_provider_id: there is no identity provider \"" + id + "\"");
}

Answer<std::vector<v1::PartyInfo>> known_parties(const ParticipantParts& parts,
                                                 const std::vector<std::string>& names) {
  std::vector<v1::PartyInfo> known;
  for (std::size_t begin = 0; begin < names.size(); begin += kPartiesAtOnce) {
    const std::size_t end = std::min(names.size(), begin + kPartiesAtOnce);
    v1::PartiesRequest request;
    request.set_limit(kPartiesAtOnce);
    for (std::size_t i = begin; i < end; ++i)
      request.add_parties(names[i]);
    TENON_ASSIGN_OR_RETURN(v1::PartiesResponse page, parts.ledger.parties(request));
    for (v1::PartyInfo& info : *page.mutable_parties())
      known.push_back(std::move(info));
  }
  return known;
}

std::string page_token(std::string_view last) {
  std::string token = to_base64(kTokenVersion + std::string(last));
  translate(token, "+/", "-_");
  return token;
}

Answer<std::string> read_page_token(const std::string& token) {
  if (token.empty())
    return std::string();
  std::string text = token;
  translate(text, "-_", "+/");
  const auto bytes = from_base64(text);
  if (!bytes.has_value() || bytes->size() < 2 || bytes->front() != kTokenVersion)
    return wrong_argument("page_token: this is not a token that an earlier page came with");
  return bytes->substr(1);
}

} // namespace tenon::daml_api
