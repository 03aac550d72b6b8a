"""`tenon backup`: of a node under load and of a stopped one, what is checked, and the way back."""

import copy
import json
import shutil
import threading
import time
import unittest
import urllib.request

from network_test import ports_from
from node import Node, Token, answer, temporary_folder, tenon


class Load:
    """Transfers of 1, one after the other, until it is left."""

    def __init__(self, token: Token):
        self.token = token
        self.sent = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self) -> None:
        while not self.over.is_set():
            status, body = self.token.transfer(1)
            assert status == 200, body
            self.sent += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


class Backup(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.context = temporary_folder()
        cls.folder = cls.context.__enter__()
        cls.backups = cls.folder / "backups"
        cls.node = Node(cls.folder / "node")
        cls.token = token = Token(cls.node.start())
        token.mint(100_000)
        with Load(token) as load:
            cls.made = [cls.create() for _ in range(2)]
            cls.slow_and_refused = cls.two_at_once()
        cls.sent = load.sent
        cls.metrics = cls.node.health("/metrics")[1]
        cls.balances = [token.balance(owner) for owner in ("alice", "bob")]
        assert cls.node.stop() == 0
        cls.made.append(cls.create())
        cls.head = answer("db", "verify", *cls.of(cls.node))

    @classmethod
    def tearDownClass(cls):
        cls.node.close()
        cls.context.__exit__(None, None, None)

    @classmethod
    def of(cls, node):
        return "--config", node.config, "--data-dir", node.data

    @classmethod
    def create(cls, *options):
        return answer("backup", "create", *cls.of(cls.node), "--to", cls.backups, *options)

    @classmethod
    def two_at_once(cls):
        """One that takes a second or more, and one that comes meanwhile."""
        began = time.monotonic()
        size = int(cls.made[-1]["new_bytes"])
        slow = threading.Thread(
            target=lambda: cls.made.append(cls.create("--bytes-per-second", max(size // 2, 1))))
        slow.start()
        while not cls.told_by_node()["running"]:
            time.sleep(0.01)
        refused = tenon("backup", "create", *cls.of(cls.node), "--to", cls.backups, check=False)
        slow.join()
        return time.monotonic() - began, refused

    @classmethod
    def told_by_node(cls):
        access = json.loads((cls.node.data / "admin.json").read_text())
        request = urllib.request.Request(access["url"] + "/backup", headers={
            "Authorization": "Bearer " + access["token"]})
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    def copy_of_backups(self):
        folder = self.folder / f"copy-{self.id().rsplit('.', 1)[1]}"
        shutil.copytree(self.backups, folder)
        return folder

    def largest_file(self, backups):
        """Of the newest backup."""
        text = (backups / f"backups/{self.made[-1]['id']}.manifest").read_text()
        files = json.loads(text.rstrip().rpartition("\n")[0])["files"]
        return backups / "files" / max(files, key=lambda file: int(file["size"]))["sha256"]

    def verify(self, backups, *options):
        return tenon("backup", "verify", *self.of(self.node), "--from", backups, *options,
                     check=False)

    def new_node(self, name, keys=True):
        node = Node(self.folder / name)
        self.addCleanup(node.close)
        if keys:
            shutil.copytree(self.node.data / "keys", node.data / "keys")
            (node.data / "keys/node.unused").write_text("")
        return node

    def restore(self, node, *options, backups=None):
        return tenon("backup", "restore", *self.of(node), "--from", backups or self.backups,
                     *options, check=False)

    def test_backups_are_listed_with_what_they_added(self):
        listed = answer("backup", "list", "--from", self.backups)
        self.assertGreaterEqual(len(listed), 4)
        self.assertEqual([int(item["id"]) for item in listed], list(range(1, len(listed) + 1)))
        heights = [int(item["height"]) for item in listed]
        self.assertEqual(heights, sorted(heights))
        self.assertLess(heights[0], heights[-1])
        for made in self.made:
            self.assertIn(made, listed)
        self.assertEqual(listed[0]["bytes"], listed[0]["new_bytes"])
        # The last is of the node as it was stopped, and shares tables with those before.
        self.assertEqual(listed[-1]["height"], self.head["height"])
        self.assertEqual(listed[-1]["state_root"], self.head["state_root"])
        self.assertLess(int(self.made[1]["new_bytes"]), int(self.made[1]["bytes"]))

    def test_load_went_on_and_is_counted(self):
        self.assertGreater(self.sent, 0)
        took, refused = self.slow_and_refused
        self.assertGreater(took, 1)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("under way", refused.stderr)
        counted = {line.split()[0]: float(line.split()[1])
                   for line in self.metrics.splitlines() if line.startswith("tenon_backup")}
        self.assertGreaterEqual(counted["tenon_backups_total"], 3)
        self.assertEqual(counted["tenon_backup_failures_total"], 0)
        self.assertGreater(counted["tenon_backup_last_height"], 0)
        self.assertIn(" is made", self.node.log.read_text())
        self.assertEqual(list((self.node.data / "plugins/store-rocksdb").glob("checkpoint")), [])

    def test_each_of_them_verifies(self):
        for made in self.made:
            verified = answer("backup", "verify", *self.of(self.node), "--from", self.backups,
                              "--id", made["id"])
            self.assertIs(verified["verified"], True)
            self.assertEqual(verified["state_root"], made["state_root"])

    def test_damage_has_its_own_sentence(self):
        backups = self.copy_of_backups()
        file = self.largest_file(backups)
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(bytes(content))
        damaged = self.verify(backups)
        self.assertEqual(damaged.returncode, 6, damaged.stderr)
        self.assertRegex(damaged.stderr, f"{file.name}, which holds .*was changed: its SHA-256")
        file.unlink()
        self.assertRegex(self.verify(backups).stderr, f"{file.name}, which holds .*is missing")
        manifest = backups / "backups/1.manifest"
        manifest.write_text(manifest.read_text().replace('"store": "rocksdb"', '"store": "memory"'))
        changed = self.verify(backups, "--id", 1)
        self.assertEqual(changed.returncode, 6)
        self.assertIn("is damaged or was changed: its signature does not fit", changed.stderr)
        listed = tenon("backup", "list", "--from", backups, check=False)
        self.assertEqual(listed.returncode, 6)
        self.assertIn(self.made[-1]["state_root"], listed.stdout)
        stranger = self.verify(self.backups, "--key", "ab" * 32)
        self.assertEqual(stranger.returncode, 6)
        self.assertIn("was made by another node", stranger.stderr)
        unknown = self.verify(self.backups, "--id", 99)
        self.assertEqual(unknown.returncode, 1)
        self.assertIn("there is no backup 99", unknown.stderr)

    def test_what_is_restored_goes_on(self):
        node = self.new_node("restored")
        done = answer("backup", "restore", *self.of(node), "--from", self.backups)
        self.assertEqual(done["state_root"], self.head["state_root"])
        self.assertFalse((node.data / "keys/node.unused").exists())
        self.assertEqual([path.name for path in (node.data / "plugins").iterdir()],
                         ["store-rocksdb"])
        verified = answer("db", "verify", *self.of(node))
        for member in ("height", "state_root", "chain"):
            self.assertEqual(verified[member], self.head[member])
        token = copy.copy(self.token)
        token.node = node.start()
        self.assertEqual([token.balance(owner) for owner in ("alice", "bob")], self.balances)
        self.assertEqual(token.transfer(5)[0], 200)
        self.assertEqual(token.balance("bob"), self.balances[1] + 5)
        self.assertEqual(node.stop(), 0)

    def test_an_older_one_is_restored_by_its_number(self):
        node = self.new_node("older", keys=False)
        refused = self.restore(node)
        self.assertIn("whose backup may it be?", refused.stderr)
        key = answer("backup", "verify", *self.of(self.node), "--from", self.backups)["signed_by"]
        done = self.restore(node, "--id", 1, "--key", key)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(answer("db", "verify", *self.of(node))["height"], self.made[0]["height"])

    def test_nothing_is_restored_over_a_state_or_from_a_damaged_copy(self):
        refused = self.restore(self.node)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("found plugins/ with", refused.stderr)
        node = self.new_node("unfinished")
        backups = self.copy_of_backups()
        self.largest_file(backups).unlink()
        self.assertEqual(self.restore(node, backups=backups).returncode, 6)
        node.start(ready=False)
        self.assertEqual(node.process.wait(30), 1)
        self.assertIn("was not finished. How to fix: run `tenon backup restore` again",
                      node.log.read_text())
        self.assertEqual(self.restore(node).returncode, 0)
        self.assertEqual(answer("db", "verify", *self.of(node))["height"], self.head["height"])

    def test_bad_folders_are_refused_in_words(self):
        def refused(folder):
            result = tenon("backup", "create", *self.of(self.node), "--to", folder, check=False)
            self.assertEqual(result.returncode, 1, result.stdout)
            return result.stderr
        self.assertIn("is inside the data directory", refused(self.node.data / "backups"))
        self.assertIn("is no folder of backups", refused(self.node.data.parent))
        self.assertIn("/dev/null", refused("/dev/null/backups"))
        missing = tenon("backup", "list", "--from", self.folder / "nothing", check=False)
        self.assertIn("there is no backup in", missing.stderr)


class RestoredReplica(unittest.TestCase):
    def test_a_restored_replica_catches_up_and_takes_its_votes_for_forgotten(self):
        with temporary_folder() as folder:
            network = folder / "network"
            up = answer("dev", "up", "-n", 4, "-m", 1, "--dir", network, "--engine", "wasm",
                        "--base-port", ports_from(5))
            try:
                urls = {node["name"]: node["url"] for node in up["nodes"]}
                client = ("--url", urls["client-1"], "--data-dir", network / "client-1/data")
                config, backups = network / "replica-2/node.json", folder / "backups"
                data = network / "replica-2/data"
                tenon("party", "allocate", "alice", *client)
                made = answer("backup", "create", "--config", config, "--to", backups)
                tenon("party", "allocate", "bob", *client)
                tenon("dev", "stop", "2", "--dir", network)
                shutil.rmtree(data / "plugins")
                restored = tenon("backup", "restore", "--config", config, "--from", backups,
                                 check=False)
                self.assertEqual(restored.returncode, 0, restored.stderr)
                self.assertFalse((data / "plugins/consensus-bft").exists())
                self.assertEqual(answer("db", "verify", "--config", config)["height"],
                                 made["height"])
                tenon("dev", "restart", "2", "--dir", network)
                self.assertIn("this replica votes again once the others are past every view",
                              (network / "replica-2/tenond.log").read_text())
                carol = answer("party", "allocate", "carol", *client)
                self.assertGreater(int(carol["height"]), int(made["height"]) + 1)
                self.reaches(network, int(carol["height"]))
            finally:
                tenon("dev", "down", "--dir", network, check=False)

    def reaches(self, network, height):
        """The restored replica holds what the others have committed since."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            told = answer("dev", "status", "--dir", network)["nodes"]
            replica = next(node for node in told if node["name"] == "replica-2")
            if replica["ready"] and int(replica["height"]) >= height:
                return
            time.sleep(0.1)
        self.fail(f"replica-2 did not catch up: {replica}")


class Volatile(unittest.TestCase):
    def test_a_store_in_memory_says_that_it_has_nothing_to_copy(self):
        with temporary_folder() as folder:
            node = Node(folder / "node", "memory")
            node.start()
            try:
                refused = tenon("backup", "create", *Backup.of(node), "--to", folder / "backups",
                                check=False)
                self.assertEqual(refused.returncode, 1)
                self.assertIn("does not offer checkpoints", refused.stderr)
            finally:
                node.close()


if __name__ == "__main__":
    unittest.main()
