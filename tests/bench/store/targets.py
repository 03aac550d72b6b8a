"""What the store is to reach, and whether it did, beside the peers' figures of the same run."""

from dataclasses import dataclass

MILLION = 1_000_000


@dataclass(frozen=True)
class Target:
    what: str
    unit: str
    figure: str
    bound: float
    keys: int          # the target is for a run with so many
    batch: int = 1_000
    at_most: bool = True


TARGETS = (
    Target("processor time of an update", "us", "store_update_cpu_us", 15, MILLION),
    Target("NOMT's over the store's", "times", "store_to_nomt_cpu_ratio", 2, MILLION,
           at_most=False),
    Target("Firewood's over the store's", "times", "store_to_firewood_cpu_ratio", 2, MILLION,
           at_most=False),
    Target("ten times the keys", "times", "store_cpu_growth_ratio", 2, 10 * MILLION),
    Target("making a proof", "us", "store_proof_make_us", 3, MILLION),
    Target("verifying a proof", "us", "store_proof_verify_us", 4, MILLION),
)


def ratios(engines: dict) -> dict:
    """How many times the store's processor time each peer takes for an update, and how many times
    the peer's updates per second the store makes: above 1, the store is the better one."""
    found = {}
    own = engines.get("store")
    for peer, theirs in engines.items() if own else ():
        if peer == "store":
            continue
        found[f"store_to_{peer}_cpu_ratio"] = theirs["update_cpu_us"] / own["update_cpu_us"]
        found[f"store_to_{peer}_rate_ratio"] = own["updates_per_s"] / theirs["updates_per_s"]
    return found


def check_same_updates(engines: dict) -> None:
    """Refuses figures of engines that did not write the same keys in the same order."""
    digests = {name: figures["updates_digest"] for name, figures in engines.items()}
    if len(set(digests.values())) > 1:
        raise RuntimeError(f"the engines wrote different keys: {digests}")


def judged(figures: dict) -> list:
    """Each target that is for a run of this size and of which there is a figure."""
    size = (figures["keys_count"], figures["batch_count"])
    return [{"what": target.what, "unit": target.unit,
             "bound": ("at most " if target.at_most else "at least ") + f"{target.bound:g}",
             "store": figures[target.figure],
             "met": (figures[target.figure] <= target.bound if target.at_most
                     else figures[target.figure] >= target.bound)}
            for target in TARGETS
            if size == (target.keys, target.batch) and target.figure in figures]
