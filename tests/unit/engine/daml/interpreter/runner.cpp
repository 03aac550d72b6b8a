#include "runner.hpp"

#include "interpreter/map.hpp"
#include "interpreter/show.hpp"

namespace tenon::daml::interpreter::test {

namespace {

std::string show_words(const Word* words, std::size_t count, int depth) {
  std::string text = "{";
  for (std::size_t i = 0; i < count; ++i)
    text += (i == 0 ? "" : ", ") + show(words[i], depth);
  return text + "}";
}

std::string show_list(const ListCell* cell, int depth) {
  constexpr int kShown = 20;
  std::string text = "[";
  for (int i = 0; cell != nullptr; cell = cell->tail, ++i) {
    if (i == kShown)
      return text + ", ...]";
    text += (i == 0 ? "" : ", ") + show(cell->head, depth);
  }
  return text + "]";
}

std::string show_map(const MapNode* root, int depth) {
  std::string text = "<";
  MapIterator entries(root);
  while (const MapNode* node = entries.next())
    text += (text.size() == 1 ? "" : ", ") + show(node->key, depth) + "=" +
            show(node->value, depth);
  return text + ">";
}

} // namespace

std::string show(const Word& word, int depth) {
  if (depth == 0)
    return "...";
  switch (word.kind) {
  case Kind::kUnit:
    return "()";
  case Kind::kBool:
    return word.truth() ? "True" : "False";
  case Kind::kText:
    return "\"" + std::string(word.text()) + "\"";
  case Kind::kParty:
    return "'" + std::string(word.text()) + "'";
  case Kind::kContractId:
    return "cid";
  case Kind::kOptional:
    return word.words == nullptr ? "None" : "Some " + show(*word.words, depth - 1);
  case Kind::kList:
    return show_list(word.cells, depth - 1);
  case Kind::kTextMap:
  case Kind::kGenMap:
    return show_map(word.map, depth - 1);
  case Kind::kRecord:
    return show_words(word.words, word.size, depth - 1);
  case Kind::kVariant:
    return "V" + std::to_string(word.size) + " " + show(*word.words, depth - 1);
  case Kind::kEnum:
    return "E" + std::to_string(word.size);
  case Kind::kStruct:
    return show_words(word.fields->words(), word.fields->shape->names.size(), depth - 1);
  case Kind::kAny:
    return "Any " + show(word.any->value, depth - 1);
  case Kind::kContract:
    return "Contract " + show(word.contract->record, depth - 1);
  case Kind::kTypeRep:
    return to_text(*word.type);
  case Kind::kFunction:
  case Kind::kPartial:
    return "fun";
  case Kind::kNone:
    return "nothing";
  default:
    return interpreter::show(word);
  }
}

std::string Runner::show(std::string_view name, MachineOptions options) {
  if (evaluate(name, std::move(options)) == Machine::Outcome::kFinished)
    return test::show(machine_->result());
  return "error: " + machine_->error().message;
}

} // namespace tenon::daml::interpreter::test
