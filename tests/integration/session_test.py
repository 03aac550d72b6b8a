"""The session of README.md and docs/rest-api.md by hand: curl, and the tool for the proof."""

import json
import unittest

from node import Token, answer, javascript_verifier, running_node, tenon


class Session(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.context = running_node()
        cls.node = cls.context.__enter__()
        cls.token = Token(cls.node)
        cls.token.mint(1000)

    @classmethod
    def tearDownClass(cls):
        cls.context.__exit__(None, None, None)

    def get(self, path, party="alice"):
        status, body = self.node.curl(path, token=self.node.token(party))
        self.assertEqual(status, 200, body)
        return body

    def test_the_contract_is_listed_and_describes_its_functions(self):
        contracts = self.get("/v1/contracts")["contracts"]
        self.assertIn(self.token.contract, [item["contract"] for item in contracts])
        described = json.dumps(self.get(f"/v1/contracts/{self.token.contract}"))
        for function in ("transfer", "mint", "balance", "allowance"):
            self.assertIn(function, described)

    def test_active_contracts_are_listed(self):
        instances = self.get("/v1/instances")["instances"]
        found = [item for item in instances if item["instance"] == self.token.instance]
        self.assertEqual(len(found), 1)
        self.assertEqual(found[0]["label"], "gold")
        self.assertEqual(found[0]["contract"], self.token.contract)

    def test_a_transfer_moves_the_balance_and_is_found_again(self):
        before = self.token.balance("bob")
        status, body = self.token.transfer(5)
        self.assertEqual(status, 200, body)
        self.assertEqual(self.token.balance("bob"), before + 5)
        transaction = self.get(f"/v1/transactions/{body['transaction']}")
        self.assertEqual(transaction["transaction"], body["transaction"])
        blocks = self.node.curl(f"/v1/blocks/{body['height']}", token=self.node.operator())
        self.assertEqual(blocks[0], 200, blocks)

    def test_an_event_is_seen_by_the_two_parties_only(self):
        self.node.curl_json("POST", "/v1/parties", {"party": "carol"}, self.node.operator())
        self.assertEqual(self.token.transfer(1)[0], 200)
        for party, sees in (("alice", True), ("bob", True), ("carol", False)):
            text = json.dumps(self.get("/v1/events", party))
            self.assertEqual("Transfer" in text, sees, party)

    def test_a_rejected_transfer_says_why_and_moves_nothing(self):
        before = self.token.balance("bob")
        status, problem = self.token.transfer(10**9)
        self.assertIn(status, (400, 409, 422), problem)
        self.assertTrue(problem["code"])
        self.assertEqual(self.token.balance("bob"), before)

    def test_the_same_command_id_commits_once(self):
        before = self.token.balance("bob")
        first = self.token.transfer(3, command_id="once")
        second = self.token.transfer(3, command_id="once")
        self.assertEqual((first[0], second[0]), (200, 200))
        self.assertEqual(first[1]["transaction"], second[1]["transaction"])
        self.assertEqual(self.token.balance("bob"), before + 3)
        third = self.token.transfer(4, command_id="once")
        self.assertEqual(third[0], 409, third)
        self.assertEqual(self.token.balance("bob"), before + 3)

    def test_a_proof_verifies_offline_and_a_changed_one_does_not(self):
        proof = self.node.folder / "proof.json"
        common = ("--url", self.node.url, "--data-dir", self.node.data, "--as", "alice")
        answer("proof", "get", self.token.instance, "balance", '{"owner":"alice"}', "--output",
               proof, *common)
        genesis = self.node.data / "genesis.json"
        verified = answer("proof", "verify", proof, "--genesis", genesis)
        self.assertIs(verified["verified"], True)
        self.assertTrue(verified["keys"])
        again = javascript_verifier(proof, genesis)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(json.loads(again.stdout), verified)
        genuine = json.loads(proof.read_text())
        text = genuine["proof"]
        middle = len(text) // 2
        other = "B" if text[middle] == "A" else "A"
        changes = {"proof": text[:middle] + other + text[middle + 1:], "response": {"result": "1"},
                   "height": "999", "keys": genuine["keys"][1:], "remark": "trust me"}
        for member, value in changes.items():
            proof.write_text(json.dumps({**genuine, member: value}))
            refused = tenon("proof", "verify", proof, "--genesis", genesis, check=False)
            self.assertEqual(refused.returncode, 6, (member, refused.stdout, refused.stderr))
            again = javascript_verifier(proof, genesis)
            self.assertEqual(again.returncode, 6, (member, again.stdout, again.stderr))

    def test_the_tool_says_the_same_as_curl(self):
        common = ("--url", self.node.url, "--data-dir", self.node.data, "--as", "alice")
        value = answer("query", self.token.instance, "balance", '{"owner":"alice"}', *common)
        self.assertEqual(int(value["result"]), self.token.balance("alice"))
        listed = answer("instance", "list", *common)
        self.assertIn(self.token.instance, [item["instance"] for item in listed])
        done = answer("tx", "submit", self.token.instance, "transfer",
                      '{"to":"bob","amount":"1"}', *common)
        self.assertTrue(done["transaction"])
        self.assertTrue(answer("plugin", "list", *common)["plugins"])
        status = answer("status", *common)
        self.assertGreater(int(status["height"]), 0)


if __name__ == "__main__":
    unittest.main()
