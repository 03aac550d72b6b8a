// What the services ask the Daml engine: views of interfaces, which templates there are, packages.
// Thin: each function is one query of the ledger, answered from this node's own state. Owned by the
// plugin object; any thread.
#pragma once

#include <string>
#include <vector>

#include "common/ledger/ledger.hpp"
#include "errors/failure.hpp"
#include "tenon/daml/engine/v1/engine.pb.h"

namespace tenon::daml_api {

class EngineQueries {
public:
  // `ledger` outlives this. `engine`: the id under which the ledger knows the engine.
  EngineQueries(api::Ledger& ledger, std::string engine)
      : ledger_(ledger), engine_(std::move(engine)) {}

  [[nodiscard]] Answer<daml::engine::v1::ViewsResponse>
  views(const daml::engine::v1::ViewsRequest& request) const;
  [[nodiscard]] Answer<daml::engine::v1::TypesResponse>
  types(const std::vector<std::string>& names) const;
  [[nodiscard]] Answer<std::string> key_hash(const std::string& template_id,
                                             const std::string& key) const;
  // The archive's payload. PACKAGE_NOT_FOUND.
  [[nodiscard]] Answer<std::string> package(const std::string& id) const;
  [[nodiscard]] Outcome check_dar(const std::string& dar) const;
  [[nodiscard]] Answer<bool> has_package(const std::string& id) const;
  // All of them, by id.
  [[nodiscard]] Answer<std::vector<daml::engine::v1::KnownPackage>> packages() const;

  [[nodiscard]] const std::string& engine() const { return engine_; }

private:
  [[nodiscard]] Answer<daml::engine::v1::Response>
  ask(const daml::engine::v1::Request& request) const;

  api::Ledger& ledger_;
  const std::string engine_;
};

} // namespace tenon::daml_api
