"""Commands, one way or the other: what is answered, what is refused and in which words, what their
completions tell; and what the ledger says of itself: its id, health, configuration, time model."""

import datetime

import grpc

from case import (FAILED_PRECONDITION, INVALID_ARGUMENT, NOT_FOUND, OUT_OF_RANGE, LedgerCase,
                  create_and_exercise, create_of, created_events, exercise_of, list_of, numeric,
                  party_value)
from ledger_api import code_of

SUBMIT = "CommandSubmissionService/Submit"
WAIT = "CommandService/SubmitAndWait"
BY_ID, FLAT, TREE = (WAIT + suffix for suffix in ("ForTransactionId", "ForTransaction",
                                                  "ForTransactionTree"))
ALL = (SUBMIT, WAIT, BY_ID, FLAT, TREE)
COMPLETIONS = "CommandCompletionService/CompletionStream"
TIME_MODEL = "admin.ConfigManagementService/"


class Commanding(LedgerCase):
    def setUp(self):
        super().setUp()
        self.dummy_type = self.template("model-tests", "Test:Dummy")
        self.began = self.client.end()

    def dummy(self, party: str) -> dict:
        return create_of(self.dummy_type, operator=party_value(party))

    def request(self, party: str, *commands: dict, **more) -> dict:
        return {"commands": self.envelope(party, *(commands or (self.dummy(party),)), **more)}

    def ledger_id(self) -> str:
        return self.client.call("LedgerIdentityService/GetLedgerIdentity", {}).ledger_id

    def is_dummy(self, event) -> None:
        self.assertEqual(event.template_id.package_id, self.dummy_type["package_id"])
        self.assertEqual(event.template_id.module_name, self.dummy_type["module_name"])
        self.assertEqual(event.template_id.entity_name, self.dummy_type["entity_name"])


class Accepted(Commanding):
    def test_what_a_command_made_is_there_when_it_is_answered(self):
        party = self.party()
        self.client.call(WAIT, self.request(party))
        (active,) = self.client.active(party)
        self.is_dummy(active)

    def test_the_ledger_id_may_be_named_or_left_out(self):
        party = self.party()
        for ledger_id in ("", self.ledger_id()):
            answer = self.client.call(FLAT, self.request(party, ledger_id=ledger_id))
            self.assertTrue(answer.transaction.transaction_id)
            self.is_dummy(answer.transaction.events[0].created)

    def test_each_answer_has_what_was_asked_for_and_where_it_stands(self):
        party = self.party()
        by_id = self.client.call(BY_ID, self.request(party))
        requested = {"transaction_id": by_id.transaction_id, "requesting_parties": [party]}
        read = self.client.call("TransactionService/GetTransactionById", requested).transaction
        self.assertEqual(by_id.completion_offset, read.offset)
        ((root, event),) = read.events_by_id.items()
        self.assertEqual(read.root_event_ids, [root])
        (flat,) = self.client.transactions(party, begin={"absolute": self.began})
        self.assertEqual([one.created for one in flat.events], [event.created])
        tree = self.client.call(TREE, self.request(party))
        self.assertEqual(tree.completion_offset, tree.transaction.offset)
        (event,) = tree.transaction.events_by_id.values()
        self.is_dummy(event.created)
        flat = self.client.call(FLAT, self.request(party))
        self.assertEqual(flat.completion_offset, flat.transaction.offset)
        self.is_dummy(flat.transaction.events[0].created)

    def test_many_commands_are_one_transaction(self):
        party = self.party()
        answer = self.client.call(TREE, self.request(party, *15 * [self.dummy(party)]))
        self.assertEqual(len(created_events(answer.transaction)), 15)
        self.assertEqual(len(self.client.active(party)), 15)

    def test_a_contract_that_is_created_and_consumed_at_once_shows_in_the_tree_only(self):
        party = self.party()
        command = create_and_exercise(self.dummy_type, {"operator": party_value(party)},
                                      "DummyChoice1")
        self.client.call(WAIT, self.request(party, command))
        begin = {"absolute": self.began}
        flat = self.client.transactions(party, begin=begin)
        self.assertEqual([event for transaction in flat for event in transaction.events], [])
        (tree,) = self.client.transactions(party, begin=begin, trees=True)
        create, exercise = (tree.events_by_id[event] for event in tree.root_event_ids)
        self.is_dummy(create.created)
        self.assertEqual(
            (exercise.exercised.choice, exercise.exercised.contract_id,
             exercise.exercised.consuming), ("DummyChoice1", create.created.contract_id, True))

    def test_observers_see_what_is_created_and_what_is_done_with_it(self):
        giver, first, second = self.parties("giver", "first", "second")
        template = self.template("model-tests", "Test:WithObservers")
        contract = self.create(giver, template, giver=party_value(giver),
                               observers=list_of(party_value(first), party_value(second)))
        self.exercise(giver, template, contract, "Ping")
        for observer in (first, second):
            trees = self.client.transactions(observer, begin={"absolute": self.began}, trees=True)
            events = [event for tree in trees for event in tree.events_by_id.values()]
            self.assertEqual([event.WhichOneof("kind") for event in events],
                             ["created", "exercised"])
            self.assertEqual({event.created.contract_id or event.exercised.contract_id
                              for event in events}, {contract})


class Refused(Commanding):
    def refuse_everywhere(self, code, identifier: str, request, *words: str):
        for method in ALL:
            with self.subTest(method):
                self.refused_definitely(code, identifier,
                                        lambda: self.client.call(method, request()), *words)

    def test_the_id_of_another_ledger(self):
        party = self.party()
        self.refuse_everywhere(NOT_FOUND, "LEDGER_ID_MISMATCH",
                               lambda: self.request(party, ledger_id="another-ledger"),
                               "Ledger ID 'another-ledger' not found.")

    def test_no_commands(self):
        party = self.party()
        self.refuse_everywhere(INVALID_ARGUMENT, "MISSING_FIELD",
                               lambda: {"commands": self.envelope(party)}, "commands")

    def test_commands_that_do_not_fit_their_template(self):
        party = self.party()
        contract = self.create(party, self.dummy_type, operator=party_value(party))
        both = {"template_id": self.dummy_type, "choice": "DummyChoice1",
                "create_arguments": {"fields": [{"value": party_value(party)}]},
                "choice_argument": {"record": {}}}
        cases = {
            "a label": (create_of(self.dummy_type, INVALID_PARAM=party_value(party)),
                        "Missing record (label|field)"),
            "no fields": ({"createAndExercise": {**both, "create_arguments": {}}},
                          "Expecting 1 field for record"),
            "an argument": ({"createAndExercise": {**both, "choice_argument": {"bool": False}}},
                            "mismatching type"),
            "a choice": ({"createAndExercise": {**both, "choice": "DoesNotExist"}},
                         "(unknown|Couldn't find requested) choice DoesNotExist"),
            "a choice of a contract": (exercise_of(self.dummy_type, contract, "THIS_IS_NONE"),
                                       "(unknown|Couldn't find requested) choice THIS_IS_NONE"),
        }
        for name, (command, pattern) in cases.items():
            for method in (SUBMIT, WAIT):
                with self.subTest(name, method=method):
                    error = self.refused_definitely(
                        INVALID_ARGUMENT, "COMMAND_PREPROCESSING_FAILED",
                        lambda: self.client.call(method, self.request(party, command)))
                    self.assertRegex(error.details(), pattern)

    def test_numbers_that_a_decimal_does_not_hold(self):
        party = self.party()
        template = self.template("model-tests", "Test:DecimalRounding")
        beyond = "10000000000000000000000000000.0000000000"
        for number, words in (("0.00000000005", "Cannot represent"),
                              (beyond, "Out-of-bounds (Numeric 10)"),
                              ("-" + beyond, "Out-of-bounds (Numeric 10)")):
            with self.subTest(number):
                command = create_of(template, party=party_value(party), number=numeric(number))
                self.refused_definitely(
                    INVALID_ARGUMENT, "COMMAND_PREPROCESSING_FAILED",
                    lambda: self.client.call(WAIT, self.request(party, command)), words)
        kept = create_of(template, party=party_value(party), number=numeric("0.0000000005"))
        self.client.call(WAIT, self.request(party, kept))

    def test_a_failed_assertion_is_told_with_its_exception_and_its_place(self):
        party = self.party()
        contract = self.create(party, self.dummy_type, operator=party_value(party))
        for choice in ("FailingClone", "FailingChoice"):
            with self.subTest(choice):
                error = self.refused_definitely(
                    FAILED_PRECONDITION, "DAML_INTERPRETATION_ERROR",
                    lambda: self.exercise(party, self.dummy_type, contract, choice))
                self.assertRegex(
                    error.details(),
                    r"Interpretation error: Error: Unhandled (Daml )?exception: "
                    r"[0-9a-zA-Z.:]*@[0-9a-f]*\{ message = \"Assertion failed\" \}\. "
                    r"[Dd]etails(: |=)Last location: \[[^\]]*\], partial transaction: root node")


class Completions(Commanding):
    def completions(self, *parties: str, seconds: float, **more) -> list:
        """Those that come within a time."""
        request = {"application_id": self.application(), "parties": parties,
                   "offset": {"absolute": self.began}, **more}
        found = []
        try:
            for answer in self.client.stream(COMPLETIONS, request, timeout=seconds):
                found += answer.completions
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.DEADLINE_EXCEEDED:
                raise
        return found

    def test_a_submission_has_one_completion_for_its_application_and_its_parties(self):
        alice, bob, carol = self.parties("alice", "bob", "carol")
        requests = [self.request(alice), self.request(bob)]
        for request in requests:
            self.client.call(SUBMIT, request)
        ids = [request["commands"]["command_id"] for request in requests]
        found = self.client.completions(alice, bob, application=self.application(), count=2,
                                        begin={"absolute": self.began})
        self.assertEqual(sorted(one.command_id for one in found), sorted(ids))
        self.assertEqual({one.status.code for one in found}, {0})
        (mine,) = self.completions(alice, seconds=0.5)
        self.assertEqual(mine.command_id, ids[0])
        self.assertEqual(self.completions(carol, seconds=0.5), [])
        self.assertEqual(self.completions(alice, seconds=0.5, application_id="another"), [])

    def test_nothing_is_told_of_what_comes_after_the_ledger_s_end(self):
        party = self.party()
        beyond = {"absolute": "ffff" + self.client.end()}
        self.refused(OUT_OF_RANGE, "OFFSET_AFTER_LEDGER_END",
                     lambda: self.completions(party, seconds=10, offset=beyond),
                     "is after ledger end")


class TimeModel(Commanding):
    def read(self):
        return self.client.call(TIME_MODEL + "GetTimeModel", {})

    def change(self, generation: int, model) -> dict:
        latest = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=30)
        return {"submission_id": self.unique("model"), "configuration_generation": generation,
                "maximum_record_time": latest.isoformat().replace("+00:00", "Z"),
                "new_time_model": model}

    def write(self, generation: int, model):
        return self.client.call(TIME_MODEL + "SetTimeModel", self.change(generation, model))

    @staticmethod
    def as_dict(model) -> dict:
        return {name: getattr(model, name).ToJsonString()
                for name in ("avg_transaction_latency", "min_skew", "max_skew")}

    def test_it_is_set_to_the_nanosecond_and_restored(self):
        before = self.read()
        new = {"avg_transaction_latency": "0.000000001s", "min_skew": "60s", "max_skew": "120s"}
        self.write(before.configuration_generation, new)
        changed = self.read()
        self.assertGreater(changed.configuration_generation, before.configuration_generation)
        self.assertEqual(self.as_dict(changed.time_model), new)
        self.write(changed.configuration_generation, self.as_dict(before.time_model))
        restored = self.read()
        self.assertGreater(restored.configuration_generation, changed.configuration_generation)
        self.assertEqual(restored.time_model, before.time_model)

    def test_a_generation_is_replaced_once(self):
        before = self.read()
        model = self.as_dict(before.time_model)
        self.write(before.configuration_generation, model)
        self.refused(INVALID_ARGUMENT, "INVALID_ARGUMENT",
                     lambda: self.write(before.configuration_generation, model))

    def test_of_two_that_replace_a_generation_at_once_one_does(self):
        for _ in range(5):
            before = self.read()
            change = self.change(before.configuration_generation, self.as_dict(before.time_model))
            calls = [self.client.begin(TIME_MODEL + "SetTimeModel", change) for _ in range(2)]
            errors = [call.exception() for call in calls]
            self.assertEqual(sorted(error is None for error in errors), [False, True])
            (error,) = filter(None, errors)
            self.assertEqual(code_of(error), (INVALID_ARGUMENT, "INVALID_ARGUMENT"))
            self.assertEqual(self.read().configuration_generation,
                             before.configuration_generation + 1)

    def test_a_submission_id_may_come_twice(self):
        before = self.read()
        change = self.change(before.configuration_generation, self.as_dict(before.time_model))
        self.client.call(TIME_MODEL + "SetTimeModel", change)
        change["configuration_generation"] += 1
        self.client.call(TIME_MODEL + "SetTimeModel", change)


class Ledger(Commanding):
    SERVING = b"\x08\x01"

    def raw(self, kind: str, method: str):
        """A call whose messages are bytes."""
        return getattr(self.client.channel, kind)(method, bytes, bytes)

    def test_it_has_an_id(self):
        self.assertTrue(self.ledger_id())

    def test_it_is_healthy_and_says_so_once(self):
        check = self.raw("unary_unary", "/grpc.health.v1.Health/Check")
        self.assertEqual(check(b"", timeout=10), self.SERVING)
        watch = self.raw("unary_stream", "/grpc.health.v1.Health/Watch")(b"", timeout=1)
        told = []
        with self.assertRaises(grpc.RpcError) as caught:
            for answer in watch:
                told.append(answer)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED)
        self.assertEqual(told, [self.SERVING])

    def test_it_tells_its_configuration_to_who_names_it_rightly(self):
        method = "LedgerConfigurationService/GetLedgerConfiguration"
        for ledger_id in ("", self.ledger_id()):
            stream = self.client.stream(method, {"ledger_id": ledger_id})
            configuration = next(stream).ledger_configuration
            stream.cancel()
            self.assertGreater(configuration.max_deduplication_duration.seconds, 0)
        self.refused(NOT_FOUND, "LEDGER_ID_MISMATCH",
                     lambda: next(self.client.stream(method, {"ledger_id": "another-ledger"})),
                     "Ledger ID 'another-ledger' not found.")
