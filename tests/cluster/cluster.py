"""Four replicas as real processes over TLS, alone or with a client node in front of them, and a
load of transfers whose every acknowledgement is counted. What the tests of this folder share."""

import contextlib
import json
import os
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "integration"))

from network_test import Replica, operate, ports_from  # noqa: E402, F401
from node import Token, answer, temporary_folder  # noqa: E402

FULL = os.environ.get("TENON_TEST_FULL") == "1"
KILLS = 300 if FULL else 12
MINTED = 1_000_000


class Network:
    """Four replicas in folders that `tenon network init` has made."""

    def __init__(self, folder: Path, replicas: int = 4, consensus: dict | None = None,
                 store: str = "rocksdb"):
        answer("network", "init", "--replicas", replicas, "--consensus", "bft", "--out",
               folder / "network", "--base-port", ports_from(replicas), "--allocators", "all")
        self.nodes = [Replica(folder / "network" / f"replica-{i + 1}") for i in range(replicas)]
        for node in self.nodes:
            config = json.loads(node.config.read_text())
            config["consensus"]["config"] = consensus or {}
            config["store"] = {"plugin": store}
            node.config.write_text(json.dumps(config))

    def start(self) -> "Network":
        for node in self.nodes:
            node.start(ready=False)
        for node in self.nodes:
            node.wait_ready()
        return self

    def close(self) -> None:
        for node in self.nodes:
            node.close()

    def status(self, index: int):
        node = self.nodes[index]
        return node.curl("/v1/status", token=node.operator())[1]

    def await_level(self, seconds: float = 60) -> None:
        """All replicas have the same head."""
        deadline = time.monotonic() + seconds
        heads = []
        while time.monotonic() < deadline:
            states = [self.status(i) for i in range(len(self.nodes))]
            heads = [(state["height"], state["state_root"]) for state in states]
            if len(set(heads)) == 1:
                return
            time.sleep(0.1)
        raise AssertionError(f"the replicas are not level after {seconds} s: {heads}")


class Load:
    """Transfers of 1 from alice to bob at one replica; each is repeated, under its own command id,
    until its outcome is known."""

    def __init__(self, token: Token, threads: int = 3):
        self.token = token
        self.ended = threading.Event()
        self.acknowledged = 0
        self.slowest = 0.0
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.run, args=(i,), daemon=True)
                        for i in range(threads)]
        for thread in self.threads:
            thread.start()

    def run(self, number: int) -> None:
        count = 0
        while not self.ended.is_set():
            command = f"transfer-{number}-{count}"
            begin = time.monotonic()
            while not self.settled(command):
                time.sleep(0.02)
            with self.lock:
                self.acknowledged += 1
                self.slowest = max(self.slowest, time.monotonic() - begin)
            count += 1

    def settled(self, command: str) -> bool:
        with contextlib.suppress(Exception):
            status, _ = self.token.transfer(1, command_id=command)
            return status == 200
        return False

    def await_more(self, transfers: int = 20, seconds: float = 30) -> float:
        """How long so many more transfers took."""
        start = time.monotonic()
        before = self.acknowledged
        while self.acknowledged < before + transfers:
            done = self.acknowledged - before
            if time.monotonic() >= start + seconds:
                raise AssertionError(f"{done} of {transfers} transfers in {seconds} s")
            time.sleep(0.02)
        return time.monotonic() - start

    def end(self) -> int:
        self.ended.set()
        for thread in self.threads:
            thread.join()
        return self.acknowledged


@contextlib.contextmanager
def running_network(consensus: dict | None = None, store: str = "rocksdb"):
    with temporary_folder() as folder:
        network = Network(folder, consensus=consensus, store=store)
        try:
            yield network.start()
        except BaseException:
            for node in network.nodes:
                print(node.folder.name, node.last_words(), sep="\n")
            raise
        finally:
            network.close()


class ClientNetwork(Network):
    """The same with a client node, through which the load goes."""

    def __init__(self, folder: Path):
        answer("network", "init", "-n", 4, "-m", 1, "--out", folder / "network", "--base-port",
               ports_from(5))
        self.nodes = [Replica(folder / "network" / f"replica-{i + 1}") for i in range(4)]
        self.client = Replica(folder / "network" / "client-1")

    def start(self) -> "ClientNetwork":
        super().start()
        self.client.start()
        return self

    def close(self) -> None:
        self.client.close()
        super().close()


@contextlib.contextmanager
def running_client_network():
    with temporary_folder() as folder:
        network = ClientNetwork(folder)
        try:
            yield network.start()
        except BaseException:
            for node in (*network.nodes, network.client):
                print(node.folder.name, node.last_words(), sep="\n")
            raise
        finally:
            network.close()


def metric(node: Replica, name: str) -> float:
    for line in node.health("/metrics")[1].splitlines():
        if line.startswith(name + " "):
            return float(line.split()[1])
    return 0
