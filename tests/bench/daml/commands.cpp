#include "commands.hpp"

#include "packages.hpp"

namespace tenon::bench {

namespace {

using Json = nlohmann::json;

constexpr const char* kIou = "#tenon-iou:Iou:Iou";
constexpr const char* kNote = "#tenon-bench:Notes:Note";

Json iou(int number) {
  return {{"issuer", "bank"},
          {"owner", "alice"},
          {"number", number},
          {"currency", "EUR"},
          {"amount", "1250.5"}};
}

Json create(const char* type, const Json& payload) {
  return {{"create", {{"templateId", type}, {"payload", payload}}}};
}

Json exercise(const char* type, const Json& contract, const char* choice, const Json& argument) {
  return {{"exercise",
           {{"templateId", type},
            {"contractId", contract},
            {"choice", choice},
            {"argument", argument}}}};
}

Result<Json> created(Ledger& ledger, const char* type, const Json& payload) {
  TENON_ASSIGN_OR_RETURN(const Json answer, ledger.submit(create(type, payload)));
  return answer["result"];
}

Json note(int number) {
  return {{"owner", "alice"}, {"number", number}, {"text", "a note that is looked at"}};
}

} // namespace

Result<Commands> prepare_ledger(Ledger& ledger, const std::filesystem::path& packages) {
  for (const char* const text : {"iou.lf", "bench.lf"}) {
    TENON_ASSIGN_OR_RETURN(const Bytes dar, dar_of_file(packages / text));
    TENON_RETURN_IF_ERROR(ledger.upload(dar));
  }
  TENON_ASSIGN_OR_RETURN(const Json promise, created(ledger, kIou, iou(1)));
  TENON_ASSIGN_OR_RETURN(const Json looking, created(ledger, kNote, note(1)));
  TENON_ASSIGN_OR_RETURN(const Json looked_at, created(ledger, kNote, note(2)));
  const Json new_owner = {{"newOwner", "bank"}};
  Commands commands;
  commands.create = create(kIou, iou(2)).dump();
  commands.create_and_exercise = Json{{"createAndExercise",
                                       {{"templateId", kIou},
                                        {"payload", iou(2)},
                                        {"choice", "Transfer"},
                                        {"argument", new_owner}}}}
                                     .dump();
  commands.exercise = exercise(kIou, promise, "Transfer", new_owner).dump();
  commands.fetch = exercise(kNote, looking, "Look", {{"other", looked_at}}).dump();
  commands.exercise_by_key = Json{{"exerciseByKey",
                                   {{"templateId", kNote},
                                    {"key", {{"owner", "alice"}, {"number", 1}}},
                                    {"choice", "Read"},
                                    {"argument", Json::object()}}}}
                                 .dump();
  return commands;
}

} // namespace tenon::bench
