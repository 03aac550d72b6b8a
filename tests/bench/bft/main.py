"""tenon bench bft: four replicas and a client node under load, beside CometBFT in the same run on
the same processors. docs/benchmarks.md says what is measured and how."""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from counts import counts
from go_build import NoPeer, build_peer, release_of
from parts import Busy, idle, kill, latency, overload, throughput
from plan import QUICK, USUAL
from report import budget, budget_lines, figures_table, targets_table
from systems import cometbft, tenon, tenon_one_by_one
from targets import judged

PARTS = ("latency", "throughput", "overload", "kill", "idle", "counts")
LINES = ("0.38", "0.40")
OPEN_FILES = 16384
# Others who took more of the machine than this make the figures worthless.
QUIET_SHARE = 0.1


def arguments():
    parser = argparse.ArgumentParser(prog="tenon bench bft", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    parser.add_argument("--only", action="append", choices=(*PARTS, "peer"), metavar="PART",
                        help=f"one part: {', '.join(PARTS)}; or peer: the peers alone; repeatable")
    parser.add_argument("--no-peer", action="store_true", help="Tenon alone")
    parser.add_argument("--peer", action="append", choices=LINES, metavar="LINE",
                        help=f"this line of CometBFT only: {', '.join(LINES)}; repeatable")
    parser.add_argument("--seconds", type=float, help="of measuring in each step")
    parser.add_argument("--quick", action="store_true", help="to see that all works: not to quote")
    parser.add_argument("--folder", type=Path, default=Path(os.environ["TENON_BINARY_DIR"]),
                        help="where the nodes' data goes, and so the disk that is measured")
    return parser.parse_args()


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def raise_open_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def peers(lines) -> list:
    """Those that can be had; of the others it is said why not."""
    found = []
    for line in lines:
        try:
            program = build_peer(line, say)
            found.append(cometbft(line, release_of(program), program))
        except NoPeer as why:
            say(f"without CometBFT {line}: {why}")
    return found


def measure(options, plan) -> dict:
    parts = [part for part in PARTS if not options.only or part in options.only
             or options.only == ["peer"]]
    with_tenon = options.only != ["peer"]
    own = [tenon()] if with_tenon else []
    others = [] if options.no_peer else peers(options.peer or LINES)
    figures: dict = {}

    def take(system, more: dict) -> None:
        figures.update({f"{system.key}_{name}": value for name, value in more.items()})

    for part, function in (("latency", latency), ("throughput", throughput)):
        each = own + ([tenon_one_by_one()] if own and part == "throughput" else []) + others
        for system in each if part in parts else []:
            take(system, function(system, plan, options.folder, say))
    for system in own + others if "overload" in parts else []:
        peak = max((value for name, value in figures.items()
                    if name.startswith(system.key + "_at_") and name.endswith("committed_per_s")
                    or name == system.key + "_peak_per_s"), default=0)
        if f"{system.key}_peak_per_s" not in figures:
            peak = max(peak, throughput(system, plan, options.folder, say)["peak_per_s"])
        take(system, overload(system, plan, options.folder, say, peak))
    for part, function in (("kill", kill), ("idle", idle)):
        for system in own + others if part in parts else []:
            take(system, function(system, plan, options.folder, say))
    if "counts" in parts and with_tenon:
        figures.update({f"tenon_{name}": value
                        for name, value in counts(plan, options.folder, say).items()})
    if "tenon_overload_open_count" in figures:
        figures["tenon_overload_unanswered_count"] = (figures["tenon_overload_open_count"]
                                                      + figures["tenon_overload_failed_count"])
    return figures


def main() -> int:
    options = arguments()
    plan = QUICK if options.quick else USUAL
    if options.seconds:
        plan = plan.with_steps_of(options.seconds)
    raise_open_files()
    began = time.monotonic()
    figures = measure(options, plan)
    figures["cores_count"] = os.cpu_count()
    figures["others_peak_share_percent"] = 100 * Busy.share
    figures["took_s"] = time.monotonic() - began
    if parts := budget(figures):
        figures["tenon_at_peak_budget_us_per_transaction"] = parts
    targets = judged(figures)
    lines = figures_table(figures)
    if targets:
        lines += ["", *targets_table(targets)]
    lines += budget_lines(figures)
    if Busy.share > QUIET_SHARE:
        lines += ["", f"Others took up to {100 * Busy.share:.0f} % of this machine meanwhile: "
                  "times and rates are worth little, processor times per transaction still "
                  "something."]
    print("\n".join(lines), file=sys.stderr if options.json else sys.stdout, flush=True)
    if options.json:
        print(json.dumps({**figures, "targets": targets}))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except (AssertionError, OSError, RuntimeError, subprocess.SubprocessError) as why:
        say(f"tenon bench bft failed: {why}")
        sys.exit(1)
