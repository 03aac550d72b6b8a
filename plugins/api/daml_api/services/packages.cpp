#include "services/packages.hpp"

#include "com/daml/ledger/api/v1/admin/package_management_service.pb.h"
#include "com/daml/ledger/api/v1/package_service.pb.h"
#include "common/random_id.hpp"
#include "errors/codes.hpp"
#include "services/timestamps.hpp"
#include "submission/binary_form.hpp"
#include "submission/rejection.hpp"

namespace tenon::daml_api {

namespace lapi = com::daml::ledger::api::v1;
namespace admin = com::daml::ledger::api::v1::admin;

namespace {

Outcome check_package_id(const std::string& id) {
  return require_argument(kPackageIdSyntax, id);
}

Answer<lapi::ListPackagesResponse> list_packages(const ServiceParts& parts,
                                                 const lapi::ListPackagesRequest& request) {
  TENON_RETURN_IF_FAILED(check_ledger_id(parts, request.ledger_id()));
  TENON_ASSIGN_OR_RETURN(const auto packages, parts.engine.packages());
  lapi::ListPackagesResponse response;
  for (const auto& package : packages)
    response.add_package_ids(package.package_id());
  return response;
}

Answer<lapi::GetPackageResponse> get_package(const ServiceParts& parts,
                                             const lapi::GetPackageRequest& request) {
  TENON_RETURN_IF_FAILED(check_ledger_id(parts, request.ledger_id()));
  TENON_RETURN_IF_FAILED(check_package_id(request.package_id()));
  lapi::GetPackageResponse response;
  auto payload = parts.engine.package(request.package_id());
  if (!payload.ok())
    return Failure(payload.failure()).about("PACKAGE", request.package_id());
  response.set_archive_payload(*std::move(payload));
  response.set_hash_function(lapi::SHA256);
  response.set_hash(request.package_id());
  return response;
}

Answer<lapi::GetPackageStatusResponse>
package_status(const ServiceParts& parts, const lapi::GetPackageStatusRequest& request) {
  TENON_RETURN_IF_FAILED(check_ledger_id(parts, request.ledger_id()));
  TENON_RETURN_IF_FAILED(check_package_id(request.package_id()));
  TENON_ASSIGN_OR_RETURN(const bool known, parts.engine.has_package(request.package_id()));
  lapi::GetPackageStatusResponse response;
  response.set_package_status(known ? lapi::REGISTERED : lapi::UNKNOWN);
  return response;
}

Answer<admin::ListKnownPackagesResponse> list_known_packages(const ServiceParts& parts) {
  TENON_ASSIGN_OR_RETURN(const auto packages, parts.engine.packages());
  admin::ListKnownPackagesResponse response;
  for (const auto& package : packages) {
    admin::PackageDetails& details = *response.add_package_details();
    details.set_package_id(package.package_id());
    details.set_package_size(package.info().size());
    details.set_source_description(package.info().source());
    set_timestamp(*details.mutable_known_since(), package.info().known_since_us());
  }
  return response;
}

Outcome check_submission_id(const std::string& id) {
  return optional_field(kLedgerStringSyntax, id, "submission_id");
}

// Every upload is a command of its own: what the ledger has already is left out of it.
void upload(const ServiceParts& parts, const admin::UploadDarFileRequest& request,
            const rpc::Reply<admin::UploadDarFileResponse>& reply) {
  if (const Outcome checked = check_submission_id(request.submission_id()); !checked.ok())
    return reply(checked.failure());
  daml::engine::v1::CommandRequest command;
  command.mutable_upload()->set_dar(request.dar_file());
  v1::Submission submission;
  submission.set_engine(parts.engine.engine());
  submission.set_command_id("upload|" + api::random_id());
  submission.set_command(binary_form(command));
  const Status status =
      parts.ledger.submit(submission, [reply](const v1::Completion& completion) {
        if (completion.code() == 0)
          return reply(admin::UploadDarFileResponse());
        reply(rejection_failure({completion.code(), completion.reason(), completion.message(),
                                 completion.fault()},
                                {}));
      });
  if (!status.ok())
    reply(Failure::from_status(status));
}

void add_management(rpc::Methods& methods, const ServiceParts& parts) {
  const std::string service = std::string(kAdminApi) + "PackageManagementService/";
  methods.unary<admin::ListKnownPackagesRequest, admin::ListKnownPackagesResponse>(
      service + "ListKnownPackages",
      [&parts](const rpc::Call&, const admin::ListKnownPackagesRequest&, auto reply) {
        reply(list_known_packages(parts));
      });
  methods.unary<admin::UploadDarFileRequest, admin::UploadDarFileResponse>(
      service + "UploadDarFile",
      [&parts](const rpc::Call&, const admin::UploadDarFileRequest& request, auto reply) {
        upload(parts, request, reply);
      });
  methods.unary<admin::ValidateDarFileRequest, admin::ValidateDarFileResponse>(
      service + "ValidateDarFile",
      [&parts](const rpc::Call&, const admin::ValidateDarFileRequest& request, auto reply) {
        Outcome checked = check_submission_id(request.submission_id());
        if (checked.ok())
          checked = parts.engine.check_dar(request.dar_file());
        if (checked.ok())
          reply(admin::ValidateDarFileResponse());
        else
          reply(checked.failure());
      });
}

} // namespace

void add_package_services(rpc::Methods& methods, const ServiceParts& parts) {
  const std::string service = std::string(kApi) + "PackageService/";
  methods.unary<lapi::ListPackagesRequest, lapi::ListPackagesResponse>(
      service + "ListPackages",
      [&parts](const rpc::Call&, const lapi::ListPackagesRequest& request, auto reply) {
        reply(list_packages(parts, request));
      });
  methods.unary<lapi::GetPackageRequest, lapi::GetPackageResponse>(
      service + "GetPackage",
      [&parts](const rpc::Call&, const lapi::GetPackageRequest& request, auto reply) {
        reply(get_package(parts, request));
      });
  methods.unary<lapi::GetPackageStatusRequest, lapi::GetPackageStatusResponse>(
      service + "GetPackageStatus",
      [&parts](const rpc::Call&, const lapi::GetPackageStatusRequest& request, auto reply) {
        reply(package_status(parts, request));
      });
  add_management(methods, parts);
}

} // namespace tenon::daml_api
