"""A client node that was off while tens of thousands of blocks passed: its applications' streams go
on where they were, with every event exactly once and in order."""

import contextlib
import http.client
import json
import os
import sys
import threading
import time
import unittest
from pathlib import Path

from websockets.sync.client import connect

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "integration"))

from client_node_test import network_of, status_of  # noqa: E402
from node import TOKEN_WASM  # noqa: E402

FULL = os.environ.get("TENON_TEST_FULL") == "1"
BLOCKS = 50_000 if FULL else 1_000
SUBMITTERS = 24
SECONDS = 3600 if FULL else 120  # for the blocks to pass, on the slowest machine that is of use


def small_blocks(network) -> None:
    """One transaction in a batch, one in a block, so that blocks pass as fast as they can."""
    for replica in network.replicas:
        config = json.loads(replica.config.read_text())
        config["consensus"].setdefault("config", {}).update(
            max_block_transactions=1, small_block_wait_ms=0)
        config.setdefault("limits", {})["max_batch_transactions"] = 1
        config["limits"]["max_batches_in_flight"] = 64
        replica.config.write_text(json.dumps(config))


class Issuer:
    """Alice, who lives on a replica and pays bob, who lives on the client node."""

    def __init__(self, replica, client):
        self.replica = replica
        self.alice = replica.token("alice")
        self.check(replica.curl_json("POST", "/v1/parties", {"party": "alice"},
                                     replica.operator()))
        self.check(client.curl_json("POST", "/v1/parties", {"party": "bob"}, client.operator()))
        contract = self.check(replica.curl(
            "/v1/contracts?name=token", "--header", "Content-Type: application/wasm",
            "--data-binary", f"@{TOKEN_WASM}", token=self.alice))["contract"]
        self.instance = self.check(replica.curl_json(
            "POST", "/v1/instances",
            {"contract": contract, "label": "gold", "readers": ["alice", "bob"],
             "arguments": {"name": "Gold", "symbol": "GLD", "decimals": 2}},
            self.alice))["instance"]
        connection = replica.client("alice")
        self.check(connection.execute(self.instance, "mint",
                                      {"to": "alice", "amount": str(10 * BLOCKS)}))
        connection.close()
        self.lock = threading.Lock()
        self.left = 0
        self.paid = []  # offset of each payment

    @staticmethod
    def check(answer):
        status, body = answer
        assert status in (200, 201), body
        return body

    def pay(self, count: int) -> None:
        """So many payments of 1, each under its own command id until its outcome is known."""
        self.left += count
        threads = [threading.Thread(target=self.run, args=(number,)) for number in
                   range(SUBMITTERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert self.left == 0, "the payments were not made: see the replica's log"

    def run(self, number: int) -> None:
        connection = self.replica.client("alice")
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            with self.lock:
                if self.left == 0:
                    break
                self.left -= 1
                command = f"pay-{len(self.paid)}-{self.left}-{number}"
            while time.monotonic() < deadline:
                try:
                    status, body = connection.execute(
                        self.instance, "transfer", {"to": "bob", "amount": "1"}, command)
                except (OSError, http.client.HTTPException):
                    connection.close()
                    continue
                if status == 200:
                    with self.lock:
                        self.paid.append(int(body["offset"]))
                    break
        connection.close()


class Application:
    """Reads bob's events from the client node, from an offset on."""

    def __init__(self, client, after):
        url = f"ws://127.0.0.1:{client.port}/v1/streams/events?after={after}"
        self.stack = contextlib.ExitStack()
        self.socket = self.stack.enter_context(connect(url, proxy=None, additional_headers={
            "Authorization": f"Bearer {client.token('bob')}"}))

    def read(self, count: int, seconds: float) -> list[int]:
        """The offsets of the next `count` transactions with events for bob."""
        offsets = []
        while len(offsets) < count:
            frame = json.loads(self.socket.recv(timeout=seconds))
            if frame["type"] == "events":
                offsets.append(int(frame["offset"]))
        return offsets

    def silent(self, seconds: float) -> bool:
        """Nothing but signs of life comes for so long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                frame = json.loads(self.socket.recv(timeout=deadline - time.monotonic()))
            except TimeoutError:
                return True
            if frame["type"] == "events":
                return False
        return True

    def close(self) -> None:
        self.stack.close()


class LongAbsence(unittest.TestCase):
    def test_a_client_node_that_was_off_resumes_its_streams_without_gap_or_duplicate(self):
        with network_of(start=False, options=("--allocators", "all")) as network:
            small_blocks(network)
            network.start()
            client = network.client
            issuer = Issuer(network.replicas[0], client)
            issuer.pay(20)
            application = Application(client, 0)
            before = application.read(20, 30)
            self.assertEqual(before, sorted(issuer.paid))
            application.close()
            height = int(status_of(network.replicas[0])["height"])
            self.assertEqual(client.stop(), 0)

            began = time.monotonic()
            issuer.pay(BLOCKS)
            passed = int(status_of(network.replicas[0])["height"]) - height
            passing = time.monotonic() - began
            self.assertGreaterEqual(passed, BLOCKS)

            began = time.monotonic()
            client.start(ready=False)
            client.wait_ready(SECONDS)
            catching_up = time.monotonic() - began
            application = Application(client, before[-1])
            seen = application.read(BLOCKS, 60)
            self.assertEqual(seen, sorted(issuer.paid)[20:])
            self.assertEqual(len(set(seen)), BLOCKS)
            self.assertTrue(application.silent(1))
            # And it goes on with what happens now.
            issuer.pay(10)
            self.assertEqual(application.read(10, 30), sorted(issuer.paid)[-10:])
            application.close()
            self.assertEqual(status_of(client)["state_root"],
                             status_of(network.replicas[0])["state_root"])
            print(f"{passed} blocks passed in {passing:.1f} s ({passed / passing:.0f} a second); "
                  f"caught up with in {catching_up:.1f} s, start included "
                  f"({passed / catching_up:.0f} a second)")


if __name__ == "__main__":
    unittest.main()
