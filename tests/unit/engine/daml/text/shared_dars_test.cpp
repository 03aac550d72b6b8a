// Every package of every DAR of the shared data, as text and back. That folder stands beside the
// source tree, or where TENON_SHARED_DIR says; without it there is nothing to read here.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "archive/dar.hpp"
#include "tenon/core/encoding.hpp"
#include "texts.hpp"

namespace tenon::daml::text {
namespace {

std::filesystem::path folder() {
  const char* const shared = std::getenv("TENON_SHARED_DIR");
  return std::filesystem::path(shared != nullptr ? shared : TENON_SOURCE_DIR "/../shared") /
         "daml/dars";
}

Bytes read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

// Payloads of supported versions by package id.
std::map<std::string, Bytes> payloads() {
  std::map<std::string, Bytes> result;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    if (entry.path().extension() != ".dar")
      continue;
    Result<archive::Dar> dar =
        archive::read_dar(read_file(entry.path()), entry.path().filename().string());
    REQUIRE(dar.ok());
    std::vector<archive::DarEntry> entries = std::move(dar->dependencies);
    entries.push_back(std::move(dar->main));
    for (archive::DarEntry& one : entries) {
      if (archive::decode_payload(one.archive.payload).status().code() != Code::kUnimplemented)
        result.emplace(one.archive.package_id, std::move(one.archive.payload));
    }
  }
  return result;
}

TEST_CASE("shared DARs: each package's text gives back the package", "[daml][text][shared]") {
  if (!std::filesystem::exists(folder())) {
    WARN("skipped: no " << folder().string() << " (set TENON_SHARED_DIR)");
    return;
  }
  std::size_t bytes = 0;
  std::size_t characters = 0;
  std::size_t longest = 0;
  std::chrono::steady_clock::duration writing{};
  std::chrono::steady_clock::duration reading{};
  const auto all = payloads();
  for (const auto& [id, payload] : all) {
    INFO(id);
    const lf::Package package = archive::decode_payload(payload).value();
    const auto start = std::chrono::steady_clock::now();
    const std::string text = disassembled(package);
    const auto middle = std::chrono::steady_clock::now();
    const Result<lf::Package> back = assemble(text);
    const auto end = std::chrono::steady_clock::now();
    writing += middle - start;
    reading += end - middle;
    INFO(back.status().to_string());
    REQUIRE(back.ok());
    const Result<Bytes> again = archive::encode_package(*back);
    REQUIRE(again.ok());
    CHECK(archive::package_id_of(*again) == id);
    bytes += payload.size();
    characters += text.size();
    longest = std::max(longest, text.size());
    // The text is not the bytes in other clothes.
    constexpr std::size_t kPiece = 24;
    if (payload.size() > 2 * kPiece) {
      const BytesView piece = BytesView(payload).substr(payload.size() / 2, kPiece);
      CHECK(text.find(to_hex(piece)) == std::string::npos);
      CHECK(text.find(to_base64(piece)) == std::string::npos);
    }
  }
  const auto milliseconds = [](std::chrono::steady_clock::duration time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  };
  WARN(all.size() << " packages of " << bytes << " bytes, texts of " << characters
                  << ", the longest of " << longest << "; written in " << milliseconds(writing)
                  << " ms, read in " << milliseconds(reading) << " ms");
}

// The first literal of the text with at least this many letters.
std::size_t find_literal(const std::string& text, std::size_t letters) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  std::size_t quote = text.find("\nmodule ");
  while ((quote = text.find('"', quote + 1)) != std::string::npos) {
    const std::size_t end = text.find('"', quote + 1);
    if (end - quote > letters &&
        std::all_of(text.begin() + static_cast<std::ptrdiff_t>(quote) + 1,
                    text.begin() + static_cast<std::ptrdiff_t>(end), is_letter))
      return quote + 1;
    quote = end;
  }
  return std::string::npos;
}

TEST_CASE("shared DARs: one literal edited is one literal changed", "[daml][text][shared]") {
  if (!std::filesystem::exists(folder())) {
    WARN("skipped: no " << folder().string() << " (set TENON_SHARED_DIR)");
    return;
  }
  std::size_t edited = 0;
  for (const auto& [id, payload] : payloads()) {
    const lf::Package package = archive::decode_payload(payload).value();
    std::string text = disassembled(package);
    const std::size_t place = find_literal(modules_of(text), 3);
    if (place == std::string::npos)
      continue;
    INFO(id);
    ++edited;
    text[place] = text[place] == 'Q' ? 'J' : 'Q';
    const lf::Package changed = archived(assembled(text));
    CHECK(changed.id() != id);
    CHECK((modules_of(disassembled(changed)) == modules_of(text)));
  }
  CHECK(edited > 5);
}

} // namespace
} // namespace tenon::daml::text
