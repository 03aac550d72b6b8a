// Checks the place at which a client may begin its stream anew (docs/spec/streams.md): a certified
// block, to which handovers lead from the validators that the client trusts, and what the state
// after it says of the client. With nothing but the page of one replica. Pure; any thread.
#pragma once

#include "tenon/wire/stream_page.hpp"

namespace tenon::wire {

struct StreamStart {
  StreamedBlock block;
  v1::ValidatorSet certified_by;
  v1::ValidatorSet next; // who certifies what follows
};

// Above the cursor. The failure's message says what is wrong; no honest replica sends such a page.
[[nodiscard]] Result<StreamStart> verify_stream_start(const v1::StreamPage& page,
                                                      const StreamCursor& cursor);

} // namespace tenon::wire
