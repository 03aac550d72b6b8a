"""The figures as tables for people."""

import sys
from pathlib import Path

from targets import PEERS

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "common"))
from text_table import number, table  # noqa: E402

COLUMNS = ("tenon", "tenon_signed_each", *PEERS)
TITLES = {"tenon": "Tenon", "tenon_signed_each": "each signed", "cometbft_0_38": "CometBFT 0.38",
          "cometbft_0_40": "CometBFT 0.40"}


def figures_table(figures: dict) -> list:
    systems = [system for system in COLUMNS
               if any(key.startswith(system + "_") for key in figures)]
    names: list = []
    values: dict = {}
    for key, value in figures.items():
        system = max((one for one in systems if key.startswith(one + "_")), key=len, default=None)
        if system is None or not isinstance(value, (int, float)):
            continue
        name = key[len(system) + 1:]
        if name not in names:
            names.append(name)
        values[system, name] = value
    if not names:
        return []
    rows = [["", *(TITLES[system] for system in systems)]]
    rows += [[name, *(number(values.get((system, name))) for system in systems)]
             for name in names]
    return table(rows)


def targets_table(judged: list) -> list:
    rows = [["target", "bound", "Tenon", *(TITLES[peer] for peer in PEERS), "met"]]
    rows += [[f"{one['what']} ({one['unit'].replace('_', ' ')})", one["bound"],
              number(one["tenon"]), *(number(one.get(peer)) for peer in PEERS),
              "yes" if one["met"] else "NO"] for one in judged]
    return table(rows)


def budget(figures: dict) -> dict:
    """Processor time of a Tenon transaction at its most, by kind of process and what it went into;
    in microseconds, empty without a profile."""
    found = {}
    for kind, shares in (figures.get("tenon_at_peak_profile_percent") or {}).items():
        whole = figures.get(f"tenon_at_peak_{kind}_us_per_transaction", 0)
        found[kind] = {group: whole * share / 100 for group, share in shares.items()}
    return found


def budget_lines(figures: dict) -> list:
    parts = budget(figures)
    if not parts:
        return []
    lines = ["", "A transaction's processor time at Tenon's most, in microseconds:"]
    for kind, groups in parts.items():
        lines.append(f"{kind.replace('_', ' ')} {sum(groups.values()):.0f}: " + ", ".join(
            f"{group} {used:.0f}" for group, used in groups.items() if used >= 1))
    return lines + [f"generator {figures['tenon_at_peak_generator_us_per_transaction']:.0f}; "
                    f"so {figures['cores_count']} processors end at "
                    f"{figures['tenon_at_peak_ceiling_per_s']:,.0f}/s"]
