// DARs as clients upload them.
#include "archive/dar.hpp"

#include <catch2/catch.hpp>

#include "sample.hpp"
#include "zip_builder.hpp"

namespace tenon::daml::archive {
namespace {

using lf::LanguageVersion;

Bytes payload(LanguageVersion version) {
  return encode_package(lf::value_package(version)).value();
}

TEST_CASE("dar: its packages are read, decoded and written again", "[daml][archive][dar]") {
  const std::vector<Bytes> payloads{
      payload(LanguageVersion::k1_15), payload(LanguageVersion::k1_6),
      encode_package(lf::Sample(LanguageVersion::k1_14).build()).value()};
  const Dar dar = read_dar(make_dar(payloads), "test.dar").value();
  CHECK(dar.manifest.name == "test-1.0");
  CHECK(dar.main.name == "a.dalf");
  CHECK(dar.main.archive.payload == payloads[0]);
  REQUIRE(dar.dependencies.size() == 2);
  CHECK(dar.dependencies[0].name == "b.dalf");
  CHECK(dar.dependencies[1].archive.package_id == package_id_of(payloads[2]));
  const std::vector<lf::Package> packages = decode_dar(dar, "test.dar").value();
  REQUIRE(packages.size() == 3);
  for (std::size_t i = 0; i < packages.size(); ++i) {
    CHECK(packages[i].id() == package_id_of(payloads[i]));
    CHECK(encode_package(packages[i]).value() == payloads[i]);
  }
}

TEST_CASE("dar: a refusal begins with the file and names the entry", "[daml][archive][dar]") {
  const Bytes archive = write_archive(payload(LanguageVersion::k1_15));
  const std::string manifest = "META-INF/MANIFEST.MF";
  SECTION("no manifest") {
    CHECK(
        read_dar(make_zip({{.name = "a.dalf", .content = archive}}), "x.dar").status().message() ==
        "x.dar: entry \"META-INF/MANIFEST.MF\": expected in the file, found no such entry");
  }
  SECTION("a manifest that says nothing") {
    CHECK(read_dar(make_zip({{.name = manifest, .content = "\n"}}), "x.dar").status().message() ==
          "x.dar: META-INF/MANIFEST.MF: attribute Format: expected \"daml-lf\", found \"\"");
  }
  SECTION("a package that is not there") {
    const Bytes dar = make_zip({{.name = manifest, .content = manifest_of("a.dalf", "a.dalf")}});
    CHECK(read_dar(dar, "x.dar").status().message() ==
          "x.dar: entry \"a.dalf\": expected in the file, found no such entry");
  }
  SECTION("an entry that is no archive, such as a DAR") {
    const Bytes inner = make_dar({payload(LanguageVersion::k1_15)});
    const Bytes dar = make_zip({{.name = manifest, .content = manifest_of("a.dalf", "a.dalf")},
                                {.name = "a.dalf", .content = inner}});
    const Status status = read_dar(dar, "x.dar").status();
    CHECK(status.code() == Code::kInvalidArgument);
    CHECK_THAT(status.message(), Catch::StartsWith("x.dar: entry \"a.dalf\": Archive at byte 0: "));
  }
  SECTION("a package of a version that is not supported") {
    const Bytes dar = make_dar({payload(LanguageVersion::k1_15), "\x12\x01x\x1a\x03"
                                                                 "dev"});
    const Dar read = read_dar(dar, "x.dar").value();
    const Status status = decode_dar(read, "x.dar").status();
    CHECK(status.code() == Code::kUnimplemented);
    CHECK(status.message() ==
          "x.dar: entry \"b.dalf\": package " + read.dependencies[0].archive.package_id +
              ": language version: expected one of 1.6-1.8, 1.11-1.15 and 1.17, found 1.dev");
  }
}

TEST_CASE("dar: who asks is told which part was being read", "[daml][archive][dar]") {
  const Bytes archive = write_archive(payload(LanguageVersion::k1_15));
  const std::string manifest = manifest_of("a.dalf", "a.dalf");
  const auto failed_at = [](const Bytes& dar) {
    auto part = DarPart::kPackage;
    CHECK_FALSE(read_dar(dar, "x.dar", {}, &part).ok());
    return part;
  };
  CHECK(failed_at("") == DarPart::kManifest);
  CHECK(failed_at(make_zip({{.name = "a.dalf", .content = archive}})) == DarPart::kManifest);
  CHECK(failed_at(make_zip({{.name = "META-INF/MANIFEST.MF", .content = manifest}})) ==
        DarPart::kEntry);
  CHECK(failed_at(make_zip({{.name = "META-INF/MANIFEST.MF", .content = manifest},
                            {.name = "a.dalf", .content = "x"}})) == DarPart::kPackage);
}

TEST_CASE("dar: entries that the manifest does not name are left alone", "[daml][archive][dar]") {
  const Bytes archive = write_archive(payload(LanguageVersion::k1_15));
  const Bytes dar =
      make_zip({{.name = "META-INF/MANIFEST.MF", .content = manifest_of("a.dalf", "a.dalf")},
                {.name = "a.dalf", .content = archive},
                {.name = "source.daml", .content = "x", .check_sum = 1},
                {.name = "bomb", .content = Bytes(std::size_t{20} << 20, '\0')}});
  CHECK(read_dar(dar, "x.dar").ok());
}

TEST_CASE("dar: a main package that is not in the list is read all the same",
          "[daml][archive][dar]") {
  const Bytes archive = write_archive(payload(LanguageVersion::k1_15));
  const Bytes dar =
      make_zip({{.name = "META-INF/MANIFEST.MF", .content = manifest_of("a.dalf", "b.dalf")},
                {.name = "a.dalf", .content = archive},
                {.name = "b.dalf", .content = archive}});
  const Dar read = read_dar(dar, "x.dar").value();
  CHECK(read.main.name == "a.dalf");
  REQUIRE(read.dependencies.size() == 1);
  CHECK(read.dependencies[0].archive.package_id == read.main.archive.package_id);
}

} // namespace
} // namespace tenon::daml::archive
