// Annotations, versions and update masks.
#include <catch2/catch.hpp>

#include "errors/codes.hpp"
#include "services/object_meta.hpp"

using namespace tenon;
using namespace tenon::daml_api;
using com::daml::ledger::api::v1::admin::ObjectMeta;

namespace {

bool takes(const std::string& key, const std::string& value = "v",
           EmptyValues empty = EmptyValues::kRefused) {
  ObjectMeta meta;
  (*meta.mutable_annotations())[key] = value;
  const auto read = read_annotations(meta, empty, "metadata");
  if (!read.ok())
    CHECK(read.failure().code().id == "INVALID_ARGUMENT");
  return read.ok();
}

constexpr std::array<std::string_view, 3> kFields = {"id", "metadata.annotations",
                                                     "metadata.resource_version"};

Answer<UpdateMask> mask(const std::vector<std::string>& paths) {
  google::protobuf::FieldMask mask;
  for (const std::string& path : paths)
    mask.add_paths(path);
  return UpdateMask::read(mask, kFields, [](const std::string& why) {
    return Failure(codes::kInvalidUserUpdateRequest, why);
  });
}

} // namespace

TEST_CASE("object meta: the name of an annotation is letters and digits with . - _ between",
          "[daml_api][services]") {
  for (const char* const key : {"a", "Z", "7", "aA._-b", "some-key.like_this"})
    CHECK(takes(key));
  for (const char* const key : {"", "&", ".aaa", "aaa_", "aaa-", "a b", "a%"})
    CHECK_FALSE(takes(key));
  CHECK(takes(std::string(63, 'a')));
  CHECK_FALSE(takes(std::string(64, 'a')));
}

TEST_CASE("object meta: the prefix of an annotation's key is a DNS name", "[daml_api][services]") {
  for (const char* const key : {"aaa/a", "AAA/a", "aaa-bbb.ccc-ddd/a", "00.11.AA-bBb/a", "a--a/a"})
    CHECK(takes(key));
  for (const char* const key :
       {".a.b/foo", "aaa./a", "-aaa/a", "aaa-/a", "aa..aa/a", "/a", "a/", "a/b/c", "a_b/c"})
    CHECK_FALSE(takes(key));
  CHECK(takes(std::string(253, 'a') + "/a"));
  CHECK_FALSE(takes(std::string(254, 'a') + "/a"));
}

TEST_CASE("object meta: an annotation without a value is a removal, where that makes sense",
          "[daml_api][services]") {
  CHECK_FALSE(takes("a", ""));
  CHECK(takes("a", "", EmptyValues::kRemove));
  CHECK_FALSE(takes("&", "", EmptyValues::kRemove));
}

TEST_CASE("object meta: annotations have at most 256 KiB, removals not counted",
          "[daml_api][services]") {
  ObjectMeta meta;
  (*meta.mutable_annotations())["a"] = std::string(256 * 1024 - 1, 'x');
  (*meta.mutable_annotations())["removed"] = "";
  CHECK(read_annotations(meta, EmptyValues::kRemove, "metadata").ok());
  (*meta.mutable_annotations())["removed"] = "x";
  CHECK_FALSE(read_annotations(meta, EmptyValues::kRemove, "metadata").ok());
}

TEST_CASE("object meta: versions are numbers that were given before", "[daml_api][services]") {
  ObjectMeta meta;
  CHECK_FALSE(read_version(meta, "v")->has_value());
  CHECK(require_no_version(meta, "v").ok());
  meta.set_resource_version("12");
  CHECK(**read_version(meta, "v") == 12);
  CHECK(require_no_version(meta, "v").failure().code().id == "INVALID_ARGUMENT");
  for (const char* const text : {"x", "1x", " 1", "99999999999999999999", "+", "1.0"}) {
    meta.set_resource_version(text);
    CHECK(read_version(meta, "v").failure().code().id == "INVALID_FIELD");
  }
  meta.set_resource_version("-1"); // a number, of no version
  CHECK(**read_version(meta, "v") == -1);
}

TEST_CASE("update mask: it names fields, or what is around them, once each",
          "[daml_api][services]") {
  CHECK(mask({"id", "metadata.annotations"}).ok());
  CHECK_FALSE(mask({}).ok());
  for (const char* const path : {"", "unknown", "metadata.unknown", "metadata.annotations.key",
                                 "Id", "meta", "metadata..annotations", " id"})
    CHECK_FALSE(mask({path}).ok());
  CHECK_FALSE(mask({"id", "id"}).ok());
  CHECK_FALSE(mask({"metadata", "metadata."}).ok());
}

TEST_CASE("update mask: a field that is named changes, one around which is named if it is given",
          "[daml_api][services]") {
  const auto exact = mask({"metadata.annotations"});
  REQUIRE(exact.ok());
  CHECK(exact->pick("metadata.annotations", 5, false) == 5);
  CHECK(exact->pick("metadata.annotations", 0, true) == 0);
  CHECK_FALSE(exact->pick("id", 5, false).has_value());
  const auto around = mask({"metadata"});
  CHECK(around->pick("metadata.annotations", 5, false) == 5);
  CHECK_FALSE(around->pick("metadata.annotations", 0, true).has_value());
  CHECK_FALSE(around->pick("id", 5, false).has_value());
}
