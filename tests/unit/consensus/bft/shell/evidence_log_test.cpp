#include "bft/shell/evidence_log.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "tenon/crypto/sha256.hpp"
#include "tenon/testkit/temporary_folder.hpp"

using namespace tenon;
using namespace tenon::consensus::bft;

namespace {

Accuse accusation(View view) {
  const Hash block = crypto::sha256("block");
  return {"replica-3",
          7,
          {{{VoteKind::kNullify, view, {}, {}}, 2, "first"},
           {{VoteKind::kFinalize, view, block, crypto::sha256("result")}, 2, "second"}}};
}

} // namespace

TEST_CASE("evidence log: both votes are shown with all that their signatures cover",
          "[bft][shell]") {
  const testkit::TemporaryFolder folder;
  EvidenceLog log(folder.path() / "evidence.jsonl");
  const nlohmann::json evidence = log.add(accusation(5));
  CHECK(evidence["validator"] == "replica-3");
  CHECK(evidence["epoch"] == 7);
  CHECK(evidence["first"] ==
        nlohmann::json({{"kind", "NULLIFY"}, {"view", 5}, {"signature", "6669727374"}}));
  CHECK(evidence["second"]["result"].get<std::string>().size() == 64);
  CHECK(log.latest() == nlohmann::json::array({evidence}));
}

TEST_CASE("evidence log: what was kept is there in the next life, whatever else stands beside it",
          "[bft][shell]") {
  const testkit::TemporaryFolder folder;
  const auto file = folder.path() / "evidence.jsonl";
  const nlohmann::json kept = EvidenceLog(file).add(accusation(5));
  std::ofstream(file, std::ios::app) << "{\"validator\": \n[]\n";
  CHECK(EvidenceLog(file).latest() == nlohmann::json::array({kept}));
}

TEST_CASE("evidence log: the latest is shown, and a liar does not fill the disk",
          "[bft][shell]") {
  const testkit::TemporaryFolder folder;
  const auto file = folder.path() / "evidence.jsonl";
  EvidenceLog log(file);
  for (View view = 1; view <= 3000; ++view)
    log.add(accusation(view));
  CHECK(log.latest().size() == 16);
  CHECK(log.latest().back()["first"]["view"] == 3000);
  const auto size = std::filesystem::file_size(file);
  log.add(accusation(3001));
  CHECK(std::filesystem::file_size(file) == size);
}
