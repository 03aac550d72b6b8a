#include <algorithm>

#include "json/contracts.hpp"
#include "json/members.hpp"
#include "json/stream.hpp"
#include "json/type_names.hpp"
#include "json/value_json.hpp"
#include "json/value_match.hpp"

namespace tenon::daml_api::json {

namespace {

using api::Json;

constexpr std::size_t kMaxKeys = 1000;

struct WantedKey {
  std::string name; // of the template, as given
  std::string template_id;
  Json key;
  // Nothing: not said. Empty: there was none.
  std::optional<std::string> contract_at_offset;
};

class KeyStream final : public StreamRequest {
public:
  KeyStream(const Parts& parts, std::vector<WantedKey> keys, std::vector<std::string> unknown,
            std::vector<std::string> parties, std::optional<std::uint64_t> offset)
      : parts_(parts), keys_(std::move(keys)), unknown_(std::move(unknown)),
        parties_(std::move(parties)), offset_(offset) {
    index::Interest::Templates templates;
    knows_all_ = true;
    for (const WantedKey& key : keys_) {
      templates.insert(key.template_id);
      if (key.contract_at_offset && !key.contract_at_offset->empty())
        shown_.insert(*key.contract_at_offset);
      // Without an offset nothing was shown before.
      knows_all_ = knows_all_ && (!offset_ || key.contract_at_offset.has_value());
    }
    interest_ = interest_in(parties_, templates);
  }

  const index::Interest& interest() const override { return interest_; }
  const std::string& interface() const override { return no_interface_; }
  const std::vector<std::string>& unknown() const override { return unknown_; }
  bool wants_active() const override { return !offset_; }

  // One of the keys at a time.
  Read<Found> next_active(std::uint64_t at, std::uint64_t) override {
    Found found;
    while (found.empty() && next_key_ < keys_.size()) {
      const WantedKey& key = keys_[next_key_++];
      const auto id = find_by_key(parts_, key.template_id, key.key, parties_);
      // A key that the template has not is that of no contract.
      if (!id.ok() && id.status().status() >= 500)
        return id.status();
      if (!id.ok() || !*id)
        continue;
      TENON_ASSIGN_OR_RETURN(auto contract, find_contract(parts_.index, **id, parties_));
      // What came later is told with what is new.
      if (contract && contract->offset <= at && !shown_.contains(**id))
        found.push_back(*std::move(contract));
    }
    return found;
  }

  std::uint64_t live_after(std::optional<std::uint64_t> active_at) override {
    return offset_.value_or(active_at.value_or(0));
  }

  Read<std::optional<Match>> match(const index::IndexedEvent& created, BytesView,
                                   std::optional<std::uint64_t>) override {
    const std::string& bytes = created.event->created().key();
    if (bytes.empty())
      return std::optional<Match>();
    TENON_ASSIGN_OR_RETURN(const auto value, parse_value(BytesView(bytes)));
    for (const WantedKey& key : keys_) {
      if (key.template_id == created.template_id() && is_equal(value, key.key))
        return std::optional<Match>(Match());
    }
    return std::optional<Match>();
  }

  bool shows_archive(const std::string& contract_id) override {
    return shown_.erase(contract_id) > 0 || !knows_all_;
  }
  void shown(const std::string& contract_id) override { shown_.insert(contract_id); }

private:
  const Parts& parts_;
  const std::vector<WantedKey> keys_;
  const std::vector<std::string> unknown_;
  const std::vector<std::string> parties_;
  const std::optional<std::uint64_t> offset_;
  const std::string no_interface_;
  index::Interest interest_;
  std::size_t next_key_ = 0;
  std::set<std::string> shown_; // by contract id, and not archived since
  bool knows_all_ = true;       // of what the client was shown: no end of another is told
};

Read<WantedKey> read_key(const Json& json, bool resumes) {
  TENON_ASSIGN_OR_RETURN(const Members members, Members::of(json));
  if (auto refusal = members.only({"templateId", "key", "contractIdAtOffset"}))
    return *std::move(refusal);
  WantedKey key;
  TENON_ASSIGN_OR_RETURN(key.name, members.text("templateId"));
  TENON_ASSIGN_OR_RETURN(const Json* const value, members.required("key"));
  key.key = *value;
  const auto at_offset = json.find("contractIdAtOffset");
  if (at_offset == json.end())
    return key;
  if (!resumes)
    return bad_request("\"contractIdAtOffset\" is for streams that go on from an offset");
  if (at_offset->is_null())
    key.contract_at_offset = std::string();
  else if (at_offset->is_string())
    key.contract_at_offset = at_offset->get<std::string>();
  else
    return bad_request("\"contractIdAtOffset\": expected a contract id or null");
  return key;
}

Read<std::vector<WantedKey>> read_all(const Json& request, bool resumes) {
  if (!request.is_array() || request.empty() || request.size() > kMaxKeys) {
    return bad_request("expected a list of 1 to " + std::to_string(kMaxKeys) +
                       " of {\"templateId\": …, \"key\": …}");
  }
  std::vector<WantedKey> keys;
  for (const Json& item : request) {
    TENON_ASSIGN_OR_RETURN(WantedKey key, read_key(item, resumes));
    keys.push_back(std::move(key));
  }
  return keys;
}

} // namespace

Read<std::unique_ptr<StreamRequest>> read_key_stream(const Parts& parts, const Bearer& bearer,
                                                     const Json& request,
                                                     std::optional<std::uint64_t> offset) {
  TENON_ASSIGN_OR_RETURN(std::vector<WantedKey> asked, read_all(request, offset.has_value()));
  std::vector<std::string> names;
  for (const WantedKey& key : asked)
    names.push_back(key.name);
  TENON_ASSIGN_OR_RETURN(const auto types, find_types(parts.engine, names));
  std::vector<WantedKey> keys;
  std::set<std::string> unknown;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (!types[i] || types[i]->is_interface) {
      unknown.insert(asked[i].name);
      continue;
    }
    asked[i].template_id = types[i]->id;
    keys.push_back(std::move(asked[i]));
  }
  if (keys.empty())
    return bad_request(kNoTypeResolved);
  return std::unique_ptr<StreamRequest>(std::make_unique<KeyStream>(
      parts, std::move(keys), std::vector<std::string>(unknown.begin(), unknown.end()),
      bearer.parties(), offset));
}

} // namespace tenon::daml_api::json
