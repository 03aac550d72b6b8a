// DARs that are written: read again they are what they were made of, and the same each time.
#include "archive/write_dar.hpp"

#include <catch2/catch.hpp>

#include "archive/dar.hpp"
#include "sample.hpp"

namespace tenon::daml::archive {
namespace {

Archive archive_of(Bytes payload) {
  std::string id = package_id_of(payload);
  return {std::move(id), std::move(payload)};
}

Archive sample(lf::LanguageVersion version) {
  return archive_of(encode_package(lf::Sample(version).build()).value());
}

TEST_CASE("write_dar: what is written is read again", "[daml][archive][dar]") {
  const Archive main = sample(lf::LanguageVersion::k1_15);
  const std::vector<Archive> others{sample(lf::LanguageVersion::k1_8),
                                    sample(lf::LanguageVersion::k1_6)};
  const Bytes bytes = write_dar("iou-1.0.0", main, others).value();
  const Dar dar = read_dar(bytes, "iou.dar").value();
  CHECK(dar.manifest.name == "iou-1.0.0");
  CHECK(dar.main.name == "iou-1.0.0-" + main.package_id + ".dalf");
  CHECK(dar.main.archive.package_id == main.package_id);
  CHECK((dar.main.archive.payload == main.payload));
  REQUIRE(dar.dependencies.size() == 2);
  for (std::size_t i = 0; i < others.size(); ++i) {
    CHECK(dar.dependencies[i].archive.package_id == others[i].package_id);
    CHECK((dar.dependencies[i].archive.payload == others[i].payload));
  }
  CHECK(decode_dar(dar, "iou.dar").ok());
}

TEST_CASE("write_dar: the same packages give the same bytes", "[daml][archive][dar]") {
  const Archive main = archive_of("main");
  const Bytes once = write_dar("iou-1.0.0", main, {archive_of("other")}).value();
  CHECK((write_dar("iou-1.0.0", main, {archive_of("other")}).value() == once));
  CHECK((write_dar("iou-1.0.1", main, {archive_of("other")}).value() != once));
  // Neither time nor libraries change it: these are the bytes of every machine.
  CHECK(package_id_of(once) ==
        "516a6a6546e9472b587d002832cd2ff0dd88fe8ae8a0a21326aa137325525728");
}

TEST_CASE("write_dar: no line of the manifest has more than 72 bytes", "[daml][archive][dar]") {
  const std::string name(300, 'n');
  const Bytes bytes = write_dar(name, archive_of("main"), {archive_of("other")}).value();
  const std::size_t start = bytes.find("Manifest-Version");
  const std::string manifest = bytes.substr(start, bytes.find("\n\n", start) - start);
  for (std::size_t at = 0; at < manifest.size();) {
    const std::size_t end = std::min(manifest.find('\n', at), manifest.size());
    CHECK(end - at <= 72);
    at = end + 1;
  }
  CHECK(read_dar(bytes, "long.dar").value().manifest.name == name);
}

TEST_CASE("write_dar: names of entries stay in the zip file", "[daml][archive][dar]") {
  const Archive main = archive_of("main");
  const Dar dar = read_dar(write_dar("../a, b/\xc3\xa9-1", main, {}).value(), "x.dar").value();
  CHECK(dar.manifest.name == "../a, b/\xc3\xa9-1");
  CHECK(dar.main.name == ".._a__b___-1-" + main.package_id + ".dalf");
}

TEST_CASE("write_dar: what no reader would take is refused", "[daml][archive][dar]") {
  const Archive main = archive_of("main");
  const auto refused = [&](std::string_view name, const std::vector<Archive>& others) {
    return write_dar(name, main, others).status();
  };
  CHECK(refused("", {}).code() == Code::kInvalidArgument);
  CHECK(refused(" a", {}).code() == Code::kInvalidArgument);
  CHECK(refused("a\nMain-Dalf: b", {}).code() == Code::kInvalidArgument);
  CHECK(refused("\xff", {}).code() == Code::kInvalidArgument);
  CHECK(refused("a", {main}).message() ==
        "package " + main.package_id + ": expected once, found twice");
  CHECK(refused("a", {archive_of("b"), archive_of("b")}).code() == Code::kInvalidArgument);
  const Archive large = archive_of(Bytes(ZipLimits{}.file_size, 'x'));
  CHECK(refused("a", {large}).code() == Code::kResourceExhausted);
  CHECK(write_dar("a", large, {}).status().code() == Code::kResourceExhausted);
  std::vector<Archive> many;
  for (std::size_t i = 0; i < ZipLimits{}.entries - 1; ++i)
    many.push_back({std::to_string(i), ""});
  CHECK(refused("a", many).code() == Code::kResourceExhausted);
}

} // namespace
} // namespace tenon::daml::archive
