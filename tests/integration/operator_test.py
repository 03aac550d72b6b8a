"""The operators of a ledger and their commands: keys, command files that two of three must sign,
submission, the log of what was accepted, and what is refused."""

import json
import shutil
import stat
import time
import unittest

from node import Node, Token, answer, running_node, temporary_folder, tenon

NAMES = ("olga", "omar", "otto")


class Operators(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.context = temporary_folder()
        cls.folder = cls.context.__enter__()
        cls.addClassCleanup(cls.context.__exit__, None, None, None)
        cls.node = Node(cls.folder, "rocksdb")
        cls.addClassCleanup(cls.node.close)
        cls.node.start()  # makes its keys and a genesis document of its own
        cls.node.stop()
        cls.public_keys = {name: cls.keygen(name) for name in (*NAMES, "mallory")}
        path = cls.node.data / "genesis.json"
        genesis = json.loads(path.read_text())
        genesis["operators"] = {
            "threshold": 2,
            "keys": [{"name": name, "public_key": cls.public_keys[name]} for name in NAMES]}
        path.write_text(json.dumps(genesis))
        shutil.rmtree(cls.node.data / "plugins")  # the ledger of the other chain
        cls.node.start()
        cls.online = ("--url", cls.node.url, "--data-dir", cls.node.data)

    @classmethod
    def keygen(cls, name):
        return answer("operator", "keygen", "--out", cls.folder / f"{name}.pem")["public_key"]

    def setUp(self):
        self.made = 0

    def draft(self, *words):
        """A new command file."""
        self.made += 1
        path = self.folder / f"{self.id().split('.')[-1]}-{self.made}.json"
        answer("operator", *words, "--output", path, *self.online)
        return path

    def sign(self, path, *names):
        for name in names:
            answer("operator", "sign", path, "--key", self.folder / f"{name}.pem", "--data-dir",
                   self.node.data)
        return path

    def refused(self, code, *words):
        """What a command that ends with this exit code says."""
        result = tenon(*words, "--json", check=False)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        failure = json.loads(result.stdout.strip().splitlines()[-1])
        self.assertTrue(failure["next"])
        return failure["message"]

    def submit(self, path):
        return answer("operator", "submit", path, *self.online)

    def log(self, *words):
        return answer("operator", "log", *words, *self.online)

    def accept(self, *words):
        return self.submit(self.sign(self.draft(*words), "olga", "otto"))

    def test_a_key_is_for_its_owner_alone_and_is_never_overwritten(self):
        path = self.folder / "olga.pem"
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        self.assertIn("BEGIN PRIVATE KEY", path.read_text())
        before = path.read_bytes()
        self.refused(1, "operator", "keygen", "--out", path)
        self.assertEqual(path.read_bytes(), before)

    def test_two_of_three_add_a_client_and_the_log_tells(self):
        path = self.draft("add-client", "guest", self.public_keys["mallory"])
        shown = answer("operator", "show", path)
        self.assertEqual((shown["action"], shown["id"], shown["signed_by"]),
                         ("add-client", "guest", []))
        self.sign(path, "olga")
        shown = answer("operator", "show", path, "--online", *self.online)
        self.assertEqual((shown["threshold"], shown["operators"], shown["ready"]), (2, 3, False))
        self.assertIn("OPERATOR_THRESHOLD", self.refused(4, "operator", "submit", path,
                                                         *self.online))
        self.sign(path, "omar")
        shown = answer("operator", "show", path, "--online", *self.online)
        self.assertTrue(shown["ready"])
        self.assertEqual([one["signature"] for one in shown["signatures"]], ["valid", "valid"])
        accepted = self.submit(path)
        self.assertEqual(accepted["sequence"], shown["sequence"])
        entry = self.log()[-1]
        self.assertEqual((entry["action"], entry["signed_by"], entry["what"]["id"]),
                         ("add-client", ["olga", "omar"], "guest"))
        self.assertEqual((entry["transaction"], entry["height"]),
                         (accepted["transaction"], accepted["height"]))
        self.assertTrue(self.submit(path)["duplicate"])
        self.assertEqual(self.log()[-1], entry)

    def test_the_log_names_the_place_where_it_was_cut(self):
        for name in ("cut-a", "cut-b"):
            self.accept("add-client", name, self.public_keys["mallory"])
        whole = self.log()
        self.assertEqual([one["sequence"] for one in whole],
                         [str(i + 1) for i in range(len(whole))])
        cut = tenon("operator", "log", "--limit", "1", "--json", *self.online)
        self.assertEqual(json.loads(cut.stdout), whole[:1])
        self.assertEqual(json.loads(cut.stderr.splitlines()[-1]), {"more": {"after": "1"}})
        self.assertEqual(self.log("--after", "1"), whole[1:])
        self.assertEqual(self.log("--after", "999"), [])

    def test_a_sequence_number_serves_once(self):
        first = self.sign(self.draft("add-client", "once", self.public_keys["mallory"]), "olga",
                          "omar")
        late = self.sign(self.draft("remove-client", "once"), "olga", "omar")
        self.submit(first)
        self.assertIn("OPERATOR_SEQUENCE", self.refused(5, "operator", "submit", late,
                                                        *self.online))
        shown = answer("operator", "show", late, "--online", *self.online)
        self.assertFalse(shown["ready"])
        self.assertEqual(int(shown["next_sequence"]), int(shown["sequence"]) + 1)

    def test_who_is_no_operator_cannot_sign(self):
        path = self.draft("prune", "1")
        sign = ("operator", "sign", path, "--key", self.folder / "mallory.pem", "--data-dir",
                self.node.data)
        self.assertIn("names no operator with key", self.refused(4, *sign))
        self.sign(path, "olga")
        answer(*sign, "--name", "mallory")
        self.assertIn("OPERATOR_SIGNATURE_INVALID",
                      self.refused(4, "operator", "submit", path, *self.online))
        shown = answer("operator", "show", path, "--online", *self.online)
        self.assertEqual(shown["signatures"][1],
                         {"operator": "mallory", "signature": "of no operator of this ledger"})

    def test_a_signature_under_another_name_is_found_out(self):
        path = self.sign(self.draft("prune", "1"), "olga")
        answer("operator", "sign", path, "--key", self.folder / "mallory.pem", "--name", "omar")
        shown = answer("operator", "show", path, "--online", *self.online)
        self.assertEqual(shown["signatures"][1], {"operator": "omar", "signature": "wrong"})
        self.assertIn("OPERATOR_SIGNATURE_INVALID",
                      self.refused(4, "operator", "submit", path, *self.online))

    def test_nobody_signs_twice_and_no_draft_replaces_another(self):
        path = self.sign(self.draft("remove-client", "nobody"), "olga")
        before = path.read_bytes()
        self.refused(1, "operator", "sign", path, "--key", self.folder / "olga.pem", "--data-dir",
                     self.node.data)
        self.refused(1, "operator", "prune", "1", "--output", path, *self.online)
        self.assertEqual(path.read_bytes(), before)

    def test_files_may_be_named_from_where_one_stands(self):
        here = {"cwd": self.folder}
        answer("operator", "keygen", "--out", "here.pem", **here)
        answer("operator", "prune", "1", "--output", "here.json", *self.online, **here)
        answer("operator", "sign", "here.json", "--key", "olga.pem", "--data-dir", self.node.data,
               **here)
        answer("operator", "encode", "here.json", "--out", "here.bin", **here)
        for name in ("here.pem", "here.json", "here.bin"):
            self.assertTrue((self.folder / name).is_file(), name)

    def test_a_command_for_another_chain_is_not_signed(self):
        path = self.draft("prune", "1")
        document = json.loads(path.read_text())
        document["chain"] = "00" * 32
        path.write_text(json.dumps(document))
        self.assertIn("expected a command for chain",
                      self.refused(4, "operator", "sign", path, "--key", self.folder / "olga.pem",
                                   "--data-dir", self.node.data))

    def test_the_ledger_says_what_is_wrong_with_a_command(self):
        path = self.sign(self.draft("remove-client", "stranger"), "otto", "omar")
        message = self.refused(5, "operator", "submit", path, *self.online)
        self.assertIn("CLIENT_UNKNOWN", message)
        self.assertNotIn("stranger", [one["what"].get("id") for one in self.log()])

    def test_a_replica_shows_that_it_has_its_new_key(self):
        self.keygen("new")
        proof = answer("operator", "key-proof", "solo", "--key", self.folder / "new.pem",
                       "--data-dir", self.node.data)
        path = self.draft("rotate-replica-keys", "solo", proof["public_key"], "--proof",
                          proof["proof"])
        self.assertEqual(answer("operator", "show", path)["public_key"], proof["public_key"])
        message = self.refused(2, "operator", "rotate-replica-keys", "other", proof["public_key"],
                               "--proof", proof["proof"], "--output", self.folder / "x.json",
                               *self.online)
        self.assertIn("operator key-proof other", message)

    def test_an_unwedge_is_for_replicas_not_for_the_ledger(self):
        path = self.sign(self.draft("unwedge-file", "ab" * 32), "olga", "omar")
        self.assertIn("each replica", self.refused(2, "operator", "submit", path, *self.online))
        message = self.folder / "unwedge.bin"
        encoded = answer("operator", "encode", path, "--out", message)
        self.assertEqual(encoded["signed_by"], ["olga", "omar"])
        self.assertIn(bytes.fromhex("ab" * 32), message.read_bytes())

    def test_every_action_makes_a_file_that_says_what_it_does(self):
        key = self.public_keys["mallory"]
        drafts = {
            "add-replica": (("another", key, "--tls-key", key, "--height", "50"),
                            {"name": "another", "public_key": key, "tls_key": key,
                             "height": "50"}),
            "remove-replica": (("solo",), {"name": "solo", "height": "the earliest"}),
            "set-max-byzantine": (("1",), {"max_byzantine": 1}),
            "wedge": (("--last-height", "60"), {"last_height": "60"}),
            "set-engines": (("cd" * 32,), {"fingerprint": "cd" * 32}),
            "host-party": (("alice", "solo", "guest"),
                           {"party": "alice", "clients": ["solo", "guest"]}),
            "add-client": (("c", key, "--may-allocate-parties", "--streams"),
                           {"may_allocate_parties": True, "streams": True}),
            "rotate-client-key": (("c", key), {"id": "c", "public_key": key}),
            "set-operators": (("--threshold", "1", f"olga={key}"),
                              {"threshold": 1,
                               "operators": [{"name": "olga", "public_key": key}]}),
        }
        for name, (words, expected) in drafts.items():
            with self.subTest(name):
                shown = answer("operator", "show", self.draft(name, *words))
                self.assertEqual(shown["action"], name)
                self.assertEqual({member: shown[member] for member in expected}, expected)

    def test_malformed_arguments_and_files_are_refused(self):
        output = self.folder / "never.json"
        for words in (("add-client", "c", "12"), ("add-client", "a/b", "ab" * 32),
                      ("set-operators", "--threshold", "2", "olga=" + "ab" * 32),
                      ("set-operators", "--threshold", "1", "olga"), ("set-engines", "fast")):
            with self.subTest(words):
                self.refused(2, "operator", *words, "--output", output, *self.online)
                self.assertFalse(output.exists())
        output.write_text('{"version": 1}')
        self.assertIn("/chain", self.refused(1, "operator", "show", output))


class Epochs(unittest.TestCase):
    def test_a_new_epoch_is_checked_from_the_genesis_document_on(self):
        with running_node() as node:
            online = ("--url", node.url, "--data-dir", node.data)
            path = node.folder / "change.json"
            answer("operator", "set-max-byzantine", "0", "--output", path, *online)
            answer("operator", "sign", path, "--key", node.data / "keys/node.pem", *online)
            last_height = answer("operator", "submit", path, *online)["last_height"]
            height = 0
            while height <= last_height:
                status, body = node.curl_json("POST", "/v1/parties", {"party": f"p{height}"},
                                              node.operator())
                self.assertEqual(status, 201, body)
                self.assertEqual(int(body["height"]), max(height + 1, 2))
                height = int(body["height"])
            self.assertEqual(answer("operator", "log", *online)[0]["action"], "set-max-byzantine")
            self.assertEqual(node.stop(), 0)
            verified = answer("db", "verify", "--config", node.config, "--data-dir", node.data)
            self.assertEqual((verified["height"], verified["certificates"]),
                             (str(height), str(height)))


class Pruning(unittest.TestCase):
    def test_what_operators_prune_is_forgotten_and_the_ledger_goes_on_after_a_restart_too(self):
        with running_node() as node:
            token = Token(node)
            token.mint(100)
            for _ in range(5):
                token.transfer(1)
            head = int(node.curl("/v1/status", token=node.operator())[1]["height"])
            online = ("--url", node.url, "--data-dir", node.data)
            command = node.folder / "prune.json"
            answer("operator", "prune", head, "--output", command, *online)
            answer("operator", "sign", command, "--key", node.data / "keys/node.pem",
                   "--data-dir", node.data)
            answer("operator", "submit", command, *online)
            deadline = time.monotonic() + 30
            while self.oldest(node) != head:
                self.assertLess(time.monotonic(), deadline, self.oldest(node))
                time.sleep(0.05)
            self.assertEqual(node.stop(), 0)
            node.start()
            self.assertEqual(self.oldest(node), head)
            status, problem = node.curl("/v1/blocks", token=node.operator())
            self.assertNotEqual(status, 200)
            self.assertIn(f"the oldest block that this replica keeps is {head}",
                          problem["detail"])
            self.assertEqual(token.transfer(1)[0], 200)
            self.assertEqual(token.balance("bob"), 6)

    def oldest(self, node):
        return int(node.curl("/v1/blocks?order=desc", token=node.operator())[1]["oldest"])


if __name__ == "__main__":
    unittest.main()
