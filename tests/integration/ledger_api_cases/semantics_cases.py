"""What a ledger of Daml contracts must keep: who authorizes, who sees, what a key leads to, what an
exception undoes. Errors are told in the words that clients look for."""

import re

from case import (ALREADY_EXISTS, FAILED_PRECONDITION, INVALID_ARGUMENT, NOT_FOUND, LedgerCase,
                  contract_id, created_events, exercise_by_key, exercise_of, int64, list_of,
                  numeric, optional, party_value, record, text)

UNFOUND = (NOT_FOUND, "CONTRACT_NOT_FOUND")
NO_KEY = (NOT_FOUND, "CONTRACT_KEY_NOT_FOUND")
UNAUTHORIZED = (INVALID_ARGUMENT, "DAML_AUTHORIZATION_ERROR")
NOT_FOUND_TEXT = "Contract could not be found"
NO_KEY_TEXT = "dependency error: couldn't find key"


def exercised(tree) -> list:
    return [event.exercised for event in tree.events_by_id.values()
            if event.HasField("exercised")]


def shape(tree) -> list:
    """The events below one another: [choice or template, [children]]."""
    def of(event_id):
        event = tree.events_by_id[event_id]
        if event.HasField("created"):
            return [event.created.template_id.entity_name, []]
        return [event.exercised.choice, [of(child) for child in event.exercised.child_event_ids]]
    return [of(event_id) for event_id in tree.root_event_ids]


class Semantics(LedgerCase):
    def setUp(self):
        self.begin = {"absolute": self.client.end()}

    def trees(self, *parties: str) -> list:
        return self.client.transactions(*parties, begin=self.begin, trees=True)

    def new_text(self) -> str:
        return self.unique("key")


class Authorization(Semantics):
    """Of the packages' painter, house owner and bank."""

    MODULE = "SemanticTests"

    def named(self, entity: str) -> dict:
        return self.template("semantic-tests", f"{self.MODULE}:{entity}")

    def setUp(self):
        super().setUp()
        self.bank, self.owner, self.painter = self.parties("bank", "owner", "painter")

    def iou(self, payer: str, owner: str) -> str:
        return self.create(payer, self.named("Iou"), payer=party_value(payer),
                           owner=party_value(owner), amount=self.pound())

    @staticmethod
    def pound() -> dict:
        return record(value=numeric("1.0"), currency=text("GBP"))

    def offer(self) -> str:
        return self.create(self.painter, self.named("PaintOffer"),
                           painter=party_value(self.painter), houseOwner=party_value(self.owner),
                           obligor=party_value(self.bank), amount=self.pound())

    def accept(self, party: str, offer: str, iou: str):
        return self.exercise(party, self.named("PaintOffer"), offer, "PaintOffer_Accept",
                             iouCid=contract_id(iou))

    def fetch(self, party: str, entity: str, field: str, contract: str):
        """As its own contract's choice does it."""
        wrapper = self.named(f"Fetch{entity}")
        made = self.create(party, wrapper, fetcher=party_value(party),
                           **{field: contract_id(contract)})
        return self.exercise(party, wrapper, made, f"Fetch{entity}_Fetch")

    def test_who_accepts_an_offer_agrees_and_pays_with_what_the_bank_owes(self):
        tree = self.accept(self.owner, self.offer(), self.iou(self.bank, self.owner))
        agreements = [event for event in created_events(tree)
                      if event.template_id.entity_name == "PaintAgree"]
        self.assertEqual(len(agreements), 1)
        arguments = agreements[0].create_arguments
        self.assertEqual([(field.label, field.value.party) for field in arguments.fields],
                         [("painter", self.painter), ("houseOwner", self.owner)])
        self.assertEqual(arguments.record_id, agreements[0].template_id)
        self.assertEqual(shape(tree), [["PaintOffer_Accept",
                                        [["Transfer", [["Iou", []]]], ["PaintAgree", []]]]])

    def test_nobody_signs_for_another(self):
        self.refused_definitely(
            *UNAUTHORIZED,
            lambda: self.create(self.owner, self.named("PaintAgree"),
                                painter=party_value(self.painter),
                                houseOwner=party_value(self.owner)),
            "requires authorizers", self.painter)

    def test_nobody_exercises_a_choice_of_another(self):
        iou = self.iou(self.painter, self.owner)
        offer = self.offer()
        self.refused_definitely(*UNAUTHORIZED, lambda: self.accept(self.painter, offer, iou),
                                "requires authorizers", self.owner)

    def test_a_contract_is_used_once(self):
        iou = self.iou(self.bank, self.owner)
        transfer = exercise_of(self.named("Iou"), iou, "Transfer",
                               newOwner=party_value(self.painter))
        self.refused_definitely(NOT_FOUND, "CONTRACT_NOT_ACTIVE",
                                lambda: self.submit(self.owner, transfer, transfer),
                                "Update failed due to fetch of an inactive contract")
        self.submit(self.owner, transfer)
        self.refused_definitely(*UNFOUND, lambda: self.submit(self.owner, transfer),
                                NOT_FOUND_TEXT)

    def test_each_step_of_a_deal_is_seen_by_its_parties_only(self):
        iou = self.iou(self.bank, self.owner)
        self.fetch(self.bank, "Iou", "iouCid", iou)
        self.fetch(self.owner, "Iou", "iouCid", iou)
        self.unseen(self.painter, "Iou", "iouCid", iou)
        offer = self.offer()
        self.fetch(self.owner, "PaintOffer", "offerCid", offer)
        self.fetch(self.painter, "PaintOffer", "offerCid", offer)
        self.unseen(self.bank, "PaintOffer", "offerCid", offer)
        made = {event.template_id.entity_name: event.contract_id
                for event in created_events(self.accept(self.owner, offer, iou))}
        self.fetch(self.bank, "Iou", "iouCid", made["Iou"])
        self.fetch(self.painter, "Iou", "iouCid", made["Iou"])
        self.fetch(self.painter, "PaintAgree", "agreeCid", made["PaintAgree"])
        self.fetch(self.owner, "PaintAgree", "agreeCid", made["PaintAgree"])
        self.unseen(self.bank, "PaintAgree", "agreeCid", made["PaintAgree"])
        # The owner has seen it being made, and has no part in it.
        self.refused_definitely(*UNAUTHORIZED,
                                lambda: self.fetch(self.owner, "Iou", "iouCid", made["Iou"]),
                                "requires one of the stakeholders", self.painter)

    def unseen(self, party: str, entity: str, field: str, contract: str) -> None:
        self.refused_definitely(*UNFOUND, lambda: self.fetch(party, entity, field, contract),
                                NOT_FOUND_TEXT)

    def test_only_who_is_informed_of_a_choice_sees_what_it_fetches(self):
        issuer, owner, delegate = self.bank, self.owner, self.painter
        token = self.create(issuer, self.named("Token"), issuer=party_value(issuer),
                            owner=party_value(owner), id=int64(1))
        delegation = self.named("Delegation")

        def delegate_to():
            return self.create(owner, delegation, owner=party_value(owner),
                               delegate=party_value(delegate))
        standing = delegate_to()

        def consume():
            return self.exercise(delegate, delegation, standing, "Delegation_Token_Consume",
                                 tokenId=contract_id(token))
        # An observer is told of consuming choices only.
        self.exercise(owner, delegation, delegate_to(), "Delegation_Wrong_Divulge_Token",
                      tokenId=contract_id(token))
        self.refused_definitely(*UNFOUND, consume, NOT_FOUND_TEXT)
        self.exercise(owner, delegation, delegate_to(), "Delegation_Divulge_Token",
                      tokenId=contract_id(token))
        self.assertEqual(shape(consume()), [["Delegation_Token_Consume", [["Token_Consume", []]]]])

    def test_every_party_of_a_contract_must_be_allocated(self):
        unknown = self.unique("unallocated")
        error = self.refused_definitely(
            NOT_FOUND, "PARTY_NOT_KNOWN_ON_LEDGER", lambda: self.iou(self.bank, unknown), unknown)
        self.assertRegex(error.details(), "Part(y|ies) not known on ledger")


class SeveralParties(Semantics):
    """Contracts of several signatories, which several parties submit together."""

    def setUp(self):
        super().setUp()
        self.contract = self.template("model-tests", "Test:MultiPartyContract")
        self.alice, self.bob, self.charlie, self.david = self.parties("a", "b", "c", "d")
        self.others = [self.charlie, self.david]

    def signed(self, *parties: str, submitters=None) -> tuple[str, dict]:
        """(contract, its key, which is all it says)"""
        fields = {"parties": list_of(*map(party_value, parties)), "value": text(self.new_text())}
        return self.create(submitters or parties, self.contract, **fields), record(**fields)

    def use(self, contract: str, choice: str, read_as=(), **argument):
        return self.exercise(self.others, self.contract, contract, choice, read_as=read_as,
                             actors=list_of(*map(party_value, self.others)), **argument)

    def test_all_signatories_must_submit(self):
        everyone = [self.alice, self.bob, self.charlie]
        self.signed(*everyone)
        self.refused_definitely(*UNAUTHORIZED,
                                lambda: self.signed(*everyone, submitters=[self.alice, self.bob]),
                                "requires authorizers", self.charlie)

    def test_submitters_use_what_whoever_they_read_as_may_see(self):
        contract, key = self.signed(self.alice, self.bob)
        own, _ = self.signed(self.alice, self.bob, self.charlie, self.david)
        for choice, argument in self.ways(contract, key):
            with self.subTest(choice=choice):
                self.assertEqual(
                    shape(self.use(own, choice, read_as=[self.alice], **argument)), [[choice, []]])

    def test_to_read_as_somebody_is_not_to_act_for_them(self):
        contract, key = self.signed(self.alice, self.bob)
        own, _ = self.signed(self.charlie, self.david)
        stakeholders = "of the fetched contract to be an authorizer, but authorizers were"
        words = {"MPFetchOther": stakeholders, "MPFetchOtherByKey": stakeholders,
                 "MPLookupOtherByKey": "for lookup by key, but it only has"}
        for choice, argument in self.ways(contract, key):
            with self.subTest(choice=choice):
                self.refused_definitely(
                    *UNAUTHORIZED,
                    lambda: self.use(own, choice, read_as=[self.alice, self.bob], **argument),
                    self.alice, words[choice])

    def test_without_a_reader_a_contract_is_not_there(self):
        contract, key = self.signed(self.alice, self.bob)
        own, _ = self.signed(self.alice, self.bob, self.charlie, self.david)
        (fetch, by_id), (fetch_by_key, by_key), (lookup, expected) = self.ways(contract, key)
        self.refused_definitely(*UNFOUND, lambda: self.use(own, fetch, **by_id), NOT_FOUND_TEXT)
        self.refused_definitely(*NO_KEY, lambda: self.use(own, fetch_by_key, **by_key),
                                NO_KEY_TEXT)
        error = self.refused_definitely(FAILED_PRECONDITION, "DAML_INTERPRETATION_ERROR",
                                        lambda: self.use(own, lookup, **expected))
        self.assertRegex(error.details(), re.compile(
            r'Interpretation error: Error: Unhandled Daml exception: [0-9a-zA-Z.:]*@[0-9a-f]*'
            r'\{ message = "LookupOtherByKey value matches" \}\. Details: '
            r'Last location: \[[^\]]*\], partial transaction: root node'))

    @staticmethod
    def ways(contract: str, key: dict) -> list[tuple[str, dict]]:
        return [("MPFetchOther", {"cid": contract_id(contract)}),
                ("MPFetchOtherByKey", {"keyToFetch": key}),
                ("MPLookupOtherByKey", {"keyToFetch": key,
                                        "expectedCid": optional(contract_id(contract))})]


class Keys(Semantics):
    def setUp(self):
        super().setUp()
        self.owner, self.other = self.parties("owner", "other")

    def named(self, entity: str) -> dict:
        return self.template("model-tests", f"Test:{entity}")

    def test_a_contract_that_was_not_shown_is_found_neither_by_id_nor_by_key(self):
        key = text(self.new_text())
        contract = self.create(self.owner, self.named("Delegated"),
                               owner=party_value(self.owner), k=key)
        delegation = self.create(self.owner, self.named("Delegation"),
                                 owner=party_value(self.owner), delegate=party_value(self.other))

        def use(choice: str, **argument):
            return self.exercise(self.other, self.named("Delegation"), delegation, choice,
                                 **argument)
        by_key = {"p": party_value(self.owner), "k": key}
        self.refused_definitely(
            *UNFOUND, lambda: use("FetchDelegated", delegated=contract_id(contract)),
            NOT_FOUND_TEXT, contract)
        self.refused_definitely(*NO_KEY, lambda: use("FetchByKeyDelegated", **by_key),
                                "couldn't find key")
        # That it found nothing is what was wrong.
        self.refused_definitely(FAILED_PRECONDITION, "INCONSISTENT_CONTRACT_KEY",
                                lambda: use("LookupByKeyDelegated", **by_key),
                                "Contract key lookup with different results")

    def test_a_key_leads_to_a_contract_while_it_is_active(self):
        text_key = self.named("TextKey")
        key = record(_1=party_value(self.owner), _2=text(self.new_text()))
        fields = key["record"]["fields"]
        unlabelled = {"record": {"fields": [{"value": field["value"]} for field in fields]}}

        def use(with_key: dict):
            return self.submit(self.owner, exercise_by_key(text_key, with_key, "TextKeyChoice"))
        self.refused_definitely(*NO_KEY, lambda: use(key), NO_KEY_TEXT)
        for shown in (key, unlabelled):
            contract = self.create(self.owner, text_key, tkParty=fields[0]["value"],
                                   tkKey=fields[1]["value"], tkDisclosedTo=list_of())
            events = exercised(use(shown))
            self.assertEqual([event.contract_id for event in events], [contract])
            self.assertTrue(events[0].consuming)
            self.refused_definitely(*NO_KEY, lambda: use(key), NO_KEY_TEXT)

    def test_keys_are_for_their_maintainers_to_give_and_to_look_up(self):
        self.refused_definitely(
            *UNAUTHORIZED,
            lambda: self.create(self.owner, self.named("MaintainerNotSignatory"),
                                p=party_value(self.owner), q=party_value(self.other)),
            "are not a subset of the signatories", self.other)
        operations = self.named("TextKeyOperations")
        stranger = self.create(self.other, operations, tkoParty=party_value(self.other))
        key = record(_1=party_value(self.owner), _2=text(self.new_text()))
        # Whether the key leads anywhere makes no difference.
        for created in (False, True):
            with self.subTest(created=created):
                if created:
                    first, second = (field["value"] for field in key["record"]["fields"])
                    self.create(self.owner, self.named("TextKey"), tkParty=first, tkKey=second,
                                tkDisclosedTo=list_of(party_value(self.other)))
                self.refused_definitely(
                    *UNAUTHORIZED,
                    lambda: self.exercise(self.other, operations, stranger, "TKOLookup",
                                          keyToLookup=key, expected=optional()),
                    "requires authorizers", self.owner)

    def test_a_key_is_free_again_when_its_contract_is_gone(self):
        """Also where another party has caused and seen each of the contracts."""
        creator = self.named("WithKeyCreatorAlternative")
        source = self.create(self.owner, creator, p1=party_value(self.owner),
                             p2=party_value(self.other))
        for _ in range(2):
            tree = self.exercise(self.other, creator, source,
                                 "WithKeyCreatorAlternative_DiscloseCreate")
            self.assertEqual(len(created_events(tree)), 1)
            active = [event for event in self.client.active(self.owner)
                      if event.template_id.entity_name == "WithKey"]
            self.assertEqual([event.contract_id for event in active],
                             [event.contract_id for event in created_events(tree)])
            self.refused_definitely(
                ALREADY_EXISTS, "DUPLICATE_CONTRACT_KEY",
                lambda: self.exercise(self.other, creator, source,
                                      "WithKeyCreatorAlternative_DiscloseCreate"),
                "contract key is not unique")
            self.exercise(self.owner, self.named("WithKey"), active[0].contract_id, "Archive")

    def test_to_have_been_shown_a_contract_gives_no_right_to_its_key(self):
        with_key = self.named("WithKey")
        helper = self.named("WithKeyDivulgenceHelper")
        contract = self.create(self.owner, with_key, p=party_value(self.owner))

        def by_id():
            return exercise_of(with_key, contract, "WithKey_NoOp",
                               divulgee=party_value(self.other))

        def by_key(party: str):
            return exercise_by_key(with_key, party_value(self.owner), "WithKey_NoOp",
                                   divulgee=party_value(party))
        self.submit(self.owner, by_key(self.owner))
        shown = self.create(self.other, helper, divulgedTo=party_value(self.other),
                            withKeyOwner=party_value(self.owner))
        self.exercise(self.owner, helper, shown, "WithKeyDivulgenceHelper_Fetch",
                      withKeyToFetch=contract_id(contract))
        self.submit(self.other, by_id())
        self.refused_definitely(*NO_KEY, lambda: self.submit(self.other, by_key(self.other)),
                                "couldn't find key")
        self.refused_definitely(
            FAILED_PRECONDITION, "DAML_INTERPRETATION_ERROR",
            lambda: self.submit(self.other, by_id(), by_key(self.other)),
            "key of contract not visible")


class Divulgence(Semantics):
    def test_who_saw_a_contract_used_is_not_told_that_it_is_active(self):
        alice, bob = self.parties("alice", "bob")
        first, second = (self.template("model-tests", f"Test:Divulgence{n}") for n in (1, 2))
        hidden = self.create(alice, first, div1Party=party_value(alice))
        shared = self.create(bob, second, div2Signatory=party_value(bob),
                             div2Fetcher=party_value(alice))
        self.exercise(alice, second, shared, "Divulgence2Fetch", div1ToFetch=contract_id(hidden))
        self.assertEqual([(event.contract_id, list(event.witness_parties))
                          for event in self.client.active(bob)], [(shared, [bob])])
        self.assertEqual({event.contract_id: set(event.witness_parties)
                          for event in self.client.active(alice, bob)},
                         {hidden: {alice}, shared: {alice, bob}})

    def test_each_event_is_witnessed_by_whom_it_concerns(self):
        alice, bob, charlie = everyone = self.parties("alice", "bob", "charlie")
        template = self.template("model-tests", "Test:Witnesses")
        shower = self.template("model-tests", "Test:DivulgeWitnesses")
        begin = {"absolute": self.client.end()}
        contract = self.create(alice, template, p_signatory=party_value(alice),
                               p_observer=party_value(bob), p_actor=party_value(charlie))
        creation = self.client.transactions(alice, begin=begin, trees=True)[0]
        self.assertEqual(self.witnesses(creation.transaction_id, everyone), [{alice, bob}])
        # Charlie is nobody's observer: a choice of another contract has to show it.
        showing = self.create(charlie, shower, p_signatory=party_value(alice),
                              p_actor=party_value(charlie))
        self.exercise(alice, shower, showing, "Divulge", toFetch=contract_id(contract))
        for choice, informed in (("WitnessesNonConsumingChoice", {alice, charlie}),
                                 ("WitnessesChoice", {alice, bob, charlie})):
            tree = self.exercise(charlie, template, contract, choice)
            self.assertEqual(self.witnesses(tree.transaction_id, everyone), [informed])

    def witnesses(self, transaction_id: str, parties) -> list[set]:
        """Of each event of a transaction, as all these parties see it."""
        tree = self.client.call("TransactionService/GetTransactionById",
                                {"transaction_id": transaction_id, "requesting_parties": parties})
        return [set(getattr(event, event.WhichOneof("kind")).witness_parties)
                for event in tree.transaction.events_by_id.values()]


class Types(Semantics):
    def test_a_contract_of_another_template_is_not_used(self):
        party = self.party()
        dummy = self.create(party, self.template("model-tests", "Test:Dummy"),
                            operator=party_value(party))
        delegation = self.template("model-tests", "Test:Delegation")
        own = self.create(party, delegation, owner=party_value(party),
                          delegate=party_value(party))
        wrong = exercise_of(self.template("model-tests", "Test:DummyWithParam"), dummy,
                            "DummyChoice2", paramString=text("txt"))
        clone = exercise_of(self.template("model-tests", "Test:Dummy"), dummy, "Clone")
        fetch = exercise_of(delegation, own, "FetchDelegated", delegated=contract_id(dummy))
        for commands in ([wrong], [fetch], [clone, wrong]):
            with self.subTest(commands=commands):
                self.refused_definitely(INVALID_ARGUMENT, "DAML_INTERPRETER_INVALID_ARGUMENT",
                                        lambda: self.submit(party, *commands),
                                        "wrongly typed contract id")

    def test_a_choice_belongs_to_the_type_that_declares_it(self):
        party = self.party()
        implementation = self.template("semantic-tests", "Interface:T")
        contract = self.create(party, implementation, owner=party_value(party))
        required = self.template("semantic-tests", "Interface2:I")
        for named in (implementation, required):
            with self.subTest(type=named["module_name"]):
                self.refused_definitely(
                    INVALID_ARGUMENT, "COMMAND_PREPROCESSING_FAILED",
                    lambda: self.exercise(party, named, contract, "ChoiceI1"),
                    "unknown choice ChoiceI1")
        declaring = self.template("semantic-tests", "Interface1:I")
        events = exercised(self.exercise(party, declaring, contract, "ChoiceI1"))
        self.assertEqual([(event.choice, event.template_id.module_name,
                           event.interface_id.module_name) for event in events],
                         [("ChoiceI1", "Interface", "Interface1")])


class Exceptions(Semantics):
    def setUp(self):
        super().setUp()
        self.alice = self.party("alice")
        self.tester = self.make("ExceptionTester", p=party_value(self.alice))

    def named(self, entity: str) -> dict:
        return self.template("semantic-tests", f"Exceptions:{entity}")

    def make(self, entity: str, party: str | None = None, **fields) -> str:
        return self.create(party or self.alice, self.named(entity), **fields)

    def keyed(self) -> str:
        return self.make("WithSimpleKey", p=party_value(self.alice))

    def use(self, choice: str, **argument):
        return self.exercise(self.alice, self.named("ExceptionTester"), self.tester, choice,
                             **argument)

    def archive(self, entity: str, contract: str):
        return self.exercise(self.alice, self.named(entity), contract, "Archive")

    def test_what_nobody_catches_is_told_with_its_name_and_content(self):
        error = self.refused_definitely(FAILED_PRECONDITION, "DAML_INTERPRETATION_ERROR",
                                        lambda: self.use("ThrowUncaught"))
        self.assertRegex(error.details(), r'Unhandled (Daml )?exception: Exceptions:E@[0-9a-f]+'
                                          r'\{ t = "exception message" \}')

    def test_what_was_undone_must_have_been_possible(self):
        for choice in ("RollbackFetch", "RollbackConsuming", "RollbackNonConsuming"):
            with self.subTest(choice=choice):
                other = self.make("ExceptionTester", p=party_value(self.alice))
                for _ in range(2):
                    tree = self.use(choice, cid=contract_id(other))
                    self.assertEqual(shape(tree), [[choice, []]])
                self.archive("ExceptionTester", other)
                self.refused_definitely(
                    *UNFOUND, lambda: self.use(choice, cid=contract_id(other)),
                    NOT_FOUND_TEXT, other)

    def test_a_key_is_taken_also_for_a_creation_that_is_undone(self):
        contract = self.keyed()
        self.refused_definitely(ALREADY_EXISTS, "DUPLICATE_CONTRACT_KEY",
                                lambda: self.use("DuplicateKey"), "DuplicateKey")
        self.archive("WithSimpleKey", contract)
        for _ in range(2):
            self.assertEqual(shape(self.use("DuplicateKey")), [["DuplicateKey", []]])

    def test_a_key_leads_somewhere_also_where_it_is_undone(self):
        self.refused_definitely(*NO_KEY, lambda: self.use("FetchKey"), "couldn't find key")
        contract = self.keyed()
        self.assertEqual(shape(self.use("FetchKey")), [["FetchKey", []]])
        self.archive("WithSimpleKey", contract)
        self.refused_definitely(*NO_KEY, lambda: self.use("FetchKey"), "couldn't find key")

    def test_an_archived_contract_s_key_is_free_whatever_was_undone_since(self):
        tree = self.use("RollbackGlobalArchivedCreate", cid=contract_id(self.keyed()))
        self.assertEqual(shape(tree), [["RollbackGlobalArchivedCreate",
                                        [["Archive", []], ["WithSimpleKey", []]]]])
        active = [event.contract_id for event in self.client.active(self.alice)
                  if event.template_id.entity_name == "WithSimpleKey"]
        self.assertEqual(active, [event.contract_id for event in created_events(tree)])
        tree = self.use("RollbackGlobalArchivedLookup", cid=contract_id(active[0]))
        self.assertEqual(shape(tree), [["RollbackGlobalArchivedLookup", [["Archive", []]]]])

    def test_what_was_created_and_undone_is_not_there(self):
        self.refused_definitely(*UNFOUND, lambda: self.use("RollbackCreateBecomesInactive"),
                                NOT_FOUND_TEXT)

    def test_after_an_undone_archival_and_creation_the_key_leads_where_it_did(self):
        contract = self.keyed()
        tree = self.use("RollbackExerciseCreateLookup", cid=contract_id(contract))
        self.assertEqual(shape(tree), [["RollbackExerciseCreateLookup", []]])
        self.archive("WithSimpleKey", contract)

    def test_of_tries_within_tries_each_party_is_told_its_part_of_what_stays(self):
        bob, charlie = self.parties("bob", "charlie")
        delegate = self.make("WithKeyDelegate", bob, a=party_value(self.alice),
                             b=party_value(bob))
        informers = {name: contract_id(self.make("Informer", a=party_value(self.alice),
                                                 obs=list_of(*map(party_value, observers))))
                     for name, observers in (("pbInformer", [bob]), ("pcInformer", [charlie]),
                                             ("pbcInformer", [bob, charlie]))}
        tree = self.use("ProjectionNormalization", b=party_value(bob),
                        keyDelegate=contract_id(delegate), **informers)
        made = ["CreateWithKey", [["WithKey", []]]]
        self.assertEqual(shape(tree), [["ProjectionNormalization", [made]]])
        self.assertEqual(shape(self.trees(bob)[-1]), [made])
        self.assertNotIn(tree.transaction_id,
                         [other.transaction_id for other in self.trees(charlie)])

    def test_tries_that_use_one_contract_again_and_again_leave_it_to_be_used(self):
        bob, charlie = self.parties("bob", "charlie")
        delegate = self.make("WithKeyDelegate", bob, a=party_value(self.alice),
                             b=party_value(bob))
        helper = self.make("RollbackNestingHelper", charlie, a=party_value(self.alice),
                           b=party_value(bob), c=party_value(charlie))
        tree = self.use("ProjectionNesting", b=party_value(bob),
                        keyDelegate=contract_id(delegate), cid=contract_id(helper))
        made, used = ["CreateWithKey", [["WithKey", []]]], ["Consume", []]
        self.assertEqual(shape(tree), [["ProjectionNesting",
                                        [made, ["ProjectionNestingInner", []], used]]])
        self.assertEqual(shape(self.trees(bob)[-1]), [made, used])
        self.assertNotIn(tree.transaction_id,
                         [other.transaction_id for other in self.trees(charlie)])
        self.assertEqual([event for event in self.client.active(bob)
                          if event.template_id.entity_name == "WithKey"], [])
