"""Memory or rocksdb is a word in the configuration: the same block log gives the same roots."""

import json
import subprocess
import unittest

from node import TENOND, Node, Token, answer, temporary_folder


class Swap(unittest.TestCase):
    def build_chain(self, node):
        """Some life on the ledger: contracts, transfers, rejections, an expiring dedup entry."""
        token = Token(node)
        token.mint(1000)
        for amount in (1, 2, 3, 10**9, 4):
            token.transfer(amount)
        token.execute("approve", {"spender": "bob", "amount": "5"})
        token.execute("transfer_from", {"from": "alice", "to": "bob", "amount": "2"}, party="bob")
        return answer("status", "--url", node.url, "--data-dir", node.data)

    def roots(self, data, config):
        blocks = answer("db", "blocks", "--data-dir", data, "--config", config)
        return [(block["height"], block["state_root"]) for block in blocks]

    def test_replaying_a_block_log_into_the_other_store_gives_the_same_roots(self):
        with temporary_folder() as folder:
            (folder / "first").mkdir()
            node = Node(folder / "first", "rocksdb")
            try:
                status = self.build_chain(node.start())
                self.assertEqual(node.stop(), 0)
            finally:
                node.close()
            log = folder / "blocks.log"
            exported = answer("db", "export", log, "--data-dir", node.data, "--config", node.config)
            self.assertEqual(int(exported["blocks"]), int(status["height"]) + 1)
            expected = self.roots(node.data, node.config)
            self.assertEqual(expected[-1], (status["height"], status["state_root"]))
            for store in ("memory", "rocksdb"):
                self.replay(folder / store, store, node.data / "genesis.json", log, expected[-1])

    def replay(self, folder, store, genesis, log, expected):
        folder.mkdir()
        node = Node(folder, store)
        node.data.mkdir()
        (node.data / "genesis.json").write_bytes(genesis.read_bytes())
        result = subprocess.run(
            [TENOND, "--config", node.config, "--data-dir", node.data, "--replay", log],
            capture_output=True, text=True, timeout=120)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        summary = json.loads(result.stdout.strip().splitlines()[-1])
        self.assertEqual((str(summary["height"]), summary["state_root"]), expected, store)


if __name__ == "__main__":
    unittest.main()
