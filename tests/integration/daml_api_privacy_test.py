"""No byte and no unsalted hash of a contract, or of a command, reaches a client node that hosts
none of its witnesses: a random workload over the Ledger APIs of two client nodes, whose texts,
numbers and keys are secrets, and then a search of all that each node keeps and was ever sent."""

import base64
import contextlib
import json
import os
import shutil
import sqlite3
import unittest
from pathlib import Path

import grpc

from client_node_test import await_true, network_of
from daml_commands import (Numeric, Optional, Party, create, created, exercise, exercise_by_key,
                           identifier)
from ledger_api import Client, Definitions
from node import BINARY, SOURCE, answer, free_port, temporary_folder
from planted_secrets import Patterns, Registry, described, messages_within, sha256

SHARED = Path(os.environ.get("TENON_SHARED_DIR", SOURCE.parent / "shared"))
MODEL_TESTS = SHARED / "daml/dars/model-tests-1.15.dar"
FULL = os.environ.get("TENON_TEST_FULL") == "1"
SEED = int(os.environ.get("TENON_TEST_SEED", "6"))
ACTIONS = 300 if FULL else 120
KEY_PREFIX = b"daml/key/"  # of a contract key's hash in the ledger's state
CONTRACT_PREFIX = b"daml/contract/"  # of a contract's id
REFUSALS = (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND,
            grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.ALREADY_EXISTS,
            grpc.StatusCode.ABORTED)


class Place:
    """A client node with its Ledger API, the parties it hosts, and what it is sent."""

    def __init__(self, node, definitions: Definitions):
        self.node = node
        self.definitions = definitions
        self.port = free_port()
        self.received = node.folder / "received"
        self.received.mkdir()
        self.parties = []
        config = json.loads(node.config.read_text())
        config["apis"] = [api for api in config["apis"] if api["plugin"] != "daml_api"]
        config["apis"].append({"plugin": "daml_api",
                               "config": {"auth": {"required": False},
                                          "grpc": {"listen": f"127.0.0.1:{self.port}"}}})
        node.config.write_text(json.dumps(config))
        node.environment = {"LD_PRELOAD": str(BINARY / "lib/tests/received_traffic.so"),
                            "TENON_TEST_RECEIVED": str(self.received)}
        self.api = None

    def connect(self):
        self.api = Client(self.definitions, self.port,
                          options=[("grpc.max_receive_message_length", -1)])

    def host(self, *parties):
        for party in parties:
            self.api.allocate(party)
            self.parties.append(Party(party))

    def known_parties(self) -> set:
        found = self.api.call("admin.PartyManagementService/ListKnownParties", {})
        return {details.party for details in found.party_details}

    def packages(self) -> set:
        return set(self.api.call("PackageService/ListPackages", {}).package_ids)

    def await_contract(self, party, contract):
        """Once this node has heard of it."""
        await_true(lambda: contract in {event.contract_id for event in self.api.active(party)})

    def disclosed(self, party, template, contract) -> dict:
        """The contract as the party shows it to others."""
        inclusive = {"template_filters": [{"template_id": identifier(template),
                                           "include_created_event_blob": True}]}
        answers = self.api.stream("ActiveContractsService/GetActiveContracts", {
            "filter": {"filters_by_party": {party: {"inclusive": inclusive}}}})
        (event,) = [event for answer in answers for event in answer.active_contracts
                    if event.contract_id == contract]
        return {"template_id": identifier(template), "contract_id": contract,
                "created_event_blob": base64.b64encode(event.created_event_blob).decode()}

    def begin_anew(self):
        """Loses all but its keys, so that it takes over the state from the replicas."""
        self.api.close()
        assert self.node.stop() == 0
        shutil.rmtree(self.node.data / "plugins")
        self.node.start()
        self.connect()

    def index_rows(self):
        """All that stands in the database of the Ledger API's index, with the tables' names."""
        (file,) = [file for file in self.node.data.rglob("*.sqlite")
                   if file.name != "participant.sqlite"]
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            tables = [name for (name,) in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                for row in database.execute(f"SELECT * FROM {table}"):
                    yield table, row


class Workload:
    """Random actions of random parties. Who may know a secret is what is written down here, not
    what a node says."""

    def __init__(self, places, registry: Registry, packages: dict):
        self.places = places
        self.registry = registry
        self.random = registry.random
        self.iou = packages["iou"] + ":Iou:"
        self.token = packages["token"] + ":Token:"
        self.model = packages["model"] + ":Test:" if "model" in packages else None
        self.ious = []  # contract, issuer, owner, secrets
        self.named = []  # a place, and a contract that a party there has named without a stake
        self.refused = self.accepted = 0

    def place_of(self, party) -> Place:
        return next(place for place in self.places if party in place.parties)

    def anyone(self):
        return self.random.choice([party for place in self.places for party in place.parties])

    def submit(self, party, commands, secrets=(), **fields):
        """The transaction, or nothing when it was refused. The command's id is a secret too."""
        command = self.registry.plant("command id", party)
        try:
            tree = self.place_of(party).api.submit(
                party, *commands, command_id=command.text,
                submission_id=self.registry.plant("submission id", party).text, **fields)
        except grpc.RpcError as error:
            assert error.code() in REFUSALS, error
            self.refused += 1
            return None
        self.accepted += 1
        for secret in (command, *secrets):
            secret.committed = True
        return tree

    def run(self, count: int):
        actions = [self.issue, self.issue, self.hand_on, self.mint, self.pay_wrongly,
                   self.break_the_precondition, self.issue_twice, self.use_a_foreign_contract,
                   self.ask_for_no_key, self.disclose]
        if self.model:
            actions += [self.key, self.look_up_a_key, self.divulge]
        for number in range(count):
            (actions[number] if number < len(actions) else self.random.choice(actions))()

    # Promises of iou.lf.

    def iou_fields(self, issuer, owner, number, secrets, amount=None):
        return {"issuer": issuer, "owner": owner, "number": int(number.text),
                "currency": secrets[0].text, "amount": Numeric(amount or secrets[1].text + ".5")}

    def new_secrets(self, *witnesses):
        return [self.registry.plant("currency", *witnesses),
                self.registry.plant("amount", *witnesses, digits=22)]

    def issue(self):
        issuer, owner = self.anyone(), self.anyone()
        number = self.registry.plant("contract key", issuer, owner, digits=18)
        secrets = [*self.new_secrets(issuer, owner), number]
        tree = self.submit(issuer, [create(self.iou + "Iou",
                                           self.iou_fields(issuer, owner, number, secrets))],
                           secrets)
        self.ious.append((created(tree, "Iou"), issuer, owner, secrets))
        return self.ious[-1]

    def an_iou(self):
        return self.random.choice(self.ious) if self.ious else self.issue()

    def hand_on(self):
        """An owner offers a promise to another, who accepts or rejects; or takes it back."""
        iou = self.an_iou()
        contract, issuer, owner, secrets = iou
        self.ious.remove(iou)
        taker = self.anyone()
        for secret in secrets:
            secret.shown_to(taker)
        self.place_of(owner).await_contract(owner, contract)
        tree = self.submit(owner, [exercise(self.iou + "Iou", contract, "Transfer",
                                            {"newOwner": taker})])
        proposal = created(tree, "Proposal")
        choice, who = self.random.choice([("Accept", taker), ("Reject", taker),
                                          ("Withdraw", owner)])
        self.place_of(who).await_contract(who, proposal)
        tree = self.submit(who, [exercise(self.iou + "Proposal", proposal, choice, {})])
        self.ious.append((created(tree, "Iou"), issuer, taker if choice == "Accept" else owner,
                          secrets))

    def pay_wrongly(self):
        contract, _, owner, _ = self.an_iou()
        self.place_of(owner).await_contract(owner, contract)
        paid = self.registry.plant("amount paid", owner, digits=27)
        tree = self.submit(owner, [exercise(self.iou + "Iou", contract, "Settle",
                                            {"paid": Numeric(paid.text + ".0")})])
        assert tree is None

    def break_the_precondition(self):
        issuer = self.anyone()
        number = self.registry.plant("contract key", issuer, digits=18)
        tree = self.submit(issuer, [create(self.iou + "Iou", self.iou_fields(
            issuer, self.anyone(), number, self.new_secrets(issuer), amount="0.0"))])
        assert tree is None

    def issue_twice(self):
        """Refused by the replicas: the key is taken."""
        _, issuer, owner, (*_, number) = self.an_iou()
        tree = self.submit(issuer, [create(self.iou + "Iou", self.iou_fields(
            issuer, owner, number, self.new_secrets(issuer)))])
        assert tree is None

    def use_a_foreign_contract(self):
        contract, issuer, owner, _ = self.an_iou()
        who = self.anyone()
        if who in (issuer, owner):
            return
        self.named.append((self.place_of(who), contract))
        paid = self.registry.plant("amount paid", who, digits=27)
        tree = self.submit(who, [exercise(self.iou + "Iou", contract, "Settle",
                                          {"paid": Numeric(paid.text + ".0")})])
        assert tree is None

    def ask_for_no_key(self):
        who = self.anyone()
        number = self.registry.plant("key of nothing", who, digits=18)
        tree = self.submit(who, [exercise_by_key(
            self.iou + "Iou", {"issuer": who, "number": int(number.text)}, "Settle",
            {"paid": Numeric(self.registry.plant("amount paid", who, digits=27).text + ".0")})])
        assert tree is None

    def disclose(self):
        """An owner shows a promise to somebody else, who looks at it through an interface."""
        contract, _, owner, secrets = self.an_iou()
        place = self.place_of(owner)
        place.await_contract(owner, contract)
        reader = self.anyone()
        *told, number = secrets
        for secret in told:
            secret.shown_to(reader)
        number.divulged_to.add(reader)
        self.named.append((self.place_of(reader), contract))
        tree = self.submit(reader, [exercise(self.iou + "Asset", contract, "Describe",
                                             {"reader": reader})],
                           disclosed_contracts=[place.disclosed(owner, self.iou + "Iou", contract)])
        assert tree is not None

    # Tokens of token.lf: the key is the whole contract.

    def mint(self):
        issuer, owner = self.anyone(), self.anyone()
        symbol = self.registry.plant("symbol", issuer, owner)
        mints = create(self.token + "Issuer", {"issuer": issuer, "symbol": symbol.text})
        right = created(self.submit(issuer, [mints], [symbol]), "Issuer")
        tree = self.submit(issuer, [exercise(self.token + "Issuer", right, "Mint",
                                             {"owner": owner, "amount": 5})])
        token = created(tree, "Token")
        taker = self.anyone()
        symbol.shown_to(taker)
        self.place_of(owner).await_contract(owner, token)
        tree = self.submit(owner, [exercise(self.token + "Token", token, "Transfer",
                                            {"newOwner": taker})])
        assert tree is not None

    # Templates of the package that the suite of the Ledger API uses.

    def text_key(self):
        owner = self.anyone()
        readers = self.random.sample([party for place in self.places for party in place.parties],
                                     self.random.randrange(3))
        secret = self.registry.plant("text key", owner, *readers)
        tree = self.submit(owner, [create(self.model + "TextKey", {
            "tkParty": owner, "tkKey": secret.text, "tkDisclosedTo": readers})], [secret])
        return owner, secret, created(tree, "TextKey")

    def key(self):
        owner, _, contract = self.text_key()
        if self.random.random() < 0.5:
            self.submit(owner, [exercise(self.model + "TextKey", contract, "TextKeyChoice", {})])

    def look_up_a_key(self):
        """One that is there, and one that is not; and both with the wrong expectation."""
        owner, secret, contract = self.text_key()
        missing = self.registry.plant("key of nothing", owner)
        operations = created(self.submit(owner, [create(self.model + "TextKeyOperations",
                                                        {"tkoParty": owner})]), "TextKeyOperations")
        other = self.anyone()
        for key, expected in ((secret, contract), (missing, None), (missing, contract)):
            self.submit(owner, [exercise(
                self.model + "TextKeyOperations", operations, "TKOLookup",
                {"keyToLookup": {"_1": owner, "_2": key.text}, "expected": Optional(expected)})],
                [key] if key is missing and expected is None else [])
        foreign = self.registry.plant("key of nothing", other)
        self.submit(other, [exercise_by_key(self.model + "TextKey",
                                            {"_1": other, "_2": foreign.text}, "TextKeyChoice",
                                            {})])

    def divulge(self):
        """A fetch inside a choice that another party sees shows it the contract."""
        owner, delegate = self.anyone(), self.anyone()
        secret = self.registry.plant("divulged text", owner)
        secret.divulged_to.add(delegate)
        hidden = self.registry.plant("text that is not divulged", owner)
        for each in (secret, hidden):
            tree = self.submit(owner, [create(self.model + "Delegated",
                                              {"owner": owner, "k": each.text})], [each])
            if each is secret:
                shown = created(tree, "Delegated")
        delegation = created(self.submit(owner, [create(
            self.model + "ShowDelegated", {"owner": owner, "delegate": delegate})]),
            "ShowDelegated")
        tree = self.submit(owner, [exercise(self.model + "ShowDelegated", delegation, "ShowIt",
                                            {"delegatedId": shown})])
        assert tree is not None


def upload(places, folder: Path) -> dict:
    """The ids of the packages, once both nodes know them."""
    packages = {}
    for name in ("iou", "token"):
        dar = folder / f"{name}.dar"
        packages[name] = answer("daml", "assemble",
                                SOURCE / f"plugins/engine/daml/samples/{name}.lf", "-o",
                                dar)["package_id"]
        places[0].api.upload(dar)
    if MODEL_TESTS.is_file():
        packages["model"] = answer("daml", "inspect", MODEL_TESTS)["main"]
        places[1].api.upload(MODEL_TESTS)
    else:
        print("skipped: templates of the shared data")
    for place in places:
        await_true(lambda: set(packages.values()) <= place.packages())
    return packages


def forbidden_at(place: Place, other: Place, workload: Workload) -> Patterns:
    """What must not be there: secrets, hashes of whatever holds one, ids of such contracts."""
    patterns = Patterns()
    registry = workload.registry
    hidden = registry.hidden_from(place.parties)
    texts = {secret.text.encode(): secret for secret in hidden}
    for secret in hidden:
        patterns.add_secret(secret)

    def add_parts(content: bytes, what: str):
        for part in messages_within(content):
            if len(part) >= 16 and any(text in part for text in texts):
                patterns.add_hash(part, f"a part of {what}")

    for table, row in other.index_rows():
        for column in row:
            if isinstance(column, bytes):
                add_parts(column, f"a row of {table}")
    for verbose in (False, True):
        for tree in other.api.transactions(*other.parties, trees=True, verbose=verbose):
            add_parts(tree.SerializeToString(), "a transaction tree")
            for event in tree.events_by_id.values():
                add_parts(event.SerializeToString(), "an event")
    named = {contract for where, contract in workload.named if where is place}
    add_names(other, hidden, named, patterns)
    return patterns


def add_names(other: Place, hidden, named, patterns: Patterns):
    """Ids and hashes of keys of the contracts that hold what is hidden, but of those that were
    named; and the hashes under which they stand in the state."""
    rows = list(other.index_rows())
    holders = {row[0] for table, row in rows if table == "events"
               and any(secret.written() in row[3] for secret in hidden)}
    for table, row in rows:
        if table == "key_creates" and row[1] in holders:
            patterns.add_digest(row[0], "the hash of a contract key")
            patterns.add_digest(sha256(KEY_PREFIX + row[0]), "the place of a contract key")
        if table == "contracts" and row[1] in holders and row[0].hex() not in named:
            patterns.add_digest(row[0], "the id of a contract")
            patterns.add_digest(sha256(CONTRACT_PREFIX + row[0]), "the place of a contract")


class Search(unittest.TestCase):
    def test_a_secret_and_its_hash_are_found_in_every_form_wherever_they_stand(self):
        registry = Registry(SEED)
        text, number = registry.plant("text"), registry.plant("number", digits=18)
        digest = sha256(text.text.encode())
        stands_in = {
            "as it is": text.text.encode(),
            "hexadecimal": text.text.encode().hex().encode(),
            **{f"base64 after {n}": base64.b64encode(b"x" * n + text.text.encode() + b"yz")
               for n in range(3)},
            "number": number.written(),
            "hash": digest,
            "hash in hexadecimal": digest.hex().encode(),
            "hash in base64": base64.b64encode(digest),
        }
        patterns = Patterns()
        for secret in registry.secrets:
            patterns.add_secret(secret)
        with temporary_folder() as folder, temporary_folder() as scratch:
            for name, content in stands_in.items():
                (folder / name).write_bytes(registry.random.randbytes(5000) + content + b"\0\n\xff")
            (folder / "nothing").write_bytes(registry.random.randbytes(5000))
            self.assertEqual(set(patterns.found_in(folder, scratch)), set(stands_in))


class Privacy(unittest.TestCase):
    def search(self, place: Place, patterns: Patterns, scratch: Path) -> dict:
        """In the node's folder as it is, and in the index's rows, each in one piece."""
        rows = place.node.folder / "index-rows"
        rows.write_bytes(b"\n".join(
            column if isinstance(column, bytes) else str(column).encode()
            for _, row in place.index_rows() for column in row))
        return patterns.found_in(place.node.folder, scratch)

    def expect_what_is_known(self, place: Place, registry: Registry, scratch: Path):
        """The search finds what the node may know, in each place where it looks."""
        known = registry.seen_by(place.parties)
        patterns = Patterns()
        for secret in known:
            patterns.add(secret.written(), secret.text)
        for table, row in place.index_rows():
            if table == "key_creates":
                patterns.add(row[0], "key")
        found = self.search(place, patterns, scratch)
        for prefix in ("received/", "index-rows", "data/"):
            there = set().union(*(meanings for file, meanings in found.items()
                                  if file.startswith(prefix)))
            missing = [secret for secret in known if secret.text not in there]
            self.assertFalse(missing, f"{prefix} of {place.node.folder.name}")
            self.assertIn("key", there)
        log = Patterns()
        log.add(b"127.0.0.1", "an address")
        self.assertIn("tenond.log", log.found_in(place.node.folder, scratch))

    def test_what_has_no_witness_on_a_client_node_does_not_reach_it_nor_any_hash_of_it(self):
        registry = Registry(SEED)
        with network_of(clients=2, start=False) as network, temporary_folder() as scratch:
            definitions = Definitions(scratch)
            places = [Place(node, definitions) for node in network.clients]
            network.start()
            for place in places:
                place.connect()
            places[0].host("alice", "amy")
            places[1].host("bob", "ben")
            everybody = set(places[0].parties + places[1].parties)
            for place in places:
                await_true(lambda: everybody <= place.known_parties())
            workload = Workload(places, registry, upload(places, scratch))
            workload.run(ACTIONS // 2)
            places[1].begin_anew()
            workload.run(ACTIONS // 2)
            self.assertGreater(workload.accepted, ACTIONS // 2)
            self.assertGreater(workload.refused, ACTIONS // 8)
            forbidden = [forbidden_at(place, other, workload)
                         for place, other in (places, places[::-1])]
            for place in places:
                place.api.close()
                self.assertEqual(place.node.stop(), 0)
            for place, patterns in zip(places, forbidden):
                self.expect_what_is_known(place, registry, scratch)
                found = self.search(place, patterns, scratch)
                self.assertFalse(found, f"{place.node.folder.name} has what it must not have: "
                                        f"{described(found)}")
                print(f"{place.node.folder.name}: {len(patterns.meanings)} patterns of "
                      f"{len(registry.hidden_from(place.parties))} secrets were looked for")


if __name__ == "__main__":
    unittest.main()
