"""Events found by their contract's key, contracts seen through interfaces, and packages."""

import hashlib

from case import NOT_FOUND, created_events, int64, party_value, record, resources, text
from case import LedgerCase, create_of, exercise_of
from reading import ReadingCase, asking, interface

FAILED_VIEW = 9 # FAILED_PRECONDITION
ALL_IMPLEMENTATIONS = ("T1", "T2", "T3")


class EventsByKey(ReadingCase):
    def setUp(self):
        super().setUp()
        self.text_key = self.template("model-tests", "Test:TextKey")

    def find(self, maintainer: str, key: str, *readers: str, **more):
        return self.client.call("EventQueryService/GetEventsByContractKey", {
            "contract_key": record(_1=party_value(maintainer), _2=text(key)),
            "template_id": self.text_key, "requesting_parties": readers or [maintainer], **more})

    def create_keyed(self, party: str, key: str):
        """The created event."""
        transaction = self.submit_flat(party, create_of(
            self.text_key, tkParty=party_value(party), tkKey=text(key),
            tkDisclosedTo={"list": {}}))
        return created_events(transaction)[0]

    def test_a_contract_is_found_by_its_key_with_the_events_of_its_transactions(self):
        alice, bob = self.parties("alice", "bob")
        key = self.unique("key")
        created = self.create_keyed(alice, key)
        found = self.find(alice, key)
        self.assertEqual(found.create_event, created)
        self.assertFalse(found.HasField("archive_event"))
        transaction = self.submit_flat(alice, exercise_of(self.text_key, created.contract_id,
                                                          "TextKeyChoice"))
        found = self.find(alice, key)
        self.assertEqual(found.create_event, created)
        self.assertEqual([found.archive_event], [event.archived for event in transaction.events])
        hidden = self.find(alice, key, bob)
        self.assertFalse(hidden.HasField("create_event") or hidden.HasField("archive_event"))

    def test_earlier_contracts_of_a_key_are_found_one_by_one(self):
        alice = self.party()
        key = self.unique("key")
        first = self.create_keyed(alice, key)
        self.exercise(alice, self.text_key, first.contract_id, "TextKeyChoice")
        second = self.create_keyed(alice, key)
        found = self.find(alice, key)
        self.assertEqual(found.create_event, second)
        self.assertFalse(found.HasField("archive_event"))
        earlier = self.find(alice, key, continuation_token=found.continuation_token)
        self.assertEqual(earlier.create_event, first)
        self.assertEqual(earlier.archive_event.contract_id, first.contract_id)
        last = self.find(alice, key, continuation_token=earlier.continuation_token)
        self.assertFalse(last.HasField("create_event"))
        self.assertEqual(last.continuation_token, "")


class Interfaces(ReadingCase):
    """T1 to T3 implement I, T4 does not; the view of T3 fails."""

    def setUp(self):
        super().setUp()
        self.viewed = self.template("semantic-tests", "InterfaceViews:I")
        self.alice = self.party("alice")
        self.made = [self.create(self.alice, self.of(f"T{number}"), p=party_value(self.alice),
                                 a=int64(number)) for number in (1, 2, 3, 4)]

    def of(self, name: str) -> dict:
        return self.template("semantic-tests", f"InterfaceViews:{name}")

    def created(self, templates=(), views=(True,), **more) -> list:
        """The created events of flat transactions, by templates and wishes for I."""
        wishes = asking(self.alice, templates=[self.of(name) for name in templates],
                        interfaces=[interface(self.viewed, view) for view in views])
        return [event for one in self.read(wishes, **more) for event in created_events(one)]

    def check_view(self, event, a: int, b: bool, labels) -> None:
        self.assertEqual([view.interface_id.entity_name for view in event.interface_views], ["I"])
        view = event.interface_views[0]
        self.assertEqual(view.interface_id.package_id, self.viewed["package_id"])
        self.assertEqual(view.view_status.code, 0)
        fields = view.view_value.fields
        self.assertEqual([fields[0].value.int64, fields[1].value.bool], [a, b])
        self.assertEqual([field.label for field in fields], labels)

    def test_active_contracts_are_seen_as_their_template_and_their_interface_are_asked_for(self):
        wishes = asking(self.alice, templates=[self.of("T1")], interfaces=[interface(self.viewed)])
        contracts, _ = self.active(wishes)
        self.assertEqual([event.contract_id for event in contracts], self.made[:3])
        self.assertEqual([event.template_id.entity_name for event in contracts],
                         [*ALL_IMPLEMENTATIONS])
        asked_by_template, by_interface, failing = contracts
        self.check_view(asked_by_template, 1, True, ["a", "b"])
        self.assertEqual([field.label for field in asked_by_template.create_arguments.fields],
                         ["p", "a"])
        self.assertTrue(asked_by_template.HasField("contract_key"))
        self.check_view(by_interface, 2, False, ["a", "b"])
        self.assertEqual([view.view_status.code for view in failing.interface_views],
                         [FAILED_VIEW])
        self.assertFalse(failing.interface_views[0].HasField("view_value"))
        for event in contracts:
            self.assertFalse(event.HasField("create_arguments_blob"))
        for event in (by_interface, failing):
            self.assertFalse(event.HasField("create_arguments"))
            self.assertFalse(event.HasField("contract_key"))

    def test_a_view_that_is_wanted_once_and_not_wanted_once_is_shown(self):
        events = self.created(["T1"], views=(False, True), verbose=False)
        self.assertEqual([event.contract_id for event in events], self.made[:3])
        self.check_view(events[1], 2, False, ["", ""])
        again = self.created(["T1"], views=(True, False), verbose=False)
        self.assertEqual([without(event) for event in events], [without(event) for event in again])

    def test_an_interface_and_all_templates_that_implement_it_find_the_same(self):
        by_interface = self.created()
        by_templates = self.created(ALL_IMPLEMENTATIONS, views=())
        by_both = self.created(ALL_IMPLEMENTATIONS)
        self.assertEqual([event.contract_id for event in by_interface], self.made[:3])
        self.assertEqual([event.event_id for event in by_interface],
                         [event.event_id for event in by_templates])
        self.assertEqual(by_templates, [without(event, "interface_views") for event in by_both])
        self.assertEqual([without(event) for event in by_interface],
                         [without(event, "create_arguments", "contract_key")
                          for event in by_both])

    def test_types_that_no_package_has_are_named_in_the_error(self):
        unknown = self.of("TemplateDoesNotExist"), self.of("InterfaceDoesNotExist")
        template, viewed = (":".join((one["package_id"], one["module_name"], one["entity_name"]))
                            for one in unknown)

        def read(templates, interfaces):
            return lambda: self.read(asking(self.alice, templates=templates,
                                            interfaces=[interface(one) for one in interfaces]))
        for call, type_name, name, words in (
                (read(unknown[:1], ()), "TEMPLATE_ID", template, "Templates"),
                (read((), unknown[1:]), "INTERFACE_ID", viewed, "Interfaces")):
            error = self.refused(NOT_FOUND, "TEMPLATES_OR_INTERFACES_NOT_FOUND", call)
            self.assertRegex(error.details(),
                             rf"{words} do not exist.*{name.rpartition(':')[2]}\]")
            self.assertEqual(resources(error), [(type_name, name)])
        both = self.refused(NOT_FOUND, "TEMPLATES_OR_INTERFACES_NOT_FOUND",
                            read(unknown[:1], unknown[1:]))
        self.assertEqual(len(resources(both)), 2)


def without(event, *fields: str):
    """The created event without these fields, and without what only explains a failed view."""
    bare = type(event)()
    bare.CopyFrom(event)
    for field in fields:
        bare.ClearField(field)
    for view in bare.interface_views:
        view.view_status.ClearField("details")
    return bare


class Packages(LedgerCase):
    def test_a_package_comes_with_its_hash_which_is_its_id(self):
        known = self.client.call("PackageService/ListPackages", {}).package_ids
        self.assertGreaterEqual({*known}, {*self.packages.values()})
        for package in (known[0], self.packages["model-tests"]):
            answer = self.client.call("PackageService/GetPackage", {"package_id": package})
            self.assertEqual((answer.hash, answer.hash_function), (package, 0))
            self.assertEqual(hashlib.sha256(answer.archive_payload).hexdigest(), package)

    def test_a_package_that_is_not_there_is_not_found(self):
        for unknown in (" ", "0" * 64):
            error = self.refused(NOT_FOUND, "PACKAGE_NOT_FOUND", lambda unknown=unknown:
                                 self.client.call("PackageService/GetPackage",
                                                  {"package_id": unknown}))
            self.assertEqual(resources(error), [("PACKAGE", unknown)])
