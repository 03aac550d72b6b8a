"""A network of four replicas of which one has nothing and takes over the state of the others, as
real processes over TLS; undisturbed, or killed in the middle."""

import concurrent.futures
import json
import os
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "cluster"))

from cluster import Network, metric, operate  # noqa: E402

CONTRACT = Path(os.environ["TENON_BINARY_DIR"]) / "bin/bench/contracts/bench_filler.wasm"
KEYS_AT_ONCE = 4_000  # in a transaction
FILLERS = 4
POLL_S = 0.03
KEPT_FROM = 3  # no replica has blocks below it
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass
class Life:
    """What one process of the receiver did."""
    seconds: float = 0.0  # from its first range to the state taken over, or to its end
    received_bytes: float = 0.0
    ranges: float = 0.0
    finish_seconds: float = 0.0  # of these, from the last range on
    cpu_seconds: float = 0.0     # of its process


def done(answered):
    status, body = answered
    if status not in (200, 201):
        raise RuntimeError(f"a replica answered {status}: {body}")
    return body


def fill(network: Network, keys: int) -> None:
    """Through the first replica's REST interface."""
    node = network.nodes[0]
    done(node.curl_json("POST", "/v1/parties", {"party": "alice"}, node.operator()))
    alice = node.token("alice")
    contract = done(node.curl("/v1/contracts?name=filler", "--header",
                              "Content-Type: application/wasm", "--data-binary", f"@{CONTRACT}",
                              token=alice))["contract"]
    instance = done(node.curl_json("POST", "/v1/instances",
                                   {"contract": contract, "label": "bench", "readers": ["*"],
                                    "arguments": {}}, alice))["instance"]

    def put(first: int) -> None:
        client = node.client("alice")
        count = min(KEYS_AT_ONCE, keys - first)
        done(client.execute(instance, "fill", {"first": str(first), "count": str(count)}))
        client.close()

    with concurrent.futures.ThreadPoolExecutor(FILLERS) as pool:
        list(pool.map(put, range(0, keys, KEYS_AT_ONCE)))
    forget_blocks(network, lambda: put(keys - 1))


def forget_blocks(network: Network, make_block, seconds: float = 60) -> None:
    """Whoever begins with nothing has to take over a state: nobody has the first blocks."""
    network.await_level()
    operate(network.nodes[0], "prune", KEPT_FROM)
    deadline = time.monotonic() + seconds
    while any(network.status(i)["consensus"]["oldest_block"] < KEPT_FROM for i in range(4)):
        if time.monotonic() > deadline:
            raise RuntimeError(f"the replicas have not pruned in {seconds} s")
        make_block()  # with which they look again
    network.await_level()


def wipe(node) -> None:
    """Everything that it had but its keys is gone."""
    for entry in node.data.iterdir():
        if entry.name in ("keys", "genesis.json"):
            continue
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def progress(node) -> tuple:
    """Bytes and ranges that this process has taken, and states taken over."""
    try:
        return (metric(node, "tenon_state_transfer_bytes_total"),
                metric(node, "tenon_state_transfer_ranges_total"),
                metric(node, "tenon_state_transfers_total"))
    except OSError:
        return 0.0, 0.0, 0.0


def cpu_seconds(node) -> float:
    """User and system time of a node's process."""
    fields = Path(f"/proc/{node.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def receive(node, kill_at_bytes: float = float("inf"), seconds: float = 600) -> Life:
    """Starts the receiver and watches it until it has the state, or kills it."""
    node.start(ready=False)
    life = Life()
    began = last = None
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        taken, ranges, states = progress(node)
        now = time.monotonic()
        if ranges > life.ranges:
            began = began or now
            last = now
        life.received_bytes, life.ranges = taken, ranges
        if taken >= kill_at_bytes or states:
            life.cpu_seconds = cpu_seconds(node)
        if taken >= kill_at_bytes:
            node.kill()
            life.seconds = now - began
            return life
        if states:
            life.seconds = now - (began or now)
            life.finish_seconds = now - (last or now)
            return life
        time.sleep(POLL_S)
    raise RuntimeError(f"no state was taken over in {seconds} s: {node.last_words()}")


def roots_agree(network: Network) -> None:
    network.nodes[3].wait_ready()
    network.await_level()


def undisturbed(network: Network) -> tuple:
    """The receiver's life, and the processor time of the givers together."""
    receiver, givers = network.nodes[3], network.nodes[:3]
    receiver.kill()
    wipe(receiver)
    before = sum(cpu_seconds(giver) for giver in givers)
    life = receive(receiver)
    given = sum(cpu_seconds(giver) for giver in givers) - before
    roots_agree(network)
    return life, given


def killed(network: Network, whole: Life) -> tuple:
    """The two lives of a receiver that is killed when it has half."""
    receiver = network.nodes[3]
    receiver.kill()
    wipe(receiver)
    first = receive(receiver, kill_at_bytes=whole.received_bytes / 2)
    second = receive(receiver)
    roots_agree(network)
    return first, second
