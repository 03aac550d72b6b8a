#include "unit/store/tree_script.hpp"

#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "tenon/core/encoding.hpp"
#include "tenon/merkle/ics23.hpp"
#include "tenon/testkit/store_model.hpp"

namespace tenon::store {

namespace {

Result<Bytes> prove_one(const plugin::StoreSnapshot& view, const Bytes& key) {
  const BytesView keys[] = {key};
  TENON_ASSIGN_OR_RETURN(const auto proofs, view.prove(keys));
  return proofs.at(0);
}

// Of a present key whose value is no entry: its hash is the plain one.
Result<Bytes> prove_as_ics23(const plugin::StoreSnapshot& view, const Bytes& key) {
  TENON_ASSIGN_OR_RETURN(const auto value, view.get(plugin::KeyClass::kState, key));
  TENON_ASSIGN_OR_RETURN(const Bytes encoded, prove_one(view, key));
  TENON_ASSIGN_OR_RETURN(const merkle::SparseProof proof, merkle::decode_proof(encoded));
  return merkle::encode_ics23_existence(proof, key, value.value_or(Bytes()));
}

} // namespace

Result<std::vector<std::string>> answer_script(plugin::Store& store, const std::string& script) {
  std::vector<std::string> answers;
  testkit::ModelBlock block;
  std::uint64_t height = 0;
  std::istringstream lines(script);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string command;
    std::string first;
    std::string second;
    words >> command >> first >> second;
    const Bytes key = from_hex(first).value_or(Bytes());
    if (command == "put") {
      block.state[key] = from_hex(second);
    } else if (command == "del") {
      block.state[key] = std::nullopt;
    } else if (command == "commit") {
      TENON_ASSIGN_OR_RETURN(const auto roots, testkit::commit_block(store, height++, block));
      answers.push_back(to_hex(roots.state_root.view()));
      block = {};
    } else if (command == "prove") {
      TENON_ASSIGN_OR_RETURN(const auto view, store.snapshot(plugin::kHeadHeight));
      TENON_ASSIGN_OR_RETURN(const Bytes proof, prove_one(*view, key));
      answers.push_back(to_hex(proof));
    } else if (command == "ics23") {
      TENON_ASSIGN_OR_RETURN(const auto view, store.snapshot(plugin::kHeadHeight));
      TENON_ASSIGN_OR_RETURN(const Bytes proof, prove_as_ics23(*view, key));
      answers.push_back(to_hex(proof));
    } else if (!command.empty() && command[0] != '#') {
      return invalid_argument("the script has no command '" + command + "'");
    }
  }
  return answers;
}

Recording split_recording(const std::string& text) {
  Recording recording;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("= "))
      recording.answers.push_back(line.substr(2));
    else
      recording.script += line + "\n";
  }
  return recording;
}

std::string random_script(std::mt19937& random, std::size_t blocks, std::size_t keys) {
  const auto some_key = [&] { return to_hex("key " + std::to_string(random() % keys)); };
  std::string script;
  std::set<Bytes> present;
  for (std::size_t i = 0; i < blocks; ++i) {
    testkit::ModelBlock block = testkit::random_block(random, random() % 50, keys);
    for (const auto& [key, value] : block.state) {
      script +=
          value ? "put " + to_hex(key) + " " + to_hex(*value) + "\n" : "del " + to_hex(key) + "\n";
      if (value)
        present.insert(key);
      else
        present.erase(key);
    }
    script += "commit\n";
    for (int proof = 0; proof < 3; ++proof)
      script += "prove " + some_key() + "\n";
    if (!present.empty())
      script += "ics23 " + to_hex(*std::next(present.begin(), static_cast<std::ptrdiff_t>(
                                                                  random() % present.size()))) +
                "\n";
  }
  return script;
}

std::string read_text(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

} // namespace tenon::store
