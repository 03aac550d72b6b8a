"""Replicas and a client node of Tenon as processes on this machine, with the kvstore contract."""

import json
import os
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "integration"))

from network_test import Replica, ports_from  # noqa: E402
from node import answer  # noqa: E402

CONTRACT = Path(os.environ["TENON_BINARY_DIR"]) / "bin/bench/contracts/bench_kvstore.wasm"
# The generator holds one connection for each transaction whose outcome is not known, and the client
# node refuses what exceeds the first bound before the generator runs out of connections.
MOST_PENDING = 4096
CONNECTIONS = 6000


class TenonNetwork:
    """`limits` are further entries of the client node's section of that name."""

    def __init__(self, folder: Path, replicas: int = 4, limits: dict | None = None):
        self.folder = folder / "tenon"
        answer("network", "init", "-n", replicas, "-m", 1, "--out", self.folder, "--base-port",
               ports_from(replicas + 1), "--daml-api", "none")
        self.replicas = [Replica(self.folder / f"replica-{i + 1}") for i in range(replicas)]
        self.client = Replica(self.folder / "client-1")
        config = json.loads(self.client.config.read_text())
        config["limits"] = {"max_pending_commands": MOST_PENDING, **(limits or {})}
        for api in config["apis"]:
            api["config"]["limits"] = {"connections": CONNECTIONS + 100}
        self.client.write_config(config)
        self.instance = ""

    def __enter__(self) -> "TenonNetwork":
        try:
            for node in self.nodes:
                node.start(ready=False)
            for node in self.nodes:
                node.wait_ready()
            self.prepare()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.close()

    @property
    def nodes(self) -> list:
        return [*self.replicas, self.client]

    def close(self) -> None:
        for node in self.nodes:
            node.close()

    def prepare(self) -> None:
        """A party, the contract and an instance of it."""
        client = self.client
        self.done(client.curl_json("POST", "/v1/parties", {"party": "alice"}, client.operator()))
        alice = client.token("alice")
        contract = self.done(client.curl("/v1/contracts?name=kvstore", "--header",
                                         "Content-Type: application/wasm", "--data-binary",
                                         f"@{CONTRACT}", token=alice))["contract"]
        self.instance = self.done(client.curl_json(
            "POST", "/v1/instances", {"contract": contract, "label": "bench", "readers": ["*"],
                                      "arguments": {}}, alice))["instance"]

    @staticmethod
    def done(answered):
        status, body = answered
        if status not in (200, 201):
            raise RuntimeError(f"the client node answered {status}: {body}")
        return body

    # What run_step asks of a target.

    def generator_options(self) -> list:
        return ["--target", "tenon", "--ports", str(self.client.port), "--instance", self.instance,
                "--token", self.client.token("alice"), "--connections", str(CONNECTIONS)]

    def processes(self) -> dict:
        return {"replicas": [node.process.pid for node in self.replicas],
                "client_node": [self.client.process.pid]}

    # For the parts.

    def status(self, node) -> dict:
        return node.curl("/v1/status", token=node.operator())[1]

    def settle(self, seconds: float = 30) -> None:
        """Until all nodes that run have the same head, and nothing is under way."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            heads = {self.status(node)["height"] for node in self.nodes
                     if node.process.poll() is None}
            if len(heads) == 1:
                return
            time.sleep(0.1)
        raise RuntimeError(f"the nodes are not level after {seconds} s")

    def kill_one(self, which: str) -> float:
        """Kills the replica that the client node follows, or the one after it; the moment."""
        before = [self.served(node) for node in self.replicas]
        time.sleep(0.3)
        served = [self.served(node) - asked
                  for node, asked in zip(self.replicas, before, strict=True)]
        followed = served.index(max(served))
        victim = self.replicas[followed if "follows" in which else (followed + 1)
                               % len(self.replicas)]
        moment = time.monotonic()
        victim.process.send_signal(signal.SIGKILL)
        return moment

    def own_figures(self) -> dict:
        """What only Tenon counts, since the start."""
        sums = {"batches_resent_total": 0.0, "ingress_batches_total": 0.0}
        for name, _, value in self.metrics(self.client):
            if name in sums:
                sums[name] += value
        return {"batches_count": sums["ingress_batches_total"],
                "batches_resent_count": sums["batches_resent_total"]}

    def served(self, replica) -> float:
        return sum(value for name, _, value in self.metrics(replica)
                   if name == "link_served_total")

    def metrics(self, node) -> list:
        """(name without the prefix, labels as they stand, value)"""
        found = []
        for line in node.health("/metrics")[1].splitlines():
            if not line.startswith("tenon_"):
                continue
            name, _, value = line.rpartition(" ")
            name, _, labels = name.partition("{")
            found.append((name.removeprefix("tenon_"), labels, float(value)))
        return found
