#include "engine/views.hpp"

#include <algorithm>

#include "interpreter/commands.hpp"
#include "interpreter/conversion.hpp"

namespace tenon::daml::engine {

Result<ViewMaker::View> ViewMaker::make(const Identifier& interface_id,
                                        const Identifier& template_id, const Value& argument) {
  interpreter::MachineOptions options;
  options.budget = {std::min(steps_left_, settings_.budget.steps), settings_.budget.memory_bytes};
  interpreter::Machine machine(store_, nullptr, options);
  auto error = interpreter::start_view(machine, interface_id, template_id, argument);
  if (!error && machine.run() != interpreter::Machine::Outcome::kFinished)
    error = machine.error();
  steps_left_ -= std::min(steps_left_, machine.steps_used());
  if (error)
    return View(error->to_status().message());
  TENON_ASSIGN_OR_RETURN(const auto* const interface, store_.interface(interface_id));
  interpreter::Exporter exporter(store_, nullptr, nullptr, /*with_names=*/true);
  auto value = exporter.run(*interface->view, machine.result());
  if (!value)
    return View(exporter.error()->to_status().message());
  return View(*std::move(value));
}

} // namespace tenon::daml::engine
