// CommandSubmissionService, which answers when a command is on its way, and CommandService, which
// waits for what becomes of it.
#pragma once

#include "services/command_log.hpp"
#include "services/index_waiter.hpp"
#include "services/service_parts.hpp"
#include "submission/submitter.hpp"

namespace tenon::daml_api {

// What becomes of commands. All outlive the methods.
struct CommandParts {
  const ServiceParts& common;
  Submitter& submitter;
  IndexWaiter& waiter;
  CommandLog& log;
};

void add_command_services(rpc::Methods& methods, const CommandParts& parts);

} // namespace tenon::daml_api
