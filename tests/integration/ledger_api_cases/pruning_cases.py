"""What is left after pruning, and what can be read no more. Each case prunes up to an offset of its
own, which lies behind everything that ran before it."""

from case import (FAILED_PRECONDITION, INVALID_ARGUMENT, NOT_FOUND, create_of, created_events,
                  error_info, exercise_of, party_value, record, text)
from reading import NOT_VISIBLE, ReadingCase, asking, at

BATCHES = 10 # of three transactions


class PruningCase(ReadingCase):
    def prune(self, offset: str, *, all_divulged=False) -> None:
        self.client.call("admin.ParticipantPruningService/Prune",
                         {"prune_up_to": offset, "prune_all_divulged_contracts": all_divulged})

    def populate(self, party: str) -> list:
        """The trees of transactions that make, archive and make a contract, many at once."""
        begin = at(self.client.end())
        create = create_of(self.dummy(), operator=party_value(party))

        def submit(command):
            return self.client.begin("CommandService/SubmitAndWaitForTransactionTree",
                                     {"commands": self.envelope(party, command)})
        first = [submit(create) for _ in range(BATCHES)]
        contracts = [created_events(call.result().transaction)[0].contract_id for call in first]
        others = [submit(exercise_of(self.dummy(), contract, "DummyChoice1"))
                  for contract in contracts] + [submit(create) for _ in range(BATCHES)]
        for call in others:
            call.result()
        trees = self.trees(party, begin=begin)
        self.assertEqual(len(trees), 3 * BATCHES)
        return trees

    def prune_here(self, party: str, *, all_divulged=False) -> None:
        """Up to the end of now, which by then is not the end any more."""
        end = self.client.end()
        self.create_dummy(party)
        self.prune(end, all_divulged=all_divulged)

    def pruned_error(self, call, pattern: str, pruned: str) -> None:
        error = self.refused(FAILED_PRECONDITION, "PARTICIPANT_PRUNED_DATA_ACCESSED", call)
        self.assertRegex(error.details(), pattern)
        self.assertEqual(error_info(error).metadata["earliest_offset"], pruned)


class Pruning(PruningCase):
    def test_transactions_begin_behind_the_pruned_offset_and_are_refused_before_it(self):
        party = self.party()
        offsets = [tree.offset for tree in self.populate(party)]
        pruned = offsets[BATCHES]
        self.prune(pruned)
        pattern = (rf"(Transactions request from [0-9a-fA-F]* to [0-9a-fA-F]* precedes pruned "
                   rf"offset {pruned})|(Request from [0-9a-fA-F]* precedes pruned offset {pruned})")
        for trees in (False, True):
            with self.subTest(trees=trees):
                def read(offset, trees=trees, **more):
                    return self.read(asking(party), trees=trees, begin=at(offset), **more)
                self.assertEqual([one.offset for one in read(pruned)], offsets[BATCHES + 1:])
                before = offsets[BATCHES - 1]
                self.pruned_error(lambda read=read: read(before), pattern, pruned)
                self.pruned_error(lambda read=read: read(before, end=None), pattern, pruned)
                self.assertEqual(read(before, end=at(before)), [])

    def test_completions_begin_behind_the_pruned_offset_and_are_refused_before_it(self):
        party = self.party()
        offsets = [tree.offset for tree in self.populate(party)]
        pruned = offsets[BATCHES]

        def first(offset):
            stream = self.client.stream("CommandCompletionService/CompletionStream", {
                "application_id": self.application(), "parties": [party], "offset": at(offset)})
            checkpoint = next(stream).checkpoint.offset.absolute
            stream.cancel()
            return checkpoint
        self.assertLess(first(self.began), pruned)
        self.prune(pruned)
        self.assertEqual(first(pruned), offsets[BATCHES + 1])
        self.pruned_error(
            lambda: first(offsets[BATCHES - 1]),
            rf"Command completions? request from [0-9a-fA-F]* to [0-9a-fA-F]* overlaps with "
            rf"pruned offset {pruned}", pruned)

    def test_active_contracts_stay_and_can_be_used(self):
        party = self.party()
        old = self.create_dummy(party)
        offset = self.populate(party)[BATCHES].offset
        before, _ = self.active(asking(party))
        there = self.active_ids(party, active_at_offset=offset)
        self.prune(offset)
        self.assertEqual(self.active(asking(party))[0], before)
        self.assertEqual(self.active_ids(party, active_at_offset=offset), there)
        self.pruned_error(lambda: self.active_ids(party, active_at_offset=self.began),
                          f"precedes pruned offset {offset}", offset)
        self.exercise(party, self.dummy(), old, "DummyChoice1")
        self.assertEqual(self.active_ids(party),
                         [event.contract_id for event in before if event.contract_id != old])

    def test_a_pruned_transaction_is_not_found_by_its_id_nor_by_its_events(self):
        party = self.party()
        trees = self.populate(party)
        self.prune(trees[BATCHES].offset)
        for number in range(BATCHES - 2, BATCHES + 4):
            tree = trees[number]
            for flat in (False, True):
                for look, name in ((self.by_id, tree.transaction_id),
                                   (self.by_event_id, tree.root_event_ids[0])):
                    if number > BATCHES:
                        found = look(name, party, flat=flat)
                        self.assertEqual(found.transaction_id, tree.transaction_id)
                    else:
                        self.refused(NOT_FOUND, "TRANSACTION_NOT_FOUND",
                                     lambda look=look, name=name, flat=flat: look(
                                         name, party, flat=flat), NOT_VISIBLE)

    def test_events_are_found_by_key_until_the_archive_is_pruned(self):
        party = self.party()
        template = self.template("model-tests", "Test:TextKey")

        def events():
            found = self.client.call("EventQueryService/GetEventsByContractKey", {
                "contract_key": record(_1=party_value(party), _2=text("kept")),
                "template_id": template, "requesting_parties": [party]})
            return [found.HasField("create_event"), found.HasField("archive_event")]
        contract = self.create(party, template, tkParty=party_value(party), tkKey=text("kept"),
                               tkDisclosedTo={"list": {}})
        self.prune_here(party)
        self.assertEqual(events(), [True, False])
        self.exercise(party, template, contract, "TextKeyChoice")
        self.assertEqual(events(), [True, True])
        self.prune_here(party)
        self.assertEqual(events(), [False, False])

    def test_pruning_again_goes_forward_only(self):
        party = self.party()
        offsets = [tree.offset for tree in self.populate(party)]
        for up_to, pruned in ((BATCHES, BATCHES), (BATCHES // 2, BATCHES),
                              (2 * BATCHES, 2 * BATCHES)):
            self.prune(offsets[up_to])
            told = self.client.call("TransactionService/GetLatestPrunedOffsets", {})
            self.assertEqual(told.participant_pruned_up_to_inclusive.absolute, offsets[pruned])
            self.assertEqual([one.offset for one in self.trees(party, begin=at(offsets[pruned]))],
                             offsets[pruned + 1:])

    def test_offsets_that_cannot_be_pruned_up_to_are_refused(self):
        self.create_dummy(self.party())
        for offset, code, identifier, words in (
                ("", INVALID_ARGUMENT, "INVALID_ARGUMENT", "prune_up_to not specified"),
                ("no offset", INVALID_ARGUMENT, "NON_HEXADECIMAL_OFFSET",
                 "prune_up_to needs to be a hexadecimal string and not"),
                (self.client.end(), FAILED_PRECONDITION, "OFFSET_OUT_OF_RANGE",
                 "prune_up_to needs to be before ledger end")):
            self.refused(code, identifier, lambda offset=offset: self.prune(offset), words)


class Divulgence(PruningCase):
    """A contract of Alice's, which Bob has no stake in, is shown to him."""

    def setUp(self):
        super().setUp()
        self.alice, self.bob = self.parties("alice", "bob")
        proposal = self.create(self.alice, self.of("DivulgenceProposal"),
                               sig=party_value(self.alice), other=party_value(self.bob))
        accepted = self.exercise(self.bob, self.of("DivulgenceProposal"), proposal, "Accept")
        self.divulgence = created_events(accepted)[0].contract_id

    def of(self, name: str) -> dict:
        return self.template("semantic-tests", f"DivulgenceTests:{name}")

    def create_contract(self) -> str:
        return self.create(self.alice, self.of("Contract"), party=party_value(self.alice))

    def divulge(self, contract: str) -> None:
        self.exercise(self.alice, self.of("Divulgence"), self.divulgence, "Divulge",
                      contractId={"contract_id": contract})

    def fetch(self, contract: str) -> None:
        self.exercise(self.bob, self.of("Divulgence"), self.divulgence, "CanFetch",
                      contractId={"contract_id": contract})

    def refuse_fetch(self, contract: str) -> None:
        self.refused(NOT_FOUND, "CONTRACT_NOT_FOUND", lambda: self.fetch(contract),
                     "Contract could not be found with id", contract)

    def test_it_stays_until_it_is_archived_unless_all_divulged_contracts_are_pruned(self):
        contract = self.create_contract()
        self.refuse_fetch(contract)
        self.divulge(contract)
        self.fetch(contract)
        self.prune_here(self.bob)
        self.fetch(contract)
        self.exercise(self.alice, self.of("Contract"), contract, "Archive")
        self.prune_here(self.bob)
        self.refuse_fetch(contract)

    def check_that_it_is_forgotten(self, contract: str) -> None:
        """Bob may use what was divulged behind the pruned offset, and no more what was before."""
        self.fetch(contract)
        between = self.client.end()
        self.divulge(contract)
        self.prune(between, all_divulged=True)
        self.fetch(contract)
        self.prune_here(self.bob, all_divulged=True)
        self.refuse_fetch(contract)
        self.assertIn(contract, self.active_ids(self.alice))
        self.divulge(contract)
        self.fetch(contract)

    def test_what_was_divulged_after_its_creation_is_forgotten_when_all_of_it_is_pruned(self):
        contract = self.create_contract()
        self.divulge(contract)
        self.check_that_it_is_forgotten(contract)

    def test_what_was_divulged_as_it_was_created_is_forgotten_when_all_of_it_is_pruned(self):
        helper = self.create(self.alice, self.of("DivulgeNotDiscloseTemplate"),
                             divulger=party_value(self.alice), divulgee=party_value(self.bob))
        tree = self.exercise(self.alice, self.of("DivulgeNotDiscloseTemplate"), helper,
                             "DivulgeNoDisclose", divulgence={"contract_id": self.divulgence})
        contract, = (event.contract_id for event in created_events(tree)
                     if event.template_id.entity_name == "Contract")
        self.check_that_it_is_forgotten(contract)

    def test_what_was_created_before_his_eyes_is_forgotten_when_all_of_it_is_pruned(self):
        tree = self.exercise(self.alice, self.of("Divulgence"), self.divulgence,
                             "CreateAndDisclose")
        self.check_that_it_is_forgotten(created_events(tree)[0].contract_id)

    def test_a_stakeholder_forgets_nothing(self):
        contract = self.create_contract()
        self.prune_here(self.alice, all_divulged=True)
        self.exercise(self.alice, self.of("Contract"), contract, "Archive")
