"""What all commands of the tool have in common: lists that say when they are cut, failures in the
form that was asked for, options of a benchmark that reach it, tokens."""

import base64
import hashlib
import json
import unittest

from node import Node, Token, answer, temporary_folder, tenon


class Lists(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.context = temporary_folder()
        cls.node = Node(cls.context.__enter__(), "rocksdb")
        token = Token(cls.node.start())
        token.mint(100)
        for amount in (1, 2, 3):
            token.transfer(amount)
        cls.online = ("--url", cls.node.url, "--data-dir", cls.node.data)
        cls.offline = ("--config", cls.node.config, "--data-dir", cls.node.data)

    @classmethod
    def tearDownClass(cls):
        cls.node.close()
        cls.context.__exit__(None, None, None)

    def page(self, *words):
        """The list, and what goes on from there; other lines of standard error are progress."""
        result = tenon(*words, "--json")
        hints = [json.loads(line)["more"] for line in result.stderr.splitlines()
                 if line.startswith('{"more"')]
        return json.loads(result.stdout.strip().splitlines()[-1]), *(hints or [None])

    def check_pages(self, option, *words):
        """Page by page, as the tool says how to go on, gives the list as a whole."""
        whole, more = self.page(*words)
        self.assertIsNone(more)
        self.assertGreater(len(whole), 1)
        items, hint = self.page(*words, "--limit", "1")
        while hint:
            self.assertEqual(list(hint), [option])
            page, hint = self.page(*words, "--limit", "1", f"--{option}", hint[option])
            self.assertEqual(len(page), 1)
            items += page
        self.assertEqual(items, whole)

    def check_text(self, option, *words):
        cut = tenon(*words, "--limit", "1")
        self.assertRegex(cut.stderr.splitlines()[-1], f"^more: --{option} [^ ]+$")
        self.assertNotIn("more", cut.stdout)

    def test_lists_of_a_node_name_the_place_where_they_were_cut(self):
        for words in (("party", "list"), ("tx", "list"), ("tx", "list", "--all")):
            with self.subTest(words):
                self.check_pages("after", *words, *self.online)
                self.check_text("after", *words, *self.online)

    def test_a_limit_that_is_just_reached_cuts_nothing(self):
        for kind in ("contract", "instance"):
            items, more = self.page(kind, "list", "--limit", "1", *self.online)
            self.assertEqual((len(items), more), (1, None))

    def test_lists_of_a_stopped_nodes_files_name_the_place_where_they_were_cut(self):
        self.assertEqual(self.node.stop(), 0)
        try:
            self.check_pages("from", "db", "blocks", *self.offline)
            self.check_pages("after", "db", "keys", "--prefix", "sys/party/", *self.offline)
            self.check_text("after", "db", "keys", *self.offline)
            keys = [item["key"] for item in answer("db", "keys", *self.offline)]
            later = answer("db", "keys", "--after", keys[0], *self.offline)
            self.assertEqual([item["key"] for item in later], keys[1:])
            beyond = answer("db", "keys", "--prefix", "sys/", "--after", "t", *self.offline)
            self.assertEqual(beyond, [])
        finally:
            self.node.start()

    def test_a_limit_of_nothing_is_a_wrong_command_line(self):
        for words in (("tx", "list"), ("db", "keys")):
            refused = tenon(*words, "--limit", "0", check=False)
            self.assertEqual(refused.returncode, 2, refused.stderr)


class Failures(unittest.TestCase):
    def failure(self, *words, **options):
        result = tenon(*words, "--json", check=False, **options)
        failure = json.loads(result.stdout.strip().splitlines()[-1])
        self.assertEqual(list(failure), ["error", "message", "exit_code", "next"])
        self.assertEqual(failure["exit_code"], result.returncode)
        self.assertTrue(failure["next"])
        return failure

    def test_a_wrong_command_line_is_refused_in_json_when_asked_for(self):
        for words in (("tx", "list", "--nonsense"), ("tx", "--nonsense", "list")):
            failure = self.failure(*words)
            self.assertEqual((failure["error"], failure["exit_code"]), ("INVALID_ARGUMENT", 2))
            self.assertIn("--nonsense", failure["message"])
        self.assertEqual(self.failure()["exit_code"], 2)
        self.assertEqual(self.failure("proof", "verify")["exit_code"], 2)

    def test_without_json_it_is_refused_on_standard_error(self):
        result = tenon("tx", "list", "--nonsense", check=False)
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertRegex(result.stderr, "^tenon: .*--nonsense.*\nnext:  tenon --help\n$")

    def test_what_the_system_refuses_is_told_in_json_too(self):
        # No folder can be made in /proc, whoever asks.
        failure = self.failure("plugin", "new", "store", "notes", cwd="/proc")
        self.assertEqual(failure["exit_code"], 1)
        self.assertIn("notes", failure["message"])

    def test_a_node_that_does_not_answer_is_told_in_json(self):
        with temporary_folder() as folder:
            failure = self.failure("status", "--url", "http://127.0.0.1:1", "--token", "t",
                                   "--data-dir", folder)
        self.assertEqual((failure["error"], failure["exit_code"]), ("UNAVAILABLE", 3))


class Benchmarks(unittest.TestCase):
    def test_options_behind_the_name_reach_the_benchmark(self):
        figures = answer("bench", "wasm_bench", "--calls", "7")
        self.assertEqual(figures["wasm_calls_count"], 7)

    def test_json_before_the_command_reaches_it_too(self):
        result = tenon("--json", "bench", "wasm_bench", "--calls", "3")
        self.assertEqual(json.loads(result.stdout.splitlines()[-1])["wasm_calls_count"], 3)

    def test_an_option_that_the_benchmark_does_not_know_is_refused_by_it(self):
        refused = tenon("bench", "store_bench", "--nonsense", "1", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("unknown option --nonsense", refused.stderr)

    def test_an_unknown_benchmark_is_told_with_the_known_ones(self):
        refused = tenon("bench", "no_such", "--json", check=False)
        self.assertEqual(refused.returncode, 2, refused.stderr)
        failure = json.loads(refused.stdout)
        for word in ("no_such", "slice", "store_bench", "wasm_bench"):
            self.assertIn(word, failure["message"])
        self.assertNotIn("contracts", failure["message"])
        self.assertEqual(failure["next"], "tenon bench slice")


class Tokens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(temporary_folder())
        answer("network", "init", "-n", 1, "--consensus", "simple", "--out", cls.folder / "network")
        cls.data = cls.folder / "network/client-1/data"

    def claims(self, *words):
        token = answer("party", "token", *words, "--data-dir", self.data)["token"]
        payload = token.split(".")[1]
        return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))

    def test_one_for_the_ledger_api_names_the_ledger_and_the_parties(self):
        chain = hashlib.sha256((self.data / "genesis.json").read_bytes()).hexdigest()
        claims = self.claims("alice", "--ledger-api", "--read-as", "bob", "--application-id", "x")
        self.assertEqual(claims["https://daml.com/ledger-api"],
                         {"ledgerId": chain, "applicationId": "x", "actAs": ["alice"],
                          "readAs": ["bob"], "admin": False})
        self.assertEqual(claims["act_as"], ["alice"])
        named = self.claims("alice", "--ledger-api", "--ledger-id", "mine")
        self.assertEqual(named["https://daml.com/ledger-api"]["ledgerId"], "mine")

    def test_one_of_a_user_claims_nothing_but_its_name(self):
        claims = self.claims("maria", "--user")
        self.assertEqual(set(claims), {"sub", "scope", "exp", "iat"})
        self.assertEqual((claims["sub"], claims["scope"]), ("maria", "daml_ledger_api"))

    def test_options_that_exclude_each_other_are_refused(self):
        for words in (("--user", "--admin"), ("--user", "--ledger-api"), ("--ledger-id", "mine")):
            result = tenon("party", "token", "maria", *words, "--data-dir", self.data, check=False)
            self.assertEqual(result.returncode, 2, words)


if __name__ == "__main__":
    unittest.main()
