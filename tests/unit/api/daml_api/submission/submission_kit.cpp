#include "submission_kit.hpp"

namespace tenon::daml_api::test {

lapi::Identifier identifier(std::string package, std::string module, std::string entity) {
  lapi::Identifier result;
  result.set_package_id(std::move(package));
  result.set_module_name(std::move(module));
  result.set_entity_name(std::move(entity));
  return result;
}

lapi::Record one_field_record() {
  lapi::Record record;
  lapi::RecordField& field = *record.add_fields();
  field.set_label("owner");
  field.mutable_value()->set_party("Alice");
  return record;
}

lapi::Commands all_commands() {
  lapi::Commands commands;
  commands.set_ledger_id("ledger");
  commands.set_workflow_id("workflow");
  commands.set_application_id("app|1");
  commands.set_command_id("command");
  commands.set_submission_id("submission");
  commands.set_party("Alice");
  const lapi::Identifier type = identifier("pkg", "Main", "Asset");
  lapi::CreateCommand& create = *commands.add_commands()->mutable_create();
  *create.mutable_template_id() = type;
  *create.mutable_create_arguments() = one_field_record();
  lapi::ExerciseCommand& exercise = *commands.add_commands()->mutable_exercise();
  *exercise.mutable_template_id() = type;
  exercise.set_contract_id(kContractId);
  exercise.set_choice("Give");
  exercise.mutable_choice_argument()->mutable_unit();
  lapi::ExerciseByKeyCommand& by_key = *commands.add_commands()->mutable_exercisebykey();
  *by_key.mutable_template_id() = type;
  by_key.mutable_contract_key()->set_text("key");
  by_key.set_choice("Give");
  by_key.mutable_choice_argument()->mutable_unit();
  lapi::CreateAndExerciseCommand& both = *commands.add_commands()->mutable_createandexercise();
  *both.mutable_template_id() = type;
  *both.mutable_create_arguments() = one_field_record();
  both.set_choice("Give");
  both.mutable_choice_argument()->mutable_unit();
  return commands;
}

CommandRules rules() {
  return {"ledger", 1'800'000'000};
}

Status FakeLedger::submit(const v1::Submission& submission, Completed done) {
  if (!refusal.ok())
    return refusal;
  submissions.push_back(submission);
  waiting.push_back(std::move(done));
  return {};
}

Result<v1::QueryResponse> FakeLedger::query(const v1::QueryRequest&) {
  return v1::QueryResponse();
}

Result<v1::TransactionsResponse>
FakeLedger::transactions(const v1::TransactionsRequest&) {
  return v1::TransactionsResponse();
}

Result<v1::PartiesResponse> FakeLedger::parties(const v1::PartiesRequest&) {
  return v1::PartiesResponse();
}

Result<v1::StatusResponse> FakeLedger::status() {
  return v1::StatusResponse();
}

Result<std::unique_ptr<tenon::api::Ledger::Watch>> FakeLedger::watch(HeadMoved) {
  return std::make_unique<Watch>();
}

} // namespace tenon::daml_api::test
