// Decoding: updates and scenarios.
#include "archive/decoder.hpp"
#include "archive/messages_expressions.hpp"

namespace tenon::daml::archive {

using lf::Feature;
using lf::ScenarioForm;
using lf::UpdateForm;

struct Decoder::UpdateRow {
  std::uint16_t number;
  UpdateForm form;
  std::optional<Feature> feature;
  UpdateHandler handler;
};

const Decoder::UpdateRow* Decoder::find_update(std::uint16_t number) {
  using M = UpdateMessage;
  using D = Decoder;
  using U = UpdateForm;
  constexpr std::nullopt_t kAlways = std::nullopt;
  static constexpr UpdateRow kRows[] = {
      {M::kPure, U::kPure, kAlways, &D::typed_update},
      {M::kBlock, U::kBlock, kAlways, &D::block_update},
      {M::kCreate, U::kCreate, kAlways, &D::target_update},
      {M::kExercise, U::kExercise, kAlways, &D::exercise},
      {M::kFetch, U::kFetch, kAlways, &D::target_update},
      {M::kGetTime, U::kGetTime, kAlways, &D::get_time},
      {M::kEmbed, U::kEmbed, kAlways, &D::typed_update},
      {M::kLookupByKey, U::kLookupByKey, kAlways, &D::target_update},
      {M::kFetchByKey, U::kFetchByKey, kAlways, &D::target_update},
      {M::kExerciseByKey, U::kExerciseByKey, Feature::kExerciseByKey, &D::later_exercise},
      {M::kTryCatch, U::kTryCatch, Feature::kExceptions, &D::try_catch},
      {M::kCreateInterface, U::kCreateInterface, Feature::kInterfaces, &D::target_update},
      {M::kExerciseInterface, U::kExerciseInterface, Feature::kInterfaces, &D::later_exercise},
      {M::kFetchInterface, U::kFetchInterface, Feature::kInterfaces, &D::target_update},
      {M::kSoftFetch, U::kSoftFetch, Feature::kUpgrades, &D::target_update},
      {M::kSoftExercise, U::kSoftExercise, Feature::kUpgrades, &D::exercise},
  };
  for (const UpdateRow& row : kRows) {
    if (row.number == number)
      return &row;
  }
  return nullptr;
}

Decoder::ExprResult Decoder::update(const Place& sum, lf::ExprForm form) {
  FieldsOf<UpdateMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  const Place step = fields[UpdateMessage::kSum];
  const UpdateRow* row = find_update(step.number());
  if (row == nullptr)
    return reader_.require(step).status(); // every number of the schema has a row
  if (row->feature && !supports(*row->feature))
    return unsupported(step, *row->feature);
  auto* result = builder_->make<lf::Update>(form);
  result->update = row->form;
  TENON_RETURN_IF_ERROR((this->*row->handler)(step, *result));
  return result;
}

Status Decoder::typed_update(const Place& sum, lf::Update& update) {
  FieldsOf<TypedMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_ASSIGN_OR_RETURN(update.type, type(fields[TypedMessage::kType]));
  TENON_ASSIGN_OR_RETURN(update.first, expression(fields[TypedMessage::kOperand]));
  return {};
}

Status Decoder::block_update(const Place& sum, lf::Update& update) {
  FieldsOf<BlockMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  std::vector<lf::Binding> items;
  TENON_RETURN_IF_ERROR(bindings(fields[BlockMessage::kBindings], items));
  update.bindings = builder_->list(items);
  TENON_ASSIGN_OR_RETURN(update.first, expression(fields[BlockMessage::kBody]));
  return {};
}

Status Decoder::target_update(const Place& sum, lf::Update& update) {
  FieldsOf<TargetMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_ASSIGN_OR_RETURN(update.target, type_name(fields[TargetMessage::kTarget]));
  TENON_ASSIGN_OR_RETURN(update.first, expression(fields[TargetMessage::kOperand]));
  return {};
}

Status Decoder::exercise(const Place& sum, lf::Update& update) {
  using M = ExerciseMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_ASSIGN_OR_RETURN(update.target, type_name(fields[M::kTarget]));
  TENON_ASSIGN_OR_RETURN(update.name, name(fields[M::kChoice]));
  TENON_ASSIGN_OR_RETURN(update.first, expression(fields[M::kContractId]));
  TENON_ASSIGN_OR_RETURN(update.second, expression(fields[M::kArgument]));
  return {};
}

Status Decoder::later_exercise(const Place& sum, lf::Update& update) {
  using M = LaterExerciseMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_ASSIGN_OR_RETURN(update.target, type_name(fields[M::kTarget]));
  TENON_ASSIGN_OR_RETURN(update.name, table_name(fields[M::kChoice]));
  TENON_ASSIGN_OR_RETURN(update.first, expression(fields[M::kSubject]));
  TENON_ASSIGN_OR_RETURN(update.second, expression(fields[M::kArgument]));
  return {};
}

Status Decoder::get_time(const Place& sum, lf::Update& /*update*/) {
  return unit(sum);
}

Status Decoder::try_catch(const Place& sum, lf::Update& update) {
  using M = TryCatchMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_ASSIGN_OR_RETURN(update.type, type(fields[M::kResult]));
  TENON_ASSIGN_OR_RETURN(update.first, expression(fields[M::kTried]));
  TENON_ASSIGN_OR_RETURN(update.name, table_name(fields[M::kException]));
  TENON_ASSIGN_OR_RETURN(update.second, expression(fields[M::kHandler]));
  return {};
}

struct Decoder::ScenarioRow {
  std::uint16_t number;
  ScenarioForm form;
  ScenarioHandler handler;
};

const Decoder::ScenarioRow* Decoder::find_scenario(std::uint16_t number) {
  using M = ScenarioMessage;
  static constexpr ScenarioRow kRows[] = {
      {M::kPure, ScenarioForm::kPure, &Decoder::typed_scenario},
      {M::kBlock, ScenarioForm::kBlock, &Decoder::block_scenario},
      {M::kCommit, ScenarioForm::kCommit, &Decoder::commit},
      {M::kMustFailAt, ScenarioForm::kMustFailAt, &Decoder::commit},
      {M::kPass, ScenarioForm::kPass, &Decoder::plain_scenario},
      {M::kGetTime, ScenarioForm::kGetTime, &Decoder::get_time},
      {M::kGetParty, ScenarioForm::kGetParty, &Decoder::plain_scenario},
      {M::kEmbed, ScenarioForm::kEmbed, &Decoder::typed_scenario},
  };
  for (const ScenarioRow& row : kRows) {
    if (row.number == number)
      return &row;
  }
  return nullptr;
}

Decoder::ExprResult Decoder::scenario(const Place& sum, lf::ExprForm form) {
  FieldsOf<ScenarioMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  const Place step = fields[ScenarioMessage::kSum];
  const ScenarioRow* row = find_scenario(step.number());
  if (row == nullptr)
    return reader_.require(step).status();
  auto* result = builder_->make<lf::Scenario>(form);
  result->scenario = row->form;
  TENON_RETURN_IF_ERROR((this->*row->handler)(step, *result));
  return result;
}

Status Decoder::typed_scenario(const Place& sum, lf::Scenario& scenario) {
  FieldsOf<TypedMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_ASSIGN_OR_RETURN(scenario.type, type(fields[TypedMessage::kType]));
  TENON_ASSIGN_OR_RETURN(scenario.first, expression(fields[TypedMessage::kOperand]));
  return {};
}

Status Decoder::block_scenario(const Place& sum, lf::Scenario& scenario) {
  FieldsOf<BlockMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  std::vector<lf::Binding> items;
  TENON_RETURN_IF_ERROR(bindings(fields[BlockMessage::kBindings], items));
  scenario.bindings = builder_->list(items);
  TENON_ASSIGN_OR_RETURN(scenario.first, expression(fields[BlockMessage::kBody]));
  return {};
}

Status Decoder::commit(const Place& sum, lf::Scenario& scenario) {
  using M = CommitMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_ASSIGN_OR_RETURN(scenario.first, expression(fields[M::kParty]));
  TENON_ASSIGN_OR_RETURN(scenario.second, expression(fields[M::kUpdate]));
  TENON_ASSIGN_OR_RETURN(scenario.type, type(fields[M::kResult]));
  return {};
}

Status Decoder::plain_scenario(const Place& sum, lf::Scenario& scenario) {
  TENON_ASSIGN_OR_RETURN(scenario.first, expression(sum));
  return {};
}

Status Decoder::get_time(const Place& sum, lf::Scenario& /*scenario*/) {
  return unit(sum);
}

} // namespace tenon::daml::archive
