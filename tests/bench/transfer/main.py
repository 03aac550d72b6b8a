"""tenon bench transfer: how fast a replica takes over the state of others, step by step and as a
whole, and what a kill in the middle costs it. docs/benchmarks.md says what is measured and how."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "common"))

from network import Network, fill, killed, undisturbed  # noqa: E402
from text_table import number, table  # noqa: E402

STAGES = Path(os.environ["TENON_BINARY_DIR"]) / "bin/bench/parts/transfer_stages"
KEYS = 1_000_000
TARGET_KEYS_PER_S = 100_000
TITLES = {
    "export": "giving ranges",
    "verify": "verifying ranges",
    "import": "verifying and writing ranges",
    "finish": "building the tree, taking over",
    "import_and_finish": "the last two together",
}


def arguments():
    parser = argparse.ArgumentParser(prog="tenon bench transfer", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    parser.add_argument("--keys", type=int, default=KEYS)
    parser.add_argument("--only", choices=("stages", "network"), help="one part")
    parser.add_argument("--folder", type=Path, default=Path(os.environ["TENON_BINARY_DIR"]),
                        help="where the data goes, and so the disk that is measured")
    options = parser.parse_args()
    if options.keys < 1:
        parser.error("--keys needs a number above 0")
    return options


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def stages(keys: int, folder: Path) -> dict:
    say(f"the steps by themselves, {keys:,} keys ...")
    with tempfile.TemporaryDirectory(prefix="bench-transfer-", dir=folder) as directory:
        done = subprocess.run([str(STAGES), "--directory", directory, "--keys", str(keys)],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise RuntimeError(f"the steps failed: {done.stderr.strip()[-1000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def network(keys: int, folder: Path) -> dict:
    with tempfile.TemporaryDirectory(prefix="bench-transfer-", dir=folder) as directory:
        made = Network(Path(directory))
        try:
            made.start()
            say(f"four replicas, {keys:,} keys ...")
            fill(made, keys)
            say("one of them begins with nothing ...")
            whole, given = undisturbed(made)
            say("the same, killed in the middle ...")
            first, second = killed(made, whole)
        finally:
            made.close()
    return {
        "network_keys_per_s": keys / whole.seconds,
        "network_seconds": whole.seconds,
        "network_finish_seconds": whole.finish_seconds,
        "network_receiver_cpu_us": whole.cpu_seconds / keys * 1e6,
        "network_givers_cpu_us": given / keys * 1e6,
        "network_received_bytes": whole.received_bytes,
        "network_ranges_count": whole.ranges,
        "killed_seconds": first.seconds + second.seconds,
        "killed_lost_seconds": first.seconds + second.seconds - whole.seconds,
        "killed_received_before_bytes": first.received_bytes,
        "killed_received_after_bytes": second.received_bytes,
        "killed_received_twice_bytes":
            max(0.0, first.received_bytes + second.received_bytes - whole.received_bytes),
    }


def lines(figures: dict) -> list:
    rows = [["step", "keys per second", "processor time of a key, us"]]
    rows += [[title, number(figures[f"{step}_keys_per_s"]), number(figures[f"{step}_cpu_us"])]
             for step, title in TITLES.items() if f"{step}_keys_per_s" in figures]
    shown = table(rows) if len(rows) > 1 else []
    if "network_keys_per_s" in figures:
        rate = figures["network_keys_per_s"]
        shown += [f"between replicas: {rate:,.0f} keys per second, verified; at least "
                  f"{TARGET_KEYS_PER_S:,}: {'yes' if rate >= TARGET_KEYS_PER_S else 'NO'}",
                  f"killed in the middle: {figures['killed_lost_seconds']:.1f} s lost, "
                  f"{figures['killed_received_twice_bytes'] / 2**20:.1f} MiB received twice"]
    return shown


def main() -> int:
    options = arguments()
    figures = {"keys_count": options.keys, "cores_count": os.cpu_count()}
    if options.only != "network":
        figures.update(stages(options.keys, options.folder))
    if options.only != "stages":
        figures.update(network(options.keys, options.folder))
    print("\n".join(lines(figures)), file=sys.stderr if options.json else sys.stdout, flush=True)
    if options.json:
        print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except (OSError, RuntimeError, AssertionError, subprocess.SubprocessError) as why:
        say(f"tenon bench transfer failed: {why}")
        sys.exit(1)
