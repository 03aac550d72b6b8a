// Encoding: templates and interfaces.
#include <algorithm>
#include <vector>

#include "archive/encoder.hpp"
#include "archive/messages_definitions.hpp"

namespace tenon::daml::archive {

void Encoder::template_definition(const lf::Template& definition) {
  const auto key_content = [&](std::size_t) { key(*definition.key, definition.parameter); };
  write<TemplateMessage>({
      dotted_name(1, 12, definition.name),
      name(2, 11, definition.parameter),
      expr(4, definition.precondition),
      expr(5, definition.signatories),
      expr(6, definition.agreement),
      parts(7, definition.choices.size(), [&](std::size_t i) { choice(definition.choices[i]); }),
      expr(8, definition.observers),
      location(9, definition.location),
      definition.key == nullptr ? Field{} : content(10, key_content),
      parts(13, definition.implements.size(),
            [&](std::size_t i) { instance(definition.implements[i]); }),
  });
}

void Encoder::choice(const lf::Choice& choice) {
  write<ChoiceMessage>({
      name(1, 9, choice.name),
      flag(2, choice.consuming),
      expr(3, choice.controllers),
      expr(11, choice.observers),
      expr(12, choice.authorizers),
      binder(4, choice.argument),
      type(5, choice.result),
      expr(6, choice.update),
      name(7, 10, choice.contract_id),
      location(8, choice.location),
  });
}

void Encoder::instance(const lf::InterfaceInstance& instance) {
  const auto method = [&](std::size_t i) {
    write<MethodBodyMessage>(
        {number(1, instance.methods[i].name.index), expr(2, instance.methods[i].value)});
  };
  const auto body = [&](std::size_t) {
    write<InstanceBodyMessage>({parts(1, instance.methods.size(), method), expr(2, instance.view)});
  };
  write<InstanceMessage>(
      {type_name(1, instance.other), content(2, body), location(3, instance.location)});
}

void Encoder::interface(const lf::Interface& definition) {
  const auto method = [&](std::size_t i) {
    const lf::Method& one = definition.methods[i];
    write<MethodMessage>({location(1, one.location), number(2, one.name.index), type(3, one.type)});
  };
  write<InterfaceMessage>({
      location(1, definition.location),
      number(2, definition.name.index),
      parts(3, definition.methods.size(), method),
      number(4, definition.parameter.index),
      parts(5, definition.choices.size(), [&](std::size_t i) { choice(definition.choices[i]); }),
      parts(6, definition.co_implements.size(),
            [&](std::size_t i) { instance(definition.co_implements[i]); }),
      type(8, definition.view),
      parts(9, definition.requirements.size(),
            [&](std::size_t i) { write_type_name(definition.requirements[i]); }),
  });
}

void Encoder::key(const lf::TemplateKey& key, lf::Name parameter) {
  using M = KeyMessage;
  const auto restricted = [&](std::size_t) { restricted_key(*key.key, parameter); };
  write<M>({type(1, key.type),
            key.restricted ? content(M::kRestricted, restricted) : expr(M::kExpression, key.key),
            expr(3, key.maintainers)});
}

void Encoder::restricted_key(const lf::Expr& key, lf::Name parameter) {
  using M = KeyExprMessage;
  const auto record = [&](std::size_t) { key_record(lf::as<lf::Record>(key), parameter); };
  const auto projections = [&](std::size_t) { key_projections(key, parameter); };
  if (key.form == lf::ExprForm::kRecord)
    return write<M>({content(M::kRecord, record)});
  write<M>({content(M::kProjections, projections)});
}

void Encoder::key_projections(const lf::Expr& key, lf::Name parameter) {
  std::vector<const lf::RecordProjection*> chain;
  const lf::Expr* rest = &key;
  for (; rest->form == lf::ExprForm::kRecordProjection;
       rest = lf::as<lf::RecordProjection>(*rest).record)
    chain.push_back(&lf::as<lf::RecordProjection>(*rest));
  std::reverse(chain.begin(), chain.end());
  if (rest->form != lf::ExprForm::kVariable || lf::as<lf::Variable>(*rest).name != parameter) {
    return fail("restricted key: expected records of projections of the template's parameter, "
                "found a " +
                std::string(form_name(rest->form)));
  }
  write<KeyProjectionsMessage>({parts(2, chain.size(), [&](std::size_t i) {
    write<KeyProjectionMessage>({constructed(1, chain[i]->type), name(2, 3, chain[i]->field)});
  })});
}

void Encoder::key_record(const lf::Record& key, lf::Name parameter) {
  const auto field = [&](std::size_t i) {
    const lf::FieldExpr& one = key.fields[i];
    write<KeyFieldMessage>({name(1, 3, one.name), content(2, [&](std::size_t) {
                              restricted_key(*one.value, parameter);
                            })});
  };
  write<KeyRecordMessage>({constructed(1, key.type), parts(2, key.fields.size(), field)});
}

} // namespace tenon::daml::archive
