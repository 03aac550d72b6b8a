#include "tool/outline.hpp"

#include "tenon/render.hpp"

namespace tenon::daml::tool {

namespace {

std::string word(const Json& value) {
  return value.is_null() ? "-" : value.get<std::string>();
}

// "consuming choice Settle (Iou:Settle) : Int64"
std::string choice_line(const Json& choice) {
  return (choice["consuming"].get<bool>() ? "consuming choice " : "nonconsuming choice ") +
         word(choice["name"]) + " (" + word(choice["argument"]) + ") : " + word(choice["result"]);
}

class Outline {
public:
  std::string take() { return std::move(out_); }

  void package(const Json& package) {
    line(0, package["name"].is_null()
                ? "package without a name"
                : "package " + word(package["name"]) + " " + word(package["version"]));
    line(1, "id: " + word(package["package_id"]));
    line(1, "language: " + word(package["language_version"]) +
                ", size: " + package["size"].dump() + " bytes, dependencies: " +
                std::to_string(package["dependencies"].size()));
    for (const Json& one : package["modules"])
      module(one);
  }

private:
  void line(int depth, const std::string& text) {
    out_.append(static_cast<std::size_t>(depth) * 2, ' ').append(text).append("\n");
  }

  void module(const Json& module) {
    line(1, "module " + word(module["name"]));
    for (const Json& one : module["templates"])
      contract(one);
    for (const Json& one : module["interfaces"])
      interface(one);
    for (const Json& one : module["exceptions"])
      line(2, "exception " + word(one["name"]));
    for (const Json& one : module["data_types"]) {
      if (one["form"] != "interface") // it is the interface above
        data_type(one);
    }
    line(2, "values: " + module["values"].dump());
  }

  void contract(const Json& contract) {
    line(2, "template " + word(contract["name"]));
    if (!contract["key"].is_null())
      line(3, "key " + word(contract["key"]));
    for (const Json& one : contract["choices"])
      line(3, choice_line(one));
    for (const Json& one : contract["implements"])
      line(3, "implements " + word(one));
  }

  void interface(const Json& interface) {
    line(2, "interface " + word(interface["name"]));
    line(3, "view " + word(interface["view"]));
    for (const Json& one : interface["requires"])
      line(3, "requires " + word(one));
    for (const Json& one : interface["methods"])
      line(3, "method " + word(one["name"]) + " : " + word(one["type"]));
    for (const Json& one : interface["choices"])
      line(3, choice_line(one));
    for (const Json& one : interface["implemented_by"])
      line(3, "implemented by " + word(one));
  }

  void data_type(const Json& data) {
    std::string head = word(data["form"]) + " " + word(data["name"]);
    if (data["serializable"].get<bool>())
      head = "serializable " + head;
    for (const Json& parameter : data["parameters"])
      head += " " + word(parameter);
    line(2, head);
    for (const Json& field : data.value("fields", Json::array()))
      line(3, word(field["name"]) + " : " + word(field["type"]));
    for (const Json& constructor : data.value("constructors", Json::array()))
      line(3, word(constructor));
  }

  std::string out_;
};

} // namespace

std::string outline(const Json& description, bool all) {
  Outline full;
  Json rest = Json::array();
  for (const Json& package : description["packages"]) {
    if (all || package["main"].get<bool>()) {
      full.package(package);
    } else {
      rest.push_back({{"package", package["package_id"]},
                      {"name", package["name"]},
                      {"version", package["version"]},
                      {"language", package["language_version"]},
                      {"size", package["size"]},
                      {"modules", package["modules"].size()}});
    }
  }
  std::string text = full.take();
  if (!rest.empty())
    text += "with " + std::to_string(rest.size()) + " other packages (--all shows them in full)\n" +
            tenon::tool::render(rest);
  return text;
}

} // namespace tenon::daml::tool
