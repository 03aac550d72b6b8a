// Values for tests: random ones, deep ones, and a decoder so plain that it can be seen to be right.
#pragma once

#include <random>
#include <string>

#include "com/daml/ledger/api/v1/value.pb.h"
#include "tenon/daml/v1/value.pb.h"

namespace tenon::daml_api::test {

namespace api = com::daml::ledger::api::v1;

// Of the form that decoding gives back: numbers without needless zeros, maps in order.
class RandomValues {
public:
  explicit RandomValues(std::uint32_t seed) : random_(seed) {}
  api::Value value(int nesting);
  api::Record record(int nesting);

private:
  std::size_t below(std::size_t bound);
  std::string text();
  std::string name();
  std::string id();
  std::string dotted();
  std::string numeric();
  std::string contract_id();
  api::Identifier identifier();
  void leaf(api::Value& out);
  void branch(api::Value& out, int nesting);

  std::mt19937 random_;
};

// `levels` values around a number.
api::Value nested(int levels);

// Field by field, message by message.
api::Value plain_decode(const daml::v1::Value& value, bool verbose);

api::Identifier identifier(std::string package, std::string module, std::string entity);

} // namespace tenon::daml_api::test
