"""The parts of the benchmark but the counts. Each takes one system and gives figures by name, the
unit last in each name; what the names mean stands in docs/benchmarks.md."""

import os
import time
from pathlib import Path

from load import COMMITTED, Step, percentile, run_step
from plan import SUSTAINED_P95_MS, SUSTAINED_SHARE, Plan
from processes import processor_s
from profiler import Profiler
from systems import System


class Busy:
    """The largest share of the machine that others took during a step, over all steps."""

    share = 0.0

    @classmethod
    def note(cls, step: Step) -> Step:
        cls.share = max(cls.share, step.others_share())
        return step


def load(network, plan: Plan, rate: float, measured_s: float, **more) -> Step:
    step = run_step(network, rate, measured_s, warm_up_s=plan.warm_up_s, drain_s=plan.drain_s,
                    **more)
    network.settle()
    return Busy.note(step)


def budget(step: Step) -> dict:
    """Processor time for each transaction by kind of process, and what all of it allows here."""
    spent = step.per_transaction_us()
    figures = {f"{kind}_us_per_transaction": used for kind, used in spent.items()}
    if total := sum(spent.values()):
        figures["ceiling_per_s"] = os.cpu_count() * 1e6 / total
    return figures


def latency(system: System, plan: Plan, folder: Path, say) -> dict:
    figures = {}
    with system.running(folder) as network:
        for rate in plan.rates:
            step = load(network, plan, rate, plan.step_s)
            at = f"at_{rate}"
            for name in ("p50_ms", "p95_ms", "p99_ms", "committed_per_s", "refused_count",
                         "failed_count"):
                figures[f"{at}_{name}"] = step.figures[name]
            figures |= {f"{at}_{name}": value for name, value in budget(step).items()}
            say(f"{system.title}, {rate}/s: " + summary(step))
    return figures


def summary(step: Step) -> str:
    figures = step.figures
    text = (f"{figures['committed_per_s']:.0f}/s committed, p50 {figures['p50_ms']:.1f} ms, "
            f"p95 {figures['p95_ms']:.1f} ms, p99 {figures['p99_ms']:.1f} ms")
    if figures["refused_count"]:
        text += f", {figures['refused_count']} refused"
    if figures["failed_count"]:
        text += f", {figures['failed_count']} failed: {figures['first_failure'][:200]}"
    return text


def sustained(step: Step) -> bool:
    figures = step.figures
    return (figures["committed_per_s"] >= SUSTAINED_SHARE * figures["offered_per_s"]
            and figures["p95_ms"] <= SUSTAINED_P95_MS
            and not any(figures[f"{name}_count"] for name in ("refused", "failed", "unsent")))


def throughput(system: System, plan: Plan, folder: Path, say) -> dict:
    """The most that is sustained, the most that was ever committed, and where time went there."""
    steps = []
    with system.running(folder) as network:
        def tries(rate: float) -> bool:
            profiler = Profiler(network.processes(), plan.search_step_s * 0.8)
            step = load(network, plan, rate, plan.search_step_s, while_measuring=profiler)
            say(f"{system.title}, {rate:.0f}/s offered: " + summary(step))
            steps.append((step, profiler))
            return sustained(step)

        low, high = 0.0, plan.search_from
        while tries(high):
            low, high = high, high * plan.search_factor
        while not low and high > plan.search_least:
            if tries(high / 2):
                low = high / 2
            else:
                high /= 2
        for _ in range(plan.refinements if low else 0):
            middle = (low * high) ** 0.5
            if tries(middle):
                low = middle
            else:
                high = middle
    best, profiler = max(steps, key=lambda one: one[0].figures["committed_per_s"])
    most = [one.figures["committed_per_s"] for one, _ in steps if sustained(one)]
    figures = {"sustained_per_s": max(most, default=0.0),
               "peak_per_s": best.figures["committed_per_s"]}
    figures |= {f"at_peak_{name}": value for name, value in budget(best).items()}
    figures |= {f"at_peak_{kind}_peak_mib": used for kind, used in best.peak_memory_mib.items()}
    figures["at_peak_profile_percent"] = profiler.percent
    return figures


def kill(system: System, plan: Plan, folder: Path, say) -> dict:
    """How transactions fare that were due within the second after one of four was killed. Of
    Tenon's replicas once the one that the client node follows and once another; the worse case."""
    worst: dict = {}
    for which in system.victims:
        with system.running(folder) as network:
            moment = []

            def kill_one(network=network, moment=moment, which=which):
                time.sleep(plan.kill_after_s)
                moment.append(network.kill_one(which))

            step = Busy.note(run_step(network, plan.kill_rate, plan.kill_after_s + 3,
                                      plan.warm_up_s, drain_s=20, samples=True,
                                      while_measuring=kill_one))
        figures = after_the_kill(step, moment[0])
        say(f"{system.title}, {which} killed at {plan.kill_rate:.0f}/s: p50 "
            f"{figures['after_kill_p50_ms']:.0f} ms, p99 {figures['after_kill_p99_ms']:.0f} ms, "
            f"{figures['after_kill_lost_count']} without outcome")
        if not worst or figures["after_kill_p99_ms"] > worst["after_kill_p99_ms"]:
            worst = figures
    return worst


def after_the_kill(step: Step, moment: float) -> dict:
    began = step.figures["began_monotonic_s"]
    affected = [sample for sample in step.samples if moment <= began + sample[0] < moment + 1]
    latencies = [(ended - due) * 1000 for due, ended, ending in affected if ending == COMMITTED]
    lost = len(affected) - len(latencies)
    latencies += [float(20_000)] * lost
    return {"after_kill_p50_ms": percentile(latencies, 0.5),
            "after_kill_p95_ms": percentile(latencies, 0.95),
            "after_kill_p99_ms": percentile(latencies, 0.99),
            "after_kill_lost_count": lost}


def overload(system: System, plan: Plan, folder: Path, say, peak_per_s: float) -> dict:
    """Twice the most that was ever committed is offered."""
    with system.running(folder) as network:
        step = load(network, plan, 2 * peak_per_s, plan.step_s + 2)
        own = network.own_figures()
    say(f"{system.title}, twice its most: " + summary(step))
    figures = step.figures
    found = {"overload_offered_per_s": figures["offered_per_s"],
             "overload_committed_per_s": figures["committed_per_s"],
             "overload_kept_percent": 100 * figures["committed_per_s"] / peak_per_s,
             "overload_p50_ms": figures["p50_ms"], "overload_p95_ms": figures["p95_ms"]}
    for name in ("refused", "failed", "open", "unsent"):
        found[f"overload_{name}_count"] = figures[f"{name}_count"]
    found |= {f"overload_{name}": value for name, value in own.items()}
    return found | {f"overload_{kind}_peak_mib": used
                    for kind, used in step.peak_memory_mib.items()}


def idle(system: System, plan: Plan, folder: Path, say) -> dict:
    """Processor time of nodes to which nobody talks."""
    with system.running(folder) as network:
        time.sleep(3)
        processes = network.processes()
        before = {kind: sum(map(processor_s, pids)) for kind, pids in processes.items()}
        time.sleep(plan.idle_s)
        percent = {kind: 100 * (sum(map(processor_s, pids)) - before[kind]) / plan.idle_s
                   for kind, pids in processes.items()}
    say(f"{system.title}, idle: " + ", ".join(f"{kind} {share:.1f} % of a core"
                                              for kind, share in percent.items()))
    return {f"idle_{kind}_percent_of_a_core": share for kind, share in percent.items()}
