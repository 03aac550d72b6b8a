// Command files of the ledger's operators: what they say, and what is none.
#include <catch2/catch.hpp>

#include <fstream>

#include "tenon/core/encoding.hpp"
#include "tenon/operator_file.hpp"
#include "tenon/testkit/temporary_folder.hpp"

using namespace tenon;
using namespace tenon::tool;

namespace {

CommandFile sample() {
  v1::OperatorAction action;
  action.mutable_add_client()->set_id("guest");
  action.mutable_add_client()->set_public_key(std::string(32, 'k'));
  CommandFile file;
  file.chain = *hash_from_hex(std::string(64, 'a'));
  file.command.set_sequence(7);
  file.command.set_command(action.SerializeAsString());
  file.command.add_signatures()->set_name("olga");
  file.command.mutable_signatures(0)->set_signature(std::string(64, 's'));
  return file;
}

} // namespace

TEST_CASE("operator file: it is read as it was written, and says what its signed bytes say",
          "[tool]") {
  testkit::TemporaryFolder folder;
  const auto path = folder.path() / "command.json";
  const CommandFile file = sample();
  REQUIRE(make_command_file(path, file).ok());
  CHECK_FALSE(make_command_file(path, file).ok());
  const auto read = read_command_file(path);
  INFO(read.status().to_string());
  REQUIRE(read.ok());
  CHECK(read->chain == file.chain);
  CHECK(read->command.SerializeAsString() == file.command.SerializeAsString());
  CHECK(signers_of(read->command) == Json::array({"olga"}));
  const Json said = describe(*action_of(read->command));
  CHECK(said["action"] == "add-client");
  CHECK(said["id"] == "guest");
  CHECK(said["public_key"] == to_hex(std::string(32, 'k')));
  CHECK(said["tls_key"].is_null());
}

TEST_CASE("operator file: what is none is refused with the member that is wrong", "[tool]") {
  testkit::TemporaryFolder folder;
  const auto path = folder.path() / "command.json";
  REQUIRE(make_command_file(path, sample()).ok());
  Json document;
  std::ifstream(path) >> document;
  const auto refusal = [&](const std::string& text) {
    std::ofstream(path, std::ios::trunc) << text;
    const auto read = read_command_file(path);
    CHECK_FALSE(read.ok());
    return read.status().message();
  };
  const auto with = [&](const char* member, const Json& value) {
    Json changed = document;
    changed[member] = value;
    return refusal(changed.dump());
  };
  CHECK(refusal("{").find("is not JSON") != std::string::npos);
  CHECK(refusal("[]").find("/version") != std::string::npos);
  CHECK(with("version", 2).find("/version") != std::string::npos);
  CHECK(with("chain", "aa").find("/chain") != std::string::npos);
  CHECK(with("sequence", 7).find("/sequence") != std::string::npos);
  CHECK(with("sequence", "-7").find("/sequence") != std::string::npos);
  CHECK(with("command", "?").find("/command") != std::string::npos);
  CHECK(with("command", to_base64("no message")).find("/command") != std::string::npos);
  CHECK(with("command", "").find("/command") != std::string::npos);
  CHECK(with("signatures", "olga").find("/signatures") != std::string::npos);
  CHECK(with("signatures", Json::array({7})).find("/signatures/0") != std::string::npos);
  CHECK(with("signatures", Json::array({{{"name", "olga"}}})).find("/signatures/0") !=
        std::string::npos);
}
