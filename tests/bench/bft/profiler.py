"""Where processes spend their processor time, by what their code belongs to; needs perf."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

SAMPLES_PER_S = 499
# By the name of the library, the first that matches.
GROUPS = (
    ("signatures, hashes, TLS (OpenSSL)", r"libcrypto|libssl"),
    ("store (RocksDB and the plugin)", r"rocksdb|tenon_store"),
    ("engine", r"tenon_engine|\[JIT\]|perf-\d+\.map"),
    ("consensus", r"tenon_consensus"),
    ("API", r"tenon_api"),
    ("host", r"^tenond"),
    ("kernel (sockets, syncs, pages, switches)", r"kernel"),
    ("memory, strings, protobuf", r"libc\.|libc-|libjemalloc|libstdc|protobuf|libabsl"),
)


def group_of(name: str) -> str:
    for group, pattern in GROUPS:
        if re.search(pattern, name):
            return group
    return "other"


def shares(data: Path) -> dict:
    report = subprocess.run(["perf", "report", "-i", str(data), "--no-children", "--sort", "dso",
                             "--stdio", "-q"], capture_output=True, text=True)
    found: dict[str, float] = {}
    for line in report.stdout.splitlines():
        if words := re.match(r"\s*([\d.]+)%\s+(\S.*?)\s*$", line):
            group = group_of(words[2].removeprefix("memfd:"))
            found[group] = found.get(group, 0.0) + float(words[1])
    return dict(sorted(found.items(), key=lambda entry: -entry[1]))


class Profiler:
    """Looks at some processes while a step measures: `while_measuring` of run_step."""

    def __init__(self, processes: dict, seconds: float):
        self.processes = processes
        self.seconds = seconds
        self.percent: dict[str, dict] = {}

    def __call__(self) -> None:
        if shutil.which("perf") is None or os.geteuid() != 0:
            return
        with tempfile.TemporaryDirectory(prefix="tenon-bench-") as folder:
            running = []
            for kind, pids in self.processes.items():
                data = Path(folder) / kind
                running.append((kind, data, subprocess.Popen(
                    ["perf", "record", "-q", "-e", "cpu-clock", "-F", str(SAMPLES_PER_S), "-o",
                     str(data), "-p", ",".join(map(str, pids)), "--", "sleep",
                     str(self.seconds)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)))
            for kind, data, process in running:
                process.wait()
                if data.exists():
                    self.percent[kind] = shares(data)
