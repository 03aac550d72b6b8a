#include "engine/engine_queries.hpp"

#include "errors/codes.hpp"
#include "submission/binary_form.hpp"

namespace tenon::daml_api {

namespace engine = daml::engine::v1;

namespace {

Failure unexpected(std::string_view what) {
  return Failure(codes::kLedgerApiInternalError,
                 "the engine's answer to " + std::string(what) + " is of another form");
}

} // namespace

Answer<engine::Response> EngineQueries::ask(const engine::Request& request) const {
  v1::QueryRequest query;
  query.set_engine(engine_);
  query.set_request(binary_form(request));
  const auto answer = ledger_.query(query);
  if (!answer.ok())
    return answer.status();
  engine::Response response;
  if (!response.ParseFromString(answer->response()))
    return unexpected("a request");
  return response;
}

Answer<engine::ViewsResponse> EngineQueries::views(const engine::ViewsRequest& request) const {
  engine::Request wrapped;
  *wrapped.mutable_views() = request;
  TENON_ASSIGN_OR_RETURN(engine::Response response, ask(wrapped));
  if (!response.has_views() || response.views().contracts_size() != request.contracts_size())
    return unexpected("views");
  return std::move(*response.mutable_views());
}

Answer<engine::TypesResponse> EngineQueries::types(const std::vector<std::string>& names) const {
  engine::Request request;
  for (const std::string& name : names)
    request.mutable_types()->add_names(name);
  TENON_ASSIGN_OR_RETURN(engine::Response response, ask(request));
  if (!response.has_types() || response.types().types_size() != static_cast<int>(names.size()))
    return unexpected("types");
  return std::move(*response.mutable_types());
}

Answer<std::string> EngineQueries::key_hash(const std::string& template_id,
                                            const std::string& key) const {
  engine::Request request;
  request.mutable_key_hash()->set_template_(template_id);
  request.mutable_key_hash()->set_key(key);
  TENON_ASSIGN_OR_RETURN(engine::Response response, ask(request));
  if (response.content_case() != engine::Response::kKeyHash)
    return unexpected("key_hash");
  return std::move(*response.mutable_key_hash());
}

Answer<std::string> EngineQueries::package(const std::string& id) const {
  engine::Request request;
  request.set_package(id);
  TENON_ASSIGN_OR_RETURN(engine::Response response, ask(request));
  if (response.content_case() != engine::Response::kPackage)
    return unexpected("package");
  return std::move(*response.mutable_package());
}

Outcome EngineQueries::check_dar(const std::string& dar) const {
  engine::Request request;
  request.mutable_check_dar()->set_dar(dar);
  const auto response = ask(request);
  return response.ok() ? Outcome() : Outcome(response.failure());
}

Answer<bool> EngineQueries::has_package(const std::string& id) const {
  const auto payload = package(id);
  if (payload.ok())
    return true;
  if (&payload.failure().code() == &codes::kPackageNotFound)
    return false;
  return payload.failure();
}

Answer<std::vector<engine::KnownPackage>> EngineQueries::packages() const {
  std::vector<engine::KnownPackage> packages;
  engine::Request request;
  request.mutable_packages();
  for (;;) {
    TENON_ASSIGN_OR_RETURN(engine::Response response, ask(request));
    if (!response.has_packages())
      return unexpected("packages");
    for (engine::KnownPackage& package : *response.mutable_packages()->mutable_packages())
      packages.push_back(std::move(package));
    if (!response.packages().more() || packages.empty())
      return packages;
    request.mutable_packages()->set_after(packages.back().package_id());
  }
}

} // namespace tenon::daml_api
