"""tenon bench store: the rocksdb store beside RocksDB alone and other authenticated stores, with
the same keys, one after the other, each in a process of its own. docs/benchmarks.md says what is
measured and how."""

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from engines import CRATES, PEERS, Load, NoPeer, build_peers, measured, versions
from report import engines_table, targets_table
from targets import MILLION, check_same_updates, judged, ratios

UPDATES = 300_000  # unless --batches says otherwise
# Above a million keys. Fewer say more of whether a large merge of files just fell into them.
LARGE_UPDATES = 2_000_000
CACHE_MIB = 256
LARGE_CACHE_MIB = 1024  # above a million keys


def above_zero(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def known_peers(text: str) -> list:
    names = [name for name in text.split(",") if name]
    if unknown := [name for name in names if name not in PEERS]:
        raise argparse.ArgumentTypeError(f"no peer is called {unknown[0]}: there are "
                                         + ", ".join(PEERS))
    return names


def arguments(words=None):
    parser = argparse.ArgumentParser(prog="tenon bench store", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    parser.add_argument("--keys", type=above_zero, default=MILLION)
    parser.add_argument("--batch", type=above_zero, default=1_000, help="updates in a batch")
    parser.add_argument("--batches", type=above_zero,
                        help=f"so many as make {UPDATES:,} updates, and {LARGE_UPDATES:,} above a "
                             "million keys")
    parser.add_argument("--value-bytes", type=above_zero, default=100)
    parser.add_argument("--cache-mib", type=above_zero,
                        help=f"of each engine's cache; {CACHE_MIB}, and {LARGE_CACHE_MIB} above a "
                             "million keys")
    parser.add_argument("--peers", type=known_peers, default=list(PEERS), metavar="NAMES",
                        help=f"these only, of {','.join(PEERS)}; '' for none")
    parser.add_argument("--config", default="{}", metavar="JSON",
                        help="settings of the store plugin over the benchmark's own")
    parser.add_argument("--folder", type=Path, default=Path(os.environ["TENON_BINARY_DIR"]),
                        help="where the data goes, and so the disk that is measured")
    options = parser.parse_args(words)
    if options.batch > options.keys:
        parser.error("--batch cannot be larger than --keys")
    if options.cache_mib is None:
        options.cache_mib = CACHE_MIB if options.keys <= MILLION else LARGE_CACHE_MIB
    if options.batches is None:
        updates = UPDATES if options.keys <= MILLION else LARGE_UPDATES
        options.batches = max(1, updates // options.batch)
    return options


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def usable(peers: list) -> list:
    """Those that can be had; of the others it is said why not."""
    if not any(peer in CRATES for peer in peers):
        return peers
    try:
        build_peers(say)
        return peers
    except NoPeer as why:
        left_out = [peer for peer in peers if peer in CRATES]
        say(f"without {', '.join(left_out)}: {why}")
        return [peer for peer in peers if peer not in left_out]


def at_a_million(load: Load, update_cpu_us: float) -> dict:
    """What an update costs the store with a million keys and the usual cache, and how many times
    that it costs with as many as `load` has."""
    say(f"store: {MILLION:,} keys, to compare with ...")
    small = dataclasses.replace(load, keys=MILLION, cache_mib=min(CACHE_MIB, load.cache_mib))
    own = measured("store", small)["update_cpu_us"]
    return {"store_at_a_million_update_cpu_us": own, "store_cpu_growth_ratio": update_cpu_us / own}


def measure(load: Load, peers: list) -> dict:
    """The figures of each engine by its name."""
    engines = {}
    for engine in ["store", *peers]:
        say(f"{engine}: {load.keys:,} keys, {load.batches:,} batches of {load.batch:,} ...")
        engines[engine] = measured(engine, load)
    check_same_updates(engines)
    return engines


def together(load: Load, engines: dict) -> dict:
    """All figures in one object: the run's, each engine's with its name in front, the ratios."""
    figures = {"keys_count": load.keys, "batch_count": load.batch,
               "updates_count": load.batch * load.batches, "cache_mib": load.cache_mib}
    for engine, own in engines.items():
        figures.update({f"{engine}_{name}": value for name, value in own.items()
                        if isinstance(value, (int, float)) and not name.endswith("_count")})
    figures.update({f"{crate}_version": version for crate, version in versions().items()
                    if crate in engines})
    return {**figures, **ratios(engines)}


def main() -> int:
    options = arguments()
    began = time.monotonic()
    load = Load(options.keys, options.batch, options.batches, options.value_bytes,
                options.cache_mib, options.folder, options.config)
    engines = measure(load, usable(options.peers))
    figures = together(load, engines)
    if load.keys > MILLION:
        figures.update(at_a_million(load, engines["store"]["update_cpu_us"]))
    figures["cores_count"] = os.cpu_count()
    figures["took_s"] = time.monotonic() - began
    targets = judged(figures)
    lines = engines_table(engines) + (["", *targets_table(targets)] if targets else [])
    print("\n".join(lines), file=sys.stderr if options.json else sys.stdout, flush=True)
    if options.json:
        print(json.dumps({**figures, "targets": targets}))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except (OSError, RuntimeError, subprocess.SubprocessError) as why:
        say(f"tenon bench store failed: {why}")
        sys.exit(1)
