"""Commands that are sent at nearly the same moment: whatever the ledger makes of them, its order
explains every answer. What only reads a contract or a key stands in the way of nobody."""

import contextlib
import dataclasses
import itertools
import random
import time
import typing

import grpc

from case import (LedgerCase, contract_id, disclosed_contract, exercise_of, fields_of,
                  party_value)
from ledger_api import END, code_of

ROUNDS = 3
MODULES = ("RaceTests", "ExceptionRaceTests")
SPREAD_SECONDS = 0.02  # within which the commands of a round are sent

# What those may hear that come too late.
TOO_LATE = {"CONTRACT_NOT_FOUND", "CONTRACT_NOT_ACTIVE", "CONTRACT_KEY_NOT_FOUND",
            "INCONSISTENT_CONTRACTS", "INCONSISTENT_CONTRACT_KEY", "DUPLICATE_CONTRACT_KEY"}


@dataclasses.dataclass
class Sent:
    """A command and its answer."""
    name: str
    tree: typing.Any = None
    error: grpc.RpcError | None = None

    @property
    def accepted(self) -> bool:
        return self.error is None


def offset_of(tree) -> bytes:
    return bytes.fromhex(tree.offset)


def made(tree, name: str) -> list:
    """The created events of the templates of that name."""
    return [event.created for event in tree.events_by_id.values()
            if event.HasField("created") and event.created.template_id.entity_name == name]


def chosen(tree, choice: str) -> list:
    return [event.exercised for event in tree.events_by_id.values()
            if event.HasField("exercised") and event.exercised.choice == choice]


class Racing(LedgerCase):
    """What all races need: one party, commands under names, and the ledger's order."""

    def setUp(self):
        self.alice = self.party("alice")
        self.begin = {"absolute": self.client.end()}
        self.random = random.Random(self.id())

    def together(self, commands: list[tuple[str, dict]], party=None, disclosed=()) -> list[Sent]:
        """All of them, in any order, at moments of one short while."""
        commands = self.random.sample(commands, len(commands))
        moments = sorted(self.random.uniform(0, SPREAD_SECONDS) for _ in commands)
        started = time.monotonic()
        calls = []
        for (name, command), moment in zip(commands, moments, strict=True):
            time.sleep(max(0, started + moment - time.monotonic()))
            calls.append((name, self.send(party or self.alice, command, disclosed)))
        return [self.ended(name, call) for name, call in calls]

    def send(self, party: str, command: dict, disclosed=()):
        more = {"disclosed_contracts": list(disclosed)} if disclosed else {}
        return self.client.begin("CommandService/SubmitAndWaitForTransactionTree",
                                 {"commands": self.envelope(party, command, **more)})

    @staticmethod
    def ended(name: str, call) -> Sent:
        try:
            return Sent(name, tree=call.result().transaction)
        except grpc.RpcError as error:
            return Sent(name, error=error)

    def check_answers(self, sent: list[Sent], *, others: int) -> list:
        """The ledger's trees since the test began, which are those of the accepted commands and
        `others`, in ascending order; whoever was refused came too late."""
        trees = self.client.transactions(self.alice, begin=self.begin, end=END, trees=True)
        offsets = [offset_of(tree) for tree in trees]
        self.assertEqual(offsets, sorted(set(offsets)))
        accepted = [one.tree for one in sent if one.accepted]
        self.assertEqual(len(trees), len(accepted) + others)
        by_id = {tree.transaction_id: tree for tree in trees}
        for tree in accepted:
            self.assertEqual(by_id[tree.transaction_id].offset, tree.offset)
        for one in sent:
            if not one.accepted:
                self.assertIn(code_of(one.error)[1], TOO_LATE, one.error.details())
                self.check_details(one.error)
        return trees

    def only(self, sent: list[Sent], name: str) -> Sent:
        """The one that is called so, which must have been accepted."""
        found = [one for one in sent if one.name == name]
        self.assertEqual(len(found), 1)
        self.assertTrue(found[0].accepted, found[0].error)
        return found[0]

    def check_before(self, trees: list, last) -> None:
        for tree in trees:
            self.assertLess(offset_of(tree), offset_of(last))


class KeyedRaces(Racing):
    """Races for a contract under a key, the key being its owner: each by itself, and with what was
    read or made undone by an exception."""

    def named(self, module: str, entity: str) -> dict:
        return self.template("semantic-tests", f"{module}:{entity}")

    def keyed(self, module: str) -> str:
        return self.create(self.alice, self.named(module, "ContractWithKey"),
                           owner=party_value(self.alice))

    def creation(self, module: str, entity: str = "ContractWithKey") -> dict:
        return {"create": {"template_id": self.named(module, entity),
                           "create_arguments": fields_of({"owner": party_value(self.alice)})}}

    def archival(self, module: str, contract: str) -> dict:
        return exercise_of(self.named(module, "ContractWithKey"), contract,
                           "ContractWithKey_Archive")

    @contextlib.contextmanager
    def round(self, number: int, **names):
        """With a party of its own."""
        with self.subTest(round=number, **names):
            self.alice = self.party("alice")
            self.begin = {"absolute": self.client.end()}
            yield

    def test_of_many_archivals_of_one_contract_exactly_one_is_accepted(self):
        for module, number in itertools.product(MODULES, range(ROUNDS)):
            with self.round(number, module=module):
                contract = self.keyed(module)
                sent = self.together([("archive", self.archival(module, contract))] * 5)
                trees = self.check_answers(sent, others=1)
                self.assertEqual(sum(one.accepted for one in sent), 1)
                self.assertEqual(len([tree for tree in trees
                                      if chosen(tree, "ContractWithKey_Archive")]), 1)
                for one in sent:
                    if not one.accepted:
                        self.assertEqual(code_of(one.error)[1], "CONTRACT_NOT_FOUND")

    def test_of_many_creations_under_one_key_exactly_one_is_accepted(self):
        for module, number in itertools.product(MODULES, range(ROUNDS)):
            with self.round(number, module=module):
                sent = self.together([("create", self.creation(module))] * 5)
                self.check_answers(sent, others=0)
                self.assertEqual(sum(one.accepted for one in sent), 1)
                for one in sent:
                    if not one.accepted:
                        self.assertEqual(code_of(one.error)[1], "DUPLICATE_CONTRACT_KEY")

    def test_under_one_key_creations_and_archivals_alternate(self):
        for module, number in itertools.product(MODULES, range(ROUNDS)):
            with self.round(number, module=module):
                contract = self.keyed(module)
                sent = self.together([("archive", self.archival(module, contract)),
                                      ("create", self.creation(module)),
                                      ("create", self.creation(module))])
                self.only(sent, "archive")
                self.create(self.alice, self.named(module, "DummyContract"),
                            owner=party_value(self.alice))
                trees = self.check_answers(sent, others=2)
                self.assertEqual(len(made(trees[-1], "DummyContract")), 1)
                alive = False
                for tree in trees[:-1]:
                    if alive:
                        self.assertEqual(len(chosen(tree, "ContractWithKey_Archive")), 1)
                    else:
                        self.assertEqual(len(made(tree, "ContractWithKey")), 1)
                    alive = not alive

    def test_a_key_that_is_taken_is_free_for_no_passing_contract(self):
        passing = {"RaceTests": "CreateWrapper_CreateTransient",
                   "ExceptionRaceTests": "CreateWrapper_CreateRollback"}
        for module, number in itertools.product(MODULES, range(ROUNDS)):
            with self.round(number, module=module):
                wrapper = self.named(module, "CreateWrapper")
                contract = self.create(self.alice, wrapper, owner=party_value(self.alice))
                command = exercise_of(wrapper, contract, passing[module])
                sent = self.together([("pass", command)] * 19 + [("create", self.creation(module))])
                self.check_answers(sent, others=1)
                lasting = self.only(sent, "create")
                self.check_before([one.tree for one in sent if one.name == "pass" and one.accepted],
                                  lasting.tree)

    def test_a_contract_is_used_before_its_archival_only(self):
        for module, entity, choice, names_contract in (
                ("RaceTests", "ContractWithKey", "ContractWithKey_Exercise", False),
                ("RaceTests", "FetchWrapper", "FetchWrapper_Fetch", False),
                ("ExceptionRaceTests", "ExerciseWrapper",
                 "ExerciseWrapper_ExerciseNonConsumingRollback", True),
                ("ExceptionRaceTests", "ExerciseWrapper",
                 "ExerciseWrapper_ExerciseConsumingRollback", True),
                ("ExceptionRaceTests", "FetchWrapper", "FetchWrapper_Fetch", False)):
            for number in range(ROUNDS):
                with self.round(number, module=module, choice=choice):
                    contract = self.keyed(module)
                    user, others = self.user(module, entity, contract)
                    argument = {"cid": contract_id(contract)} if names_contract else {}
                    use = exercise_of(self.named(module, entity), user, choice, **argument)
                    sent = self.together([("use", use)] * 9 +
                                         [("archive", self.archival(module, contract))])
                    self.check_answers(sent, others=others)
                    archival = self.only(sent, "archive")
                    uses = [one.tree for one in sent if one.name == "use" and one.accepted]
                    self.check_before(uses, archival.tree)
                    for tree in uses:
                        # What an exception undid is not told, and of a fetch there is no event.
                        self.assertEqual(len(tree.events_by_id), 1)

    def user(self, module: str, entity: str, contract: str) -> tuple[str, int]:
        """The contract whose choice uses the other one, and how many there are of both."""
        if entity == "ContractWithKey":
            return contract, 1
        more = ({"fetcher": party_value(self.alice), "contractId": contract_id(contract)}
                if entity == "FetchWrapper" else {"owner": party_value(self.alice)})
        return self.create(self.alice, self.named(module, entity), **more), 2

    def check_lookups(self, sent: list[Sent], change: Sent, *, found_before: bool) -> None:
        """Every look-up that was accepted found what there was at its place in the order."""
        for one in sent:
            if one.name != "look" or not one.accepted:
                continue
            result = made(one.tree, "LookupResult")[0].create_arguments.fields
            found = next(field.value.bool for field in result if field.label == "found")
            before = offset_of(one.tree) < offset_of(change.tree)
            self.assertEqual(found, found_before == before)

    def test_a_look_up_finds_a_contract_before_its_archival_and_not_after_it(self):
        for module, number in itertools.product(MODULES, range(ROUNDS)):
            with self.round(number, module=module):
                wrapper = self.named(module, "LookupWrapper")
                contract = self.keyed(module)
                looker = self.create(self.alice, wrapper, owner=party_value(self.alice))
                look = exercise_of(wrapper, looker, "LookupWrapper_Lookup")
                sent = self.together([("look", look)] * 19 +
                                     [("archive", self.archival(module, contract))])
                self.check_answers(sent, others=2)
                self.check_lookups(sent, self.only(sent, "archive"), found_before=True)

    def test_a_look_up_is_in_vain_before_the_creation_and_not_after_it(self):
        for module, number in itertools.product(MODULES, range(ROUNDS)):
            with self.round(number, module=module):
                wrapper = self.named(module, "LookupWrapper")
                looker = self.create(self.alice, wrapper, owner=party_value(self.alice))
                look = exercise_of(wrapper, looker, "LookupWrapper_Lookup")
                sent = self.together([("look", look)] * 9 + [("create", self.creation(module))])
                self.check_answers(sent, others=1)
                self.check_lookups(sent, self.only(sent, "create"), found_before=False)


class DisclosedRaces(Racing):
    def test_one_archives_a_contract_the_owner_or_whom_it_was_disclosed_to(self):
        dummy = self.template("model-tests", "Test:Dummy")
        bob = self.party("bob")
        for number in range(2 * ROUNDS):
            with self.subTest(round=number):
                begin = {"absolute": self.client.end()}
                contract = self.create(self.alice, dummy, operator=party_value(self.alice))
                event = self.client.transactions(self.alice, begin=begin)[0].events[0].created
                disclosed = disclosed_contract(event)
                taking = exercise_of(dummy, contract, "PublicChoice", anyParty=party_value(bob))
                own = self.send(self.alice, exercise_of(dummy, contract, "Archive"))
                other = self.send(bob, taking, [disclosed])
                ended = [self.ended("own", own), self.ended("other", other)]
                self.assertEqual(sum(one.accepted for one in ended), 1,
                                 [str(one.error) for one in ended])
                loser = next(one for one in ended if not one.accepted)
                self.assertEqual(code_of(loser.error)[1], "CONTRACT_NOT_FOUND")

    def test_a_disclosed_contract_serves_for_no_other_one(self):
        """Many at once, each with the first one's disclosure: the owner wins wherever it is not
        the contract in question."""
        dummy = self.template("model-tests", "Test:Dummy")
        bob = self.party("bob")
        contracts = [self.create(self.alice, dummy, operator=party_value(self.alice))
                     for _ in range(5)]
        event = self.client.transactions(self.alice, begin=self.begin)[0].events[0].created
        self.assertEqual(event.contract_id, contracts[0])
        disclosed = disclosed_contract(event)
        calls = []
        for contract in contracts:
            taking = exercise_of(dummy, contract, "PublicChoice", anyParty=party_value(bob))
            calls.append((self.send(self.alice, exercise_of(dummy, contract, "Archive")),
                          self.send(bob, taking, [disclosed])))
        for number, (own, other) in enumerate(calls):
            own, other = self.ended("own", own), self.ended("other", other)
            self.assertNotEqual(own.accepted, other.accepted)
            if number > 0:
                self.assertTrue(own.accepted, own.error)
                self.assertEqual(code_of(other.error)[1], "CONTRACT_NOT_FOUND")
