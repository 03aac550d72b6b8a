// Uploads.
#include <catch2/catch.hpp>

#include "tenon/core/encoding.hpp"
#include "tenon/daml/engine/v1/engine.pb.h"
#include "world.hpp"

namespace tenon::daml::engine::test {
namespace {

json upload_of(const Bytes& dar) {
  return {{"upload", {{"dar", to_base64(dar)}}}};
}

TEST_CASE("daml engine: a package is uploaded once; again it changes nothing", "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  const std::size_t before = world.state().entries().size();
  CHECK(world.accepted({"bank"}, upload_of(sample_dar("iou")))["packages"].empty());
  CHECK(world.last().writes.empty());
  CHECK(world.state().entries().size() == before);
}

TEST_CASE("daml engine: what is no DAR, or no package, is refused and says why",
          "[daml][engine]") {
  World world;
  CHECK(world.refused({"bank"}, upload_of("no zip")) == "INVALID_DAR");
  CHECK(world.refused({"bank"}, upload_of("")) == "INVALID_DAR");
  Bytes cut = sample_dar("iou");
  cut.resize(cut.size() / 2);
  CHECK(world.refused({"bank"}, upload_of(cut)) == "INVALID_DAR");
  CHECK(world.refused({"bank"}, {{"upload", {{"dar", "%"}}}}) == "BAD_COMMAND");
  CHECK(world.refused({"bank"}, {{"upload", {{"file", "x"}}}}) == "BAD_COMMAND");
}

TEST_CASE("daml engine: a package that breaks a rule is refused by every replica",
          "[daml][engine]") {
  World world;
  const Bytes dar = dar_of("language 1.15;\npackage \"p\" \"1.0.0\";\n"
                           "module M { value v : Int64 = \"text\"; }\n",
                           "p-1.0.0");
  const Status refused = world.submit({"bank"}, upload_of(dar)).status();
  CHECK(reason_of(refused) == "DAR_VALIDATION_ERROR");
  CHECK(refused.message().find("module M: value v") != std::string::npos);
}

TEST_CASE("daml engine: a payload that skips the checks of its node meets those of the replicas",
          "[daml][engine]") {
  World world;
  const Ordered good = world.prepare({"bank"}, upload_of(sample_dar("iou"))).value();
  v1::Payload payload;
  REQUIRE(payload.ParseFromString(good.payload));
  Ordered bad = good;
  payload.mutable_upload()->mutable_payloads(0)->back() ^= 1;
  bad.payload = payload.SerializeAsString();
  CHECK(reason_of(world.execute(bad).status()) == "DAR_PARSE_ERROR");
  payload.mutable_upload()->set_source(std::string(300, 'x'));
  bad.payload = payload.SerializeAsString();
  CHECK(reason_of(world.execute(bad).status()) == "MALFORMED_COMMANDS");
}

TEST_CASE("daml engine: a command may name a package by its name: the newest is meant",
          "[daml][engine]") {
  World world;
  const auto text = [](const std::string& version) {
    return "language 1.15;\npackage \"p\" \"" + version +
           "\";\nmodule M {\n  serializable record T { p : Party }\n  template T this {\n"
           "    signatories = cons Party [get :T p this] (nil Party);\n  }\n}\n";
  };
  world.upload(dar_of(text("1.9.0"), "p-1.9.0"));
  const std::string newest = world.upload(dar_of(text("1.10.0"), "p-1.10.0"));
  const json create = {
      {"create", {{"templateId", "#p:M:T"}, {"payload", {{"p", "alice"}}}}}};
  const json answer = world.accepted({"alice"}, create);
  CHECK(answer["created"][0]["templateId"] == newest + ":M:T");
  CHECK(world.refused({"alice"}, {{"create",
                                   {{"templateId", "#q:M:T"}, {"payload", json::object()}}}}) ==
        "PACKAGE_NOT_FOUND");
}

} // namespace
} // namespace tenon::daml::engine::test
