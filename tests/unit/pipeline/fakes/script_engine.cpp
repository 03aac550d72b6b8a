#include "unit/pipeline/fakes/script_engine.hpp"

#include <map>
#include <sstream>

#include "tenon/core/encoding.hpp"

namespace tenon::test {

namespace {

using plugin::ExecutionResult;
using plugin::KeyClass;
using plugin::StateView;

// The words of one transaction.
struct Line {
  std::vector<std::string> words;
  [[nodiscard]] const std::string& at(std::size_t i) const {
    static const std::string none;
    return i < words.size() ? words[i] : none;
  }
};

Line parse(BytesView text) {
  std::istringstream in{std::string(text)};
  Line line;
  for (std::string word; in >> word;)
    line.words.push_back(word);
  return line;
}

void put(ExecutionResult& result, const std::string& key, const std::string& value,
         std::vector<std::string> readers, std::uint64_t expires_at_us = 0) {
  result.writes.push_back({KeyClass::kState, key, value, std::move(readers), expires_at_us});
}

constexpr BytesView kNotes = "note/";

Bytes note_index(BytesView key, BytesView value) {
  return Bytes("by/").append(value).append("/").append(key.substr(kNotes.size()));
}

// What the entry had in the index goes with it.
Status forget_note(const StateView& view, const std::string& key, ExecutionResult& result) {
  if (!key.starts_with(kNotes))
    return {};
  TENON_ASSIGN_OR_RETURN(const auto before, view.get(key));
  if (before)
    result.writes.push_back({KeyClass::kIndex, note_index(key, *before), std::nullopt, {}, 0});
  return {};
}

Result<std::uint64_t> balance(const StateView& view, const std::string& party) {
  TENON_ASSIGN_OR_RETURN(const auto value, view.get("balance/" + party));
  return value ? parse_u64(*value).value_or(0) : 0;
}

void set_balance(ExecutionResult& result, const std::string& party, std::uint64_t amount) {
  put(result, "balance/" + party, std::to_string(amount), {party});
}

Status mint(const StateView& view, const Line& line, ExecutionResult& result) {
  TENON_ASSIGN_OR_RETURN(const std::uint64_t has, balance(view, line.at(1)));
  set_balance(result, line.at(1), has + parse_u64(line.at(2)).value_or(0));
  return {};
}

Status pay(const StateView& view, const Line& line, ExecutionResult& result) {
  const std::uint64_t amount = parse_u64(line.at(3)).value_or(0);
  TENON_ASSIGN_OR_RETURN(const std::uint64_t from, balance(view, line.at(1)));
  TENON_ASSIGN_OR_RETURN(const std::uint64_t to, balance(view, line.at(2)));
  if (from < amount)
    return failed_precondition("NO_FUNDS: " + line.at(1) + " has " + std::to_string(from));
  if (line.at(1) != line.at(2)) {
    set_balance(result, line.at(1), from - amount);
    set_balance(result, line.at(2), to + amount);
  }
  result.events.push_back({"paid " + line.at(3), {line.at(1), line.at(2)}});
  result.response = "\"" + std::to_string(from - amount) + "\"";
  return {};
}

Status count(const StateView& view, const Line& line, ExecutionResult& result, bool only_first) {
  std::string found;
  std::uint64_t number = 0;
  TENON_RETURN_IF_ERROR(
      view.scan(line.at(1), prefix_end(line.at(1)), [&](BytesView key, BytesView value) {
        if (number++ == 0)
          found = std::string(key) + "=" + std::string(value);
        return !only_first;
      }));
  put(result, line.at(2), only_first ? found : std::to_string(number), {"*"});
  return {};
}

Status run(const StateView& view, const Line& line, const plugin::EngineContext& context,
           ExecutionResult& result) {
  const std::string& verb = line.at(0);
  if (verb == "mint")
    return mint(view, line, result);
  if (verb == "pay")
    return pay(view, line, result);
  if (verb == "count" || verb == "first")
    return count(view, line, result, verb == "first");
  if (verb == "fail")
    return failed_precondition(line.at(1) + ": as asked");
  if (verb == "fault")
    return fault("as asked");
  if (verb == "invite") {
    TENON_ASSIGN_OR_RETURN(const bool known, view.has_party(line.at(1)));
    return known ? Status() : not_found("NO_PARTY: " + line.at(1));
  }
  if (verb == "put" || verb == "delete")
    TENON_RETURN_IF_ERROR(forget_note(view, line.at(1), result));
  if (verb == "put") {
    if (line.at(1).starts_with(kNotes))
      result.writes.push_back(
          {KeyClass::kIndex, note_index(line.at(1), line.at(2)), Bytes("1"), {}, 0});
    put(result, line.at(1), line.at(2), {line.words.begin() + 3, line.words.end()});
  } else if (verb == "expire") {
    put(result, line.at(1), line.at(2), {"*"}, parse_u64(line.at(3)).value_or(0));
  } else if (verb == "delete") {
    result.writes.push_back({KeyClass::kState, line.at(1), std::nullopt, {}, 0});
  } else if (verb == "time") {
    put(result, line.at(1), std::to_string(context.record_time_us), {"*"});
    result.min_time_us = result.max_time_us = context.record_time_us;
  } else if (verb == "shout") {
    result.events.push_back({line.at(1), {"*"}});
  } else if (verb == "swallow") {
    const auto ignored = view.get(line.at(1));
    put(result, "swallowed", ignored.ok() ? "fine" : "failed", {"*"});
  }
  return {};
}

} // namespace

Result<std::vector<plugin::EngineWrite>> ScriptEngine::index_of(BytesView key, BytesView value) {
  std::vector<plugin::EngineWrite> writes;
  if (key.starts_with(kNotes))
    writes.push_back({KeyClass::kIndex, note_index(key, value), Bytes("1"), {}, 0});
  return writes;
}

Result<Bytes> ScriptEngine::event_json(BytesView payload) {
  return "{\"text\":\"" + Bytes(payload) + "\"}";
}

Result<ExecutionResult> ScriptEngine::execute(const StateView& view,
                                              const plugin::EngineTransaction& transaction,
                                              const plugin::EngineContext& context) {
  ++executions_;
  if (transaction.act_as.empty())
    return invalid_argument("NO_AUTHORITY: a line needs somebody who says it");
  ExecutionResult result;
  const Line line = parse(transaction.payload);
  if (line.at(0) == "seed")
    put(result, line.at(1), to_hex(transaction.seed.view()), {"*"});
  TENON_RETURN_IF_ERROR(run(view, line, context, result));
  return result;
}

Result<Bytes> ScriptEngine::prepare(const StateView&, BytesView command,
                                    const plugin::EngineTransaction& submitter) {
  if (submitter.act_as.empty())
    return invalid_argument("NO_AUTHORITY: a line needs somebody who says it");
  if (command.empty())
    return invalid_argument("EMPTY_COMMAND: expected a line");
  return Bytes(command);
}

Result<Bytes> ScriptEngine::query(const StateView& view, BytesView request,
                                  const plugin::EngineTransaction&, const plugin::EngineContext&) {
  const Line line = parse(request);
  if (line.at(0) == "get") {
    TENON_ASSIGN_OR_RETURN(const auto value, view.get(line.at(1)));
    return value.value_or("nothing");
  }
  Bytes all;
  const auto add = [&](BytesView key, BytesView value) {
    all.append(key).append("=").append(value).append(";");
    return true;
  };
  const Bytes end = prefix_end(line.at(1));
  TENON_RETURN_IF_ERROR(line.at(0) == "index" ? view.scan_index(line.at(1), end, add)
                                              : view.scan(line.at(1), end, add));
  return all;
}

} // namespace tenon::test
