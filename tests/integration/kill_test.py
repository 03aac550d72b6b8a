"""kill -9 again and again under load: whatever was acknowledged is there, once.

The journal stands outside of the node: a command is written to it before it is sent, and again when
its acknowledgement has arrived. After every kill the commands without an acknowledgement are sent
once more under the same id; then the receiver's balance must equal the number of commands.
"""

import http.client
import os
import random
import threading
import time
import unittest

from node import Token, answer, running_node, tenon

KILLS = 1000 if os.environ.get("TENON_TEST_FULL") == "1" else 200
CLIENTS = 6


class Journal:
    def __init__(self, path):
        self.file = path.open("a", buffering=1)
        self.lock = threading.Lock()
        self.sent: set[str] = set()
        self.transactions: dict[str, str] = {}

    def send(self, command: str) -> None:
        with self.lock:
            self.sent.add(command)
            self.file.write(f"sent {command}\n")

    def acknowledge(self, command: str, transaction: str) -> None:
        with self.lock:
            assert self.transactions.setdefault(command, transaction) == transaction, command
            self.file.write(f"acknowledged {command} {transaction}\n")

    def open_commands(self) -> list[str]:
        with self.lock:
            return sorted(self.sent - self.transactions.keys())


def transfer(client, token, journal, command) -> bool:
    """False when the node is gone."""
    try:
        status, body = client.execute(token.instance, "transfer", {"to": "bob", "amount": "1"},
                                      command)
    except (OSError, http.client.HTTPException, ValueError):
        return False
    assert status == 200, body
    journal.acknowledge(command, body["transaction"])
    return True


def load(token, journal, prefix):
    client = token.node.client("alice")
    number = 0
    while True:
        command = f"{prefix}-{number}"
        number += 1
        journal.send(command)
        if not transfer(client, token, journal, command):
            return


def prune(node) -> None:
    """Has the operator order that all before the head may go; the node may be killed meanwhile."""
    online = ("--url", node.url, "--data-dir", node.data)
    command = node.folder / "prune.json"
    head = node.curl("/v1/status", token=node.operator())[1]["height"]
    for words in (("prune", head, "--output", command, *online),
                  ("sign", command, "--key", node.data / "keys/node.pem", "--data-dir", node.data),
                  ("submit", command, *online)):
        if tenon("operator", *words, check=False).returncode != 0:
            return


def oldest_block(node) -> int:
    return int(node.curl("/v1/blocks?order=desc", token=node.operator())[1]["oldest"])


def small_tables(config) -> None:
    """Pages and tables are written, and tables merged, all the time."""
    config["store"]["config"] = {"flush_blocks": 5, "write_buffer_bytes": 1 << 20}


class Kill(unittest.TestCase):
    def test_no_kill_loses_an_acknowledged_transfer_or_applies_one_twice(self):
        with running_node("rocksdb") as node:
            token, journal = self.killed_under_load(node, KILLS)
            self.check_listing(node, journal)
            print(f"{len(journal.sent)} transfers, each there once")
            self.assertEqual(node.stop(), 0)

    def test_no_kill_while_the_past_is_pruned_loses_what_is_kept(self):
        with running_node("rocksdb", small_tables) as node:
            token, journal = self.killed_under_load(node, KILLS // 10, prune)
            self.assertGreater(oldest_block(node), 0)
            self.assertEqual(node.stop(), 0)
            verified = answer("db", "verify", "--config", node.config, "--data-dir", node.data)
            self.assertIs(verified["verified"], True)
            print(f"{len(journal.sent)} transfers, each there once")
            node.start()
            self.assertEqual(token.balance("bob"), len(journal.sent))
            self.assertEqual(node.stop(), 0)

    def killed_under_load(self, node, kills: int, meanwhile=None):
        """Transfers by several clients, again and again ended by a kill. After each, the receiver
        has as much as was sent."""
        seed = int(os.environ.get("TENON_TEST_SEED", "1"))
        chance = random.Random(seed)
        print(f"seed {seed}, {kills} kills")
        token = Token(node)
        token.mint(10**9)
        journal = Journal(node.folder / "journal")
        for kill in range(kills):
            threads = [threading.Thread(target=load, args=(token, journal, f"{kill}-{i}"))
                       for i in range(CLIENTS)]
            for thread in threads:
                thread.start()
            if meanwhile:
                meanwhile(node)
            time.sleep(chance.uniform(0.0, 0.15))
            node.kill()
            for thread in threads:
                thread.join(60)
                self.assertFalse(thread.is_alive())
            node.start()
            client = node.client("alice")
            for command in journal.open_commands():
                self.assertTrue(transfer(client, token, journal, command), node.last_words())
            client.close()
            self.assertEqual(token.balance("bob"), len(journal.sent), f"after kill {kill}")
        self.assertEqual(len(set(journal.transactions.values())), len(journal.sent))
        return token, journal

    def check_listing(self, node, journal):
        """Every acknowledged transaction is listed exactly once."""
        client = node.client("alice")
        listed: list[str] = []
        after = ""
        while True:
            status, page = client.request(
                "GET", "/v1/transactions?limit=500" + (f"&after={after}" if after else ""))
            self.assertEqual(status, 200, page)
            listed += [item["transaction"] for item in page["transactions"]]
            if not page.get("next"):
                break
            after = page["next"]
        self.assertEqual(len(listed), len(set(listed)))
        self.assertLessEqual(set(journal.transactions.values()), set(listed))


if __name__ == "__main__":
    unittest.main()
