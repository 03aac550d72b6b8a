"""Which values the ledger takes: contract ids of each form, values that lie deep in each other,
large ones, and many parties at once. Each is held against every place where a value may stand."""

import random
import string

from case import (INVALID_ARGUMENT, NOT_FOUND, LedgerCase, contract_id, create_and_exercise,
                  create_of, exercise_by_key, exercise_of, int64, party_value, text)
from ledger_api import varint

# Answers nothing, which is as deep as Python reads.
WAIT = "CommandService/SubmitAndWait"


class ContractIds(LedgerCase):
    """This ledger's contract ids have no suffix; those that have one are taken all the same."""

    FIRST_FORM = "#V0 Contract ID"
    PLAIN = bytes(range(33)).hex()
    SUFFIXED = bytes(range(49)).hex()

    def setUp(self):
        super().setUp()
        self.owner = self.party()
        self.contract_type = self.template("semantic-tests", "ContractIdTests:Contract")
        self.ref_type = self.template("semantic-tests", "ContractIdTests:ContractRef")
        self.contract = self.create(self.owner, self.contract_type, party=party_value(self.owner))

    def ref(self, target: str) -> dict:
        return {"party": party_value(self.owner), "ref": contract_id(target)}

    def places(self, example: str) -> dict:
        """What is submitted, by where the contract id stands in it."""
        return {
            "payload": lambda: create_of(self.ref_type, **self.ref(example)),
            "choice argument": lambda: exercise_of(
                self.ref_type, self.create(self.owner, self.ref_type, **self.ref(self.contract)),
                "Change", newId=contract_id(example)),
            "payload before a choice": lambda: create_and_exercise(
                self.ref_type, self.ref(example), "Change", newId=contract_id(self.contract)),
            "argument of a choice after a create": lambda: create_and_exercise(
                self.ref_type, self.ref(self.contract), "Change", newId=contract_id(example)),
        }

    def exercise_by_key(self, example: str):
        owner = self.party()
        self.create(owner, self.ref_type, party=party_value(owner),
                    ref=contract_id(self.contract))
        self.submit(owner, exercise_by_key(self.ref_type, party_value(owner), "Change",
                                           newId=contract_id(example)))

    def archive_refs(self):
        """Their key is their owner, so that each is used up before the next one."""
        for event in self.client.active(self.owner):
            if event.template_id.entity_name == self.ref_type["entity_name"]:
                self.exercise(self.owner, self.ref_type, event.contract_id, "Archive")

    def test_ids_of_the_present_form_are_taken_with_and_without_suffix(self):
        for example in (self.PLAIN, self.SUFFIXED):
            for place, command in self.places(example).items():
                with self.subTest(place, example=example):
                    self.submit(self.owner, command())
                    self.archive_refs()
            with self.subTest("argument of a choice by key", example=example):
                self.exercise_by_key(example)

    def test_a_contract_that_is_not_there_is_not_found_whatever_its_id(self):
        for example in (self.PLAIN, self.SUFFIXED):
            with self.subTest(example):
                self.refused_definitely(
                    NOT_FOUND, "CONTRACT_NOT_FOUND",
                    lambda: self.exercise(self.owner, self.ref_type, example, "Change",
                                          newId=contract_id(self.contract)))

    def test_ids_of_the_first_form_are_none(self):
        words = f'cannot parse ContractId "{self.FIRST_FORM}"'
        for place, command in self.places(self.FIRST_FORM).items():
            with self.subTest(place):
                made = command()
                self.refused_definitely(INVALID_ARGUMENT, "INVALID_ARGUMENT",
                                        lambda: self.submit(self.owner, made), words)
                self.archive_refs()
        with self.subTest("argument of a choice by key"):
            self.refused_definitely(INVALID_ARGUMENT, "INVALID_ARGUMENT",
                                    lambda: self.exercise_by_key(self.FIRST_FORM), words)
        with self.subTest("the contract itself"):
            self.refused_definitely(
                INVALID_ARGUMENT, "INVALID_FIELD",
                lambda: self.exercise(self.owner, self.ref_type, self.FIRST_FORM, "Change",
                                      newId=contract_id(self.contract)), words)

    def test_the_ledger_announces_which_ids_it_makes(self):
        features = self.client.call("VersionService/GetLedgerApiVersion", {}).features
        self.assertEqual(features.experimental.contract_ids.v1, 1)  # NON_SUFFIXED
        self.assertEqual(len(self.contract), len(self.PLAIN))


# ---- the wire form, for values that lie deeper than Python's protobuf goes

def wire(number: int, payload: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def wire_record(*values: bytes) -> bytes:
    return b"".join(wire(2, wire(2, value)) for value in values)


def wire_party(party: str) -> bytes:
    return wire(11, party.encode())


def wire_int64(number: int) -> bytes:
    return varint(5 << 3) + varint(2 * number)  # zigzag


def wire_nat(number: int) -> bytes:
    """Z within so many S: nested one deeper than its number."""
    value = wire(2, wire(2, b"Z") + wire(3, wire(13, b"")))
    for _ in range(number):
        value = wire(2, wire(2, b"S") + wire(3, value))
    return value


class DeepValues(LedgerCase):
    """100 levels are taken and 101 are not: in commands, and in what programs make."""

    TAKEN, REFUSED = (46, 100), (101, 110, 200)

    def setUp(self):
        super().setUp()
        self.owner = self.party()
        self.handler_type, self.contract_type = (
            self.template("semantic-tests", f"DeeplyNestedValue:{name}")
            for name in ("Handler", "Contract"))
        self.handler = self.create(self.owner, self.handler_type, party=party_value(self.owner))

    def send(self, command: bytes):
        """One command in wire form."""
        envelope = self.client.message(WAIT, {"commands": self.envelope(self.owner)})
        call = self.client.channel.unary_unary(f"/com.daml.ledger.api.v1.{WAIT}", bytes, bytes)
        call(envelope.SerializeToString() + wire(1, wire(8, command)), timeout=30)

    @staticmethod
    def wire_type(template: dict) -> bytes:
        return wire(1, b"".join(
            wire(number, template[name].encode())
            for number, name in ((1, "package_id"), (3, "module_name"), (4, "entity_name"))))

    def commands(self, nesting: int) -> dict:
        """Values of that depth in each place of a command; the record around counts."""
        handler, contract = self.wire_type(self.handler_type), self.wire_type(self.contract_type)
        nat = wire_nat(nesting - 2)
        payload = wire(2, wire_record(wire_party(self.owner), wire_int64(nesting - 2), nat))
        argument = wire(1, wire_record(nat))
        return {
            "create": wire(1, contract + payload),
            "exercise": wire(2, handler + wire(2, self.handler.encode()) + wire(3, b"Destruct") +
                             wire(4, argument)),
            "payload of a create and exercise": wire(3, contract + payload + wire(3, b"Archive") +
                                                     wire(4, wire(1, b""))),
            "argument of a create and exercise": wire(
                3, handler + wire(2, wire_record(wire_party(self.owner))) +
                wire(3, b"Destruct") + wire(4, argument)),
        }

    def call(self, choice: str, number: int):
        command = exercise_of(self.handler_type, self.handler, choice, i=int64(number))
        self.client.call(WAIT, {"commands": self.envelope(self.owner, command)})

    def choices(self, nesting: int) -> dict:
        """What programs make of that depth: arguments, results, payloads, keys."""
        return {
            "argument": lambda: self.call("ConstructThenDestruct", nesting - 2),
            "result": lambda: self.call("Construct", nesting - 1),
            "payload": lambda: self.call("Create", nesting - 2),
            "failing lookup": lambda: self.call("LookupByKey", nesting - 2),
            "key": lambda: self.call("CreateKey", nesting - 2),
        }

    def test_so_deep_is_taken(self):
        for nesting in self.TAKEN:
            for place, command in self.commands(nesting).items():
                with self.subTest(place, nesting=nesting):
                    self.send(command)
            for place, call in self.choices(nesting).items():
                with self.subTest(place, nesting=nesting):
                    call()
            # By the key that was made last.
            for choice in ("FetchByKey", "LookupByKey"):
                with self.subTest(choice, nesting=nesting):
                    self.call(choice, nesting - 2)

    def test_deeper_is_refused(self):
        for nesting in self.REFUSED:
            for place, command in self.commands(nesting).items():
                with self.subTest(place, nesting=nesting):
                    self.refused_definitely(INVALID_ARGUMENT, "COMMAND_PREPROCESSING_FAILED",
                                            lambda: self.send(command))
            for place, call in self.choices(nesting).items():
                with self.subTest(place, nesting=nesting):
                    self.refused_definitely(INVALID_ARGUMENT, "DAML_INTERPRETER_INVALID_ARGUMENT",
                                            call)


class LargeValues(LedgerCase):
    COUNT = 10_000

    def test_large_maps_and_lists_stand_in_contracts_and_in_choices(self):
        owner = self.party()
        names = [f"element_{number:08}" for number in range(self.COUNT)]
        pairs = [{"key": text(name), "value": party_value(owner)} for name in names]
        kinds = {
            "WithMap": ("items", {"gen_map": {}}, {"gen_map": {"entries": pairs}}),
            "WithList": ("items", {"list": {}}, {"list": {"elements": list(map(text, names))}}),
        }
        for kind, (field, empty, full) in kinds.items():
            template = self.template("semantic-tests", f"Limits:{kind}")
            with self.subTest(kind, place="contract"):
                contract = self.create(owner, template, owner=party_value(owner), **{field: full})
                self.exercise(owner, template, contract, f"{kind}_Noop")
            with self.subTest(kind, place="choice"):
                contract = self.create(owner, template, owner=party_value(owner), **{field: empty})
                tree = self.exercise(owner, template, contract, f"{kind}_Expand", newItems=full)
                (made,) = [event.created for event in tree.events_by_id.values()
                           if event.HasField("created")]
                value = made.create_arguments.fields[1].value
                self.assertEqual(len(value.gen_map.entries or value.list.elements), self.COUNT)

    def test_fifty_parties_with_long_names_act_together(self):
        letters = string.ascii_letters + string.digits
        parties = [self.party(f"party_{number}_" + "".join(random.choices(letters, k=100)))
                   for number in range(50)]
        template = self.template("model-tests", "Test:DummyWithAnnotation")
        self.submit(parties, create_of(template, operator=party_value(parties[0]),
                                       annotation=text("together")), read_as=parties)
        self.assertEqual(len(self.client.active(parties[0])), 1)
        self.assertEqual(self.client.active(parties[1]), [])
