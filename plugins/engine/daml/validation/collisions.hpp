// Names that are the same but for case. Who makes files or classes of a package needs the names of
// modules, types, fields, constructors and choices to differ in more. Owned by one validation, one
// thread.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lf/package.hpp"
#include "validation/site.hpp"

namespace tenon::daml::validation {

class Collisions {
public:
  Collisions(const lf::Package& package, Meter& meter, Site& site)
      : package_(package), meter_(meter), site_(site), upper_(package.strings().size()) {}

  Status check();

private:
  enum class What : std::uint8_t {
    kModule,
    kRecord,
    kVariant,
    kEnum,
    kInterface,
    kSynonym,
    kField,
    kVariantConstructor,
    kEnumConstructor,
    kChoice,
  };
  // Something that has a name.
  struct Named {
    What what = What::kModule;
    lf::ModuleName module;
    lf::DottedName definition;
    lf::Name part;
  };
  using Node = std::uint32_t; // a path of names in upper case

  Status add_module(const lf::Module& module);
  Status add_data_type(Node module_node, Named named, const lf::DataType& type);
  Status add(Node node, const Named& named);
  Node step(Node from, lf::Name name);
  Node walk(Node from, lf::DottedName name);
  [[nodiscard]] bool may_collide(const Named& one, const Named& other) const;
  [[nodiscard]] std::string to_string(const Named& named) const;

  const lf::Package& package_;
  Meter& meter_;
  Site& site_;
  std::vector<std::uint32_t> upper_; // by string: 1 + the number of its upper case
  std::map<std::string, std::uint32_t, std::less<>> upper_index_;
  std::map<std::pair<Node, std::uint32_t>, Node> steps_;
  struct Holders {
    std::uint32_t count = 0;
    Named first;
  };
  std::map<Node, Holders> holders_;
};

} // namespace tenon::daml::validation
