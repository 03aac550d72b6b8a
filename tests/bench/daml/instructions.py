"""Counts the processor's instructions for fixed work of the daml engine and compares them with
those written down in instructions.json: figures that, unlike times, do not depend on what else the
machine does.

usage: instructions.py PROGRAM [--write]
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BASELINE = Path(__file__).with_suffix(".json")
WORKS = ["create_and_exercise", "fold", "map"]
TOLERANCE_PERCENT = 3
COUNTED_FUNCTION = "tenon::bench::counted_work*"
# Nothing that is done by the clock, and no instructions that only some processors have.
ENVIRONMENT = {
    "MALLOC_CONF": "background_thread:false,dirty_decay_ms:-1,muzzy_decay_ms:-1,narenas:1",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2_Usable,-AVX_Fast_Unaligned_Load,-ERMS,-AVX2,-AVX",
    "OPENSSL_ia32cap": "0x0:0x0",
}


def count(program: str, work: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out",
             "--collect-atstart=no", f"--toggle-collect={COUNTED_FUNCTION}",
             program, "--count", work],
            env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True, check=False)
    found = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or not found or found[1] == "0":
        sys.exit(f"{work}: callgrind counted nothing, exit code {run.returncode}:\n{run.stderr}")
    return int(found[1])


def compare(counts: dict[str, int]) -> int:
    baseline = json.loads(BASELINE.read_text(encoding="utf-8"))
    failures = 0
    for work, found in counts.items():
        expected = baseline[work]
        percent = 100 * (found - expected) / expected
        is_more = percent > TOLERANCE_PERCENT
        failures += is_more
        print(f"{work}: expected {expected:,} instructions, found {found:,} ({percent:+.2f} %)"
              + (f": more than {TOLERANCE_PERCENT} % above" if is_more else ""))
    return 1 if failures else 0


def main(arguments: list[str]) -> int:
    if not arguments or arguments[1:] not in ([], ["--write"]):
        sys.exit(__doc__)
    if shutil.which("valgrind") is None:
        print("skipped: valgrind is not installed; next: apt-get install valgrind")
        return 0
    counts = {work: count(arguments[0], work) for work in WORKS}
    if arguments[1:]:
        BASELINE.write_text(json.dumps(counts, indent=2) + "\n", encoding="utf-8")
        print(f"written to {BASELINE}")
        return 0
    return compare(counts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
