"""The figures as tables for people."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "common"))
from text_table import number, table  # noqa: E402

TITLES = {"store": "Tenon", "rocksdb": "plain RocksDB", "nomt": "NOMT", "firewood": "Firewood",
          "jmt": "jmt on RocksDB"}
ROWS = {
    "update_cpu_us": "processor time of an update, us",
    "updates_per_s": "updates per second",
    "update_written_bytes": "written for an update, bytes (kernel's count)",
    "update_engine_written_bytes": "written for an update, bytes (engine's count)",
    "proof_make_us": "making a proof, us",
    "proof_verify_us": "verifying a proof, us",
    "proof_decode_us": "decoding a proof, us",
    "resident_bytes_per_key": "memory for a key, bytes",
    "disk_bytes_per_key": "disk for a key, bytes",
    "load_cpu_us": "processor time to load a key, us",
}


def engines_table(engines: dict) -> list:
    rows = [["", *(TITLES[name] for name in engines)]]
    rows += [[title, *(number(figures.get(key)) for figures in engines.values())]
             for key, title in ROWS.items()
             if any(key in figures for figures in engines.values())]
    if own := engines.get("store"):
        rows.append(["its processor time over Tenon's",
                     *(number(figures["update_cpu_us"] / own["update_cpu_us"])
                       for figures in engines.values())])
    return table(rows)


def targets_table(judged: list) -> list:
    rows = [["target", "bound", "Tenon", "met"]]
    rows += [[f"{one['what']} ({one['unit']})", one["bound"], number(one["store"]),
              "yes" if one["met"] else "NO"] for one in judged]
    return table(rows)
