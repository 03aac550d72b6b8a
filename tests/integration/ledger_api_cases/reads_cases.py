"""Active contracts, transactions in streams and one by one, and what their requests are refused
for."""

from case import (FAILED_PRECONDITION, INVALID_ARGUMENT, NOT_FOUND, OUT_OF_RANGE, create_of,
                  created_events, error_info, exercise_of, int64, list_of, optional, party_value,
                  resources, text)
from ledger_api import BEGIN, END
from reading import NOT_VISIBLE, ReadingCase, asking, at

LAST_TIME = "253402300799999999" # the last microsecond of the year 9999
OTHER_LEDGER = "no-ledger-has-this-id"
OFFSET_BY_FAR = "ffff"           # before an offset's digits: one that never comes


class ActiveContracts(ReadingCase):
    def three(self, party: str) -> dict:
        """One contract each of three templates: name, id."""
        return {name: self.create(party, self.template("model-tests", f"Test:{name}"),
                                  operator=party_value(party))
                for name in ("Dummy", "DummyWithParam", "DummyFactory")}

    def test_a_party_without_contracts_is_told_the_offset_alone(self):
        party = self.party()
        contracts, offset = self.active(asking(party))
        self.assertEqual(contracts, [])
        self.assertGreaterEqual(offset, self.began)

    def test_all_contracts_of_a_party_are_there_in_the_order_of_their_creation(self):
        party = self.party()
        made = self.three(party)
        contracts, _ = self.active(asking(party))
        self.assertEqual([(event.template_id.entity_name, event.contract_id)
                          for event in contracts], list(made.items()))
        for event in contracts:
            self.assertEqual((event.signatories, event.observers, event.witness_parties),
                             ([party], [], [party]))

    def test_who_asks_for_a_template_gets_its_contracts_alone(self):
        party = self.party()
        made = self.three(party)
        wanted = self.dummy()
        contracts, _ = self.active(asking(party, templates=[wanted]))
        self.assertEqual([event.contract_id for event in contracts], [made["Dummy"]])
        template = contracts[0].template_id
        self.assertEqual((template.package_id, template.module_name, template.entity_name),
                         (wanted["package_id"], "Test", "Dummy"))

    def test_transactions_go_on_from_the_offset_that_was_told(self):
        party = self.party()
        before = self.create_dummy(party)
        contracts, offset = self.active(asking(party))
        self.assertEqual([event.contract_id for event in contracts], [before])
        after = self.create(party, self.template("model-tests", "Test:DummyWithParam"),
                            operator=party_value(party))
        transactions = self.flat(party, begin=at(offset))
        self.assertEqual([len(one.events) for one in transactions], [1])
        self.assertEqual([event.contract_id for event in created_events(transactions[0])],
                         [after])

    def test_a_signatory_is_not_told_as_an_observer_too(self):
        alice, bob = self.parties("alice", "bob")
        self.create(alice, self.template("model-tests", "Test:WithObservers"),
                    giver=party_value(alice),
                    observers=list_of(party_value(alice), party_value(bob)))
        for parties in ((alice,), (bob,), (alice, bob)):
            contracts, _ = self.active(asking(*parties))
            self.assertEqual([(event.signatories, event.observers) for event in contracts],
                             [([alice], [bob])])

    def test_at_an_earlier_offset_the_contracts_of_then_are_told(self):
        party = self.party()
        first = self.create_dummy(party)
        earlier = self.client.end()
        second = self.create_dummy(party)
        later = self.client.end()
        self.exercise(party, self.dummy(), first, "DummyChoice1")
        for offset, expected in ((earlier, [first]), (later, [first, second]), ("", [second])):
            contracts, told = self.active(asking(party), active_at_offset=offset)
            self.assertEqual([event.contract_id for event in contracts], expected)
            self.assertEqual(told, offset or self.client.end())

    def test_requests_that_cannot_be_answered_are_refused(self):
        party = self.party()
        beyond = OFFSET_BY_FAR + self.client.end()

        def read(**more):
            return lambda: self.active(asking(party), **more)
        self.refused(NOT_FOUND, "LEDGER_ID_MISMATCH", read(ledger_id=OTHER_LEDGER),
                     f"Ledger ID '{OTHER_LEDGER}' not found. Actual Ledger ID")
        self.refused(INVALID_ARGUMENT, "NON_HEXADECIMAL_OFFSET", read(active_at_offset="bad"))
        self.refused(OUT_OF_RANGE, "OFFSET_AFTER_LEDGER_END", read(active_at_offset=beyond))


class Streams(ReadingCase):
    def work(self, party: str, contracts: int) -> None:
        """That many contracts made and archived, all at once."""
        method = "CommandService/SubmitAndWaitForTransactionTree"
        made = [self.client.begin(method, {"commands": self.envelope(
            party, create_of(self.dummy(), operator=party_value(party)))})
            for _ in range(contracts)]
        created = [created_events(call.result().transaction)[0].contract_id for call in made]
        archived = [self.client.begin(method, {"commands": self.envelope(
            party, exercise_of(self.dummy(), contract, "DummyChoice1"))}) for contract in created]
        for call in archived:
            call.result()

    def test_what_two_parties_read_together_is_what_each_reads(self):
        alice, bob = self.parties("alice", "bob")
        self.create_dummy(alice)
        self.create_dummy(bob)
        for trees in (False, True):
            each = [self.read(asking(party), trees=trees) for party in (alice, bob)]
            self.assertEqual([len(transactions) for transactions in each], [1, 1])
            self.assertEqual(self.read(asking(alice, bob), trees=trees), each[0] + each[1])

    def test_all_stakeholders_are_told_the_same_transactions(self):
        alice, bob = self.parties("alice", "bob")
        factory = self.template("model-tests", "Test:AgreementFactory")
        for giver, receiver in ((alice, bob), (bob, alice)):
            self.create(giver, factory, giver=party_value(giver), receiver=party_value(receiver))
        other = self.connect()
        self.addCleanup(other.close)
        ours = self.flat(alice, bob)
        theirs = other.transactions(alice, bob, begin=at(self.began))
        self.assertEqual(ours, theirs)
        self.assertEqual(len(ours), 2)
        for transaction in ours:
            self.assertEqual({*transaction.events[0].created.witness_parties}, {alice, bob})
        for party in (alice, bob):
            alone = self.flat(party)
            self.assertEqual([one.transaction_id for one in alone],
                             [one.transaction_id for one in ours])
            self.assertEqual([bool(one.command_id) for one in alone],
                             [party in one.events[0].created.signatories for one in ours])

    def test_whoever_sees_a_flat_event_sees_it_in_the_tree(self):
        party = self.party()
        self.work(party, 20)
        in_trees = {}
        for tree in self.trees(party):
            for event, content in tree.events_by_id.items():
                one = content.created if content.HasField("created") else content.exercised
                in_trees[event] = {*one.witness_parties}
        events = [getattr(event, event.WhichOneof("event"))
                  for transaction in self.flat(party) for event in transaction.events]
        self.assertEqual(len(events), 40)
        for event in events:
            self.assertTrue({*event.witness_parties} <= in_trees[event.event_id])
            self.assertEqual([*event.witness_parties], [party])

    def test_who_has_no_part_in_a_contract_is_told_nothing_of_it(self):
        alice, bob = self.parties("alice", "bob")
        self.exercise(alice, self.dummy(), self.create_dummy(alice), "DummyChoice1")
        self.assertEqual(self.flat(bob) + self.trees(bob), [])
        self.assertEqual(len(self.flat(alice)), 2)

    def test_offsets_that_make_no_range_are_refused(self):
        party = self.party()
        self.create_dummy(party)
        end = self.client.end()
        beyond = at(OFFSET_BY_FAR + end)
        for trees in (False, True):
            with self.subTest(trees=trees):
                def read(trees=trees, **more):
                    return lambda: self.read(asking(party), trees=trees, **more)
                self.refused(OUT_OF_RANGE, "OFFSET_AFTER_LEDGER_END", read(begin=beyond, end=None),
                             f"is after ledger end ({end})")
                self.refused(OUT_OF_RANGE, "OFFSET_AFTER_LEDGER_END", read(end=beyond),
                             "is after ledger end")
                self.refused(FAILED_PRECONDITION, "OFFSET_OUT_OF_RANGE",
                             read(begin=at(end), end=at(self.began)), "is before Begin offset")
                self.refused(INVALID_ARGUMENT, "NON_HEXADECIMAL_OFFSET", read(begin=at("begin")))
                for edge in (BEGIN, END):
                    self.assertEqual(read(begin=edge, end=edge)(), [])

    def test_a_filter_must_name_a_party(self):
        for trees in (False, True):
            self.refused(INVALID_ARGUMENT, "INVALID_ARGUMENT",
                         lambda trees=trees: self.read(asking(), trees=trees),
                         "filtersByParty cannot be empty")


class Lookups(ReadingCase):
    """Of one transaction, by its id or that of an event."""

    def test_a_tree_is_found_by_each_of_its_events(self):
        party = self.party()
        factory = self.template("model-tests", "Test:DummyFactory")
        contract = self.create(party, factory, operator=party_value(party))
        tree = self.exercise(party, factory, contract, "DummyFactoryCall")
        self.assertEqual(len(tree.events_by_id), 3)
        self.assertEqual(self.by_id(tree.transaction_id, party), tree)
        for event in tree.events_by_id:
            self.assertEqual(self.by_event_id(event, party), tree)

    def test_a_flat_transaction_is_found_by_each_of_its_events(self):
        party = self.party()
        contract = self.create_dummy(party)
        transaction = self.submit_flat(party, exercise_of(self.dummy(), contract, "DummyChoice1"),
                                       create_of(self.dummy(), operator=party_value(party)))
        self.assertEqual(self.by_id(transaction.transaction_id, party, flat=True), transaction)
        events = [getattr(event, event.WhichOneof("event")) for event in transaction.events]
        self.assertEqual([event.contract_id for event in events if event.witness_parties],
                         [contract, created_events(transaction)[0].contract_id])
        for event in events:
            self.assertEqual(self.by_event_id(event.event_id, party, flat=True), transaction)

    def test_what_a_party_does_not_see_is_to_it_as_if_it_were_not_there(self):
        party, intruder = self.parties("party", "intruder")
        tree = self.exercise(party, self.dummy(), self.create_dummy(party), "DummyChoice1")
        nothing = "a" * 60
        for transaction, event in ((tree.transaction_id, tree.root_event_ids[0]),
                                   (nothing, f"#{nothing}:000")):
            for flat in (False, True):
                with self.subTest(transaction=transaction, flat=flat):
                    def find(look, identifier, flat=flat):
                        return lambda: look(identifier, intruder, flat=flat)
                    for call in (find(self.by_id, transaction), find(self.by_event_id, event)):
                        error = self.refused(NOT_FOUND, "TRANSACTION_NOT_FOUND", call, NOT_VISIBLE)
                        self.assertEqual(resources(error), [("TRANSACTION_ID", transaction)])

    def test_requests_of_the_wrong_form_are_refused(self):
        party = self.party()
        for flat in (False, True):
            with self.subTest(flat=flat):
                self.refused(INVALID_ARGUMENT, "INVALID_FIELD",
                             lambda flat=flat: self.by_event_id("no such' id, sorry", party,
                                                                flat=flat),
                             "Invalid field event_id")
                for look in (self.by_id, self.by_event_id):
                    error = self.refused(INVALID_ARGUMENT, "MISSING_FIELD",
                                         lambda flat=flat, look=look: look("unimportant",
                                                                           flat=flat),
                                         "requesting_parties")
                    self.assertEqual(error_info(error).metadata["field_name"],
                                     "requesting_parties")

    def test_another_ledgers_id_is_refused_by_every_method(self):
        party = self.party()
        of_id = {"transaction_id": "unimportant", "requesting_parties": [party]}
        of_event = {"event_id": "unimportant", "requesting_parties": [party]}
        of_stream = {"filter": asking(party), "begin": BEGIN, "end": END}
        requests = {"GetTransactions": of_stream, "GetTransactionTrees": of_stream,
                    "GetTransactionById": of_id, "GetFlatTransactionById": of_id,
                    "GetTransactionByEventId": of_event, "GetFlatTransactionByEventId": of_event,
                    "GetLedgerEnd": {}}
        for method, request in requests.items():
            with self.subTest(method):
                is_stream = request is of_stream

                def call(method=method, request=request, is_stream=is_stream):
                    ask = self.client.stream if is_stream else self.client.call
                    answer = ask(f"TransactionService/{method}",
                                 {**request, "ledger_id": OTHER_LEDGER})
                    return list(answer) if is_stream else answer
                error = self.refused(NOT_FOUND, "LEDGER_ID_MISMATCH", call,
                                     f"Ledger ID '{OTHER_LEDGER}' not found.")
                self.assertEqual(error_info(error).metadata["definite_answer"], "true")


class Contents(ReadingCase):
    """What events say of values and choices."""

    def test_ten_thousand_items_come_back_as_they_were_sent(self):
        party = self.party()
        nested = {"record": {"fields": [{"label": "value", "value": {"variant": {
            "constructor": "SomeInteger", "value": int64(-1)}}}]}}
        command = create_of(
            self.template("model-tests", "Test:ParameterShowcase"), operator=party_value(party),
            integer=int64(42), decimal={"numeric": "47.0000000000"}, text=text("some text"),
            bool={"bool": True}, time={"timestamp": "-62135596800000000"},
            nestedOptionalInteger=nested,
            integerList=list_of(*[int64(number) for number in range(10_000)]),
            optionalText=optional(text("some optional text")))
        self.expect_as_sent(party, command)

    def test_an_optional_that_is_none_comes_back_as_none(self):
        party = self.party()
        self.expect_as_sent(party, create_of(
            self.template("model-tests", "Test:NothingArgument"), operator=party_value(party),
            arg1=optional()))

    def expect_as_sent(self, party: str, command: dict) -> None:
        sent = self.client.message("CommandService/SubmitAndWaitForTransaction",
                                   {"commands": {"commands": [command]}})
        event, = created_events(self.submit_flat(party, command))
        arguments = sent.commands.commands[0].create.create_arguments
        self.assertEqual([field.label for field in event.create_arguments.fields],
                         [field.label for field in arguments.fields])
        for told, asked in zip(event.create_arguments.fields, arguments.fields):
            with self.subTest(asked.label):
                self.assertEqual(without_types(told.value), without_types(asked.value))

    def test_a_created_contract_can_be_exercised_at_once(self):
        party = self.party()
        factory = self.template("model-tests", "Test:DummyFactory")
        contract = self.create(party, factory, operator=party_value(party))
        tree = self.exercise(party, factory, contract, "DummyFactoryCall")
        roots = [tree.events_by_id[event] for event in tree.root_event_ids]
        self.assertEqual([root.exercised.contract_id for root in roots], [contract])
        self.assertEqual({event.template_id.entity_name for event in created_events(tree)},
                         {"Dummy", "DummyWithParam"})

    def test_a_failing_assertion_rejects_the_whole_transaction(self):
        party = self.party()
        contract = self.create_dummy(party)
        end_of_time = {"timestamp": LAST_TIME}
        self.refused_definitely(
            FAILED_PRECONDITION, "DAML_INTERPRETATION_ERROR",
            lambda: self.exercise(party, self.dummy(), contract, "ConsumeIfTimeIsBetween",
                                  begin=end_of_time, end=end_of_time), "Assertion failed")
        self.assertEqual(self.active_ids(party), [contract])


def without_types(value):
    """The value without the names of its types, which a client need not send."""
    bare = type(value)()
    bare.CopyFrom(value)
    if bare.HasField("record"):
        bare.record.ClearField("record_id")
        for field in bare.record.fields:
            field.value.CopyFrom(without_types(field.value))
    elif bare.HasField("variant"):
        bare.variant.ClearField("variant_id")
        bare.variant.value.CopyFrom(without_types(bare.variant.value))
    return bare
