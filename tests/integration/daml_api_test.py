"""The Ledger API of one node when things go wrong, or just go on: time that is set, restarts, lost
and garbled databases, commands sent twice, tokens, bytes that are no requests, who sees what."""

import collections
import contextlib
import os
import random
import shutil
import socket
import threading
import time
import unittest
import uuid

import grpc
from google.protobuf import json_format

from ledger_api import (BEGIN, Client, Definitions, LedgerNode, Notes, closing_all, code_of,
                        created, envelope, filter_of, json_web_token, note_text, openssl,
                        party_token, varint)
from node import temporary_folder

PARTIES = ("alice", "bob", "carol", "dave")
TIME = "testing.TimeService/"


class LedgerCase(unittest.TestCase):
    """A node of the class's own, with the parties and the package of notes."""

    settings: dict = {}
    node_settings: dict = {}
    parties = PARTIES

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(temporary_folder())
        cls.definitions = Definitions(cls.folder)
        cls.notes = Notes(cls.folder)
        cls.node = LedgerNode(cls.folder / "node", cls.settings, **cls.node_settings).start()
        cls.addClassCleanup(cls.node.close)
        cls.client = cls.connect()
        cls.addClassCleanup(lambda: cls.client.close())
        for party in cls.parties:
            cls.client.allocate(party)
        cls.client.upload(cls.notes.dar)

    @classmethod
    def connect(cls, token=None, **options) -> Client:
        return Client(cls.definitions, cls.node.ledger_port, token, **options)

    def refused(self, code, identifier, call):
        with self.assertRaises(grpc.RpcError) as caught:
            call()
        self.assertEqual(code_of(caught.exception), (code, identifier),
                         caught.exception.details())

    def create(self, owner: str, reader: str, text: str = "note", **more) -> str:
        return created(self.client.submit(owner, self.notes.create(owner, reader, text), **more))


class StaticTime(LedgerCase):
    node_settings = {"static_time": True}

    def times(self):
        return self.client.stream(TIME + "GetTime", {})

    def set_time(self, current, new):
        as_json = json_format.MessageToDict
        self.client.call(TIME + "SetTime",
                         {"current_time": as_json(current), "new_time": as_json(new)})

    @staticmethod
    def later(moment, seconds):
        moved = type(moment)()
        moved.CopyFrom(moment)
        moved.seconds += seconds
        return moved

    def look(self, contract) -> int:
        tree = self.client.submit("bob", self.notes.exercise(contract, "Look")).transaction
        return tree.events_by_id[tree.root_event_ids[0]].exercised.exercise_result.timestamp

    def test_the_time_stands_still_until_it_is_set_and_streams_hear_of_it(self):
        times = self.times()
        before = next(times).current_time
        contract = self.create("alice", "bob")
        micros = before.seconds * 1_000_000 + before.nanos // 1000
        self.assertEqual(self.look(contract), micros)
        time.sleep(0.05)
        self.assertEqual(self.look(contract), micros)
        after = self.later(before, 30)
        self.set_time(before, after)
        self.assertEqual(next(times).current_time, after)
        self.assertEqual(self.look(contract), micros + 30_000_000)
        times.cancel()

    def test_what_is_due_at_a_time_can_be_done_when_it_has_come_and_not_before(self):
        times = self.times()
        now = next(times).current_time
        times.cancel()
        later = self.later(now, 30)
        due = {"timestamp": str(later.seconds * 1_000_000 + later.nanos // 1000)}
        tick = self.notes.exercise(self.create("alice", "bob"), "Tick", due=due)
        with self.assertRaises(grpc.RpcError) as caught:
            self.client.submit("bob", tick)
        self.assertEqual(code_of(caught.exception), (grpc.StatusCode.FAILED_PRECONDITION,
                                                     "DAML_INTERPRETATION_ERROR"))
        self.assertRegex(caught.exception.details(),
                         'Unhandled (Daml )?exception: .*{ message = "not due" }')
        self.set_time(now, later)
        self.client.submit("bob", tick)

    def test_the_time_is_not_set_by_who_does_not_know_it_nor_back(self):
        times = self.times()
        now = next(times).current_time
        times.cancel()
        wrong = grpc.StatusCode.INVALID_ARGUMENT, "INVALID_ARGUMENT"
        self.refused(*wrong, lambda: self.set_time(self.later(now, 5), self.later(now, 10)))
        soon = self.later(now, 10)
        self.set_time(now, soon)
        self.refused(*wrong, lambda: self.set_time(soon, now))
        self.refused(grpc.StatusCode.INVALID_ARGUMENT, "MISSING_FIELD",
                     lambda: self.client.call(TIME + "SetTime", {}))


class Restarts(LedgerCase):
    """Each test leaves a node that runs."""

    def restart(self, before_start=lambda: None, kill=False):
        self.client.close()
        if kill:
            self.node.kill()
        else:
            self.assertEqual(self.node.stop(), 0)
        before_start()
        self.node.start()
        type(self).client = self.connect()
        self.node.await_serving(self.client)

    def await_end(self, offset):
        deadline = time.monotonic() + 30
        while self.client.end() < offset:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)

    def work(self, count):
        """Notes, of which every third is closed again."""
        for number in range(count):
            contract = self.create("alice", "bob", f"note {number}")
            if number % 3 == 0:
                self.client.submit("alice", self.notes.exercise(contract, "Close",
                                                                word={"text": "over"}))

    def answers(self):
        """Whatever clients may have read before."""
        trees = self.client.transactions("alice", "bob", trees=True)
        accepted = sum(1 for tree in trees if tree.command_id)
        return {
            "end": self.client.end(),
            "trees": [tree.SerializeToString(deterministic=True) for tree in trees],
            "flat": [one.SerializeToString(deterministic=True)
                     for one in self.client.transactions("alice", "bob")],
            "active": sorted(one.SerializeToString(deterministic=True)
                             for one in self.client.active("alice", "bob")),
            "completions": [one.SerializeToString(deterministic=True)
                            for one in self.client.completions("alice", "bob", count=accepted)],
        }

    def same_after(self, before, message):
        self.await_end(before["end"])
        after = self.answers()
        for name, value in before.items():
            self.assertEqual(after[name], value, f"{message}: {name}")

    def test_answers_are_the_same_after_a_restart_and_streams_go_on(self):
        self.work(6)
        before = self.answers()
        self.assertTrue(all(before.values()), before)
        self.restart()
        self.same_after(before, "restarted")
        stream = self.client.stream(
            "TransactionService/GetTransactions",
            {"begin": {"absolute": before["end"]}, "filter": filter_of("bob"), "verbose": True})
        contract = self.create("alice", "bob", "after the restart")
        event = next(stream).transactions[0].events[0].created
        self.assertEqual((event.contract_id, note_text(event)), (contract, "after the restart"))
        stream.cancel()

    def test_what_was_acknowledged_before_a_kill_is_there_once_afterwards(self):
        acknowledged = set()

        def load():
            with contextlib.suppress(grpc.RpcError, ValueError), \
                    contextlib.closing(self.connect()) as client:
                while True:
                    name = str(uuid.uuid4())
                    client.submit("alice", self.notes.create("alice", "bob", name),
                                  application="killed", command_id=name)
                    acknowledged.add(name)
        workers = [threading.Thread(target=load) for _ in range(4)]
        for worker in workers:
            worker.start()
        while len(acknowledged) < 40:
            time.sleep(0.01)
        self.restart(kill=True)
        for worker in workers:
            worker.join()
        self.create("alice", "bob", "last")  # what comes after it is all there
        done = collections.Counter(tree.command_id for tree in
                                   self.client.transactions("alice", trees=True)
                                   if tree.command_id)
        active = collections.Counter(note_text(event) for event in self.client.active("alice"))
        once = {name: 1 for name in acknowledged}
        self.assertEqual({name: done[name] for name in acknowledged}, once)
        self.assertEqual({name: active[name] for name in acknowledged}, once)
        self.assertEqual(max(done.values()), 1)
        completed = self.client.completions("alice", application="killed",
                                            count=len(acknowledged))
        self.assertTrue(acknowledged & {one.command_id for one in completed})

    def test_an_index_that_is_gone_or_garbled_is_made_anew_with_the_same_answers(self):
        self.work(4)
        before = self.answers()
        index = self.node.api_folder() / "index"
        self.restart(lambda: shutil.rmtree(index))
        self.same_after(before, "deleted")

        def garble():
            for file in index.iterdir():
                if file.is_file():
                    file.write_bytes(os.urandom(max(file.stat().st_size, 4096)))
        self.restart(garble)
        self.same_after(before, "garbled")
        self.assertIn("set aside", self.node.log.read_text())

    def test_a_garbled_participant_database_is_refused_with_a_sentence_and_left_alone(self):
        file = self.node.api_folder() / "participant.sqlite"
        self.client.close()
        self.assertEqual(self.node.stop(), 0)
        kept = {path: path.read_bytes() for path in file.parent.glob("participant.sqlite*")}
        garbage = os.urandom(20_000)
        for path in kept:
            path.unlink()
        file.write_bytes(garbage)
        self.node.start(ready=False)
        self.assertNotEqual(self.node.process.wait(30), 0)
        self.assertIn("participant.sqlite", self.node.last_words())
        self.assertEqual(file.read_bytes(), garbage)
        for path, content in kept.items():
            path.write_bytes(content)
        self.node.start()
        type(self).client = self.connect()
        self.node.await_serving(self.client)

    def test_of_one_command_sent_twice_at_once_exactly_one_is_accepted(self):
        first, second = self.connect(), self.connect()
        with closing_all(first, second):
            for _ in range(20):
                command = {"commands": envelope(
                    "alice", [self.notes.create("alice", "bob", "once")], "twice")}
                calls = [client.begin("CommandService/SubmitAndWait", command)
                         for client in (first, second)]
                errors = [call.exception() for call in calls]
                refused = [error for error in errors if error is not None]
                self.assertEqual(len(refused), 1, errors)
                self.assertIn(code_of(refused[0])[1],
                              ("DUPLICATE_COMMAND", "SUBMISSION_ALREADY_IN_FLIGHT"))


class BadBytes(LedgerCase):
    def tearDown(self):
        self.assertIsNone(self.node.process.poll(), self.node.last_words())
        self.assertTrue(self.client.end())

    def raw(self, method, request: bytes):
        stub = self.client.channel.unary_unary(f"/com.daml.ledger.api.v1.{method}")
        return lambda: stub(request, timeout=30)

    def test_messages_that_are_none_are_refused(self):
        random_bytes = random.Random(7)
        for size in (1, 7, 100, 70_000):
            for method in ("CommandService/SubmitAndWait", "TransactionService/GetLedgerEnd",
                           "admin.UserManagementService/CreateUser"):
                junk = b"\x0f" + random_bytes.randbytes(size)
                self.refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_ARGUMENT",
                             self.raw(method, junk))

    def test_a_value_of_a_million_levels_is_refused(self):
        # Value.list (11) of elements (1), from the inside out.
        chunks, size = [], 0
        for _ in range(1_000_000):
            for tag in (b"\x0a", b"\x5a"):
                length = varint(size)
                chunks.append(length[::-1])
                chunks.append(tag)
                size += len(length) + 1
        deep = b"".join(chunks)[::-1]
        request = b"\x0a" + varint(len(deep)) + deep
        self.refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_ARGUMENT",
                     self.raw("EventQueryService/GetEventsByContractKey", request))

    def test_a_message_of_a_hundred_megabytes_is_refused(self):
        with self.assertRaises(grpc.RpcError) as caught:
            self.raw("admin.PackageManagementService/UploadDarFile",
                     b"\x0a" + varint(100 << 20) + bytes(100 << 20))()
        self.assertIn(caught.exception.code(),
                      (grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.INVALID_ARGUMENT))

    def test_bytes_that_are_no_http2_end_their_connection_only(self):
        preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
        settings = bytes.fromhex("000000040000000000")
        random_bytes = random.Random(11)
        openings = [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00",
                    preface + bytes.fromhex("ffffff010000000001"),
                    preface + settings + bytes.fromhex("00000401250000000182868441"),
                    preface + settings + bytes.fromhex("00000408000000000000000000"),
                    preface + settings + 1000 * bytes.fromhex("00000403000000000100000008")]
        openings += [random_bytes.randbytes(size) for size in (1, 9, 1000, 100_000)]
        openings += [preface + settings + random_bytes.randbytes(5000) for _ in range(20)]
        for opening in openings:
            with contextlib.suppress(OSError), \
                    socket.create_connection(("127.0.0.1", self.node.ledger_port), 5) as peer:
                peer.settimeout(0.2)
                peer.sendall(opening)
                while peer.recv(65536):
                    pass


class Visibility(LedgerCase):
    """Everybody's streams while everybody works, against what the commands said."""

    def test_nobody_is_shown_what_is_not_theirs(self):
        choose = random.Random(20261128)
        begin = {"absolute": self.client.end()}
        streams = {party: (self.client.stream("TransactionService/GetTransactions",
                                              {"begin": begin, "filter": filter_of(party)}),
                           self.client.stream("TransactionService/GetTransactionTrees",
                                              {"begin": begin, "filter": filter_of(party)}))
                   for party in PARTIES}
        pairs = {}  # contract → who may see it
        active = []
        for number in range(120):
            owner, reader = choose.choice(PARTIES), choose.choice(PARTIES)
            if active and number % 4 == 3:
                contract = active.pop(choose.randrange(len(active)))
                owner = pairs[contract][0]
                self.client.submit(owner, self.notes.exercise(contract, "Close",
                                                              word={"text": "over"}))
                continue
            contract = self.create(owner, reader, str(number))
            pairs[contract] = (owner, reader)
            active.append(contract)
        end = self.client.end()
        for party, (flat, trees) in streams.items():
            expected = [contract for contract, pair in pairs.items() if party in pair]
            for stream, events_of in ((flat, flat_events), (trees, tree_events)):
                seen = []
                for transaction in self.until(stream, party, end):
                    for contract, witnesses in events_of(transaction):
                        self.assertIn(party, pairs[contract])
                        self.assertEqual(list(witnesses), [party])
                        seen.append(contract)
                self.assertEqual(sorted(set(seen)), sorted(expected))
            held = [event.contract_id for event in self.client.active(party)]
            self.assertEqual(sorted(held), sorted(set(expected) & set(active)))

    def until(self, stream, party, end):
        """All of it up to the last transaction that the party sees."""
        flat = self.client.transactions(party, begin=BEGIN, end={"absolute": end}, trees=True)
        last = max(transaction.offset for transaction in flat)
        for answer in stream:
            for transaction in answer.transactions:
                yield transaction
                if transaction.offset >= last:
                    stream.cancel()
                    return


def flat_events(transaction):
    for event in transaction.events:
        one = event.created if event.HasField("created") else event.archived
        yield one.contract_id, one.witness_parties


def tree_events(transaction):
    for event in transaction.events_by_id.values():
        one = event.created if event.HasField("created") else event.exercised
        yield one.contract_id, one.witness_parties


class LostIndex(LedgerCase):
    def test_what_was_pruned_stays_pruned_when_the_index_is_made_anew(self):
        self.create("alice", "bob", "kept")
        pruned = self.client.end()
        self.create("alice", "bob", "last")
        end, active = self.client.end(), self.client.active("alice")
        self.client.call("admin.ParticipantPruningService/Prune", {"prune_up_to": pruned})
        self.client.close()
        self.assertEqual(self.node.stop(), 0)
        shutil.rmtree(self.node.api_folder() / "index")
        self.node.start()
        type(self).client = self.connect()
        self.node.await_serving(self.client)
        deadline = time.monotonic() + 30
        while self.client.end() < end:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        self.assertEqual(self.client.active("alice"), active)
        self.assertEqual(len(self.client.transactions("alice", begin={"absolute": pruned})), 1)
        self.refused(grpc.StatusCode.FAILED_PRECONDITION, "PARTICIPANT_PRUNED_DATA_ACCESSED",
                     lambda: self.client.transactions("alice"))


@unittest.skipUnless(shutil.which("openssl"), "makes its keys with openssl")
class Tokens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(temporary_folder())
        cls.definitions = Definitions(cls.folder)
        cls.notes = Notes(cls.folder)
        cls.key, cls.other_key = cls.folder / "key.pem", cls.folder / "other.pem"
        for key in (cls.key, cls.other_key):
            openssl("genrsa", "-out", key, "2048")
        openssl("rsa", "-in", cls.key, "-pubout", "-out", cls.folder / "key.pub.pem")
        keys = [{"file": str(cls.folder / "key.pub.pem")}]
        cls.node = LedgerNode(cls.folder / "node",
                              {"auth": {"required": True, "keys": keys}}).start()
        cls.addClassCleanup(cls.node.close)
        with cls.connect(party_token(cls.key, admin=True)) as admin:
            for party in ("alice", "bob"):
                admin.allocate(party)
            admin.upload(cls.notes.dar)

    @classmethod
    @contextlib.contextmanager
    def connect(cls, token=None):
        with contextlib.closing(Client(cls.definitions, cls.node.ledger_port, token)) as client:
            yield client

    def refused(self, code, token, call):
        with self.connect(token) as client, self.assertRaises(grpc.RpcError) as caught:
            call(client)
        self.assertEqual(caught.exception.code(), code, caught.exception.details())

    def test_without_a_good_token_nothing_is_told(self):
        unauthenticated = grpc.StatusCode.UNAUTHENTICATED
        tokens = {
            "none": None,
            "no token": "abc",
            "another key": party_token(self.other_key, act_as=["alice"]),
            "expired": party_token(self.key, act_as=["alice"], seconds=-10),
            "no algorithm": "eyJhbGciOiJub25lIn0.e30.",
        }
        for name, token in tokens.items():
            with self.subTest(name):
                self.refused(unauthenticated, token, lambda client: client.end())
                self.refused(unauthenticated, token, lambda client: client.active("alice"))

    def test_a_token_is_good_for_its_parties_only(self):
        denied = grpc.StatusCode.PERMISSION_DENIED
        alice = party_token(self.key, act_as=["alice"])
        reader = party_token(self.key, read_as=["alice"])
        note = self.notes.create("alice", "bob", "mine")
        with self.connect(alice) as client:
            contract = created(client.submit("alice", note))
            self.assertIn(contract, [event.contract_id for event in client.active("alice")])
        with self.connect(reader) as client:
            self.assertTrue(client.active("alice"))
        self.refused(denied, alice, lambda client: client.active("bob"))
        self.refused(denied, alice, lambda client: client.active("alice", "bob"))
        self.refused(denied, reader, lambda client: client.submit("alice", note))
        self.refused(denied, alice, lambda client: client.transactions("bob"))
        self.refused(denied, alice, lambda client: client.completions("bob", count=1))
        self.refused(denied, alice, lambda client: client.call(
            "EventQueryService/GetEventsByContractId",
            {"contract_id": contract, "requesting_parties": ["bob"]}))

    def test_what_is_for_administrators_is_not_for_others(self):
        alice = party_token(self.key, act_as=["alice"])
        for method, request in (("ListKnownParties", {}),
                                ("AllocateParty", {"party_id_hint": "mallory"})):
            self.refused(grpc.StatusCode.PERMISSION_DENIED, alice,
                         lambda client, method=method, request=request: client.call(
                             f"admin.PartyManagementService/{method}", request))
        self.refused(grpc.StatusCode.PERMISSION_DENIED, alice, lambda client: client.call(
            "admin.ParticipantPruningService/Prune", {"prune_up_to": "00"}))

    def test_a_stream_ends_when_its_token_does(self):
        with self.connect(party_token(self.key, read_as=["alice"], seconds=3)) as client:
            stream = client.stream("TransactionService/GetTransactions",
                                   {"begin": {"boundary": "LEDGER_END"},
                                    "filter": filter_of("alice")}, timeout=30)
            began = time.monotonic()
            with self.assertRaises(grpc.RpcError) as caught:
                next(stream)
            self.assertLess(time.monotonic() - began, 15)
            self.assertIn(caught.exception.code(), (grpc.StatusCode.PERMISSION_DENIED,
                                                    grpc.StatusCode.UNAUTHENTICATED,
                                                    grpc.StatusCode.ABORTED))

    def test_users_have_the_rights_that_they_were_granted(self):
        user = {"user": {"id": "ursula"}, "rights": [{"can_read_as": {"party": "bob"}}]}
        with self.connect(party_token(self.key, admin=True)) as admin:
            admin.call("admin.UserManagementService/CreateUser", user)
        token = json_web_token(self.key, {"sub": "ursula", "scope": "daml_ledger_api",
                                          "exp": int(time.time()) + 600})
        with self.connect(token) as client:
            client.active("bob")
        self.refused(grpc.StatusCode.PERMISSION_DENIED, token,
                     lambda client: client.active("alice"))


if __name__ == "__main__":
    unittest.main()
