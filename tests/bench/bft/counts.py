"""Messages, bytes and signatures of a block, counted by the nodes, beside what the protocol says
(docs/spec/consensus.md, "What a block costs")."""

import re
import time
from pathlib import Path

from load import run_step
from plan import Plan
from systems import tenon

# Bytes of messages without payload, as the specification has them.
PROPOSAL_BYTES, CERTIFIED_BYTES, DIGEST_BYTES = 450, 140, 36
NOTARIZE_BYTES, FINALIZE_BYTES = 112, 146


def quorum(n: int) -> int:
    f = (n - 1) // 3
    return (n + f) // 2 + 1


def totals(network) -> dict:
    """Sums over the replicas of what they count, of messages only those between replicas."""
    names = [node.folder.name for node in network.replicas]
    sums = {"frames": 0.0, "bytes": 0.0, "made": 0.0, "checked": 0.0, "blocks": 0.0}
    kinds = {"peer_sent_frames_total": "frames", "peer_sent_bytes_total": "bytes",
             "bft_signatures_made_total": "made", "bft_signatures_checked_total": "checked",
             "bft_final_blocks_total": "blocks"}
    for node in network.replicas:
        for name, labels, value in network.metrics(node):
            peer = re.search(r'peer="([^"]*)"', labels)
            if name in kinds and (peer is None or peer[1] in names):
                sums[kinds[name]] += value
    sums["blocks"] /= len(names)
    client = network.metrics(network.client)
    sums["batches"] = sum(value for name, _, value in client if name == "ingress_batches_total")
    sums["batch_bytes"] = sum(value for name, _, value in client
                              if name == "peer_sent_bytes_total")
    return sums


def measured(n: int, plan: Plan, folder: Path) -> dict:
    with tenon(n).running(folder) as network:
        ends = []

        def look():
            for _ in range(2):
                ends.append(totals(network))
                time.sleep(plan.step_s * 0.8 if len(ends) == 1 else 0)

        run_step(network, plan.count_rate, plan.step_s, plan.warm_up_s, while_measuring=look)
    blocks = max(1.0, ends[1]["blocks"] - ends[0]["blocks"])
    return {name: (ends[1][name] - ends[0][name]) / blocks for name in ends[0]}


def formula(n: int, per_block: dict) -> dict:
    """`per_block` gives how many batches a block had, and how many bytes they were. Under a load as
    light as here they travel twice: spread by whoever took them in, and along with the proposal."""
    q, batches, payload = quorum(n), per_block["batches"], per_block["batch_bytes"]
    spread = 2 * (n - 1) * payload
    return {"messages": (n - 1) * (1 + batches) + 2 * n * (n - 1),
            "bytes": (n - 1) * (PROPOSAL_BYTES + CERTIFIED_BYTES * q + DIGEST_BYTES * batches)
                     + (NOTARIZE_BYTES + FINALIZE_BYTES) * n * (n - 1) + spread,
            "signatures_made": 2 * n,
            "signatures_checked": n * 2 * (q - 1)}


def counts(plan: Plan, folder: Path, say) -> dict:
    figures = {}
    for n in plan.replicas:
        per_block = measured(n, plan, folder)
        expected = formula(n, per_block)
        found = {"messages": per_block["frames"], "bytes": per_block["bytes"],
                 "signatures_made": per_block["made"],
                 "signatures_checked": per_block["checked"]}
        for name, value in found.items():
            unit = "" if name == "bytes" else "_count"
            figures[f"n{n}_{name}_per_block{unit}"] = value
            figures[f"n{n}_{name}_per_block_formula{unit}"] = expected[name]
        figures[f"n{n}_batches_per_block_count"] = per_block["batches"]
        say(f"Tenon, {n} replicas, of a block: " + ", ".join(
            f"{value:.0f} {name.replace('_', ' ')} (formula {expected[name]:.0f})"
            for name, value in found.items()) + f"; {per_block['batches']:.1f} batches")
    return figures
