// What stands at every crossing of the C border, on either side: no exception gets through, and C++
// results become codes, statuses and sink writes. Header only; any thread.
#pragma once

#include <algorithm>
#include <cstring>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "tenon/abi/base.h"
#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::plugin {

// A static text that needs no memory: out of memory is one of the things that get here.
inline std::int32_t border_fault(tenon_status* out, std::string_view text) noexcept {
  if (out != nullptr) {
    out->code = TENON_INTERNAL;
    out->flags = TENON_STATUS_FAULT;
    out->reserved = 0;
    out->text_size =
        static_cast<std::uint32_t>(std::min<std::size_t>(text.size(), TENON_STATUS_TEXT_CAPACITY));
    std::memcpy(out->text, text.data(), out->text_size);
  }
  return TENON_INTERNAL;
}

// Runs `body`, which returns a Status. An exception is a fault: whoever threw is broken.
template <typename Body> std::int32_t guarded(tenon_status* out, Body&& body) noexcept {
  try {
    return body().to_abi(out);
  } catch (const std::exception& error) {
    try {
      return fault(std::string("an exception reached the plugin border: ") + error.what())
          .to_abi(out);
    } catch (...) {
      return border_fault(out, "an exception reached the plugin border, and memory is exhausted");
    }
  } catch (...) {
    return border_fault(out, "an exception of unknown type reached the plugin border");
  }
}

// For calls that cannot report: an exception ends them, and there is nobody to tell.
template <typename Body> void guarded_void(Body&& body) noexcept {
  try {
    body();
  } catch (...) { // NOLINT(bugprone-empty-catch): see above
  }
}

inline void write_sink(const tenon_sink& sink, BytesView bytes) {
  sink.write(sink.context, to_abi(bytes));
}

// Writes the value to the sink, or passes the failure on.
inline Status write_result(const Result<Bytes>& result, const tenon_sink& sink) {
  if (!result.ok())
    return result.status();
  write_sink(sink, *result);
  return {};
}

// A sink that collects into a byte string.
inline tenon_sink collecting_sink(Bytes& bytes) {
  return {&bytes, [](void* context, tenon_bytes chunk) {
            guarded_void([&] { static_cast<Bytes*>(context)->append(from_abi(chunk)); });
          }};
}

// Calls into the other side and gives its code; what it throws, against the rules, is its fault.
template <typename Call> std::int32_t contained(tenon_status* status, Call&& call) noexcept {
  try {
    return call(status);
  } catch (const std::exception& error) {
    try {
      return fault(std::string("an exception came across the plugin border: ") + error.what())
          .to_abi(status);
    } catch (...) {
      return border_fault(status, "an exception came across the border, and memory is exhausted");
    }
  } catch (...) {
    return border_fault(status, "an exception of unknown type came across the plugin border");
  }
}

// Calls a C function that ends in (…, tenon_status*) and returns what it said.
template <typename Call> Status checked(Call&& call) {
  tenon_status status;
  status.code = 0;
  status.flags = 0;
  status.text_size = 0;
  const std::int32_t code = contained(&status, call);
  return code == TENON_OK ? Status() : Status::from_abi(code, status);
}

// The same for functions that write to a sink: call(sink, status).
template <typename Call> Result<Bytes> collected(Call&& call) {
  Bytes bytes;
  const Status status =
      checked([&](tenon_status* out) { return call(collecting_sink(bytes), out); });
  if (!status.ok())
    return status;
  return bytes;
}

// The same where TENON_NOT_FOUND means "absent", without a text.
template <typename Call> Result<std::optional<Bytes>> collected_optional(Call&& call) {
  Bytes bytes;
  tenon_status status;
  status.code = 0;
  status.flags = 0;
  status.text_size = 0;
  const std::int32_t code =
      contained(&status, [&](tenon_status* out) { return call(collecting_sink(bytes), out); });
  if (code == TENON_OK)
    return std::optional<Bytes>(std::move(bytes));
  if (code == TENON_NOT_FOUND)
    return std::optional<Bytes>();
  return Status::from_abi(code, status);
}

inline std::int32_t optional_to_abi(const Result<std::optional<Bytes>>& result,
                                    const tenon_sink& sink, tenon_status* status) {
  if (!result.ok())
    return result.status().to_abi(status);
  if (!result->has_value())
    return TENON_NOT_FOUND;
  write_sink(sink, **result);
  return TENON_OK;
}

} // namespace tenon::plugin
