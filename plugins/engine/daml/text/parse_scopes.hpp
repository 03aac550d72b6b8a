// What a module and a template collect while they are read, and which names they have had. Used by
// the parser only.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "lf/definitions.hpp"
#include "text/parser.hpp"

namespace tenon::daml::text {

struct Parser::Definitions {
  std::vector<lf::TypeSynonym> synonyms;
  std::vector<lf::DataType> data_types;
  std::vector<lf::Value> values;
  std::vector<lf::Template> templates;
  std::vector<lf::Exception> exceptions;
  std::vector<lf::Interface> interfaces;
  std::set<std::uint32_t> types_and_values;
  std::set<std::uint32_t> ledger_types; // templates, exceptions, interfaces
};

// Of a template or an interface.
struct Parser::Clauses {
  std::vector<lf::Choice> choices;
  std::vector<lf::InterfaceInstance> instances;
  std::vector<lf::Method> methods;
  std::vector<lf::IdentifierId> requirements;
  std::set<std::uint32_t> choice_names;
  std::set<std::uint32_t> instance_names;
  std::set<std::uint32_t> method_names;
  std::set<std::uint32_t> requirement_names;
};

} // namespace tenon::daml::text
