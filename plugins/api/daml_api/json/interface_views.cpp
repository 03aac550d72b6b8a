#include "json/interface_views.hpp"

namespace tenon::daml_api::json {

Read<std::vector<std::optional<InterfaceView>>>
views_of(const EngineQueries& engine, const std::string& interface,
         const std::vector<const index::IndexedEvent*>& contracts) {
  std::vector<std::optional<InterfaceView>> views(contracts.size());
  if (contracts.empty())
    return views;
  daml::engine::v1::ViewsRequest request;
  request.add_interfaces(interface);
  for (const index::IndexedEvent* const contract : contracts) {
    auto& argument = *request.add_contracts();
    argument.set_template_(contract->template_id());
    argument.set_argument(contract->event->created().argument());
  }
  const auto response = engine.views(request);
  if (!response.ok())
    return response.failure();
  for (std::size_t i = 0; i < views.size(); ++i) {
    const auto& found = response->contracts(static_cast<int>(i));
    if (found.views_size() == 1 && found.views(0).result_case() == daml::engine::v1::View::kValue)
      views[i] = InterfaceView{interface, found.views(0).value()};
  }
  return views;
}

} // namespace tenon::daml_api::json
