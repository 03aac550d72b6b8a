// A strand over the executor: tasks run one at a time, in the order they were posted. The pipeline
// has three: sequencing, committing, batching. post: any thread; close: the owner's.
//
// A task that throws (memory ran out) leaves its work half done. That is reported as a fault, which
// halts the replica; the tasks behind it still run, and find it halted.
#pragma once

#include <functional>
#include <memory>

#include "ports/executor.hpp"
#include "tenon/core/status.hpp"

namespace tenon::host::pipeline {

class SerialStrand final : public Strand {
public:
  using Failed = std::function<void(const Status& fault)>;

  // `failed` is called on the thread of the task that threw, and must outlive the strand.
  SerialStrand(Executor& executor, Failed failed);
  ~SerialStrand() override;
  SerialStrand(const SerialStrand&) = delete;
  SerialStrand& operator=(const SerialStrand&) = delete;

  void post(Task task) override;
  // Waits for the running task, runs the waiting ones here, and runs those posted later inside
  // post(). Every task thus runs exactly once, and none on the executor any more. Not from a task.
  void close();

private:
  struct Core;
  std::shared_ptr<Core> core_; // outlives this object while the executor still holds a turn
};

} // namespace tenon::host::pipeline
