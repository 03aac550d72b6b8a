"""WebSocket streams with a client that is not ours: live, and resumed without gap or duplicate."""

import json
import unittest

from websockets.sync.client import connect

from node import Token, running_node


class Streams(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.context = running_node()
        cls.node = cls.context.__enter__()
        cls.token = Token(cls.node)
        cls.token.mint(1000)

    @classmethod
    def tearDownClass(cls):
        cls.context.__exit__(None, None, None)

    def connect(self, stream, party, after=None):
        url = f"ws://127.0.0.1:{self.node.port}/v1/streams/{stream}"
        if after is not None:
            url += f"?after={after}"
        return connect(url, additional_headers={
            "Authorization": f"Bearer {self.node.token(party)}"}, proxy=None)

    def read(self, socket, count):
        """The next `count` frames that stand for a place in the ledger."""
        frames = []
        while len(frames) < count:
            frame = json.loads(socket.recv(timeout=20))
            if frame["type"] in ("events", "transaction", "block"):
                frames.append(frame)
        return frames

    def transfer(self, count):
        offsets = []
        for _ in range(count):
            status, body = self.token.transfer(1)
            self.assertEqual(status, 200, body)
            offsets.append(body["offset"])
        return offsets

    def head(self):
        return self.transfer(1)[0]

    def test_a_party_sees_its_transfers_live_and_in_order(self):
        after = self.head()
        with self.connect("events", "bob", after) as socket:
            sent = self.transfer(5)
            self.assertEqual([frame["offset"] for frame in self.read(socket, 5)], sent)

    def test_a_stream_that_is_cut_resumes_without_gap_or_duplicate(self):
        after = self.head()
        seen = []
        sent = []
        for _ in range(4):
            with self.connect("events", "bob", after) as socket:
                sent += self.transfer(3)
                seen += [frame["offset"] for frame in self.read(socket, 2)]  # one is left behind
            sent += self.transfer(2)  # while nobody listens
            after = seen[-1]
        with self.connect("events", "bob", after) as socket:
            seen += [frame["offset"] for frame in self.read(socket, len(sent) - len(seen))]
        self.assertEqual(seen, sent)

    def test_a_stream_survives_a_restart_of_the_node(self):
        after = self.head()
        sent = self.transfer(3)
        with self.connect("events", "alice", after) as socket:
            first = [frame["offset"] for frame in self.read(socket, 2)]
            self.assertEqual(self.node.stop(), 0)
        self.node.start()
        sent += self.transfer(2)
        with self.connect("events", "alice", first[-1]) as socket:
            rest = [frame["offset"] for frame in self.read(socket, 3)]
        self.assertEqual(first + rest, sent)

    def test_a_stranger_sees_nothing_of_it(self):
        self.node.curl_json("POST", "/v1/parties", {"party": "dave"}, self.node.operator())
        after = self.head()
        with self.connect("events", "dave", after) as socket:
            self.transfer(2)
            with self.assertRaises(TimeoutError):
                while True:
                    frame = json.loads(socket.recv(timeout=2))
                    self.assertFalse(frame.get("events"), frame)


if __name__ == "__main__":
    unittest.main()
