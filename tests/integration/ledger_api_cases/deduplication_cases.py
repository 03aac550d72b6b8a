"""A change happens once: commands that come again with the same application, id and parties, by
one service or the other, one after another or all at the same time; how long that holds, and what
clients are told of it."""

import concurrent.futures
import datetime
import itertools
import time
import uuid

import grpc
from google.rpc import error_details_pb2

from case import (ALREADY_EXISTS, FAILED_PRECONDITION, INVALID_ARGUMENT, PATIENCE, LedgerCase,
                  create_of, details_of, exercise_of, party_value, record, text)

SUBMIT = "CommandSubmissionService/Submit"
WAIT = "CommandService/SubmitAndWait"
WAITING = (WAIT, WAIT + "ForTransactionId", WAIT + "ForTransaction", WAIT + "ForTransactionTree")
OK, DUPLICATE = grpc.StatusCode.OK.value[0], ALREADY_EXISTS.value[0]
# Long enough for a repetition to come within it on a busy machine.
PERIOD = datetime.timedelta(seconds=PATIENCE)


def fresh() -> str:
    return str(uuid.uuid4())


def lasting(period: datetime.timedelta) -> dict:
    return {"deduplication_duration": f"{period.total_seconds()}s"}


def info_of(status) -> dict:
    """The metadata of a google.rpc.Status."""
    for detail in status.details:
        if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
            info = error_details_pb2.ErrorInfo()
            detail.Unpack(info)
            return dict(info.metadata)
    return {}


class Told:
    """What became of one submission, however that was told."""

    def __init__(self, code: int, metadata: dict, completion=None, checkpoint=None):
        self.code = code
        self.metadata = metadata
        self.completion = completion
        self.offset = checkpoint and checkpoint.offset.absolute
        self.recorded = checkpoint and checkpoint.record_time.ToDatetime()
        self.period = completion and completion.deduplication_duration.ToTimedelta()


class Deduplicating(LedgerCase):
    def dummy(self, party: str) -> dict:
        return create_of(self.template("model-tests", "Test:Dummy"), operator=party_value(party))

    def change(self, party: str, *commands: dict, **more) -> dict:
        """Commands that are one change, however often they are sent."""
        return self.envelope(party, *(commands or (self.dummy(party),)), **more)

    def completion(self, commands: dict, begin: str) -> Told:
        """Of the submission that these commands were."""
        stream = self.client.stream(
            "CommandCompletionService/CompletionStream",
            {"application_id": commands["application_id"], "parties": commands["act_as"],
             "offset": {"absolute": begin}}, timeout=10 * PATIENCE)
        for answer in stream:
            for completion in answer.completions:
                if completion.submission_id == commands["submission_id"]:
                    stream.cancel()
                    return Told(completion.status.code, info_of(completion.status), completion,
                                answer.checkpoint)
        raise AssertionError("the stream has ended")

    def send(self, change: dict, method: str = SUBMIT, **more) -> Told:
        commands = {"submission_id": fresh(), **change, **more}
        begin = self.client.end()
        try:
            self.client.call(method, {"commands": commands})
        except grpc.RpcError as error:
            self.check_details(error)
            found = details_of(error, error_details_pb2.ErrorInfo)
            return Told(error.code().value[0], dict(found[0].metadata))
        return self.completion(commands, begin)

    def accept(self, change: dict, method: str = SUBMIT, **more) -> Told:
        told = self.send(change, method, **more)
        self.assertEqual(told.code, OK, told.metadata)
        self.assertTrue(told.offset)
        return told

    def refuse(self, accepted: Told, change: dict, method: str = SUBMIT, **more) -> Told:
        """As a repetition of what was accepted."""
        told = self.send(change, method, **more)
        self.assertEqual(told.code, DUPLICATE, told.metadata)
        self.assertEqual(told.metadata["existing_submission_id"],
                         accepted.completion.submission_id)
        self.assertEqual(told.metadata["completion_offset"], accepted.offset)
        self.assertIn(told.metadata["definite_answer"], ("true", "false"))
        self.assertIn(change["command_id"], told.metadata["changeId"])
        return told

    def accept_again(self, change: dict, method: str = SUBMIT, **more) -> Told:
        """As soon as the period is over."""
        deadline = time.monotonic() + PERIOD.total_seconds() + 5 * PATIENCE
        while True:
            told = self.send(change, method, **more)
            if told.code == OK:
                return told
            self.assertEqual(told.code, DUPLICATE, told.metadata)
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)

    def count_active(self, party: str) -> int:
        return len(self.client.active(party))


class Repetitions(Deduplicating):
    def test_each_way_to_wait_refuses_a_repetition(self):
        for method in WAITING:
            with self.subTest(method):
                party = self.party()
                request = {"commands": self.change(party)}
                self.client.call(method, request)
                self.refused_definitely(ALREADY_EXISTS, "DUPLICATE_COMMAND",
                                        lambda: self.client.call(method, request))
                self.assertEqual(self.count_active(party), 1)

    def test_another_party_or_another_application_makes_another_change(self):
        alice, bob = self.parties("alice", "bob")
        first = self.change(alice)
        accepted = self.accept(first)
        others = self.change(bob, command_id=first["command_id"])
        accepted_by_bob = self.accept(others)
        self.accept({**first, "application_id": "another"})
        self.refuse(accepted, first)
        self.refuse(accepted_by_bob, others, WAIT)
        self.assertEqual((self.count_active(alice), self.count_active(bob)), (2, 1))

    def test_a_change_is_the_same_in_whatever_order_its_parties_are_named(self):
        alice, bob = self.parties("alice", "bob")
        change = self.change([alice, bob], self.dummy(alice))
        accepted = self.accept(change)
        self.refuse(accepted, {**change, "act_as": [bob, alice]})
        self.refuse(accepted, {**change, "act_as": [alice], "party": bob})

    def test_commands_that_were_refused_are_no_repetition_when_they_come_again(self):
        alice, bob = self.parties("alice", "bob")
        foreign = {"commands": self.change(alice, self.dummy(bob))}
        for _ in range(2):
            self.refused_definitely(INVALID_ARGUMENT, "DAML_AUTHORIZATION_ERROR",
                                    lambda: self.client.call(SUBMIT, foreign))

    def test_of_two_that_compete_the_one_that_lost_is_taken_when_it_comes_again(self):
        party = self.party()
        operations = self.template("model-tests", "Test:TextKeyOperations")
        helper = self.create(party, operations, tkoParty=party_value(party))
        key = self.unique("key")
        self.create(party, self.template("model-tests", "Test:TextKey"),
                    tkParty=party_value(party), tkKey=text(key), tkDisclosedTo={"list": {}})
        argument = record(_1=party_value(party), _2=text(key))
        for _ in range(5):
            changes = [self.change(party, exercise_of(operations, helper, "TKOFetchAndRecreate",
                                                      keyToFetch=argument)) for _ in range(2)]
            calls = [self.client.begin(WAIT, {"commands": change}) for change in changes]
            lost = [change for change, call in zip(changes, calls) if call.exception()]
            self.assertLess(len(lost), 2)
            for change in lost:
                self.accept(change, WAIT)


class Periods(Deduplicating):
    def test_whichever_service_it_comes_by_a_command_counts_once_in_its_period(self):
        ways = list(itertools.product((SUBMIT, WAIT), repeat=4))
        with concurrent.futures.ThreadPoolExecutor(len(ways)) as pool:
            for outcome in [pool.submit(self.once_and_again, *way) for way in ways]:
                outcome.result()

    def once_and_again(self, first: str, second: str, third: str, fourth: str):
        party = self.party()
        change = {**self.change(party), **lasting(PERIOD)}
        accepted = self.accept(change, first)
        self.refuse(accepted, change, second)
        again = self.accept_again(change, third)
        self.assertGreater(again.recorded - accepted.recorded, PERIOD)
        self.refuse(again, change, fourth)
        self.assertEqual(self.count_active(party), 2)

    def test_a_period_that_is_a_duration_is_told_as_it_was_asked_for(self):
        party = self.party()
        change = {**self.change(party), **lasting(PERIOD)}
        accepted = self.accept(change)
        refused = self.refuse(accepted, change)
        for told in (accepted, refused):
            self.assertEqual(told.completion.command_id, change["command_id"])
            self.assertEqual(told.completion.application_id, change["application_id"])
            self.assertEqual(told.period, PERIOD)
        older = {**change, "deduplication_time": change["deduplication_duration"]}
        del older["deduplication_duration"]
        self.assertEqual(self.refuse(accepted, older).period, PERIOD)

    def test_a_period_from_an_offset_on_is_told_as_a_duration_that_covers_it(self):
        party = self.party()
        before = self.accept(self.change(party))
        change = self.change(party)
        accepted = self.accept(change)
        refused = self.refuse(accepted, change, deduplication_offset=before.offset)
        self.assertGreaterEqual(refused.period, refused.recorded - before.recorded)
        # What was accepted at the offset itself, or before it, is not in the period.
        at_itself = self.accept(change, deduplication_offset=accepted.offset)
        self.assertGreaterEqual(at_itself.period, at_itself.recorded - accepted.recorded)
        again = self.refuse(at_itself, change, WAIT, deduplication_offset=refused.offset)
        self.assertEqual(again.code, DUPLICATE)
        end = self.client.end()
        later = self.accept(change, WAIT, deduplication_offset=end)
        self.assertLess(later.period, datetime.timedelta(seconds=60))
        self.assertEqual(self.count_active(party), 4)

    def test_without_a_period_the_longest_counts_and_is_told(self):
        longest = self.longest()
        for method in (SUBMIT, WAIT):
            with self.subTest(method):
                party = self.party()
                change = self.change(party)
                self.assertEqual(self.accept(change, method).period, longest)
                named = fresh()
                told = self.accept(self.change(party), method, submission_id=named)
                self.assertEqual(told.completion.submission_id, named)
                self.assertEqual(told.completion.application_id, change["application_id"])

    def test_a_submission_that_has_no_id_is_given_one(self):
        for method in (SUBMIT, WAIT):
            with self.subTest(method):
                party = self.party()
                change = self.change(party)
                begin = self.client.end()
                self.client.call(method, {"commands": change})
                stream = self.client.stream(
                    "CommandCompletionService/CompletionStream",
                    {"application_id": change["application_id"], "parties": [party],
                     "offset": {"absolute": begin}})
                completion = next(stream).completions[0]
                stream.cancel()
                self.assertTrue(completion.submission_id)
                told = self.send(change, method)
                self.assertEqual(told.metadata["existing_submission_id"],
                                 completion.submission_id)

    def longest(self) -> datetime.timedelta:
        stream = self.client.stream("LedgerConfigurationService/GetLedgerConfiguration", {})
        longest = next(stream).ledger_configuration.max_deduplication_duration
        stream.cancel()
        return longest.ToTimedelta()

    def test_periods_that_cannot_be_kept_are_refused_at_once(self):
        party = self.party()
        beyond = "ffff" + self.client.end()
        prefix = "The submitted command had an invalid deduplication period: "
        cases = {
            "negative": (lasting(datetime.timedelta(seconds=-1)), INVALID_ARGUMENT,
                         "INVALID_FIELD",
                         "The submitted command has a field with invalid value: Invalid field "
                         "deduplication_period: Duration must be positive"),
            "no offset": ({"deduplication_offset": "invalid_offset"}, INVALID_ARGUMENT,
                          "NON_HEXADECIMAL_OFFSET",
                          "Offset in deduplication_period not specified in hexadecimal: "
                          "invalid_offset: the deduplication offset has to be a hexadecimal "
                          "string and not invalid_offset"),
            "beyond the end": ({"deduplication_offset": beyond}, FAILED_PRECONDITION,
                               "INVALID_DEDUPLICATION_PERIOD",
                               prefix + "Cannot convert deduplication offset to duration because "
                                        "there is no completion at given offset "),
        }
        for name, (period, code, identifier, words) in cases.items():
            for method in (SUBMIT, WAIT):
                with self.subTest(name, method=method):
                    request = {"commands": {**self.change(party), **period}}
                    self.refused(code, identifier, lambda: self.client.call(method, request),
                                 words)
        self.assertEqual(self.count_active(party), 0)

    def test_who_asks_for_too_long_a_period_is_told_the_longest(self):
        party = self.party()
        longest = self.longest()
        for key in ("deduplication_time", "deduplication_duration"):
            with self.subTest(key):
                change = self.change(party)
                too_long = f"{longest.total_seconds() + 1}s"
                error = self.refused(
                    FAILED_PRECONDITION, "INVALID_DEDUPLICATION_PERIOD",
                    lambda: self.client.call(SUBMIT, {"commands": {**change, key: too_long}}))
                self.assertRegex(error.details(),
                                 "The given deduplication .+ exceeds the maximum deduplication .+")
                told = details_of(error, error_details_pb2.ErrorInfo)[0].metadata
                self.assertEqual(told["longest_duration"], iso(longest))
                self.accept(change, **{key: f"{longest.total_seconds()}s"})

    def test_a_period_that_begins_before_what_was_pruned_is_refused(self):
        party = self.party()
        start = self.client.end()
        self.accept(self.change(party))
        pruned = self.client.end()
        self.accept(self.change(party))
        self.client.call("admin.ParticipantPruningService/Prune", {"prune_up_to": pruned})
        for method in (SUBMIT, WAIT):
            with self.subTest(method):
                change = {**self.change(party), "deduplication_offset": start}
                error = self.refused(FAILED_PRECONDITION, "PARTICIPANT_PRUNED_DATA_ACCESSED",
                                     lambda: self.client.call(method, {"commands": change}))
                info = details_of(error, error_details_pb2.ErrorInfo)[0]
                earliest = info.metadata["earliest_offset"]
                self.assertEqual(earliest, pruned)
                first = self.first_offset_after(earliest, change)
                self.accept({**change, "deduplication_offset": first}, method)

    def first_offset_after(self, offset: str, change: dict) -> str:
        stream = self.client.stream(
            "CommandCompletionService/CompletionStream",
            {"application_id": change["application_id"], "parties": change["act_as"],
             "offset": {"absolute": offset}})
        first = next(stream).checkpoint.offset.absolute
        stream.cancel()
        return first


class AtTheSameTime(Deduplicating):
    def test_of_ten_equal_submissions_one_is_accepted(self):
        ways = {"submitted": [SUBMIT], "waited for": [WAIT], "mixed": [SUBMIT, WAIT]}
        for name, methods in ways.items():
            for _ in range(2):
                with self.subTest(name):
                    self.one_of_ten(methods)

    def one_of_ten(self, methods: list):
        party = self.party()
        change = {**self.change(party), **lasting(datetime.timedelta(seconds=30))}
        begin = self.client.end()
        sent = [({**change, "submission_id": fresh()}, methods[i % len(methods)])
                for i in range(10)]
        calls = [self.client.begin(method, {"commands": commands}) for commands, method in sent]
        told = []
        for (commands, _), call in zip(sent, calls):
            if call.exception() is None:
                told.append(self.completion(commands, begin))
            else:
                info = details_of(call.exception(), error_details_pb2.ErrorInfo)[0]
                told.append(Told(call.code().value[0], dict(info.metadata)))
        self.assertEqual(sorted(one.code for one in told), [OK] + 9 * [DUPLICATE])
        accepted = next(one for one in told if one.code == OK)
        for one in told:
            if one.code == DUPLICATE:
                self.assertEqual(one.metadata["existing_submission_id"],
                                 accepted.completion.submission_id)
                self.assertEqual(one.metadata["completion_offset"], accepted.offset)
        self.assertEqual(self.count_active(party), 1)


def iso(duration: datetime.timedelta) -> str:
    """Of whole minutes."""
    hours, rest = divmod(int(duration.total_seconds()), 3600)
    return "PT" + (f"{hours}H" if hours else "") + (f"{rest // 60}M" if rest else "")
