"""Daml packages at work: workflows of the samples and, where the shared data is, of packages that
the Daml compiler made, through REST; on one node, and on four replicas with two client nodes."""

import json
import os
import unittest
from pathlib import Path

from client_node_test import await_true, network_of
from node import SOURCE, answer, running_node, temporary_folder

SHARED = Path(os.environ.get("TENON_SHARED_DIR", SOURCE.parent / "shared"))
DARS = SHARED / "daml/dars"
PARTIES = ("alice", "bob", "bank", "painter")


class Refused(Exception):
    def __init__(self, status, body):
        super().__init__(f"{status} {body}")
        self.code = (body or {}).get("code")


class Ledger:
    """Parties on the nodes that host them. `places`: a node for each party."""

    def __init__(self, places):
        self.places = places
        for party, node in places.items():
            self.post(node, "/v1/parties", {"party": party}, node.operator())
        for node in set(places.values()):  # all parties are known everywhere
            await_true(lambda: set(places) <= {
                item["party"] for item in node.curl("/v1/parties?limit=1000",
                                                    token=node.operator())[1]["parties"]})

    @staticmethod
    def post(node, path, body, token):
        status, answered = node.curl_json("POST", path, body, token)
        if status not in (200, 201):
            raise Refused(status, answered)
        return answered

    def upload(self, dar: Path) -> list:
        node = self.places["bank"]
        status, body = node.curl(f"/v1/engines/daml/packages?source={dar.name}", "--header",
                                 "Content-Type: application/octet-stream", "--data-binary",
                                 f"@{dar}", token=node.token("bank"))
        if status not in (200, 201):
            raise Refused(status, body)
        # A command of any node may name the packages from now on.
        for other in set(self.places.values()):
            for package in body["packages"]:
                await_true(lambda: other.curl(f"/v1/engines/daml/packages/{package}",
                                              token=other.operator())[0] == 200)
        return body["packages"]

    def submit(self, party, command, **fields):
        node = self.places[party]
        return self.post(node, "/v1/engines/daml/commands", {"command": command, **fields},
                         node.token(party))

    def create(self, party, template, payload):
        command = {"create": {"templateId": template, "payload": payload}}
        return self.submit(party, command)["result"]

    def exercise(self, party, template, contract, choice, argument=None, interface=False):
        kind = "interfaceId" if interface else "templateId"
        return self.submit(party, {"exercise": {kind: template, "contractId": contract,
                                                "choice": choice, "argument": argument or {}}})

    def query(self, party, request):
        node = self.places[party]
        return self.post(node, "/v1/engines/daml/query", {"request": request}, node.token(party))

    def active(self, party, *templates):
        body = {"templateIds": list(templates)} if templates else {}
        return self.query(party, {"activeContracts": body})["contracts"]

    def sees(self, party, contract):
        """Once the node of the party has heard of it."""
        await_true(lambda: contract in [seen["contractId"] for seen in self.active(party)])

    def refused(self, call, *arguments, **options):
        try:
            call(*arguments, **options)
        except Refused as refusal:
            return refusal.code
        raise AssertionError("it was accepted")


def token_workflow(test, ledger, folder):
    dar = folder / "token.dar"
    answer("daml", "assemble", SOURCE / "plugins/engine/daml/samples/token.lf", "-o", dar)
    ledger.upload(dar)
    issuer = ledger.create("bank", "#tenon-token:Token:Issuer", {"issuer": "bank", "symbol": "GLD"})
    token = "#tenon-token:Token:Token"
    minted = ledger.exercise("bank", "#tenon-token:Token:Issuer", issuer, "Mint",
                             {"owner": "alice", "amount": "100"})["result"]
    ledger.sees("alice", minted)
    parts = ledger.exercise("alice", token, minted, "Split", {"amount": "30"})["result"]
    moved = ledger.exercise("alice", token, parts["part"], "Transfer", {"newOwner": "bob"})
    ledger.sees("bob", moved["result"])
    test.assertEqual(ledger.exercise("bob", token, moved["result"], "Balance")["result"], "30")
    test.assertEqual([seen["payload"]["amount"] for seen in ledger.active("alice", token)], ["70"])
    test.assertEqual(ledger.active("painter"), [])
    test.assertEqual(ledger.refused(ledger.exercise, "alice", token, minted, "Balance"),
                     "CONTRACT_NOT_FOUND")
    test.assertEqual(ledger.refused(ledger.exercise, "painter", token, moved["result"], "Balance"),
                     "CONTRACT_NOT_FOUND")


def iou_workflow(test, ledger, folder):
    dar = folder / "iou.dar"
    answer("daml", "assemble", SOURCE / "plugins/engine/daml/samples/iou.lf", "-o", dar)
    ledger.upload(dar)
    iou = "#tenon-iou:Iou:Iou"
    payload = {"issuer": "bank", "owner": "alice", "number": 1, "currency": "EUR", "amount": "10"}
    first = ledger.create("bank", iou, payload)
    test.assertEqual(ledger.refused(ledger.create, "bank", iou, payload), "DUPLICATE_CONTRACT_KEY")
    ledger.sees("alice", first)
    proposal = ledger.exercise("alice", iou, first, "Transfer", {"newOwner": "bob"})["result"]
    ledger.sees("bob", proposal)
    mine = ledger.exercise("bob", "#tenon-iou:Iou:Proposal", proposal, "Accept")["result"]
    test.assertEqual(ledger.exercise("bob", iou, mine, "SettleIfRight", {"paid": "11"})["result"],
                     mine)
    rest = ledger.submit("bob", {"exerciseByKey": {
        "templateId": iou, "key": {"issuer": "bank", "number": 1}, "choice": "Settle",
        "argument": {"paid": "4"}}})["result"]
    told = ledger.exercise("bob", "#tenon-iou:Iou:Asset", rest, "Describe", {"reader": "bob"},
                           interface=True)
    test.assertEqual(told["result"], "6.0 EUR")
    test.assertIsNone(ledger.exercise("bob", iou, rest, "Settle", {"paid": "6"})["result"])
    test.assertEqual(ledger.refused(ledger.submit, "bob", {"exerciseByKey": {
        "templateId": iou, "key": {"issuer": "bank", "number": 1}, "choice": "Settle",
        "argument": {"paid": "4"}}}), "CONTRACT_KEY_NOT_FOUND")


def painting(test, ledger):
    """An offer to paint a house, accepted with an IOU that changes hands; a delegation."""
    semantic = "#semantic-tests:SemanticTests:"
    pound = {"value": "1", "currency": "GBP"}
    iou = ledger.create("bank", semantic + "Iou", {"payer": "bank", "owner": "alice",
                                                   "amount": pound})
    offer = ledger.create("painter", semantic + "PaintOffer", {
        "painter": "painter", "houseOwner": "alice", "obligor": "bank", "amount": pound})
    for contract in (iou, offer):
        ledger.sees("alice", contract)
    agreed = ledger.exercise("alice", semantic + "PaintOffer", offer, "PaintOffer_Accept",
                             {"iouCid": iou})["result"]
    ledger.sees("painter", agreed["_1"])
    cash = ledger.exercise("painter", semantic + "Iou", agreed["_1"], "Call")["result"]
    ledger.sees("painter", cash)
    test.assertEqual(len(ledger.active("painter", semantic + "PaintAgree")), 1)
    test.assertEqual(ledger.refused(ledger.exercise, "alice", semantic + "Iou", iou, "Transfer",
                                    {"newOwner": "bob"}), "CONTRACT_NOT_FOUND")
    token = ledger.create("bank", semantic + "Token", {"issuer": "bank", "owner": "alice", "id": 1})
    ledger.sees("alice", token)
    delegation = ledger.create("alice", semantic + "Delegation", {"owner": "alice",
                                                                  "delegate": "bob"})
    ledger.sees("bob", delegation)
    # Bob may act for Alice on the token only once he has been shown it, and a choice that does not
    # consume the delegation shows him nothing: he is but its observer.
    consume = (ledger.exercise, "bob", semantic + "Delegation", delegation,
               "Delegation_Token_Consume", {"tokenId": token})
    test.assertEqual(ledger.refused(*consume), "CONTRACT_NOT_FOUND")
    ledger.exercise("alice", semantic + "Delegation", delegation, "Delegation_Wrong_Divulge_Token",
                    {"tokenId": token})
    test.assertEqual(ledger.refused(*consume), "CONTRACT_NOT_FOUND")
    shown = ledger.create("alice", semantic + "Delegation", {"owner": "alice", "delegate": "bob"})
    ledger.exercise("alice", semantic + "Delegation", shown, "Delegation_Divulge_Token",
                    {"tokenId": token})
    consume[0](*consume[1:])
    test.assertEqual(ledger.active("alice", semantic + "Token"), [])


def exceptions(test, ledger):
    tester = "#semantic-tests:Exceptions:ExceptionTester"
    one, two = (ledger.create("alice", tester, {"p": "alice"}) for _ in range(2))
    ledger.exercise("alice", tester, one, "ThrowCaught")
    test.assertEqual(ledger.refused(ledger.exercise, "alice", tester, one, "ThrowUncaught"),
                     "DAML_INTERPRETATION_ERROR")
    for choice in ("RollbackFetch", "RollbackConsuming", "RollbackNonConsuming"):
        done = ledger.exercise("alice", tester, one, choice, {"cid": two})
        test.assertEqual(done["archived"], [])
    # A create that is undone needs its key to be free all the same.
    keyed = ledger.create("alice", "#semantic-tests:Exceptions:WithSimpleKey", {"p": "alice"})
    test.assertEqual(ledger.refused(ledger.exercise, "alice", tester, one, "DuplicateKey"),
                     "DUPLICATE_CONTRACT_KEY")
    ledger.exercise("alice", "#semantic-tests:Exceptions:WithSimpleKey", keyed, "Archive")
    ledger.exercise("alice", tester, one, "DuplicateKey")
    ledger.exercise("alice", tester, one, "RollbackCreate")
    seen = [contract["contractId"] for contract in ledger.active("alice", tester)]
    test.assertEqual(sorted(seen), sorted([one, two]))


def edited_literal(test, ledger, folder):
    """A compiled package as text, with another literal, as a package that says so."""
    original = DARS / "semantic-tests-1.15.dar"
    choice = ("alice", "ThrowCaught")
    tester = "#semantic-tests:Exceptions:ExceptionTester"
    said = ledger.exercise(choice[0], tester, ledger.create("alice", tester, {"p": "alice"}),
                           choice[1])["result"]
    text = folder / "edited.lf"
    answer("daml", "disassemble", original, "-o", text)
    before, quoted = text.read_text(), json.dumps(said)
    test.assertIn(quoted, before)
    text.write_text(before.replace(quoted, '"something else"'))
    answer("daml", "assemble", text, "--with", original, "-o", folder / "edited.dar")
    (package,) = ledger.upload(folder / "edited.dar")
    tester = package + ":Exceptions:ExceptionTester"
    edited = ledger.create("alice", tester, {"p": "alice"})
    test.assertEqual(ledger.exercise(choice[0], tester, edited, choice[1])["result"],
                     "something else")


def keys(test, ledger):
    model = "#model-tests:Test:"
    key = {"_1": "alice", "_2": "one"}
    contract = ledger.create("alice", model + "TextKey", {"tkParty": "alice", "tkKey": "one",
                                                          "tkDisclosedTo": ["bob"]})
    operations = ledger.create("alice", model + "TextKeyOperations", {"tkoParty": "alice"})
    ledger.exercise("alice", model + "TextKeyOperations", operations, "TKOFetch",
                    {"keyToFetch": key, "expectedCid": contract})
    ledger.exercise("alice", model + "TextKeyOperations", operations, "TKOLookup",
                    {"keyToLookup": key, "expected": contract})
    found = ledger.query("alice", {"contractByKey": {"templateId": model + "TextKey", "key": key}})
    test.assertEqual(found["contractId"], contract)
    ledger.exercise("alice", model + "TextKey", contract, "TextKeyChoice")
    ledger.exercise("alice", model + "TextKeyOperations", operations, "TKOLookup",
                    {"keyToLookup": key, "expected": None})


def delegation_by_key(test, ledger):
    model = "#model-tests:Test:"
    delegated = ledger.create("alice", model + "Delegated", {"owner": "alice", "k": "k"})
    delegation = ledger.create("alice", model + "Delegation", {"owner": "alice",
                                                               "delegate": "bob"})
    ledger.sees("bob", delegation)
    test.assertEqual(
        ledger.refused(ledger.exercise, "bob", model + "Delegation", delegation, "FetchDelegated",
                       {"delegated": delegated}), "CONTRACT_NOT_FOUND")


def interfaces(test, ledger):
    contract = ledger.create("alice", "#semantic-tests:Interface:T", {"owner": "alice"})
    for number in (1, 2):
        ledger.exercise("alice", f"#semantic-tests:Interface{number}:I", contract,
                        f"ChoiceI{number}", interface=True)
    test.assertEqual(
        ledger.refused(ledger.exercise, "alice", "#semantic-tests:InterfaceViews:I", contract,
                       "Archive", interface=True), "DAML_INTERPRETER_INVALID_ARGUMENT")


def all_workflows(test, ledger, folder):
    token_workflow(test, ledger, folder)
    iou_workflow(test, ledger, folder)
    if not DARS.is_dir():
        print("skipped: workflows of compiled packages, which stand in the shared data")
        return
    ledger.upload(DARS / "semantic-tests-1.15.dar")
    ledger.upload(DARS / "model-tests-1.15.dar")
    painting(test, ledger)
    exceptions(test, ledger)
    keys(test, ledger)
    delegation_by_key(test, ledger)
    interfaces(test, ledger)
    edited_literal(test, ledger, folder)


class Daml(unittest.TestCase):
    def test_the_workflows_run_on_one_node_and_its_state_is_there_after_a_restart(self):
        with running_node() as node, temporary_folder() as folder:
            ledger = Ledger({party: node for party in PARTIES})
            all_workflows(self, ledger, folder)
            before = {party: ledger.active(party) for party in PARTIES}
            self.assertEqual(node.stop(), 0)
            node.start()
            self.assertEqual({party: ledger.active(party) for party in PARTIES}, before)

    def test_the_workflows_run_on_four_replicas_with_parties_on_two_client_nodes(self):
        with network_of(clients=2) as network, temporary_folder() as folder:
            first, second = network.clients
            ledger = Ledger({"alice": first, "painter": first, "bob": second, "bank": second})
            all_workflows(self, ledger, folder)
            roots = set()

            def level():
                states = [node.curl("/v1/status", token=node.operator())[1]
                          for node in network.replicas]
                roots.clear()
                roots.update((state["height"], state["state_root"]) for state in states)
                return len(roots) == 1

            await_true(level)

    def test_a_command_that_is_sent_again_has_the_outcome_that_it_had(self):
        with running_node() as node, temporary_folder() as folder:
            ledger = Ledger({party: node for party in PARTIES})
            token_workflow(self, ledger, folder)
            command = {"create": {"templateId": "#tenon-token:Token:Issuer",
                                  "payload": {"issuer": "bank", "symbol": "SLV"}}}
            first = ledger.submit("bank", command, command_id="silver")
            again = ledger.submit("bank", command, command_id="silver")
            self.assertEqual(again["result"], first["result"])
            self.assertEqual((first["duplicate"], again["duplicate"]), (False, True))
            command["create"]["payload"]["symbol"] = "GOLD"
            self.assertEqual(ledger.refused(ledger.submit, "bank", command, command_id="silver"),
                             "DUPLICATE_COMMAND")


if __name__ == "__main__":
    unittest.main()
