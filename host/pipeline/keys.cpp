#include "pipeline/keys.hpp"

#include <algorithm>
#include <initializer_list>

#include "tenon/core/encoding.hpp"

namespace tenon::host::pipeline::keys {

namespace {

Bytes joined(std::initializer_list<BytesView> parts) {
  std::size_t size = 0;
  for (const BytesView part : parts)
    size += part.size();
  Bytes out;
  out.reserve(size + 8);
  for (const BytesView part : parts)
    out.append(part);
  return out;
}

bool is_alphanumeric(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool made_of(std::string_view name, std::size_t max_size, std::string_view others) {
  return !name.empty() && name.size() <= max_size &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
         });
}

} // namespace

Bytes client(std::string_view id) {
  return joined({kClients, id});
}
Bytes client_since(std::string_view id) {
  return joined({"sys/client_since/", id});
}
Bytes party(std::string_view name) {
  return joined({kParties, name});
}
Bytes dedup(std::string_view engine, BytesView dedup_key) {
  return joined({kDedups, engine, "/", dedup_key});
}
Bytes stream(std::string_view client, std::uint64_t hosting_epoch) {
  return joined({kStreams, client, "/", std::to_string(hosting_epoch)});
}
Bytes epoch(std::uint64_t number) {
  Bytes out = joined({"sys/epoch/"});
  append_be64(out, number);
  return out;
}
Bytes handover(std::uint64_t epoch) {
  Bytes out = joined({"sys/handover/"});
  append_be64(out, epoch);
  return out;
}
Bytes operator_log(std::uint64_t sequence) {
  Bytes out = joined({"sys/operator_log/"});
  append_be64(out, sequence);
  return out;
}
Bytes engine_prefix(std::string_view engine) {
  return joined({engine, "/"});
}

Bytes expiry(std::uint64_t time_us, BytesView key) {
  Bytes out = joined({kExpiries});
  append_be64(out, time_us);
  out.append(key);
  return out;
}
Bytes stream_notes(std::string_view client, std::uint64_t height) {
  Bytes out = joined({"sys/notes/", client, "/"});
  append_be64(out, height);
  return out;
}
Bytes stream_proofs(std::string_view client, std::uint64_t height) {
  Bytes out = joined({"sys/proofs/", client, "/"});
  append_be64(out, height);
  return out;
}
Bytes shown_writes(std::uint64_t height) {
  Bytes out = joined({"sys/shown/"});
  append_be64(out, height);
  return out;
}
Bytes transaction(BytesView transaction_id) {
  return joined({"sys/tx/", transaction_id});
}
Bytes events_of(std::string_view party) {
  return joined({"sys/event/", party, "/"});
}
Bytes event(std::string_view party, std::uint64_t offset) {
  Bytes out = events_of(party);
  append_be64(out, offset);
  return out;
}

bool valid_party(std::string_view name) {
  return made_of(name, 255, ":_- ");
}
bool valid_client(std::string_view id) {
  return made_of(id, 63, "._-");
}
bool valid_engine(std::string_view id) {
  return id != kSystemEngine && made_of(id, 32, "_") && id.front() >= 'a' && id.front() <= 'z' &&
         std::none_of(id.begin(), id.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

} // namespace tenon::host::pipeline::keys
