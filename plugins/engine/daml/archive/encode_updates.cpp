// Encoding: updates and scenarios.
#include <array>

#include "archive/encoder.hpp"
#include "archive/messages_expressions.hpp"
#include "archive/messages_types.hpp"

namespace tenon::daml::archive {

using lf::UpdateForm;

struct Encoder::UpdateRow {
  std::uint16_t number;
  UpdateWriter writer;
};

const Encoder::UpdateRow& Encoder::row_of(UpdateForm form) {
  using M = UpdateMessage;
  using E = Encoder;
  // In the order of UpdateForm.
  static constexpr std::array kRows = {
      UpdateRow{M::kPure, &E::typed_update},
      UpdateRow{M::kEmbed, &E::typed_update},
      UpdateRow{M::kBlock, &E::block_update},
      UpdateRow{M::kCreate, &E::target_update},
      UpdateRow{M::kCreateInterface, &E::target_update},
      UpdateRow{M::kExercise, &E::exercise},
      UpdateRow{M::kSoftExercise, &E::exercise},
      UpdateRow{M::kExerciseInterface, &E::later_exercise},
      UpdateRow{M::kExerciseByKey, &E::later_exercise},
      UpdateRow{M::kFetch, &E::target_update},
      UpdateRow{M::kSoftFetch, &E::target_update},
      UpdateRow{M::kFetchInterface, &E::target_update},
      UpdateRow{M::kFetchByKey, &E::target_update},
      UpdateRow{M::kLookupByKey, &E::target_update},
      UpdateRow{M::kGetTime, &E::get_time},
      UpdateRow{M::kTryCatch, &E::try_catch},
  };
  static_assert(kRows.size() == static_cast<std::size_t>(UpdateForm::kTryCatch) + 1);
  return kRows[static_cast<std::size_t>(form)];
}

void Encoder::update(const lf::Expr& expr) {
  const auto& update = lf::as<lf::Update>(expr);
  const UpdateRow& row = row_of(update.update);
  write<UpdateMessage>({content(row.number, [&](std::size_t) { (this->*row.writer)(update); })});
}

void Encoder::typed_update(const lf::Update& update) {
  write<TypedMessage>({type(1, update.type), expr(2, update.first)});
}

void Encoder::block_update(const lf::Update& update) {
  write<BlockMessage>({bindings(1, update.bindings), expr(2, update.first)});
}

void Encoder::target_update(const lf::Update& update) {
  write<TargetMessage>({type_name(1, update.target), expr(2, update.first)});
}

void Encoder::exercise(const lf::Update& update) {
  write<ExerciseMessage>({type_name(1, update.target), name(2, 6, update.name),
                          expr(3, update.first), expr(5, update.second)});
}

void Encoder::later_exercise(const lf::Update& update) {
  write<LaterExerciseMessage>({type_name(1, update.target), number(2, update.name.index),
                               expr(3, update.first), expr(4, update.second)});
}

void Encoder::get_time(const lf::Update& /*update*/) {
  write<UnitMessage>({});
}

void Encoder::try_catch(const lf::Update& update) {
  write<TryCatchMessage>({type(1, update.type), expr(2, update.first), number(3, update.name.index),
                          expr(4, update.second)});
}

void Encoder::scenario(const lf::Expr& expr) {
  using M = ScenarioMessage;
  const auto& scenario = lf::as<lf::Scenario>(expr);
  const auto message = [&](std::size_t) { scenario_content(scenario); };
  switch (scenario.scenario) {
  case lf::ScenarioForm::kPure:
    return write<M>({content(M::kPure, message)});
  case lf::ScenarioForm::kBlock:
    return write<M>({content(M::kBlock, message)});
  case lf::ScenarioForm::kCommit:
    return write<M>({content(M::kCommit, message)});
  case lf::ScenarioForm::kMustFailAt:
    return write<M>({content(M::kMustFailAt, message)});
  case lf::ScenarioForm::kPass:
    return write<M>({this->expr(M::kPass, scenario.first)});
  case lf::ScenarioForm::kGetTime:
    return write<M>({unit(M::kGetTime)});
  case lf::ScenarioForm::kGetParty:
    return write<M>({this->expr(M::kGetParty, scenario.first)});
  case lf::ScenarioForm::kEmbed:
    return write<M>({content(M::kEmbed, message)});
  }
}

void Encoder::scenario_content(const lf::Scenario& scenario) {
  switch (scenario.scenario) {
  case lf::ScenarioForm::kBlock:
    return write<BlockMessage>({bindings(1, scenario.bindings), expr(2, scenario.first)});
  case lf::ScenarioForm::kCommit:
  case lf::ScenarioForm::kMustFailAt:
    return write<CommitMessage>(
        {expr(1, scenario.first), expr(2, scenario.second), type(3, scenario.type)});
  default:
    return write<TypedMessage>({type(1, scenario.type), expr(2, scenario.first)});
  }
}

} // namespace tenon::daml::archive
