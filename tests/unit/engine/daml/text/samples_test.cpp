// The sample packages that come with the engine.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "texts.hpp"
#include "validation/validate.hpp"

namespace tenon::daml::text {
namespace {

std::string read_sample(const std::string& name) {
  std::ifstream file(TENON_SOURCE_DIR "/plugins/engine/daml/samples/" + name, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

TEST_CASE("samples: they are packages, and come back byte for byte", "[daml][text][samples]") {
  for (const std::string name : {"iou.lf", "token.lf"}) {
    INFO(name);
    const lf::Package package = archived(assembled(read_sample(name)));
    CHECK(package.version() == lf::LanguageVersion::k1_15);
    CHECK(package.dependencies().empty());
    CHECK(archived(assembled(disassembled(package))).id() == package.id());
    const Status valid = validation::validate(package, validation::PackageSet());
    INFO(valid.to_string());
    CHECK(valid.ok());
  }
}

TEST_CASE("samples: iou has what its page promises", "[daml][text][samples]") {
  const lf::Package package = archived(assembled(read_sample("iou.lf")));
  const lf::Definition* iou = package.find("Iou", "Iou");
  REQUIRE(iou != nullptr);
  REQUIRE(iou->contract != nullptr);
  CHECK(iou->contract->key != nullptr);
  CHECK(iou->contract->implements.size() == 1);
  std::vector<std::string_view> choices;
  for (const lf::Choice& choice : iou->contract->choices)
    choices.push_back(package.text(choice.name));
  CHECK(choices == std::vector<std::string_view>{"Archive", "Transfer", "Settle", "SettleIfRight"});
  CHECK(package.find("Iou", "Proposal")->contract != nullptr);
  CHECK(package.find("Iou", "WrongAmount")->exception != nullptr);
  CHECK(package.find("Iou", "Asset")->interface != nullptr);
}

} // namespace
} // namespace tenon::daml::text
