// What users and parties have in common: annotations, versions that tell concurrent changes apart,
// and masks that say which fields a request changes. Pure; any thread.
#pragma once

#include <functional>
#include <google/protobuf/field_mask.pb.h>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "com/daml/ledger/api/v1/admin/object_meta.pb.h"
#include "errors/failure.hpp"
#include "participant/records.hpp"

namespace tenon::daml_api {

// Keys are "name" or "prefix/name". An annotation without a value means its removal, where there
// is something to remove from. `field` is where they stand in the request. INVALID_ARGUMENT.
enum class EmptyValues { kRefused, kRemove };
[[nodiscard]] Answer<Annotations>
read_annotations(const com::daml::ledger::api::v1::admin::ObjectMeta& meta, EmptyValues empty,
                 std::string_view field);

// Of an object that a request creates. INVALID_ARGUMENT.
[[nodiscard]] Outcome
require_no_version(const com::daml::ledger::api::v1::admin::ObjectMeta& meta,
                   std::string_view field);
// Of one that it changes; nothing: whatever its version. INVALID_FIELD.
[[nodiscard]] Answer<std::optional<std::int64_t>>
read_version(const com::daml::ledger::api::v1::admin::ObjectMeta& meta, std::string_view field);

// `version`: nothing where the object has no record of its own.
void set_meta(com::daml::ledger::api::v1::admin::ObjectMeta& meta,
              std::optional<std::int64_t> version, const Annotations& annotations);

// A google.protobuf.FieldMask over the fields of one kind of object.
class UpdateMask {
public:
  using Fail = std::function<Failure(const std::string& why)>;
  // `fields`: all that there are, "metadata.annotations". A mask must have a path, none twice, and
  // each must be one of the fields or lead to some.
  [[nodiscard]] static Answer<UpdateMask> read(const google::protobuf::FieldMask& mask,
                                               std::span<const std::string_view> fields,
                                               const Fail& fail);

  // The field itself is named.
  [[nodiscard]] bool names(std::string_view field) const;
  // Something around the field is named: then it changes if it is given.
  [[nodiscard]] bool covers(std::string_view field) const;
  // The value, if the mask makes it change; `empty`: whether it is its type's default.
  template <typename T>
  [[nodiscard]] std::optional<T> pick(std::string_view field, const T& value, bool empty) const {
    if (names(field) || (covers(field) && !empty))
      return value;
    return std::nullopt;
  }

private:
  std::set<std::string, std::less<>> paths_; // "": the object as a whole
};

} // namespace tenon::daml_api
