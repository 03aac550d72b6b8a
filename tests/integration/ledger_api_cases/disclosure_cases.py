"""Contracts that whoever may not see them uses, because somebody who may has passed them on."""

import hashlib
import struct

from case import (FAILED_PRECONDITION, INVALID_ARGUMENT, NOT_FOUND, LedgerCase, contract_id,
                  created_events, disclosed_contract, exercise_by_key, exercise_of, fields_of,
                  party_value, text)

DUPLICATE = "Preprocessor encountered a duplicate disclosed contract"


def length_and(name: str) -> bytes:
    encoded = name.encode()
    return struct.pack(">i", len(encoded)) + encoded


def names(*segments: str) -> bytes:
    return struct.pack(">i", len(segments)) + b"".join(map(length_and, segments))


def key_hash(template, owner: str, key: str) -> bytes:
    """As Daml hashes a key that is a party and a text: version, purpose, the template's name, and
    the fields one after another."""
    name = (length_and(template.package_id) + names(*template.module_name.split(".")) +
            names(*template.entity_name.split(".")))
    value = struct.pack(">i", 2) + length_and(owner) + length_and(key)
    return hashlib.sha256(b"\x00\x02" + name + value).digest()


class Disclosure(LedgerCase):
    def setUp(self):
        self.owner, self.other = self.parties("owner", "other")
        self.begin = {"absolute": self.client.end()}
        self.key = self.unique("key")
        self.delegated = self.template("model-tests", "Test:Delegated")
        self.delegation = self.template("model-tests", "Test:Delegation")
        self.hidden = self.create(self.owner, self.delegated, owner=party_value(self.owner),
                                  k=text(self.key))
        self.standing = self.create(self.owner, self.delegation, owner=party_value(self.owner),
                                    delegate=party_value(self.other))
        self.disclosed = self.shown(self.hidden)

    def creation(self, contract: str):
        return next(event for transaction in
                    self.client.transactions(self.owner, begin=self.begin)
                    for event in created_events(transaction) if event.contract_id == contract)

    def shown(self, contract: str, *, seconds_later: int = 0) -> dict:
        event = self.creation(contract)
        event.metadata.created_at.seconds += seconds_later
        return disclosed_contract(event)

    def fetch(self, *disclosed: dict):
        command = exercise_of(self.delegation, self.standing, "FetchDelegated",
                              delegated=contract_id(self.hidden))
        return self.submit(self.other, command, disclosed_contracts=list(disclosed))

    def arguments_of(self, owner: str) -> dict:
        return fields_of({"owner": party_value(owner), "k": text(self.key)})

    def test_a_contract_is_used_by_whom_it_was_disclosed_to(self):
        self.refused_definitely(NOT_FOUND, "CONTRACT_NOT_FOUND", self.fetch,
                                "Contract could not be found", self.hidden)
        self.assertEqual(len(self.fetch(self.disclosed).root_event_ids), 1)

    def test_the_server_says_that_it_takes_disclosed_contracts(self):
        features = self.client.call("VersionService/GetLedgerApiVersion", {}).features
        self.assertTrue(features.experimental.explicit_disclosure.supported)

    def test_what_is_disclosed_and_not_used_does_no_harm(self):
        dummy = self.template("model-tests", "Test:Dummy")
        contract = self.create(self.owner, dummy, operator=party_value(self.owner))
        unused = self.shown(contract)
        self.fetch(self.disclosed)
        self.fetch(self.disclosed, unused)
        self.fetch(self.disclosed, self.shown(contract, seconds_later=1))
        wrong = fields_of({"operator": party_value(self.other)})
        self.fetch(self.disclosed, {**unused, "create_arguments": wrong})
        self.exercise(self.owner, dummy, contract, "Archive")
        self.fetch(self.disclosed, unused)

    def test_what_is_used_must_be_as_it_was_disclosed(self):
        for name, disclosed in (
                ("another time", self.shown(self.hidden, seconds_later=1)),
                ("another payload", {**self.disclosed,
                                     "create_arguments": self.arguments_of(self.other)})):
            with self.subTest(name):
                self.refused_definitely(FAILED_PRECONDITION, "DISCLOSED_CONTRACT_INVALID",
                                        lambda: self.fetch(disclosed), self.hidden)
        self.fetch(self.disclosed)

    def test_nothing_is_disclosed_twice(self):
        self.refused_definitely(INVALID_ARGUMENT, "COMMAND_PREPROCESSING_FAILED",
                                lambda: self.fetch(self.disclosed, self.disclosed),
                                f"{DUPLICATE} ID ContractId({self.hidden})")
        again = self.create(self.owner, self.template("model-tests", "Test:Dummy"),
                            operator=party_value(self.owner))
        other_id = {**self.disclosed, "contract_id": again}
        self.refused_definitely(INVALID_ARGUMENT, "COMMAND_PREPROCESSING_FAILED",
                                lambda: self.fetch(self.disclosed, other_id),
                                f"{DUPLICATE} key hash {self.hash_of_the_key().hex()}")

    def hash_of_the_key(self) -> bytes:
        return key_hash(self.creation(self.hidden).template_id, self.owner, self.key)

    def test_a_contract_that_is_archived_is_not_used_whoever_discloses_it(self):
        self.exercise(self.owner, self.delegated, self.hidden, "Archive")
        self.refused_definitely(NOT_FOUND, "CONTRACT_NOT_FOUND",
                                lambda: self.fetch(self.disclosed), self.hidden)

    def test_a_disclosed_contract_is_found_by_its_key(self):
        with_key = self.template("model-tests", "Test:WithKey")
        disclosed = self.shown(self.create(self.owner, with_key, p=party_value(self.owner)))
        command = exercise_by_key(with_key, party_value(self.owner), "WithKey_NoOp",
                                  divulgee=party_value(self.other))
        self.refused_definitely(NOT_FOUND, "CONTRACT_KEY_NOT_FOUND",
                                lambda: self.submit(self.other, command), "couldn't find key")
        self.submit(self.other, command, disclosed_contracts=[disclosed])

    def test_wherever_a_creation_is_told_its_metadata_go_with_it(self):
        flat = self.client.transactions(self.owner, begin=self.begin)
        trees = self.client.transactions(self.owner, begin=self.begin, trees=True)
        by_id = {"transaction_id": flat[0].transaction_id, "requesting_parties": [self.owner]}
        one_flat = self.client.call("TransactionService/GetFlatTransactionById", by_id)
        one_tree = self.client.call("TransactionService/GetTransactionById", by_id)
        effective = {transaction.transaction_id: transaction.effective_at.ToMicroseconds()
                     for transaction in flat}
        told = {}
        for place, transactions in (("flat", flat), ("trees", trees),
                                    ("one flat", [one_flat.transaction]),
                                    ("one tree", [one_tree.transaction])):
            for transaction in transactions:
                with self.subTest(place):
                    event, = created_events(transaction)
                    self.assertEqual(event.metadata.created_at.ToMicroseconds(),
                                     effective[transaction.transaction_id])
                    told.setdefault(event.contract_id, set()).add(
                        event.metadata.SerializeToString())
        active = self.client.active(self.owner)
        for event in active:
            told[event.contract_id].add(event.metadata.SerializeToString())
        self.assertEqual({contract: len(shown) for contract, shown in told.items()},
                         {self.hidden: 1, self.standing: 1})
        hashes = {event.contract_id: event.metadata.contract_key_hash for event in active}
        self.assertEqual(hashes, {self.hidden: self.hash_of_the_key(), self.standing: b""})
