#include "rendering/event_filter.hpp"

#include <algorithm>

#include "errors/codes.hpp"
#include "values/fields.hpp"

namespace tenon::daml_api {

namespace lapi = com::daml::ledger::api::v1;

namespace {

// Blobs are asked for in the old way or in the new one: a filter that mixes them means neither.
Outcome require_one_generation(const lapi::TransactionFilter& filter) {
  bool is_old = false;
  bool is_new = false;
  for (const auto& [party, filters] : filter.filters_by_party()) {
    const lapi::InclusiveFilters& inclusive = filters.inclusive();
    is_old = is_old || !inclusive.template_ids().empty();
    is_new = is_new || !inclusive.template_filters().empty() ||
             std::any_of(inclusive.interface_filters().begin(), inclusive.interface_filters().end(),
                         [](const auto& wish) { return wish.include_created_event_blob(); });
  }
  if (is_old && is_new)
    return wrong_argument("filter: template_ids stand beside template_filters or "
                          "include_created_event_blob; use one of the two");
  return {};
}

// Names that no package of the ledger declares.
struct UnknownTypes {
  std::set<std::string> templates{};
  std::set<std::string> interfaces{};
};

std::string do_not_exist(std::string_view what, const std::set<std::string>& names) {
  std::string list;
  for (const std::string& name : names)
    list += (list.empty() ? "" : ", ") + name;
  return list.empty() ? "" : std::string(what) + " do not exist: [" + list + "]";
}

Failure to_failure(const UnknownTypes& unknown) {
  const std::string templates = do_not_exist("Templates", unknown.templates);
  const std::string interfaces = do_not_exist("Interfaces", unknown.interfaces);
  Failure failure(codes::kTemplatesOrInterfacesNotFound,
                  templates + (templates.empty() || interfaces.empty() ? "" : ". ") + interfaces);
  for (const std::string& name : unknown.templates)
    failure = std::move(failure).about("TEMPLATE_ID", name);
  for (const std::string& name : unknown.interfaces)
    failure = std::move(failure).about("INTERFACE_ID", name);
  return failure;
}

} // namespace

Answer<EventFilter::PartyWishes> EventFilter::parse_party(const lapi::Filters& filters) {
  PartyWishes wishes;
  const lapi::InclusiveFilters& inclusive = filters.inclusive();
  // A filter that names nothing keeps nothing back.
  if (inclusive.template_ids().empty() && inclusive.template_filters().empty() &&
      inclusive.interface_filters().empty()) {
    wishes.everything = true;
    return wishes;
  }
  for (const lapi::Identifier& id : inclusive.template_ids()) {
    TENON_ASSIGN_OR_RETURN(std::string name, require_type(id));
    wishes.templates.push_back({std::move(name), false});
  }
  for (const lapi::TemplateFilter& wish : inclusive.template_filters()) {
    if (!wish.has_template_id())
      return missing_field("templateId");
    TENON_ASSIGN_OR_RETURN(std::string name, require_type(wish.template_id()));
    wishes.templates.push_back({std::move(name), wish.include_created_event_blob()});
  }
  for (const lapi::InterfaceFilter& wish : inclusive.interface_filters()) {
    if (!wish.has_interface_id())
      return missing_field("interfaceId");
    TENON_ASSIGN_OR_RETURN(std::string name, require_type(wish.interface_id()));
    wishes.interfaces.push_back({std::move(name), wish.include_interface_view(),
                                 wish.include_create_arguments_blob(),
                                 wish.include_created_event_blob()});
  }
  return wishes;
}

Answer<EventFilter> EventFilter::parse(const lapi::TransactionFilter& filter,
                                       const EngineQueries& engine) {
  if (filter.filters_by_party().empty())
    return wrong_argument("filtersByParty cannot be empty; it names the parties that ask");
  TENON_RETURN_IF_FAILED(require_one_generation(filter));
  EventFilter parsed;
  for (const auto& [party, filters] : filter.filters_by_party()) {
    TENON_RETURN_IF_FAILED(require_party(party));
    TENON_ASSIGN_OR_RETURN(PartyWishes wishes, parse_party(filters));
    parsed.wishes_.emplace(party, std::move(wishes));
  }
  TENON_RETURN_IF_FAILED(parsed.look_up(engine, true));
  return parsed;
}

EventFilter EventFilter::of_parties(const std::vector<std::string>& parties) {
  EventFilter filter;
  for (const std::string& party : parties) {
    filter.wishes_[party].everything = true;
    filter.views_[party].everything = true;
    filter.interest_.parties[party];
  }
  return filter;
}

Outcome EventFilter::resolve(const EngineQueries& engine) {
  return is_open_ended_ ? look_up(engine, false) : Outcome();
}

Outcome EventFilter::look_up(const EngineQueries& engine, bool first) {
  std::map<std::string, const daml::engine::v1::NamedTypes*> types;
  for (const auto& [party, wishes] : wishes_) {
    for (const TemplateWish& wish : wishes.templates)
      types[wish.name];
    for (const InterfaceWish& wish : wishes.interfaces)
      types[wish.name];
  }
  std::vector<std::string> names;
  for (const auto& [name, found] : types)
    names.push_back(name);
  daml::engine::v1::TypesResponse answer;
  if (!names.empty()) {
    TENON_ASSIGN_OR_RETURN(answer, engine.types(names));
  }
  for (std::size_t i = 0; i < names.size(); ++i)
    types[names[i]] = &answer.types(static_cast<int>(i));

  UnknownTypes unknown;
  views_.clear();
  interest_.parties.clear();
  for (const auto& [party, wishes] : wishes_) {
    PartyView& view = views_[party];
    view.everything = wishes.everything;
    for (const TemplateWish& wish : wishes.templates) {
      if (types[wish.name]->templates().empty())
        unknown.templates.insert(wish.name);
      is_open_ended_ = is_open_ended_ || wish.name.starts_with('#');
      for (const std::string& id : types[wish.name]->templates()) {
        Shown& shown = view.templates[id];
        shown.arguments = true;
        shown.created_event_blob = shown.created_event_blob || wish.created_event_blob;
      }
    }
    for (const InterfaceWish& wish : wishes.interfaces) {
      if (types[wish.name]->interfaces().empty())
        unknown.interfaces.insert(wish.name);
      is_open_ended_ = true;
      wants_views_ = wants_views_ || wish.view;
      for (const std::string& id : types[wish.name]->implementing()) {
        Shown& shown = view.templates[id];
        shown.arguments_blob = shown.arguments_blob || wish.arguments_blob;
        shown.created_event_blob = shown.created_event_blob || wish.created_event_blob;
        if (wish.view)
          shown.interfaces.insert(types[wish.name]->interfaces().begin(),
                                  types[wish.name]->interfaces().end());
      }
    }
    // A filter that matches no template shows nothing; to the index no templates means all.
    if (view.everything || !view.templates.empty()) {
      index::Interest::Templates& wanted = interest_.parties[party];
      if (!view.everything) {
        for (const auto& [id, shown] : view.templates)
          wanted.insert(id);
      }
    }
  }
  if (first && !(unknown.templates.empty() && unknown.interfaces.empty()))
    return to_failure(unknown);
  return {};
}

bool EventFilter::has_submitter_of(const index::IndexedTransaction& transaction) const {
  if (!transaction.completion)
    return false;
  const auto& submitters = transaction.completion->act_as;
  return std::any_of(submitters.begin(), submitters.end(),
                     [&](const std::string& party) { return wishes_.contains(party); });
}

EventFilter::Projection EventFilter::project(const index::IndexedEvent& event) const {
  Projection projection;
  bool matches = false;
  // Filters may name very many parties: the event's few decide what this costs.
  std::vector<std::string_view> stakeholders = event.stakeholders();
  std::sort(stakeholders.begin(), stakeholders.end());
  stakeholders.erase(std::unique(stakeholders.begin(), stakeholders.end()), stakeholders.end());
  for (const std::string_view stakeholder : stakeholders) {
    const auto party = views_.find(stakeholder);
    if (party == views_.end())
      continue;
    const PartyView& view = party->second;
    projection.witnesses.push_back(party->first);
    matches = matches || view.everything;
    projection.arguments = projection.arguments || view.everything;
    const auto found = view.templates.find(event.template_id());
    if (found == view.templates.end())
      continue;
    const Shown& shown = found->second;
    matches = true;
    projection.arguments = projection.arguments || shown.arguments;
    projection.arguments_blob = projection.arguments_blob || shown.arguments_blob;
    projection.created_event_blob = projection.created_event_blob || shown.created_event_blob;
    projection.interfaces.insert(shown.interfaces.begin(), shown.interfaces.end());
  }
  if (!matches)
    projection.witnesses.clear();
  return projection;
}

} // namespace tenon::daml_api
