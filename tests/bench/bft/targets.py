"""What Tenon is to reach, and whether it did, beside the peer's figure of the same run."""

from dataclasses import dataclass

PEERS = ("cometbft_0_38", "cometbft_0_40")


@dataclass
class Target:
    what: str
    unit: str
    figure: str           # of Tenon, without the system's prefix
    bound: float
    at_most: bool = True
    peer: str = ""        # of the peer, when it is called otherwise there
    times_peer: bool = False  # the bound is a multiple of the peer's best figure
    system: str = "tenon"


TARGETS = (
    Target("p50 at 1,000/s", "ms", "at_1000_p50_ms", 10),
    Target("p95 at 1,000/s", "ms", "at_1000_p95_ms", 25),
    Target("most, signed by batch", "per_s", "sustained_per_s", 10_000, at_most=False),
    Target("most, over the peer's", "times", "sustained_per_s", 3, at_most=False,
           times_peer=True),
    Target("p99 after one of four is killed, 500/s", "ms", "after_kill_p99_ms", 250),
    Target("kept at twice the most", "percent", "overload_kept_percent", 90, at_most=False),
    Target("without an answer at twice the most", "count", "overload_unanswered_count", 0),
    Target("idle, four nodes", "percent_of_a_core", "idle_replicas_percent_of_a_core", 2,
           peer="idle_validators_percent_of_a_core"),
)


def judged(figures: dict) -> list:
    """Each target of which there is a figure."""
    found = []
    for target in TARGETS:
        own = figures.get(f"{target.system}_{target.figure}")
        if own is None:
            continue
        theirs = {peer: figures[f"{peer}_{target.peer or target.figure}"] for peer in PEERS
                  if f"{peer}_{target.peer or target.figure}" in figures}
        value = own
        if target.times_peer:
            best = max(theirs.values(), default=0)
            if best == 0:
                continue
            value = own / best
        met = value <= target.bound if target.at_most else value >= target.bound
        found.append({"what": target.what, "unit": target.unit,
                      "bound": ("at most " if target.at_most else "at least ")
                               + f"{target.bound:g}",
                      "tenon": value, **{peer: value for peer, value in theirs.items()},
                      **{f"ratio_to_{peer}": own / value for peer, value in theirs.items()
                         if value},
                      "met": met})
    return found
