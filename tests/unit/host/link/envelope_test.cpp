// The shape of the link's frames, and what is none.
#include <catch2/catch.hpp>

#include "fakes.hpp"

namespace tenon::host::link::test {

namespace {

const std::string kVarintIdOne = {8, 1};

std::string sentence_of(const Result<Envelope>& envelope) {
  return envelope.ok() ? "" : envelope.status().message();
}

} // namespace

TEST_CASE("link: a frame is opened as the decoder of its message would", "[link][wire]") {
  const Bytes batch = encoded(batch_request("transactions"), 300);
  const auto opened = open_request(batch);
  REQUIRE(opened.ok());
  CHECK(opened->id == 300);
  CHECK(kind_of(*opened) == Kind::kBatch);
  CHECK(opened->content == "transactions");

  const Bytes stream_frame = encoded(stream_request(7, 8, 9), 1);
  const auto stream = open_request(stream_frame);
  REQUIRE(stream.ok());
  const auto wanted = read_stream(*stream);
  REQUIRE(wanted.ok());
  CHECK(wanted->after_height() == 7);
  CHECK(wanted->wait_ms() == 8);
  CHECK(wanted->max_bytes() == 9);

  const Bytes proof_frame = encoded(proof_request("key"), 2);
  const auto proof = open_request(proof_frame);
  REQUIRE(proof.ok());
  CHECK(read_proof(*proof)->keys().keys(0) == "key");
}

TEST_CASE("link: fields of later versions are passed over", "[link][wire]") {
  // Fields 15 (varint), 16 (bytes), 17 (fixed64), 18 (fixed32).
  const std::string later = {0x78, 5, static_cast<char>(0x82), 1, 2, 'h', 'i',
                             static_cast<char>(0x89), 1, 1, 2, 3, 4, 5, 6, 7, 8,
                             static_cast<char>(0x95), 1, 1, 2, 3, 4};
  const Bytes frame = later + encoded(batch_request("b"), 4) + later;
  const auto opened = open_request(frame);
  REQUIRE(opened.ok());
  CHECK(opened->id == 4);
  CHECK(opened->content == "b");
  const Bytes of_later_kind = kVarintIdOne + later;
  CHECK(open_request(of_later_kind).ok());
  CHECK_FALSE(kind_of(*open_request(of_later_kind)).has_value());
}

TEST_CASE("link: what is no message is refused with what is wrong", "[link][wire]") {
  const Bytes batch = encoded(batch_request("b"), 4);
  CHECK(sentence_of(open_request("")) == "a message has no id");
  CHECK(sentence_of(open_request(encoded(batch_request("b"), 0))) == "a message has no id");
  CHECK(sentence_of(open_request(kVarintIdOne + batch)) == "a message has two ids");
  CHECK(sentence_of(open_request(batch + encoded(stream_request(1, 1), 0))) ==
        "a message has two contents");
  for (std::size_t size = 1; size < batch.size(); ++size)
    CHECK((open_request(batch.substr(0, size)).ok() == (size == 2)));
  // A size beyond the end, a wrong wire type, a group, field 0, an endless varint, a size and a tag
  // of more than 32 bits.
  for (const std::string& tail :
       {std::string{0x12, 127}, std::string{0x10, 1}, std::string{0x7b, 0x7c}, std::string{0, 0},
        std::string(12, static_cast<char>(0xff)), std::string{0x12, -1, -1, -1, -1, 15},
        std::string{0x12, -128, -128, -128, -128, -128, 0},
        std::string{0x12 | -128, -128, -128, -128, -128, 0, 0}}) {
    CHECK(sentence_of(open_request(kVarintIdOne + tail)).find("cannot be taken apart") !=
          std::string::npos);
  }
}

TEST_CASE("link: an answer has to fit the question", "[link][wire]") {
  pb::Answer page;
  page.set_id(3);
  *page.mutable_page() = page_at(9);
  const Bytes frame = page.SerializeAsString();
  const Envelope envelope = *open_answer(frame);
  const auto read = read_answer(envelope, Kind::kStream);
  REQUIRE(read.ok());
  CHECK(read->SerializeAsString() == frame);
  CHECK(read_answer(envelope, Kind::kProof).status().message() ==
        "a request of kind proof was answered with field 4");
  CHECK_FALSE(read_answer(envelope, Kind::kBatch).ok());

  for (const std::uint32_t code : {0U, 17U, UINT32_MAX}) {
    pb::Answer refused;
    refused.set_id(1);
    refused.mutable_refusal()->set_code(code);
    refused.mutable_refusal()->set_message("no");
    const Bytes bytes = refused.SerializeAsString();
    CHECK_FALSE(read_answer(*open_answer(bytes), Kind::kBatch).ok());
  }
  const Envelope broken{1, pb::Answer::kPageFieldNumber, "\xff\xff"};
  CHECK(read_answer(broken, Kind::kStream).status().message().find("cannot be decoded") !=
        std::string::npos);
}

TEST_CASE("link: an answer that would fill the memory is refused before it is parsed",
          "[link][wire]") {
  const auto refused = [](const Bytes& content, std::uint32_t field, Kind kind) {
    return read_answer({1, field, content}, kind).status().message();
  };
  // Two bytes each: a block, a group of a block, a link; an item of the state; a key of a proof.
  Bytes page;
  for (std::size_t i = 0; i < 1u << 20; ++i)
    page.append({0x0a, 0x00});
  CHECK(refused(page, pb::Answer::kPageFieldNumber, Kind::kStream).find("so many parts") !=
        std::string::npos);
  CHECK(refused(page, pb::Answer::kStateFieldNumber, Kind::kState).find("so many parts") !=
        std::string::npos);
  Bytes keys;
  for (std::size_t i = 0; i < 1u << 20; ++i)
    keys.append({0x42, 0x00});
  CHECK(refused(keys, pb::Answer::kProofFieldNumber, Kind::kProof).find("so many parts") !=
        std::string::npos);
  v1::StreamPage deep;
  for (int i = 0; i < 1 << 17; ++i)
    deep.add_blocks()->add_groups()->add_events();
  CHECK(refused(deep.SerializeAsString(), pb::Answer::kPageFieldNumber, Kind::kStream)
            .find("so many parts") != std::string::npos);
  // A page of a ledger whose transactions are as small, and have as many readers, as they get.
  v1::StreamPage honest;
  for (int i = 0; i < 400; ++i) {
    v1::StreamBlock& block = *honest.add_blocks();
    block.set_header(Bytes(300, 'h'));
    block.set_result_header(Bytes(200, 'r'));
    for (int j = 0; j < 10; ++j) {
      v1::StreamGroup& group = *block.add_groups();
      group.set_transaction_id(Bytes(32, 'i'));
      v1::Event& event = *group.add_events()->mutable_event();
      event.set_engine("e");
      event.set_salt(Bytes(32, 's'));
      for (char reader = 'a'; reader <= 'z'; ++reader)
        event.add_readers(std::string(1, reader));
      block.add_writes()->set_key("k");
    }
  }
  CHECK(refused(honest.SerializeAsString(), pb::Answer::kPageFieldNumber, Kind::kStream).empty());
}

TEST_CASE("link: a refusal carries the failure, cut and in UTF-8, and no faults", "[link][wire]") {
  const Status there(Code::kNotFound, "no such party");
  CHECK(refused(refusal(1, there).refusal()).to_string() == there.to_string());
  const std::string text = refusal(1, not_found(std::string(5000, '\xff'))).refusal().message();
  CHECK(text == std::string(kMostRefusalTextBytes, '?'));
  const Status fault = refused(refusal(1, data_loss("a path of the replica")).refusal());
  CHECK(fault.code() == Code::kDataLoss);
  CHECK_FALSE(fault.fault());
  CHECK(fault.message().find("path") == std::string::npos);
}

} // namespace tenon::host::link::test
