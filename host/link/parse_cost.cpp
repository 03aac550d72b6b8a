#include "link/parse_cost.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string>

#include "link/limits.hpp"

namespace tenon::host::link {

namespace {

// One that is not empty, with what the allocator adds to it.
constexpr std::uint64_t kStringBytes = sizeof(std::string) + 16;
constexpr std::uint64_t kObjectExtraBytes = 16;
constexpr std::uint64_t kPlaceBytes = sizeof(void*); // in a repeated field
// So that an answer of a few bytes is not judged by its factor.
constexpr std::uint64_t kAlwaysBytes = 64u << 10;

struct Shape;
struct Field {
  std::uint32_t number = 0;
  const Shape* message = nullptr;
};
// Only the fields that are messages; every other field with a size is a string.
struct Shape {
  std::uint64_t object_bytes = 0;
  std::span<const Field> messages;
};
template <typename Message>
constexpr Shape shape_of(std::span<const Field> messages = {}) {
  return {sizeof(Message) + kObjectExtraBytes, messages};
}

constexpr Shape kLeaf = {96 + kObjectExtraBytes, {}}; // Outcome, Event, KeyProof … at most
static_assert(sizeof(v1::Outcome) <= 96 && sizeof(v1::Event) <= 96 && sizeof(v1::KeyProof) <= 96 &&
              sizeof(v1::Validator) <= 96 && sizeof(v1::StateItem) <= 96 &&
              sizeof(v1::StreamWrite) <= 96 && sizeof(v1::StreamLink) <= 96);

constexpr Field kStreamEventFields[] = {{v1::StreamEvent::kEventFieldNumber, &kLeaf}};
constexpr Shape kStreamEvent = shape_of<v1::StreamEvent>(kStreamEventFields);
constexpr Field kGroupFields[] = {{v1::StreamGroup::kOutcomeFieldNumber, &kLeaf},
                                  {v1::StreamGroup::kEventsFieldNumber, &kStreamEvent}};
constexpr Shape kGroup = shape_of<v1::StreamGroup>(kGroupFields);
constexpr Field kBlockFields[] = {{v1::StreamBlock::kGroupsFieldNumber, &kGroup},
                                  {v1::StreamBlock::kWritesFieldNumber, &kLeaf}};
constexpr Shape kBlock = shape_of<v1::StreamBlock>(kBlockFields);
constexpr Field kValidatorsFields[] = {{v1::ValidatorSet::kValidatorsFieldNumber, &kLeaf}};
constexpr Shape kValidators = shape_of<v1::ValidatorSet>(kValidatorsFields);
constexpr Field kPageFields[] = {{v1::StreamPage::kBlocksFieldNumber, &kBlock},
                                 {v1::StreamPage::kLinksFieldNumber, &kLeaf},
                                 {v1::StreamPage::kClientFieldNumber, &kLeaf},
                                 {v1::StreamPage::kStreamsFieldNumber, &kLeaf},
                                 {v1::StreamPage::kNextFieldNumber, &kValidators}};
constexpr Shape kPage = shape_of<v1::StreamPage>(kPageFields);

constexpr Field kHandoverFields[] = {{v1::EpochHandover::kNextFieldNumber, &kValidators}};
constexpr Shape kHandover = shape_of<v1::EpochHandover>(kHandoverFields);
constexpr Field kProofFields[] = {{v1::LedgerProof::kValidatorsFieldNumber, &kValidators},
                                  {v1::LedgerProof::kKeysFieldNumber, &kLeaf},
                                  {v1::LedgerProof::kHandoversFieldNumber, &kHandover}};
constexpr Shape kProof = shape_of<v1::LedgerProof>(kProofFields);

constexpr Field kStateFields[] = {{v1::StatePart::kItemsFieldNumber, &kLeaf}};
constexpr Shape kState = shape_of<v1::StatePart>(kStateFields);

const Shape& shape_of_answer(Kind kind) {
  switch (kind) {
  case Kind::kBatch: return kLeaf;
  case Kind::kStream: return kPage;
  case Kind::kProof: return kProof;
  case Kind::kState: return kState;
  }
  return kLeaf;
}

std::optional<std::uint64_t> take_varint(BytesView& in) {
  std::uint64_t number = 0;
  for (std::uint32_t i = 0; i < 10 && !in.empty(); ++i) {
    const auto byte = static_cast<std::uint8_t>(in.front());
    in.remove_prefix(1);
    number |= std::uint64_t{byte & 0x7fU} << (7 * i);
    if ((byte & 0x80U) == 0)
      return number;
  }
  return std::nullopt;
}

bool skip_fixed(BytesView& in, std::size_t size) {
  if (in.size() < size)
    return false;
  in.remove_prefix(size);
  return true;
}

// Walks a message without making it. Ends early, above the bound, or with nothing where it is none.
class Cost {
public:
  explicit Cost(std::uint64_t most) : most_(most) {}

  // False: it is no message.
  bool add(BytesView in, const Shape& shape) { // NOLINT(misc-no-recursion): as deep as the shapes
    bytes_ += shape.object_bytes + kPlaceBytes;
    while (!in.empty() && bytes_ <= most_) {
      const auto tag = take_varint(in);
      if (!tag || *tag >> 3 == 0)
        return false;
      if (!add_field(in, *tag, shape))
        return false;
    }
    return true;
  }
  [[nodiscard]] bool is_too_much() const { return bytes_ > most_; }

private:
  bool add_field(BytesView& in, std::uint64_t tag, // NOLINT(misc-no-recursion)
                 const Shape& shape) {
    switch (tag & 7) {
    case 0: return take_varint(in).has_value();
    case 1: return skip_fixed(in, 8);
    case 5: return skip_fixed(in, 4);
    case 2: break;
    default: return false;
    }
    const auto size = take_varint(in);
    if (!size || *size > in.size())
      return false;
    const BytesView content = in.substr(0, *size);
    in.remove_prefix(*size);
    const auto message = std::ranges::find(shape.messages, tag >> 3, &Field::number);
    if (message != shape.messages.end())
      return add(content, *message->message);
    bytes_ += kStringBytes + kPlaceBytes + content.size();
    return true;
  }

  std::uint64_t most_;
  std::uint64_t bytes_ = 0;
};

} // namespace

Status check_parse_cost(BytesView content, Kind kind) {
  const std::uint64_t most = std::min<std::uint64_t>(
      kMostParsedBytes, kAlwaysBytes + kMostParsedFactor * content.size());
  Cost cost(most);
  if (!cost.add(content, shape_of_answer(kind))) {
    return invalid_argument("an answer of kind " + std::string(kind_name(kind)) + " and " +
                            std::to_string(content.size()) + " bytes cannot be decoded");
  }
  if (cost.is_too_much()) {
    return invalid_argument("an answer of kind " + std::string(kind_name(kind)) + " and " +
                            std::to_string(content.size()) + " bytes is made of so many parts " +
                            "that it would take more than " + std::to_string(most) +
                            " bytes of memory");
  }
  return {};
}

} // namespace tenon::host::link
