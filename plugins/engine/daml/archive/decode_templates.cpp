// Decoding: templates and interfaces.
#include "archive/decoder.hpp"
#include "archive/messages_definitions.hpp"

namespace tenon::daml::archive {

using lf::Feature;

Result<lf::Template> Decoder::template_definition(BytesView bytes) {
  using M = TemplateMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  lf::Template result;
  TENON_ASSIGN_OR_RETURN(result.name, dotted_name(fields[M::kName]));
  const auto rest = [&]() -> Status {
    TENON_ASSIGN_OR_RETURN(result.parameter, name(fields[M::kParameter]));
    if (fields[M::kPrecondition].present()) {
      TENON_ASSIGN_OR_RETURN(result.precondition, expression(fields[M::kPrecondition]));
    }
    TENON_ASSIGN_OR_RETURN(result.signatories, expression(fields[M::kSignatories]));
    TENON_ASSIGN_OR_RETURN(result.agreement, expression(fields[M::kAgreement]));
    TENON_RETURN_IF_ERROR(choices(fields[M::kChoices], result.choices));
    TENON_ASSIGN_OR_RETURN(result.observers, expression(fields[M::kObservers]));
    TENON_RETURN_IF_ERROR(only_with(fields[M::kImplements], Feature::kInterfaces));
    TENON_RETURN_IF_ERROR(instances(fields[M::kImplements], result.implements));
    TENON_ASSIGN_OR_RETURN(result.key, key(fields[M::kKey], result.parameter));
    TENON_ASSIGN_OR_RETURN(result.location, location(fields[M::kLocation]));
    return {};
  };
  if (const Status status = rest(); !status.ok()) {
    return status.with_context("template " + std::string(builder_->package().text(result.name)));
  }
  return result;
}

Status Decoder::choices(const Place& place, std::span<const lf::Choice>& items) {
  std::vector<lf::Choice> result;
  result.reserve(place.count());
  TENON_RETURN_IF_ERROR(place.each([&](BytesView bytes) -> Status {
    TENON_ASSIGN_OR_RETURN(result.emplace_back(), choice_definition(bytes));
    return {};
  }));
  items = builder_->list(result);
  return {};
}

Result<lf::Choice> Decoder::choice_definition(BytesView bytes) {
  using M = ChoiceMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  lf::Choice result;
  TENON_ASSIGN_OR_RETURN(result.name, name(fields[M::kName]));
  const auto rest = [&]() -> Status {
    result.consuming = fields[M::kConsuming].present();
    TENON_ASSIGN_OR_RETURN(result.argument, binder(fields[M::kArgument]));
    TENON_ASSIGN_OR_RETURN(result.contract_id, name(fields[M::kContractId]));
    TENON_ASSIGN_OR_RETURN(result.controllers, expression(fields[M::kControllers]));
    TENON_RETURN_IF_ERROR(choice_parties(fields[M::kObservers], fields[M::kAuthorizers], result));
    TENON_ASSIGN_OR_RETURN(result.result, type(fields[M::kResult]));
    TENON_ASSIGN_OR_RETURN(result.update, expression(fields[M::kUpdate]));
    TENON_ASSIGN_OR_RETURN(result.location, location(fields[M::kLocation]));
    return {};
  };
  if (const Status status = rest(); !status.ok())
    return status.with_context("choice " + std::string(builder_->package().text(result.name)));
  return result;
}

Status Decoder::choice_parties(const Place& observers, const Place& authorizers,
                               lf::Choice& choice) {
  TENON_RETURN_IF_ERROR(only_with(observers, Feature::kChoiceObservers));
  if (supports(Feature::kChoiceObservers)) {
    TENON_ASSIGN_OR_RETURN(choice.observers, expression(observers));
  }
  if (authorizers.present()) {
    return reader_.unexpected(
        authorizers, "no authorizers, which came after version " + to_string(lf::kNewestVersion),
        "some in " + to_string(builder_->version()));
  }
  return {};
}

Status Decoder::instances(const Place& place, std::span<const lf::InterfaceInstance>& items) {
  std::vector<lf::InterfaceInstance> result;
  result.reserve(place.count());
  TENON_RETURN_IF_ERROR(place.each([&](BytesView bytes) -> Status {
    TENON_ASSIGN_OR_RETURN(result.emplace_back(), instance(bytes));
    return {};
  }));
  items = builder_->list(result);
  return {};
}

Result<lf::InterfaceInstance> Decoder::instance(BytesView bytes) {
  using M = InstanceMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  lf::InterfaceInstance result;
  TENON_ASSIGN_OR_RETURN(result.other, type_name(fields[M::kOther]));
  TENON_RETURN_IF_ERROR(instance_body(fields[M::kBody], result));
  TENON_ASSIGN_OR_RETURN(result.location, location(fields[M::kLocation]));
  return result;
}

Status Decoder::instance_body(const Place& place, lf::InterfaceInstance& instance) {
  using M = InstanceBodyMessage;
  TENON_ASSIGN_OR_RETURN(const BytesView bytes, reader_.require(place));
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  std::vector<lf::MethodBody> methods;
  TENON_RETURN_IF_ERROR(fields[M::kMethods].each([&](BytesView part) -> Status {
    FieldsOf<MethodBodyMessage> body(reader_);
    TENON_RETURN_IF_ERROR(body.read(part));
    lf::MethodBody& method = methods.emplace_back();
    TENON_ASSIGN_OR_RETURN(method.name, table_name(body[MethodBodyMessage::kName]));
    TENON_ASSIGN_OR_RETURN(method.value, expression(body[MethodBodyMessage::kValue]));
    return {};
  }));
  instance.methods = builder_->list(methods);
  TENON_ASSIGN_OR_RETURN(instance.view, expression(fields[M::kView]));
  return {};
}

Result<lf::Interface> Decoder::interface_definition(BytesView bytes) {
  using M = InterfaceMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  lf::Interface result;
  TENON_ASSIGN_OR_RETURN(result.name, table_dotted_name(fields[M::kName]));
  const auto rest = [&]() -> Status {
    TENON_ASSIGN_OR_RETURN(result.parameter, table_name(fields[M::kParameter]));
    std::vector<lf::Method> methods;
    TENON_RETURN_IF_ERROR(fields[M::kMethods].each([&](BytesView part) -> Status {
      TENON_ASSIGN_OR_RETURN(methods.emplace_back(), method(part));
      return {};
    }));
    result.methods = builder_->list(methods);
    TENON_RETURN_IF_ERROR(choices(fields[M::kChoices], result.choices));
    TENON_RETURN_IF_ERROR(instances(fields[M::kCoImplements], result.co_implements));
    TENON_ASSIGN_OR_RETURN(result.view, type(fields[M::kView]));
    std::vector<lf::IdentifierId> requirements;
    TENON_RETURN_IF_ERROR(fields[M::kRequirements].each([&](BytesView part) -> Status {
      TENON_ASSIGN_OR_RETURN(requirements.emplace_back(), type_name(part));
      return {};
    }));
    result.requirements = builder_->list(requirements);
    TENON_ASSIGN_OR_RETURN(result.location, location(fields[M::kLocation]));
    return {};
  };
  if (const Status status = rest(); !status.ok()) {
    return status.with_context("interface " + std::string(builder_->package().text(result.name)));
  }
  return result;
}

Result<lf::Method> Decoder::method(BytesView bytes) {
  FieldsOf<MethodMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  lf::Method result;
  TENON_ASSIGN_OR_RETURN(result.name, table_name(fields[MethodMessage::kName]));
  TENON_ASSIGN_OR_RETURN(result.type, type(fields[MethodMessage::kType]));
  TENON_ASSIGN_OR_RETURN(result.location, location(fields[MethodMessage::kLocation]));
  return result;
}

Result<const lf::TemplateKey*> Decoder::key(const Place& place, lf::Name parameter) {
  using M = KeyMessage;
  if (!place.present())
    return static_cast<const lf::TemplateKey*>(nullptr);
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(place.bytes()));
  lf::TemplateKey result;
  TENON_ASSIGN_OR_RETURN(result.type, type(fields[M::kType]));
  const Place sum = fields[M::kSum];
  result.restricted = sum.number() == M::kRestricted;
  TENON_ASSIGN_OR_RETURN(result.key, result.restricted ? restricted_key(sum.bytes(), parameter)
                                                       : expression(sum));
  TENON_ASSIGN_OR_RETURN(result.maintainers, expression(fields[M::kMaintainers]));
  return builder_->store(result);
}

Result<const lf::Expr*> Decoder::restricted_key(BytesView bytes, lf::Name parameter) {
  FieldsOf<KeyExprMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  const Place sum = fields[KeyExprMessage::kSum];
  switch (sum.number()) {
  case KeyExprMessage::kProjections:
    return key_projections(sum, parameter);
  case KeyExprMessage::kRecord:
    return key_record(sum, parameter);
  default:
    return reader_.require(sum).status();
  }
}

// A list on the wire, but a chain in the tree: here the list's length is what bounds the depth.
Result<const lf::Expr*> Decoder::key_projections(const Place& place, lf::Name parameter) {
  FieldsOf<KeyProjectionsMessage> all(reader_);
  TENON_RETURN_IF_ERROR(all.read(place.bytes()));
  const Place projections = all[KeyProjectionsMessage::kProjections];
  if (projections.count() > kMaxKeyProjections) {
    return reader_.unexpected(projections, "at most " + std::to_string(kMaxKeyProjections),
                              std::to_string(projections.count()));
  }
  const lf::Expr* result = builder_->make<lf::Variable>(lf::ExprForm::kVariable, parameter);
  TENON_RETURN_IF_ERROR(projections.each([&](BytesView bytes) -> Status {
    using M = KeyProjectionMessage;
    FieldsOf<M> fields(reader_);
    TENON_RETURN_IF_ERROR(fields.read(bytes));
    TENON_ASSIGN_OR_RETURN(const lf::Type* type, constructed_type(fields[M::kType]));
    TENON_ASSIGN_OR_RETURN(const lf::Name field, name(fields[M::kField]));
    result =
        builder_->make<lf::RecordProjection>(lf::ExprForm::kRecordProjection, field, type, result);
    return {};
  }));
  return result;
}

Result<const lf::Expr*> Decoder::key_record(const Place& place, lf::Name parameter) {
  FieldsOf<KeyRecordMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(place.bytes()));
  TENON_ASSIGN_OR_RETURN(const lf::Type* type, constructed_type(fields[KeyRecordMessage::kType]));
  std::vector<lf::FieldExpr> values;
  TENON_RETURN_IF_ERROR(
      fields[KeyRecordMessage::kRecordFields].each([&](BytesView bytes) -> Status {
        using M = KeyFieldMessage;
        FieldsOf<M> one(reader_);
        TENON_RETURN_IF_ERROR(one.read(bytes));
        lf::FieldExpr& result = values.emplace_back();
        TENON_ASSIGN_OR_RETURN(result.name, name(one[M::kName]));
        TENON_ASSIGN_OR_RETURN(const BytesView key_bytes, reader_.require(one[M::kKey]));
        TENON_ASSIGN_OR_RETURN(result.value, restricted_key(key_bytes, parameter));
        return {};
      }));
  const lf::Expr* result =
      builder_->make<lf::Record>(lf::ExprForm::kRecord, type, builder_->list(values));
  return result;
}

} // namespace tenon::daml::archive
