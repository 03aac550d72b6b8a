// Manifests of DARs.
#include "archive/manifest.hpp"

#include <catch2/catch.hpp>

#include "zip_builder.hpp"

namespace tenon::daml::archive {
namespace {

std::string refusal(BytesView bytes, Code code = Code::kInvalidArgument) {
  const Status status = parse_manifest(bytes).status();
  CHECK(status.code() == code);
  return status.message();
}

TEST_CASE("manifest: the main package and the others, in order", "[daml][archive][manifest]") {
  const Manifest manifest = parse_manifest(manifest_of("m.dalf", "b.dalf, m.dalf ,a.dalf")).value();
  CHECK(manifest.main == "m.dalf");
  CHECK(manifest.name == "test-1.0");
  CHECK(manifest.sdk_version == "2.6.5");
  CHECK(manifest.dependencies == std::vector<std::string>{"b.dalf", "a.dalf"});
}

TEST_CASE("manifest: a line goes on after a space, whatever the line ends are",
          "[daml][archive][manifest]") {
  for (const std::string end : {"\r\n", "\n", "\r"}) {
    const std::string text = "Main-Dalf: very/lo" + end + " ng name.dalf" + end +
                             "Dalfs: very/long name.dalf," + end + "  x.d" + end + " alf" + end +
                             "Format: daml-" + end + " lf";
    const Manifest manifest = parse_manifest(text).value();
    CHECK(manifest.main == "very/long name.dalf");
    CHECK(manifest.dependencies == std::vector<std::string>{"x.dalf"});
  }
}

TEST_CASE("manifest: names are the same in any case; what follows an empty line does not count",
          "[daml][archive][manifest]") {
  const Manifest manifest =
      parse_manifest("main-dalf: m\nDALFS: m\nformat: daml-lf\n\nMain-Dalf: n\nnonsense\n").value();
  CHECK(manifest.main == "m");
  CHECK(manifest.dependencies.empty());
}

TEST_CASE("manifest: the refusal names the attribute", "[daml][archive][manifest]") {
  CHECK(refusal("") == "attribute Format: expected \"daml-lf\", found \"\"");
  CHECK(refusal("Format: daml-lf\nDalfs: a\n") == "attribute Main-Dalf: expected it, found none");
  CHECK(refusal("Format: daml-lf\nMain-Dalf: a\n") == "attribute Dalfs: expected it, found none");
  CHECK(refusal("Format: daml-lf\nMain-Dalf: a\nDalfs: a,,b\n") ==
        "attribute Dalfs: expected names of entries, found an empty one");
  CHECK(refusal("Format: daml-lf\nMain-Dalf: a\nDalfs: a, b, a\n") ==
        "attribute Dalfs: expected each entry once, found \"a\" twice");
  CHECK(refusal("Format: jar\nMain-Dalf: a\nDalfs: a\n") ==
        "attribute Format: expected \"daml-lf\", found \"jar\"");
  CHECK(refusal("Format: daml-lf\nMain-Dalf: a\nDalfs: a\nEncryption: rot13\n") ==
        "attribute Encryption: expected \"non-encrypted\", found \"rot13\"");
}

TEST_CASE("manifest: the refusal names the line", "[daml][archive][manifest]") {
  CHECK(refusal(" Format: daml-lf\n") ==
        "line 1: expected an attribute, found \" Format: daml-lf\"");
  CHECK(refusal("Format: daml-lf\nMain-Dalf:a\n") ==
        "line 2: expected a name, a colon, a space and a value, found \"Main-Dalf:a\"");
  CHECK(refusal("Format: daml-lf\nFORMAT: daml-lf\n") ==
        "line 2: expected each attribute once, found \"FORMAT: daml-lf\"");
  CHECK(refusal("\xff\xfe\n") ==
        "line 1: expected a name, a colon, a space and a value, found \"??\"");
}

TEST_CASE("manifest: too much of it is refused", "[daml][archive][manifest][limits]") {
  CHECK(refusal(Bytes(kMaxManifestSize + 1, 'x'), Code::kResourceExhausted) ==
        "manifest: expected at most 1048576 bytes, found 1048577");
  std::string list = "m";
  for (std::size_t i = 0; i < kMaxManifestPackages; ++i)
    list += "," + std::to_string(i);
  CHECK(refusal("Format: daml-lf\nMain-Dalf: m\nDalfs: " + list + "\n", Code::kResourceExhausted) ==
        "attribute Dalfs: expected at most 10000 entries, found more");
}

} // namespace
} // namespace tenon::daml::archive
