"""`tenon db` beyond verifying: inspect, count, compare, prove, take out. And a store that checks
itself while its node runs."""

import base64
import hashlib
import json
import shutil
import time
import unittest

from node import Node, Token, answer, javascript_verifier, temporary_folder, tenon

EMPTY = b"SPARSE_MERKLE_PLACEHOLDER_HASH__"
SCRUBBED_BYTES_PER_SECOND = 50_000_000


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def root_of(leaves: list[tuple[bytes, bytes]], depth: int = 0) -> bytes:
    """The state root by its definition (docs/spec/merkle-proof.md)."""
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return sha256(b"JMT::LeafNode", *leaves[0])
    bit = [leaf[0][depth // 8] >> (7 - depth % 8) & 1 for leaf in leaves]
    halves = [[leaf for leaf, b in zip(leaves, bit) if b == side] for side in (0, 1)]
    return sha256(b"JMT::IntrnalNode", *(root_of(half, depth + 1) for half in halves))


def beside_it(config: dict) -> None:
    """The data directory that `Node` uses, in the configuration too."""
    config["node"]["data_dir"] = "data"


def metric(text: str, name: str, work: str = "") -> float:
    label = '{work="%s"}' % work if work else ""
    for line in text.splitlines():
        if line.startswith(f"tenon_{name}{label} "):
            return float(line.split()[-1])
    raise AssertionError(f"no metric {name}{label}")


class DatabaseTool(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.context = temporary_folder()
        folder = cls.context.__enter__()
        cls.node = Node(folder / "first", "rocksdb", beside_it)
        cls.token = Token(cls.node.start())
        cls.token.mint(1000)
        for amount in range(1, 10):
            cls.token.transfer(amount)
        assert cls.node.stop() == 0
        cls.where = ("--data-dir", cls.node.data, "--config", cls.node.config)
        cls.blocks = answer("db", "blocks", *cls.where)
        cls.keys = [item["key"] for item in answer("db", "keys", *cls.where)]

    @classmethod
    def tearDownClass(cls):
        cls.node.close()
        cls.context.__exit__(None, None, None)

    def copy(self, name: str) -> Node:
        folder = self.node.folder.parent / name
        shutil.copytree(self.node.folder, folder)
        return Node(folder, "rocksdb", beside_it)

    def test_inspect_says_what_is_there(self):
        found = answer("db", "inspect", *self.where)
        self.assertEqual(found["format"], 2)
        self.assertEqual(found["head"]["height"], self.blocks[-1]["height"])
        self.assertEqual(found["head"]["state_root"], self.blocks[-1]["state_root"])
        self.assertEqual(found["pages_behind"], 0)
        self.assertIsNone(found["import"])
        genesis = (self.node.data / "genesis.json").read_bytes()
        self.assertEqual(found["chain"], hashlib.sha256(genesis).hexdigest())

    def test_inspect_a_key_and_a_block(self):
        key = answer("db", "inspect", "--key", "sys/validators", *self.where)
        self.assertTrue(key["present"])
        self.assertIn("holds", key["proof"])
        self.assertEqual(key["versions"][-1]["height"], "0")
        self.assertEqual(key["versions"][0]["value_hash"], key["value_hash"])
        absent = answer("db", "inspect", "--key", "0x00ff", *self.where)
        self.assertFalse(absent["present"])
        last = self.blocks[-1]
        block = answer("db", "inspect", "--block", last["height"], *self.where)
        self.assertEqual(block["block_id"], last["block_id"])
        self.assertEqual(len(block["transactions"]), last["transactions"])
        self.assertEqual(block["transactions"][0]["act_as"], ["alice"])
        self.assertGreater(len(block["changes"]), 0)
        for change in block["changes"]:
            self.assertIn(change["key"], self.keys)

    def test_stats_count_what_the_lists_count(self):
        stats = answer("db", "stats", *self.where)
        entries = {(c["column"], c["of"]): c["entries"] for c in stats["columns"]}
        self.assertEqual(entries["latest", "state"], len(self.keys))
        self.assertEqual(entries["keys", "state"], len(self.keys))
        self.assertEqual(entries["blocks", "state"], 5 * len(self.blocks))
        self.assertEqual(entries["changes", "state"], len(self.blocks))
        self.assertEqual(sum(level["leaves"] for level in stats["tree"]), len(self.keys))

    def test_equal_databases_and_where_others_part(self):
        copy = self.copy("same")
        same = answer("db", "compare", self.node.config, copy.data)
        self.assertTrue(same["equal"])
        self.assertEqual(same["last_common_block"], self.blocks[-1]["height"])
        self.assertEqual(same["entries_compared"], len(self.keys))
        other = self.copy("other")
        for node, amount in ((copy, 11), (other, 12)):
            token = Token.__new__(Token)
            token.node, token.instance = node.start(), self.token.instance
            token.transfer(amount)
            self.assertEqual(node.stop(), 0)
        longer = answer("db", "compare", self.node.data, copy.data)
        self.assertTrue(longer["equal"])
        refused = tenon("db", "compare", copy.config, other.config, "--json", check=False)
        self.assertEqual(refused.returncode, 6)
        parted = json.loads(refused.stdout.splitlines()[-1])
        self.assertFalse(parted["equal"])
        self.assertEqual(int(parted["first_difference"]), len(self.blocks))
        self.assertIn("result header", parted["differs"])
        self.assertGreater(parted["different_keys"], 0)
        self.assertEqual(len(parted["keys"]), parted["different_keys"])

    def test_the_state_taken_out_has_the_root(self):
        for height in (int(self.blocks[-1]["height"]), 5):
            file = self.node.folder / f"state-{height}.jsonl"
            done = answer("db", "export-state", file, "--height", height, *self.where)
            first, *lines = map(json.loads, file.read_text().splitlines())
            self.assertEqual(first["height"], str(height))
            self.assertEqual(len(lines), done["entries"])
            root = root_of([(bytes.fromhex(line["key_hash"]), bytes.fromhex(line["value_hash"]))
                            for line in lines]).hex()
            self.assertEqual(root, self.blocks[height]["state_root"])
            self.assertEqual(root, done["verified_against_state_root"])
        ranges = self.node.folder / "state.ranges"
        done = answer("db", "export-state", ranges, "--format", "ranges", *self.where)
        content = ranges.read_bytes()
        self.assertEqual(content[:14], b"TENON STATE 1\n")
        self.assertEqual(content[54:86].hex(), self.blocks[-1]["state_root"])
        self.assertEqual(done["entries"], len(self.keys))

    def test_proofs_from_files(self):
        key = ("--key", "sys/validators")
        native = answer("db", "prove", *key, *self.where)
        self.assertEqual(native["state_root"], self.blocks[-1]["state_root"])
        both = answer("db", "prove", *key, "--key", "no such key", "--format", "multi",
                      *self.where)
        self.assertEqual([k["present"] for k in both["keys"]], [True, False])
        self.assertEqual(base64.b64decode(both["proof"])[0], 1)
        form = answer("db", "prove", *key, "--format", "ics23", "--height", 3, *self.where)
        self.assertIn(b"sys/validators", base64.b64decode(form["keys"][0]["proof"]))
        self.assertEqual(form["state_root"], self.blocks[3]["state_root"])
        refused = tenon("db", "prove", "--key", "none", "--format", "ics23", *self.where,
                        check=False)
        self.assertNotEqual(refused.returncode, 0)

    def test_a_running_node_tells_its_work_and_finds_damage(self):
        def quick(config):
            config["store"]["config"] = {"scrub_bytes_per_second": SCRUBBED_BYTES_PER_SECOND}
        folder = self.node.folder.parent / "scrubbed"
        shutil.copytree(self.node.folder, folder)
        node = Node(folder, "rocksdb", quick)
        try:
            token = Token.__new__(Token)
            token.node, token.instance = node.start(), self.token.instance
            for amount in range(1, 6):
                token.transfer(amount)
            listed = tenon("db", "inspect", "--data-dir", node.data, "--config", node.config,
                           check=False)
            self.assertIn("is in use by another node", listed.stderr)
            got = answer("proof", "get", "--key", "sys/validators", "--format", "ics23", "--url",
                         node.url, "--data-dir", node.data)
            self.assertIn(b"sys/validators", base64.b64decode(got["keys"][0]["ics23"]))
            file = node.folder / "proof.json"
            file.write_text(json.dumps(got))
            self.assertTrue(answer("proof", "verify", file, "--data-dir", node.data)["verified"])
            genesis = node.data / "genesis.json"
            self.assertEqual(javascript_verifier(file, genesis).returncode, 0)
            got["keys"][0]["ics23"] = base64.b64encode(b"another").decode()
            file.write_text(json.dumps(got))
            refused = tenon("proof", "verify", file, "--data-dir", node.data, check=False)
            self.assertEqual(refused.returncode, 6)
            self.assertNotEqual(javascript_verifier(file, genesis).returncode, 0)
            metrics = node.health("/metrics")[1]
            self.assertEqual(metric(metrics, "store_work_items_total", "sync"), 5)
            self.assertEqual(metric(metrics, "store_work_seconds_count", "tree"), 5)
            self.assertGreater(metric(metrics, "store_work_items_total", "hash"), 5)
            self.assertGreater(metric(metrics, "store_table_bytes"), 0)
            self.wait_for(lambda: metric(node.health("/metrics")[1],
                                         "store_scrub_cycles_total") > 0)
            self.assertTrue(any(self.finds_damage(node) for _ in range(5)))
            self.assertRegex(node.health("/readyz")[1], "table .* has checksum")
            self.assertIn("takes the state over from other replicas", node.last_words())
            status, _ = node.curl_json(
                "POST", f"/v1/instances/{token.instance}/query",
                {"function": "balance", "arguments": {"owner": "alice"}}, node.token("alice"))
            self.assertGreaterEqual(status, 500)
        finally:
            node.close()

    def wait_for(self, condition, seconds: float = 20):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)

    @staticmethod
    def finds_damage(node: Node) -> bool:
        """Whether it finds a flipped bit; not, when it has just merged the table into another."""
        table = max(node.data.rglob("*.sst"), key=lambda path: path.stat().st_size)
        with table.open("r+b") as file:
            file.seek(table.stat().st_size // 2)
            byte = file.read(1)[0]
            file.seek(-1, 1)
            file.write(bytes([byte ^ 0x10]))
        deadline = time.monotonic() + 4
        while time.monotonic() < deadline:
            if node.health("/readyz")[0] == 503:
                return True
            time.sleep(0.05)
        return False


if __name__ == "__main__":
    unittest.main()
