"""`tenon db` on the files of a stopped node: what is there, whether it is whole, what is not."""

import shutil
import unittest

from node import Node, Token, answer, temporary_folder, tenon


class Database(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.context = temporary_folder()
        folder = cls.context.__enter__()
        cls.node = Node(folder, "rocksdb")
        token = Token(cls.node.start())
        token.mint(1000)
        for amount in range(1, 20):
            token.transfer(amount)
        assert cls.node.stop() == 0
        cls.where = ("--data-dir", cls.node.data, "--config", cls.node.config)

    @classmethod
    def tearDownClass(cls):
        cls.node.close()
        cls.context.__exit__(None, None, None)

    def test_the_whole_chain_verifies(self):
        verified = answer("db", "verify", *self.where)
        self.assertIs(verified["verified"], True)
        self.assertGreater(int(verified["blocks"]), 20)

    def test_blocks_and_keys_are_listed(self):
        blocks = answer("db", "blocks", *self.where)
        self.assertEqual([int(block["height"]) for block in blocks], list(range(len(blocks))))
        keys = [item["key"] for item in answer("db", "keys", "--prefix", "sys/", *self.where)]
        self.assertIn("sys/validators", keys)
        self.assertIn("sys/party/alice", keys)

    def test_looking_changes_nothing_on_disk(self):
        def files():
            return {path: (path.stat().st_mtime_ns, path.read_bytes())
                    for path in self.node.data.rglob("*") if path.is_file()}
        before = files()
        answer("db", "verify", *self.where)
        answer("db", "blocks", *self.where)
        answer("db", "keys", "--prefix", "sys/", *self.where)
        self.assertEqual(files(), before)

    def test_a_node_that_runs_is_not_looked_at(self):
        self.node.start()
        try:
            refused = tenon("db", "blocks", *self.where, check=False)
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("is in use by another node or a tool", refused.stderr)
        finally:
            self.assertEqual(self.node.stop(), 0)

    def test_a_flipped_bit_is_detected_and_named(self):
        data = self.node.folder / "damaged"
        shutil.copytree(self.node.data, data)
        files = [path for path in (data / "plugins/store-rocksdb").rglob("*")
                 if path.suffix in (".sst", ".log")]
        damaged = max(files, key=lambda path: path.stat().st_size)
        content = bytearray(damaged.read_bytes())
        content[len(content) // 3] ^= 0x10
        damaged.write_bytes(bytes(content))
        refused = tenon("db", "verify", "--data-dir", data, "--config", self.node.config,
                        check=False)
        self.assertEqual(refused.returncode, 6, refused.stdout + refused.stderr)
        self.assertRegex(refused.stderr, "(?i)corrupt|checksum|mismatch|damaged")


if __name__ == "__main__":
    unittest.main()
