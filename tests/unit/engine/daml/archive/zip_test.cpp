// Zip files that somebody sent: what is read, and each bound on it.
#include "archive/zip.hpp"

#include <catch2/catch.hpp>

#include "zip_builder.hpp"

namespace tenon::daml::archive {
namespace {

Status open_status(BytesView bytes, const ZipLimits& limits = {}) {
  return Zip::open(bytes, limits).status();
}

Result<Bytes> read_one(const ZipEntry& entry, const ZipLimits& limits = {}) {
  const Bytes bytes = make_zip({entry});
  Zip zip = Zip::open(bytes, limits).value();
  return zip.read(entry.name);
}

TEST_CASE("zip: entries are read by name, stored or deflated", "[daml][archive][zip]") {
  const Bytes large(100'000, 'x');
  const Bytes bytes = make_zip({{.name = "a/b", .content = "hello"},
                                {.name = "c", .content = large, .deflated = false},
                                {.name = "empty", .content = ""}});
  Zip zip = Zip::open(bytes, {}).value();
  CHECK(zip.has("a/b"));
  CHECK_FALSE(zip.has("a"));
  CHECK(zip.read("a/b").value() == "hello");
  CHECK(zip.read("c").value() == large);
  CHECK(zip.read("empty").value().empty());
  CHECK(zip.read("d").status().code() == Code::kNotFound);
  CHECK(zip.read("d").status().message() ==
        "entry \"d\": expected in the file, found no such entry");
}

TEST_CASE("zip: what is none is refused", "[daml][archive][zip]") {
  for (const BytesView bytes : {BytesView(), BytesView("PK"), BytesView("PK\5\6", 4),
                                BytesView("some text that is no zip file at all")}) {
    const Status status = open_status(bytes);
    CHECK(status.code() == Code::kInvalidArgument);
    CHECK_THAT(status.message(), Catch::StartsWith("expected a zip file, found: "));
  }
}

TEST_CASE("zip: an entry that is there twice is refused", "[daml][archive][zip]") {
  const Bytes bytes = make_zip({{.name = "a", .content = "1"}, {.name = "a", .content = "2"}});
  CHECK(open_status(bytes).message() == "entry \"a\": expected once, found twice");
}

TEST_CASE("zip: each limit is told by name", "[daml][archive][zip][limits]") {
  const ZipEntry entry{.name = "entry", .content = Bytes(1000, 'x')};
  const Bytes bytes = make_zip({entry, {.name = "other", .content = Bytes(1000, 'y')}});
  ZipLimits limits;
  SECTION("bytes of the file") {
    limits.file_size = bytes.size() - 1;
    const Status status = open_status(bytes, limits);
    CHECK(status.code() == Code::kResourceExhausted);
    CHECK_THAT(status.message(), Catch::StartsWith("bytes of the file: expected at most "));
    limits.file_size = bytes.size();
    CHECK(open_status(bytes, limits).ok());
  }
  SECTION("entries") {
    limits.entries = 1;
    CHECK(open_status(bytes, limits).message() == "entries: expected at most 1, found 2");
  }
  SECTION("names") {
    limits.entry_name_size = 4;
    CHECK(open_status(bytes, limits).message() ==
          "bytes of an entry's name: expected at most 4, found 5");
  }
  SECTION("bytes of an entry") {
    limits.entry_size = 999;
    CHECK(read_one(entry, limits).status().message() ==
          "entry \"entry\": bytes expanded: expected at most 999, found 1000");
  }
  SECTION("bytes of all entries") {
    limits.total_size = 1999;
    Zip zip = Zip::open(bytes, limits).value();
    CHECK(zip.read("entry").ok());
    const Status status = zip.read("other").status();
    CHECK(status.code() == Code::kResourceExhausted);
    CHECK(status.message() ==
          "entry \"other\": bytes of all entries expanded: expected at most 1999, found 2000");
  }
}

TEST_CASE("zip: an entry that expands too well is refused before it is expanded",
          "[daml][archive][zip][limits]") {
  const ZipEntry bomb{.name = "bomb", .content = Bytes(std::size_t{20} << 20, '\0')};
  const Status status = read_one(bomb).status();
  CHECK(status.code() == Code::kResourceExhausted);
  CHECK_THAT(status.message(), Catch::StartsWith("entry \"bomb\": bytes expanded from "));
  const ZipEntry small{.name = "small", .content = Bytes(std::size_t{1} << 20, '\0')};
  CHECK(read_one(small).ok()); // as well, but who cares
}

TEST_CASE("zip: an entry whose size is a lie is refused", "[daml][archive][zip]") {
  const Bytes content(1000, 'x');
  const Status more = read_one({.name = "e", .content = content, .size = 999}).status();
  CHECK(more.code() == Code::kInvalidArgument);
  const Status fewer = read_one({.name = "e", .content = content, .size = 1001}).status();
  CHECK(fewer.code() == Code::kInvalidArgument);
}

TEST_CASE("zip: an entry with a wrong check sum, encrypted or in an unknown form is refused",
          "[daml][archive][zip]") {
  const Bytes content(1000, 'x');
  CHECK(read_one({.name = "e", .content = content, .check_sum = 1}).status().message() ==
        "entry \"e\": expected an entry that can be expanded, found: CRC error");
  CHECK(read_one({.name = "e", .content = content, .flags = 1}).status().message() ==
        "entry \"e\": expected no encryption, found some");
  CHECK_FALSE(read_one({.name = "e", .content = content, .method = 97}).ok());
}

} // namespace
} // namespace tenon::daml::archive
