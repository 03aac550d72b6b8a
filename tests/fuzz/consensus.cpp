// Whatever bytes a validator sends to another, or stand in its vote log: they must not crash it,
// nor make it hold more than its limits; and as long as signatures are checked, nothing that one
// validator says may halt it. The first byte says whether they are, and how many of the frames are
// records of the log instead.
#include <cstdlib>

#include "unit/consensus/bft/one_core.hpp"

using namespace tenon;
using namespace tenon::consensus::bft;

namespace {

constexpr std::size_t kMostFrames = 64;
constexpr std::size_t kMostBlocks = 300;
constexpr std::size_t kMostProposals = 5;

void require(bool condition) {
  if (!condition)
    std::abort();
}

class AllSignaturesAreRight final : public simulation::Saboteur {
public:
  [[nodiscard]] bool checks_signatures() const override { return false; }
};

// Sender, size of two bytes, frame.
struct Frame {
  ValidatorIndex from = 1;
  Bytes bytes;
};

std::vector<Frame> split(BytesView input) {
  std::vector<Frame> frames;
  while (input.size() >= 3 && frames.size() < kMostFrames) {
    const auto byte = [&input](std::size_t at) { return static_cast<std::uint8_t>(input[at]); };
    const std::size_t size = byte(1) * 256u + byte(2);
    frames.push_back({1 + byte(0) % 3u, Bytes(input.substr(3, size))});
    input.remove_prefix(std::min(input.size(), 3 + size));
  }
  return frames;
}

void serve(const std::vector<Frame>& frames) {
  const auto chain = encode_chain({"", 0, 1, frames.size(), 1u << 20},
                                  [&](Height height) -> Result<std::optional<CommittedBlock>> {
                                    if (height > frames.size())
                                      return std::optional<CommittedBlock>();
                                    const Bytes& bytes = frames[height - 1].bytes;
                                    return std::optional(CommittedBlock{bytes, bytes});
                                  });
  pb::Message message;
  require(!chain || message.ParseFromString(*chain));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  static const AllSignaturesAreRight trusting;
  const bool checked = (data[0] & 1) == 0;
  const std::size_t records = data[0] >> 5;
  std::vector<Frame> frames = split({reinterpret_cast<const char*>(data) + 1, size - 1});
  serve(frames);
  std::vector<Bytes> log;
  for (std::size_t i = 0; i < records && i < frames.size(); ++i)
    log.push_back(frames[i].bytes);
  // Its own log is believed: what somebody else has written there may contradict the ledger.
  const bool may_halt = !checked || !log.empty();
  OneCore one(std::move(log), checked ? nullptr : &trusting);
  for (std::size_t i = records; i < frames.size(); ++i) {
    one.core().receive(replica(frames[i].from), frames[i].bytes, one.now_us());
    one.act();
    one.pass(10'000);
  }
  const Core::Sizes sizes = one.core().sizes();
  require(sizes.blocks <= kMostBlocks);
  require(sizes.proposals <= kMostProposals);
  require(may_halt || !one.halted());
  return 0;
}
