"""How long and how hard each part goes: the usual run, and a quick one to see that all works."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Plan:
    rates: tuple = (1000, 3000, 5000)  # transactions per second
    step_s: float = 6
    warm_up_s: float = 2
    drain_s: float = 6
    # The search for the most that is sustained: from the first rate up by this factor, or down by
    # halves to the least; then between the last that was and the first that was not.
    search_from: float = 1000
    search_least: float = 200
    search_factor: float = 1.6
    search_step_s: float = 4
    refinements: int = 1
    kill_rate: float = 500
    kill_after_s: float = 2
    idle_s: float = 10
    replicas: tuple = (4, 7, 13)
    count_rate: float = 100

    def with_steps_of(self, seconds: float) -> "Plan":
        return replace(self, step_s=seconds, search_step_s=seconds, idle_s=seconds)


USUAL = Plan()
QUICK = Plan(rates=(1000,), step_s=2, warm_up_s=1, drain_s=4, search_from=1000, search_factor=2,
             search_step_s=2, refinements=0, kill_after_s=1, idle_s=3, replicas=(4, 7))

# A rate is sustained when nothing is refused, about all of it is committed in time (a step is
# short), and 95 % of it within so long.
SUSTAINED_SHARE = 0.9
SUSTAINED_P95_MS = 1000
