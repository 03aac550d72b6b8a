"""The benchmark's own arithmetic, and its load generator against servers that are not the measured
ones: what is committed, refused, failed or never answered is counted as that."""

import base64
import contextlib
import hashlib
import json
import socketserver
import struct
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from cometbft_network import with_settings  # noqa: E402
from counts import formula, quorum  # noqa: E402
from load import Step, percentile, run_step  # noqa: E402
from parts import after_the_kill, sustained  # noqa: E402
from targets import judged  # noqa: E402


class HttpNode(socketserver.StreamRequestHandler):
    """Answers as its server says: a status for each request in turn, None for no answer."""

    def handle(self):
        while self.rfile.readline():
            size = 0
            while (line := self.rfile.readline().strip()):
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    size = int(value)
            status = self.server.next_status(json.loads(self.rfile.read(size)))
            if status is None:
                return self.server.over.wait()
            self.wfile.write(b"HTTP/1.1 %d X\r\nContent-Length: 2\r\n\r\n{}" % status)
        return None


class Validator(socketserver.StreamRequestHandler):
    """A WebSocket whose server takes transactions and announces them in blocks."""

    def handle(self):
        key = b""
        while (line := self.rfile.readline().strip()):
            if line.lower().startswith(b"sec-websocket-key:"):
                key = line.split()[1]
        accepted = base64.b64encode(
            hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        self.wfile.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                         b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + accepted
                         + b"\r\n\r\n")
        while (text := self.message()):
            asked = json.loads(text)
            if asked["method"] == "subscribe":
                self.server.listener = self
                self.say({"jsonrpc": "2.0", "id": asked["id"], "result": {}})
            else:
                self.server.taken(self, asked["id"], asked["params"]["tx"])

    def message(self):
        head = self.rfile.read(2)
        if len(head) < 2:
            return None
        size = head[1] & 0x7F
        if size == 126:
            size = struct.unpack(">H", self.rfile.read(2))[0]
        mask = self.rfile.read(4)
        return bytes(byte ^ mask[i % 4] for i, byte in enumerate(self.rfile.read(size)))

    def say(self, answer, pieces=1):
        text = json.dumps(answer, separators=(",", ":")).encode()
        cut = len(text) // pieces
        for i in range(pieces):
            part = text[i * cut:] if i == pieces - 1 else text[i * cut:(i + 1) * cut]
            first = (0x80 if i == pieces - 1 else 0) | (1 if i == 0 else 0)
            if len(part) < 126:
                size = bytes([len(part)])
            elif len(part) < 65536:
                size = b"\x7e" + struct.pack(">H", len(part))
            else:
                size = b"\x7f" + struct.pack(">Q", len(part))
            self.wfile.write(bytes([first]) + size + part)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    request_queue_size = 128
    daemon_threads = True

    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.count = 0
        self.seen = []
        self.listener = None
        self.waiting = []

    # Of HttpNode.
    def next_status(self, body):
        with self.lock:
            self.seen.append(body["arguments"])
            self.count += 1
            return self.script(self.count)

    # Of Validator: blocks of five, in three frames each.
    def taken(self, connection, number, transaction):
        with self.lock:
            self.count += 1
            if self.count % 10 == 0:
                return connection.say({"jsonrpc": "2.0", "id": number,
                                       "error": {"code": -32603, "data": "mempool is full: …"}})
            self.seen.append(base64.b64decode(transaction))
            self.waiting.append(transaction)
            connection.say({"jsonrpc": "2.0", "id": number, "result": {"code": 0, "log": ""}})
            if len(self.waiting) == 5 and self.listener:
                self.listener.say({"jsonrpc": "2.0", "id": 0, "result": {"data": {"value": {
                    "block": {"data": {"txs": self.waiting}}}}}}, pieces=3)
                self.waiting = []
            return None


@contextlib.contextmanager
def serving(handler, script=None):
    with Server(handler) as server:
        server.script = script
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()


class Reached:
    """A target that only the generator uses."""

    def __init__(self, *options):
        self.options = list(options)

    def generator_options(self):
        return self.options

    def processes(self):
        return {}


def offer(server, kind, rate=200, connections=50, **more):
    target = Reached("--target", kind, "--ports", str(server.server_address[1]), "--connections",
                     str(connections), "--instance", "i", "--token", "t")
    return run_step(target, rate, 0.5, warm_up_s=0, samples=True, **more)


class Generator(unittest.TestCase):
    def test_each_transaction_is_sent_once_of_the_right_size_and_unlike_the_others(self):
        with serving(HttpNode, lambda _: 200) as server:
            step = offer(server, "tenon")
        self.assertEqual(step.figures["committed_count"], 100)
        self.assertEqual({len(one["key"]) + len(one["value"]) for one in server.seen}, {256})
        self.assertEqual(len({(one["key"], one["value"]) for one in server.seen}), 100)

    def test_refused_and_failed_and_unanswered_ones_are_counted_as_that(self):
        answers = {0: 429, 1: 503, 2: 422}
        with serving(HttpNode, lambda i: None if i % 10 == 3 else answers.get(i % 10, 200)) as one:
            figures = offer(one, "tenon", drain_s=0.5).figures
        self.assertEqual([figures[f"{name}_count"] for name in
                          ("committed", "refused", "failed", "open")], [60, 20, 10, 10])

    def test_the_wait_of_those_that_a_slow_node_keeps_back_counts(self):
        def slow(_):
            time.sleep(0.05)
            return 200
        with serving(HttpNode, slow) as server:  # 20/s where 200/s are due
            figures = offer(server, "tenon", connections=1, drain_s=0.2).figures
        self.assertGreater(figures["max_ms"], 300)
        self.assertGreater(figures["unsent_count"], 50)

    def test_what_stands_in_an_announced_block_is_committed_and_a_full_mempool_refuses(self):
        with serving(Validator) as server:
            figures = offer(server, "cometbft", connections=2).figures
        self.assertEqual([figures[f"{name}_count"] for name in
                          ("committed", "refused", "failed", "open")], [90, 10, 0, 0])
        self.assertEqual({len(one) for one in server.seen}, {256})
        self.assertTrue(all(one.count(b"=") == 1 for one in server.seen))


class Arithmetic(unittest.TestCase):
    def test_a_block_of_four_costs_what_the_specification_says(self):
        self.assertEqual([quorum(n) for n in (4, 7, 10, 13, 31)], [3, 5, 7, 9, 21])
        nothing = {"batches": 0, "batch_bytes": 0}
        self.assertEqual(formula(4, nothing)["messages"], 27)
        self.assertEqual(formula(7, nothing)["messages"], 90)
        self.assertEqual(formula(4, nothing)["signatures_checked"], 16)
        self.assertAlmostEqual(formula(4, nothing)["bytes"], 5700, delta=100)

    def test_only_the_second_after_the_kill_counts_and_what_was_lost_is_the_slowest(self):
        step = Step({"began_monotonic_s": 100.0})
        step.samples = [(1.0, 9.0, 1), (2.0, 2.1, 1), (2.5, 2.6, 1), (2.9, 0.0, 0), (3.1, 9.0, 1)]
        found = after_the_kill(step, 102.0)
        self.assertAlmostEqual(found["after_kill_p50_ms"], 100, delta=1)
        self.assertEqual((found["after_kill_lost_count"], found["after_kill_p99_ms"]), (1, 20_000))

    def test_a_rate_is_sustained_when_it_is_kept_not_slow_and_nothing_is_refused(self):
        def step(committed, p95, refused=0):
            return Step({"offered_per_s": 1000, "committed_per_s": committed, "p95_ms": p95,
                         "refused_count": refused, "failed_count": 0, "unsent_count": 0})
        self.assertTrue(sustained(step(980, 900)))
        self.assertFalse(sustained(step(890, 100)))
        self.assertFalse(sustained(step(1000, 1100)))
        self.assertFalse(sustained(step(980, 900, refused=1)))

    def test_a_percentile_of_nothing_is_nothing_and_the_last_is_in_reach(self):
        self.assertEqual(percentile([], 0.5), 0)
        self.assertEqual(percentile([3, 1, 2], 0.5), 2)
        self.assertEqual(percentile([3, 1, 2], 1), 3)

    def test_targets_are_judged_in_their_direction_and_beside_the_best_peer(self):
        found = {one["what"]: one for one in judged({
            "tenon_at_1000_p50_ms": 11, "cometbft_0_38_at_1000_p50_ms": 22,
            "tenon_sustained_per_s": 9000, "cometbft_0_38_sustained_per_s": 2000,
            "cometbft_0_40_sustained_per_s": 4000})}
        self.assertIs(found["p50 at 1,000/s"]["met"], False)
        self.assertEqual(found["p50 at 1,000/s"]["ratio_to_cometbft_0_38"], 0.5)
        over = found["most, over the peer's"]
        self.assertEqual((over["tenon"], over["met"]), (2.25, False))
        self.assertNotIn("idle, four nodes", found)

    def test_settings_of_the_peer_are_put_into_their_section_and_unknown_ones_are_refused(self):
        text = 'log_level = "info"\n[p2p]\nladdr = "a"\n[mempool]\nsize = 1\n[p2p.more]\nsize = 2\n'
        changed = with_settings(text, {"": {"log_level": "error"}, "mempool": {"size": 5}})
        self.assertIn('log_level = "error"', changed)
        self.assertIn("[mempool]\nsize = 5", changed)
        self.assertIn("[p2p.more]\nsize = 2", changed)
        with self.assertRaisesRegex(RuntimeError, "recheck"):
            with_settings(text, {"mempool": {"recheck": False}})


if __name__ == "__main__":
    unittest.main()
