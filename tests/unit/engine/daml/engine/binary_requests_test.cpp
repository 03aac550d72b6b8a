// Requests in binary form.
#include <catch2/catch.hpp>

#include <set>

#include "archive/archive.hpp"
#include "client_values.hpp"
#include "world.hpp"

namespace tenon::daml::engine::test {
namespace {

std::vector<std::string> texts(const google::protobuf::RepeatedPtrField<std::string>& names) {
  return {names.begin(), names.end()};
}

v1::NamedTypes types_of(World& world, const std::string& name) {
  v1::Request request;
  request.mutable_types()->add_names(name);
  const auto response = world.ask(request);
  INFO(response.status().to_string());
  REQUIRE(response.ok());
  REQUIRE(response->types().types_size() == 1);
  return response->types().types(0);
}

std::string refusal(World& world, const v1::Request& request) {
  return code_and_reason(world.ask(request).status());
}

// An interface after its template, which so need not know of it; and one whose view fails.
constexpr const char* kShapes = R"(language 1.15;
package "shapes" "1.0.0";
module M {
  serializable record Shape { area : Int64 }
  interface_type Any;
  interface Any this {
    view :Shape;
    implemented_by :Square {
      view = record :Shape { area = MUL_INT64 (get :Square side this) (get :Square side this) };
    }
  }
  serializable record Square { p : Party, side : Int64 }
  template Square this {
    signatories = cons Party [get :Square p this] (nil Party);
  }
}
)";

TEST_CASE("daml engine: views are those of the interfaces that a template has", "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  world.upload(sample_dar("token"));
  const json created = world.accepted({"bank"}, create_iou("bank", "alice", 1, "2.5"));
  v1::Event event;
  REQUIRE(event.ParseFromString(world.last().events[0].payload));
  v1::Request request;
  v1::ContractArgument& contract = *request.mutable_views()->add_contracts();
  contract.set_template_(event.created().template_());
  contract.set_argument(event.created().argument());
  request.mutable_views()->add_interfaces("#tenon-iou:Iou:Asset");
  v1::ContractArgument& other = *request.mutable_views()->add_contracts();
  other.set_template_("#tenon-token:Token:Issuer");
  other.set_argument(record({{"issuer", party("bank")}, {"symbol", text("GLD")}})
                         .SerializeAsString());
  const auto response = world.ask(request);
  REQUIRE(response.ok());
  REQUIRE(response->views().contracts_size() == 2);
  REQUIRE(response->views().contracts(0).views_size() == 1);
  const v1::View& view = response->views().contracts(0).views(0);
  CHECK(view.interface().ends_with(":Iou:Asset"));
  ClientValue value;
  REQUIRE(value.ParseFromString(view.value()));
  CHECK(value.record().fields(3).label() == "amount");
  CHECK(value.record().fields(3).value().numeric() == "2.5000000000");
  CHECK(response->views().contracts(1).views_size() == 0);
}

TEST_CASE("daml engine: a view that fails says why, and the others are there", "[daml][engine]") {
  World world;
  world.upload(dar_of(kShapes, "shapes-1.0.0"));
  v1::Request request;
  request.mutable_views()->add_interfaces("#shapes:M:Any");
  for (const std::int64_t side : {std::int64_t{5'000'000'000}, std::int64_t{3}}) {
    v1::ContractArgument& contract = *request.mutable_views()->add_contracts();
    contract.set_template_("#shapes:M:Square");
    contract.set_argument(
        record({{"p", party("bank")}, {"side", number(side)}}).SerializeAsString());
  }
  const auto response = world.ask(request);
  REQUIRE(response.ok());
  REQUIRE(response->views().contracts(0).views_size() == 1);
  const std::string& failure = response->views().contracts(0).views(0).failure();
  CHECK(failure.starts_with("DAML_INTERPRETATION_ERROR:"));
  ClientValue value;
  REQUIRE(value.ParseFromString(response->views().contracts(1).views(0).value()));
  CHECK(value.record().fields(0).value().int64() == 9);
}

TEST_CASE("daml engine: views of what is not there are refused", "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  constexpr const char* kUnknown = "NOT_FOUND TEMPLATES_OR_INTERFACES_NOT_FOUND";
  v1::Request request;
  request.mutable_views()->add_interfaces("#tenon-iou:Iou:Iou");
  CHECK(refusal(world, request) == kUnknown);
  request.mutable_views()->set_interfaces(0, "#tenon-iou:Iou:Asset");
  v1::ContractArgument& contract = *request.mutable_views()->add_contracts();
  contract.set_template_("#tenon-iou:Iou:Asset");
  CHECK(refusal(world, request) == kUnknown);
  contract.set_template_("#tenon-iou:Iou:Iou");
  contract.set_argument("no value");
  CHECK(refusal(world, request) == "INVALID_ARGUMENT MALFORMED_REQUEST");
  contract.set_template_("0000000000000000000000000000000000000000000000000000000000000000:M:T");
  CHECK(refusal(world, request) == "NOT_FOUND PACKAGE_NOT_FOUND");
  for (int i = 0; i < 10'000; ++i)
    request.mutable_views()->add_contracts();
  CHECK(refusal(world, request) == "INVALID_ARGUMENT MALFORMED_REQUEST");
}

TEST_CASE("daml engine: types are found by package, by its name and in all packages",
          "[daml][engine]") {
  World world;
  const auto text = [](const std::string& name, const std::string& version) {
    return "language 1.15;\npackage \"" + name + "\" \"" + version +
           "\";\nmodule M {\n  serializable record T { p : Party }\n  template T this {\n"
           "    signatories = cons Party [get :T p this] (nil Party);\n  }\n}\n";
  };
  const std::string older = world.upload(dar_of(text("p", "1.9.0"), "p-1.9.0"));
  const std::string newest = world.upload(dar_of(text("p", "1.10.0"), "p-1.10.0"));
  const std::string other = world.upload(dar_of(text("q", "0.1.0"), "q-0.1.0"));
  using Names = std::vector<std::string>;
  CHECK(texts(types_of(world, older + ":M:T").templates()) == Names{older + ":M:T"});
  CHECK(texts(types_of(world, "#p:M:T").templates()) == Names{newest + ":M:T", older + ":M:T"});
  CHECK(texts(types_of(world, ":M:T").templates()) ==
        Names{newest + ":M:T", older + ":M:T", other + ":M:T"});
  for (const char* unknown : {"#p:M:U", "#r:M:T", ":N:T", "00:M:T", "no package:M:T"})
    CHECK(types_of(world, unknown).templates().empty());
  v1::Request request;
  request.mutable_types()->add_names("T");
  CHECK(refusal(world, request) == "INVALID_ARGUMENT MALFORMED_REQUEST");
}

TEST_CASE("daml engine: interfaces are found with the templates that are their instances",
          "[daml][engine]") {
  World world;
  const std::string iou = world.upload(sample_dar("iou"));
  const std::string shapes = world.upload(dar_of(kShapes, "shapes-1.0.0"));
  using Names = std::vector<std::string>;
  const v1::NamedTypes asset = types_of(world, ":Iou:Asset");
  CHECK(asset.templates().empty());
  CHECK(texts(asset.interfaces()) == Names{iou + ":Iou:Asset"});
  CHECK(texts(asset.implementing()) == Names{iou + ":Iou:Iou"});
  CHECK(texts(types_of(world, shapes + ":M:Any").implementing()) == Names{shapes + ":M:Square"});
  // A replica that has just started knows the same.
  world.restart();
  CHECK(texts(types_of(world, "#shapes:M:Any").implementing()) == Names{shapes + ":M:Square"});
}

TEST_CASE("daml engine: the hash of a key is that of the template's contracts", "[daml][engine]") {
  World world;
  const std::string package = world.upload(sample_dar("iou"));
  world.accepted({"bank"}, create_iou("bank", "alice", 7));
  v1::Event event;
  REQUIRE(event.ParseFromString(world.last().events[0].payload));
  v1::Request request;
  request.mutable_key_hash()->set_template_(package + ":Iou:Iou");
  request.mutable_key_hash()->set_key(
      record({{"number", number(7)}, {"issuer", party("bank")}}).SerializeAsString());
  CHECK(world.ask(request).value().key_hash() == event.created().key_hash());
  constexpr const char* kWrong = "INVALID_ARGUMENT COMMAND_PREPROCESSING_FAILED";
  request.mutable_key_hash()->set_key(number(7).SerializeAsString());
  CHECK(refusal(world, request) == kWrong);
  request.mutable_key_hash()->set_template_(package + ":Iou:Proposal");
  CHECK(refusal(world, request) == kWrong);
  request.mutable_key_hash()->set_template_(package + ":Iou:Asset");
  CHECK(refusal(world, request) == "NOT_FOUND TEMPLATES_OR_INTERFACES_NOT_FOUND");
}

TEST_CASE("daml engine: a package's payload is what its id is the hash of", "[daml][engine]") {
  World world;
  const std::string package = world.upload(sample_dar("iou"));
  v1::Request request;
  request.set_package(package);
  CHECK(archive::package_id_of(world.ask(request).value().package()) == package);
  request.set_package(std::string(64, '0'));
  CHECK(refusal(world, request) == "NOT_FOUND PACKAGE_NOT_FOUND");
}

TEST_CASE("daml engine: a DAR is checked without being uploaded", "[daml][engine]") {
  World world;
  v1::Request request;
  request.mutable_check_dar()->set_dar(sample_dar("iou"));
  CHECK(world.ask(request).value().check_dar());
  request.mutable_check_dar()->set_dar("no zip");
  CHECK(refusal(world, request) == "INVALID_ARGUMENT INVALID_DAR");
  request.mutable_check_dar()->set_dar(
      dar_of("language 1.15;\npackage \"p\" \"1.0.0\";\nmodule M { value v : Int64 = \"t\"; }\n",
             "p-1.0.0"));
  CHECK(refusal(world, request) == "INVALID_ARGUMENT DAR_VALIDATION_ERROR");
  CHECK(world.query({}, {{"packages", json::object()}}).value()["packages"].empty());
}

TEST_CASE("daml engine: packages come page by page with what is known of them", "[daml][engine]") {
  World world;
  std::set<std::string> uploaded = {world.upload(sample_dar("iou")),
                                    world.upload(sample_dar("token"))};
  v1::Request request;
  request.mutable_packages()->set_limit(1);
  const v1::PackagesResponse first = world.ask(request).value().packages();
  REQUIRE(first.packages_size() == 1);
  CHECK(first.more());
  CHECK(first.packages(0).info().source() == "a test");
  request.mutable_packages()->set_after(first.packages(0).package_id());
  const v1::PackagesResponse second = world.ask(request).value().packages();
  REQUIRE(second.packages_size() == 1);
  CHECK_FALSE(second.more());
  CHECK(std::set<std::string>{first.packages(0).package_id(), second.packages(0).package_id()} ==
        uploaded);
  request.mutable_packages()->clear_after();
  request.mutable_packages()->clear_limit();
  CHECK(world.ask(request).value().packages().packages_size() == 2);
}

TEST_CASE("daml engine: what is no request in binary form is told so", "[daml][engine]") {
  World world;
  const testkit::MemoryView view(world.state(), Parties());
  for (const BytesView bytes : {BytesView("\0", 1), BytesView("\0\xff\xff", 3)}) {
    const auto answer = world.engine().query(view, bytes, {}, {1, world.now_us});
    CHECK(code_and_reason(answer.status()) == "INVALID_ARGUMENT MALFORMED_REQUEST");
  }
}

} // namespace
} // namespace tenon::daml::engine::test
