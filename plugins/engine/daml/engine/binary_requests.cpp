#include "engine/binary_requests.hpp"

#include <algorithm>

#include "engine/binary_commands.hpp"
#include "engine/labels.hpp"
#include "engine/state_keys.hpp"
#include "engine/upload.hpp"
#include "engine/views.hpp"
#include "ledger/transaction.hpp"
#include "tenon/core/encoding.hpp"
#include "values/value_codec.hpp"

namespace tenon::daml::engine {

namespace {

constexpr std::size_t kMaxViews = 10'000;
constexpr int kMaxNames = 10'000;
constexpr std::uint32_t kPackagePage = 1'000;
constexpr std::uint32_t kContractPage = 10'000;
constexpr std::size_t kContractPageBytes = std::size_t{8} << 20;

Status malformed(const std::string& what) {
  return invalid_argument("MALFORMED_REQUEST: " + what);
}

Status no_such_type(const Identifier& id) {
  return not_found("TEMPLATES_OR_INTERFACES_NOT_FOUND: the ledger has no " + id.to_text());
}

class Request {
public:
  Request(PackageLibrary& library, const Settings& settings, const plugin::StateView& view)
      : library_(library), view_(view), views_(library.store(), settings) {}

  Result<v1::Response> answer(const v1::Request& request) {
    v1::Response response;
    switch (request.content_case()) {
    case v1::Request::kViews:
      TENON_RETURN_IF_ERROR(views(request.views(), *response.mutable_views()));
      return response;
    case v1::Request::kTypes:
      TENON_RETURN_IF_ERROR(types(request.types(), *response.mutable_types()));
      return response;
    case v1::Request::kKeyHash: {
      TENON_ASSIGN_OR_RETURN(const Hash hash, key_hash(request.key_hash()));
      response.set_key_hash(hash.str());
      return response;
    }
    case v1::Request::kPackage: {
      TENON_ASSIGN_OR_RETURN(*response.mutable_package(), package(request.package()));
      return response;
    }
    case v1::Request::kCheckDar: {
      const v1::DarUpload& dar = request.check_dar();
      TENON_RETURN_IF_ERROR(prepare_upload(library_, view_, dar.dar(), dar.source()).status());
      response.set_check_dar(true);
      return response;
    }
    case v1::Request::kPackages:
      TENON_RETURN_IF_ERROR(packages(request.packages(), *response.mutable_packages()));
      return response;
    case v1::Request::kContracts:
      TENON_RETURN_IF_ERROR(contracts(request.contracts(), *response.mutable_contracts()));
      return response;
    case v1::Request::CONTENT_NOT_SET:
      break;
    }
    return malformed("expected views, types, key_hash, package, check_dar, packages or contracts, "
                     "found none");
  }

private:
  Result<Identifier> find_type(const std::string& text) {
    auto type = library_.find_type(view_, text);
    if (!type.ok() && type.status().code() == Code::kInvalidArgument && !type.status().fault())
      return malformed(type.status().message());
    return type;
  }

  Result<const interpreter::TemplateCode*> find_template(const Identifier& id) {
    auto code = library_.store().contract(id);
    if (!code.ok())
      return no_such_type(id);
    return code;
  }

  Status views(const v1::ViewsRequest& request, v1::ViewsResponse& response) {
    const auto contracts = static_cast<std::size_t>(request.contracts_size());
    const auto interfaces = static_cast<std::size_t>(request.interfaces_size());
    if (contracts > kMaxViews || interfaces > kMaxViews || contracts * interfaces > kMaxViews) {
      return malformed("expected at most " + std::to_string(kMaxViews) +
                       " pairs of contracts and interfaces, found " + std::to_string(contracts) +
                       " contracts and " + std::to_string(interfaces) + " interfaces");
    }
    std::vector<std::pair<Identifier, const interpreter::InterfaceCode*>> wanted;
    for (const std::string& name : request.interfaces()) {
      TENON_ASSIGN_OR_RETURN(Identifier id, find_type(name));
      const auto code = library_.store().interface(id);
      if (!code.ok())
        return no_such_type(id);
      wanted.emplace_back(std::move(id), *code);
    }
    for (const v1::ContractArgument& contract : request.contracts()) {
      v1::ContractViews& made = *response.add_contracts();
      TENON_ASSIGN_OR_RETURN(const Identifier id, find_type(contract.template_()));
      TENON_ASSIGN_OR_RETURN(const auto* const code, find_template(id));
      const auto argument = decode_value(contract.argument(), kNamedVersion);
      if (!argument.ok())
        return malformed("an argument of " + id.to_text() + ": " + argument.status().message());
      for (const auto& [interface_id, interface] : wanted) {
        if (interpreter::find_instance(*interface, *code) == nullptr)
          continue;
        TENON_ASSIGN_OR_RETURN(const auto view, views_.make(interface_id, id, *argument));
        v1::View& message = *made.add_views();
        message.set_interface(interface_id.to_text());
        if (const auto* const value = std::get_if<Value>(&view)) {
          TENON_ASSIGN_OR_RETURN(*message.mutable_value(), encode_value(*value, kNamedVersion));
        } else {
          message.set_failure(std::get<std::string>(view));
        }
      }
    }
    return {};
  }

  Status types(const v1::TypesRequest& request, v1::TypesResponse& response) {
    if (request.names_size() > kMaxNames)
      return malformed("expected at most " + std::to_string(kMaxNames) + " names, found " +
                       std::to_string(request.names_size()));
    for (const std::string& name : request.names())
      TENON_RETURN_IF_ERROR(named_types(name, *response.add_types()));
    return {};
  }

  // Names of all packages, of those of one name, or of one.
  Status named_types(std::string_view name, v1::NamedTypes& out) {
    const std::size_t colon = name.find(':');
    if (colon == std::string_view::npos)
      return malformed("expected package:Module:Name, #package-name:Module:Name or :Module:Name, "
                       "found " + std::string(name));
    const std::string_view package = name.substr(0, colon);
    const std::string_view local = name.substr(colon + 1);
    if (package.empty() || package.starts_with('#')) {
      TENON_RETURN_IF_ERROR(read_catalog());
      for (const auto& types : *catalog_) {
        if (package.empty() || types->name == package.substr(1))
          add_types(*types, local, out);
      }
    } else {
      TENON_ASSIGN_OR_RETURN(const auto types, library_.types(view_, package));
      if (types != nullptr)
        add_types(*types, local, out);
    }
    return add_implementing(out);
  }

  static void add_types(const PackageTypes& types, std::string_view local, v1::NamedTypes& out) {
    if (types.templates.contains(local))
      out.add_templates(types.full_name(local));
    if (types.interfaces.contains(local))
      out.add_interfaces(types.full_name(local));
  }

  Status add_implementing(v1::NamedTypes& out) {
    if (out.interfaces_size() == 0)
      return {};
    TENON_RETURN_IF_ERROR(read_catalog());
    std::set<std::string> added; // a template may be an instance of several
    for (const std::string& interface : out.interfaces()) {
      for (const std::string& name : PackageLibrary::implementing(*catalog_, interface)) {
        if (added.insert(name).second)
          out.add_implementing(name);
      }
    }
    return {};
  }

  Status read_catalog() {
    if (!catalog_) {
      TENON_ASSIGN_OR_RETURN(catalog_, library_.catalog(view_));
    }
    return {};
  }

  Result<Hash> key_hash(const v1::KeyHashRequest& request) {
    TENON_ASSIGN_OR_RETURN(const Identifier id, find_type(request.template_()));
    TENON_ASSIGN_OR_RETURN(const auto* const code, find_template(id));
    ValueTyper typer(library_.store());
    TENON_ASSIGN_OR_RETURN(const Value key, read_client_key(typer, *code, request.key()));
    const auto global = ledger::GlobalKey::make(id, code->package_name, key);
    if (!global.ok())
      return preprocessing_failed("key: " + global.status().message());
    return global->hash;
  }

  Result<Bytes> package(const std::string& id) {
    TENON_ASSIGN_OR_RETURN(auto payload, view_.get(keys::package(id)));
    if (!payload)
      return not_found("PACKAGE_NOT_FOUND: the ledger has no package " + as_utf8(id));
    return *std::move(payload);
  }

  Status packages(const v1::PackagesRequest& request, v1::PackagesResponse& response) {
    const std::uint32_t limit =
        request.limit() == 0 ? kPackagePage : std::min(request.limit(), kPackagePage);
    const Bytes begin = request.after().empty() ? Bytes(keys::kInfos)
                                                : keys::package_info(request.after()) + '\0';
    bool malformed_record = false;
    TENON_RETURN_IF_ERROR(
        view_.scan(begin, prefix_end(keys::kInfos), [&](BytesView key, BytesView value) {
          response.set_more(static_cast<std::uint32_t>(response.packages_size()) == limit);
          if (response.more())
            return false;
          v1::KnownPackage& package = *response.add_packages();
          package.set_package_id(std::string(key.substr(keys::kInfos.size())));
          malformed_record = !package.mutable_info()->ParseFromArray(
              value.data(), static_cast<int>(value.size()));
          return !malformed_record;
        }));
    return malformed_record ? data_loss("the record of a package is malformed") : Status();
  }

  Status contracts(const v1::ContractsRequest& request, v1::ContractsResponse& response) {
    const std::uint32_t limit =
        request.limit() == 0 ? kContractPage : std::min(request.limit(), kContractPage);
    const Bytes begin =
        request.after().empty() ? Bytes(keys::kContracts)
                                                : Bytes(keys::kContracts) + request.after() + '\0';
    std::size_t bytes = 0;
    bool malformed_record = false;
    TENON_RETURN_IF_ERROR(
        view_.scan(begin, prefix_end(keys::kContracts), [&](BytesView, BytesView value) {
          response.set_more(static_cast<std::uint32_t>(response.contracts_size()) == limit ||
                            bytes > kContractPageBytes);
          if (response.more())
            return false;
          bytes += value.size();
          malformed_record = !response.add_contracts()->ParseFromArray(
              value.data(), static_cast<int>(value.size()));
          return !malformed_record;
        }));
    return malformed_record ? data_loss("the record of a contract is malformed") : Status();
  }

  PackageLibrary& library_;
  const plugin::StateView& view_;
  ViewMaker views_;
  std::optional<PackageLibrary::Catalog> catalog_;
};

} // namespace

Result<Bytes> answer_request(PackageLibrary& library, const Settings& settings,
                             const plugin::StateView& view, BytesView request) {
  v1::Request message;
  if (!message.ParseFromArray(request.data(), static_cast<int>(request.size())))
    return malformed("expected a Request message, found " + std::to_string(request.size()) +
                     " other bytes");
  TENON_ASSIGN_OR_RETURN(const v1::Response response,
                         Request(library, settings, view).answer(message));
  return response.SerializeAsString();
}

} // namespace tenon::daml::engine
