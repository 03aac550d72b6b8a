"""One step of load: starts the generator, reads the processes' times while it measures."""

import itertools
import json
import os
import subprocess
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

from processes import machine_s, peak_memory_mib, processor_s

GENERATOR = Path(os.environ["TENON_BINARY_DIR"]) / "bin/bench/parts/open_loop"
COMMITTED = 1
MACHINE = "machine"
_runs = itertools.count(os.getpid() << 8 & 0xFFFFFF00)


@dataclass
class Step:
    """What came of a step; figures as the generator gives them, times by kind of process."""

    figures: dict
    processor_s: dict = field(default_factory=dict)
    others_s: float = 0  # processor time of whatever else ran on the machine
    peak_memory_mib: dict = field(default_factory=dict)
    samples: list = field(default_factory=list)  # (due, ended, ending), s since the beginning

    def per_transaction_us(self) -> dict:
        """Processor time by kind of process for each transaction committed while measuring."""
        committed = self.figures["committed_per_s"] * self.figures["measured_s"]
        if committed == 0:
            return {}
        return {kind: used / committed * 1e6 for kind, used in self.processor_s.items()}

    def others_share(self) -> float:
        """How much of the machine was not ours to use."""
        return self.others_s / (self.figures["measured_s"] * os.cpu_count())


def run_step(target, rate: float, measured_s: float, warm_up_s: float = 2, drain_s: float = 10,
             size: int = 256, samples: bool = False, while_measuring=None) -> Step:
    """`target` says how the generator reaches it and which processes it has; `while_measuring` runs
    in a thread of its own from the moment at which measuring begins."""
    with tempfile.TemporaryDirectory(prefix="tenon-bench-") as folder:
        file = Path(folder) / "samples"
        words = [str(GENERATOR), *target.generator_options(), "--rate", str(rate), "--warm-up-s",
                 str(warm_up_s), "--measured-s", str(measured_s), "--drain-s", str(drain_s),
                 "--bytes", str(size), "--run", str(next(_runs))]
        if samples:
            words += ["--samples", str(file)]
        step = follow(words, target, while_measuring)
        if samples:
            step.samples = read_samples(file)
        return step


def follow(words, target, while_measuring) -> Step:
    before, after, last, helper = {}, {}, "", None
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            last = line
            if line == "measuring\n":
                before = times_of(target)
                if while_measuring:
                    helper = threading.Thread(target=while_measuring, daemon=True)
                    helper.start()
            elif line == "measured\n":
                after = times_of(target)
    if helper:
        helper.join()
    if process.returncode != 0:
        raise RuntimeError(f"the load generator failed: {' '.join(words)}")
    figures = json.loads(last)
    used = {kind: after[kind] - before[kind] for kind in target.processes()}
    used["generator"] = figures["generator_processor_s"]
    machine = after[MACHINE] - before[MACHINE]
    return Step(figures, used, max(0.0, machine - sum(used.values())),
                {kind: max(map(peak_memory_mib, pids), default=0)
                 for kind, pids in target.processes().items()})


def times_of(target) -> dict:
    times = {kind: sum(map(processor_s, pids)) for kind, pids in target.processes().items()}
    return {**times, MACHINE: machine_s()}


def read_samples(file: Path) -> list:
    with file.open() as lines:
        return [(int(due) / 1e6, int(ended) / 1e6, int(ending))
                for due, ended, ending in map(str.split, lines)]


def percentile(values, share: float) -> float:
    """The value at that share of the sorted values; 0 of none."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0
