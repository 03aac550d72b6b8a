// A node in this process, opened with plugins and configurations of which each has one fault: it is
// refused with a code and a whole sentence, or goes on without what is broken.
#include "node/node.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <fstream>

#include "../fakes.hpp"
#include "tenon/testkit/temporary_folder.hpp"

namespace tenon::host::node {
namespace {

using nlohmann::json;
using testing::MemoryLog;
using testkit::TemporaryFolder;
using Words = std::vector<std::string>;

const std::filesystem::path kFixtures = std::filesystem::path(TENON_BINARY_DIR) / "lib/fixtures";
const std::filesystem::path kShipped =
    std::filesystem::path(TENON_BINARY_DIR) / "lib/tenon/plugins";

// A folder with a configuration that is right; tests change one thing in it.
class Setup {
public:
  Setup() {
    config = {{"node", {{"name", "tester"}, {"role", "solo"}, {"data_dir", "data"}}},
              {"plugin_path", {folder.path().string(), kFixtures.string()}},
              {"store", {{"plugin", "memory"}}},
              {"engines", {{{"id", "only"}, {"plugin", "good"}}}},
              {"consensus", {{"plugin", "good"}}},
              {"apis", {{{"plugin", "good"}}}},
              {"admin", {{"listen", "127.0.0.1:0"}}}};
  }

  Result<std::unique_ptr<Node>> start() {
    const auto file = folder.path() / "node.json";
    std::ofstream(file) << config.dump(2);
    config::LoadOptions options;
    options.installed_plugins = kShipped;
    loaded = config::load_config(file, options);
    if (const auto* const errors = std::get_if<config::ConfigErrors>(&loaded))
      return config::to_status(*errors);
    return Node::start(std::get<config::NodeConfig>(loaded), log);
  }

  TemporaryFolder folder;
  json config;
  std::variant<config::NodeConfig, config::ConfigErrors> loaded;
  MemoryLog log;
};

// Starts the node, which must refuse, and looks for all of `words` in what it says.
void refuses(Setup& setup, const Words& words) {
  const auto node = setup.start();
  REQUIRE_FALSE(node.ok());
  const std::string message = node.status().message();
  for (const std::string& word : words) {
    INFO(message);
    INFO("missing: " << word);
    CHECK(message.find(word) != std::string::npos);
  }
}

std::string fixture_file(const std::string& kind, const std::string& name) {
  return (kFixtures / loader::plugin_file_name(kind, name)).string();
}

// What the admin listener says to a GET.
std::string admin_answer(const Node& node, const std::string& path) {
  namespace asio = boost::asio;
  const auto endpoint = parse_endpoint(node.admin_address());
  REQUIRE(endpoint);
  asio::io_context context;
  asio::ip::tcp::socket socket(context);
  socket.connect({asio::ip::make_address(endpoint->host), endpoint->port});
  boost::system::error_code error;
  asio::write(socket,
              asio::buffer("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
              error);
  std::string answer;
  asio::read(socket, asio::dynamic_buffer(answer), error);
  return answer;
}

} // namespace

TEST_CASE("node: with one plugin of each kind it starts, is ready and stops", "[host][node]") {
  Setup setup;
  const auto node = setup.start();
  INFO(node.status().message());
  REQUIRE(node.ok());
  CHECK((*node)->endpoints() == Words{"[]"});
  CHECK(admin_answer(**node, "/readyz").find("200 OK") != std::string::npos);
  CHECK((*node)->stop(1000));
  CHECK((*node)->stop(1000)); // again: nothing is left to do
}

TEST_CASE("node: an unwedge file is read where there is one, and refused when it cannot be one",
          "[host][node]") {
  Setup setup;
  std::filesystem::create_directory(setup.folder.path() / "data");
  const auto file = setup.folder.path() / "data" / "unwedge";
  std::ofstream(file).flush();
  refuses(setup, {"the unwedge file", "tenon operator encode", file.string(), "an empty file"});
  std::ofstream(file) << "of some wedge";
  {
    const auto node = setup.start();
    INFO(node.status().message());
    REQUIRE(node.ok());
    CHECK((*node)->stop(1000));
  }
  setup.config["node"]["unwedge_file"] = "nowhere";
  refuses(setup, {"the unwedge file", (setup.folder.path() / "nowhere").string()});
}

TEST_CASE("node: a plugin that fails at its task is refused with file, code, reason and remedy",
          "[host][node]") {
  struct Case {
    std::string kind;
    std::string fault;
    Words words;
  };
  const Case cases[] = {
      {"engine",
       "fingerprint_throws",
       {"START_FAILED", "it told no fingerprint", "thrown in fingerprint"}},
      {"engine",
       "fingerprint_fails",
       {"START_FAILED", "it told no fingerprint", "the licence server is down"}},
      {"engine", "no_interface", {"BAD_TABLE", "does not offer interface tenon.engine/1"}},
      {"consensus",
       "attach_fails",
       {"START_FAILED", "it could not be attached to the ledger", "this key is no validator's"}},
      {"consensus",
       "attach_throws",
       {"START_FAILED", "it could not be attached to the ledger", "thrown in attach"}},
      {"consensus", "start_fails", {"START_FAILED", "it could not be started", "no peer answers"}},
      {"consensus",
       "needs_peers",
       {"MISSING_NEED", "it needs other nodes to talk to", "\"role\": \"solo\"", "\"network\""}},
      {"consensus", "no_interface", {"BAD_TABLE", "does not offer interface tenon.consensus/1"}},
      {"api", "create_fails", {"CREATE_FAILED", "it could not be created", "no licence was found"}},
      {"api", "start_throws", {"START_FAILED", "it could not be started", "unknown type"}},
      {"api", "null_interface_function", {"BAD_TABLE", "function 1 of the table"}},
  };
  for (const Case& one : cases) {
    INFO(one.kind << " " << one.fault);
    Setup setup;
    json& section = setup.config[one.kind == "engine" ? "engines"
                                 : one.kind == "api"  ? "apis"
                                                      : "consensus"];
    (section.is_array() ? section[0] : section)["plugin"] = one.fault;
    Words words = one.words;
    words.insert(words.end(), {fixture_file(one.kind, one.fault) + " refused (", "; expected ",
                               "; found ", ". How to fix: "});
    refuses(setup, words);
  }
}

TEST_CASE("node: what is refused before any code runs is all told at once", "[host][node]") {
  Setup setup;
  setup.config["store"]["plugin"] = "none_such";
  setup.config["engines"][0]["plugin"] = "none_such";
  setup.config["apis"] = {{{"plugin", "schema_broken"}},
                          {{"plugin", "wrong_major"}},
                          {{"plugin", "good"}, {"config", {{"listen", 7}, {"lisen", "x"}}}}};
  refuses(setup, {"tenon_store_none_such.so refused (NOT_FOUND)",
                  "tenon_engine_none_such.so refused (NOT_FOUND)",
                  "add the plugin's folder to \"plugin_path\"",
                  fixture_file("api", "schema_broken") + " refused (BAD_SCHEMA)",
                  "a JSON Schema of draft 7", "build the plugin again",
                  fixture_file("api", "wrong_major") + " refused (WRONG_MAJOR)",
                  fixture_file("api", "good") + " refused (BAD_CONFIG)", "lisen",
                  "`tenon plugin inspect` prints the schema"});
}

TEST_CASE("node: a file that is a plugin of another kind than its name says is refused",
          "[host][node]") {
  Setup setup;
  const auto copy = setup.folder.path() / loader::plugin_file_name("consensus", "renamed");
  std::filesystem::copy_file(fixture_file("engine", "good"), copy);
  setup.config["consensus"]["plugin"] = "renamed";
  refuses(setup, {copy.string() + " refused (WRONG_KIND)", "expected consensus", "found engine",
                  "How to fix"});
}

TEST_CASE("node: a pinned file that was changed is refused with both digests", "[host][node]") {
  Setup setup;
  setup.config["consensus"]["sha256"] = std::string(64, 'a');
  refuses(setup, {fixture_file("consensus", "good") + " refused (WRONG_DIGEST)", "under \"sha256\"",
                  "expected SHA-256 " + std::string(64, 'a'), "found ", "restore the pinned file"});
}

TEST_CASE("node: a store that throws keeps the ledger from opening, and says so", "[host][node]") {
  Setup setup;
  setup.config["store"]["plugin"] = "throwing";
  refuses(setup, {"the ledger cannot be opened", "thrown in a store call"});
}

TEST_CASE("node: engines other than those of the genesis document are refused", "[host][node]") {
  Setup setup;
  REQUIRE(setup.start().ok()); // makes the genesis document, and ends
  setup.config["engines"][0]["id"] = "another";
  refuses(setup, {"the engines are not those of the genesis document", "expected only",
                  "found another", "configure the engines"});
}

TEST_CASE("node: a genesis document that is none is refused by its name", "[host][node]") {
  Setup setup;
  std::filesystem::create_directory(setup.folder.path() / "data");
  std::filesystem::permissions(setup.folder.path() / "data", std::filesystem::perms::owner_all);
  std::ofstream(setup.folder.path() / "data" / "genesis.json") << "{}";
  refuses(setup, {"the ledger cannot be opened", "genesis"});
}

TEST_CASE("node: two nodes cannot share one data directory", "[host][node]") {
  Setup setup;
  const auto first = setup.start();
  REQUIRE(first.ok());
  MemoryLog log;
  const auto second = Node::start(std::get<config::NodeConfig>(setup.loaded), log);
  REQUIRE_FALSE(second.ok());
  CHECK(second.status().message().find("is in use by another node or a tool; stop it") !=
        std::string::npos);
  CHECK((*first)->stop(1000));
}

TEST_CASE("node: what started before a refused plugin has been stopped and freed", "[host][node]") {
  Setup setup;
  setup.config["apis"] = {{{"plugin", "good"}}, {{"plugin", "start_fails"}}};
  refuses(setup, {"port 1 is taken"});
  setup.config["apis"].erase(1);
  const auto node = setup.start(); // the data directory, the listener and the ledger are free again
  INFO(node.status().message());
  REQUIRE(node.ok());
  CHECK((*node)->stop(1000));
}

TEST_CASE("node: a consensus that throws when asked makes the node unready, with the reason",
          "[host][node]") {
  Setup setup;
  setup.config["consensus"]["plugin"] = "describe_throws";
  const auto node = setup.start();
  REQUIRE(node.ok());
  const std::string answer = admin_answer(**node, "/readyz");
  CHECK(answer.find("503") != std::string::npos);
  CHECK(answer.find("consensus does not answer") != std::string::npos);
  CHECK(answer.find("thrown in describe") != std::string::npos);
  CHECK(admin_answer(**node, "/livez").find("200 OK") != std::string::npos);
  CHECK((*node)->stop(1000));
}

TEST_CASE("node: while a plugin is still inside the host, nothing that it may touch is freed",
          "[host][node]") {
  auto setup = std::make_unique<Setup>();
  setup->config["apis"][0]["plugin"] = "stays_inside";
  auto node = setup->start();
  INFO(node.status().message());
  REQUIRE(node.ok());
  CHECK_FALSE((*node)->stop(100));
  CHECK_FALSE((*node)->stop(100));
  CHECK(setup->log.contains("calls into the host are under way after stop()"));
  CHECK((*node)->endpoints() == Words{"[]"});
  // As main does with such a node: it stays until the process ends. Its folder need not.
  std::filesystem::remove_all(setup->folder.path());
  static auto& kept = *new std::vector<std::pair<std::unique_ptr<Setup>, std::unique_ptr<Node>>>;
  kept.emplace_back(std::move(setup), *std::move(node));
}

TEST_CASE("node: an API that throws in endpoints is left out of the list, no more",
          "[host][node]") {
  Setup setup;
  setup.config["apis"] = {{{"plugin", "endpoints_throws"}}, {{"plugin", "good"}}};
  const auto node = setup.start();
  REQUIRE(node.ok());
  CHECK((*node)->endpoints() == Words{"[]"});
  CHECK((*node)->stop(1000));
}

} // namespace tenon::host::node
