"""SIGTERM: the node ends, under load or beside a plugin that does not, and loses nothing."""

import http.client
import threading
import time
import unittest

from node import BINARY, Token, running_node

CLIENTS = 8


class Load(threading.Thread):
    """Transfers of 1 until the node goes away; remembers what was acknowledged and what was not."""

    def __init__(self, token: Token, name: str):
        super().__init__()
        self.client = token.node.client("alice")
        self.instance = token.instance
        self.prefix = name
        self.acknowledged: list[str] = []
        self.unanswered: list[str] = []

    def run(self):
        number = 0
        while True:
            command = f"{self.prefix}-{number}"
            number += 1
            try:
                status, _ = self.client.execute(self.instance, "transfer",
                                                {"to": "bob", "amount": "1"}, command)
            except (OSError, http.client.HTTPException):
                self.unanswered.append(command)
                return
            if status != 200:  # draining: refused before it was accepted
                return
            self.acknowledged.append(command)


class Drain(unittest.TestCase):
    def test_a_node_told_to_end_loses_nothing_it_accepted(self):
        with running_node() as node:
            token = Token(node)
            token.mint(10**9)
            load = [Load(token, f"drain-{i}") for i in range(CLIENTS)]
            for thread in load:
                thread.start()
            time.sleep(1)
            self.assertEqual(node.stop(), 0)
            for thread in load:
                thread.join(30)
            acknowledged = sum(len(thread.acknowledged) for thread in load)
            unanswered = [command for thread in load for command in thread.unanswered]
            self.assertGreater(acknowledged, CLIENTS)
            node.start()
            found = token.balance("bob")
            self.assertGreaterEqual(found, acknowledged)
            self.assertLessEqual(found, acknowledged + len(unanswered))
            for command in unanswered:  # the same command again: committed now, unless it was
                self.assertEqual(token.transfer(1, command_id=command)[0], 200)
            self.assertEqual(token.balance("bob"), acknowledged + len(unanswered))

    def test_a_plugin_that_hangs_is_left_behind_and_told_by_the_exit_code(self):
        def hanging(config):
            config["plugin_path"].append(str(BINARY / "lib/fixtures"))
            config["apis"].append({"plugin": "drain_hangs"})
            config["limits"] = {"drain_ms": 200}

        with running_node(change=hanging) as node:
            token = Token(node)
            token.mint(7)
            self.assertEqual(node.stop(), 3)
            self.assertIn("did not return from drain()", node.last_words())
            node.start()
            self.assertEqual(token.balance("alice"), 7)

    def test_a_second_signal_is_not_needed_and_an_idle_node_ends_at_once(self):
        with running_node() as node:
            started = time.monotonic()
            self.assertEqual(node.stop(), 0)
            self.assertLess(time.monotonic() - started, 5)


if __name__ == "__main__":
    unittest.main()
