"""Parties: their names, their details, and who may change what of them."""

import unittest

import annotated
from annotated import AT_ONCE, ROUNDS, mask, outcomes
from case import INVALID_ARGUMENT, NOT_FOUND, LedgerCase, resources

SERVICE = "admin.PartyManagementService/"
LONGEST_NAME = 255


class PartyCase(LedgerCase):
    def parties_call(self, method: str, request: dict):
        return self.client.call(SERVICE + method, request)

    def allocate(self, **request):
        """The details of a new party."""
        return self.parties_call("AllocateParty", request).party_details

    def details_of_party(self, party: str):
        return self.parties_call("GetParties", {"parties": [party]}).party_details[0]

    def update_party(self, party: str, *paths: str, **fields):
        request = {"party_details": {"party": party, **fields}, "update_mask": mask(*paths)}
        return self.parties_call("UpdatePartyDetails", request).party_details


class NewParties(PartyCase):
    def test_a_party_is_read_as_it_was_allocated(self):
        hint = self.unique("bob")
        made = self.allocate(party_id_hint=hint, display_name="Bob Ross",
                             local_metadata={"annotations": {"k1": "v1", "k2": "v2"}})
        self.assertIn(hint, made.party)
        self.assertEqual(made.display_name, "Bob Ross")
        self.assertTrue(made.is_local)
        self.assertTrue(made.local_metadata.resource_version)
        self.assertEqual(dict(made.local_metadata.annotations), {"k1": "v1", "k2": "v2"})
        self.assertEqual(self.details_of_party(made.party), made)
        known = self.parties_call("ListKnownParties", {}).party_details
        self.assertEqual([one for one in known if one.party == made.party], [made])

    def test_parties_without_a_hint_have_names_of_their_own_whatever_is_displayed(self):
        made = [self.allocate(display_name="Ononym") for _ in range(3)]
        self.assertEqual(len({one.party for one in made} - {""}), 3)
        self.assertEqual({one.display_name for one in made}, {"Ononym"})

    def test_a_hint_that_is_taken_is_refused(self):
        hint = self.unique("hint")
        made = self.allocate(party_id_hint=hint, display_name="first",
                             local_metadata={"annotations": {"k": "v"}})
        self.refused(INVALID_ARGUMENT, "INVALID_ARGUMENT",
                     lambda: self.allocate(party_id_hint=hint, display_name="second"),
                     "Party already exists")
        self.assertEqual(self.details_of_party(made.party), made)

    def test_of_allocations_of_one_hint_at_once_one_is_taken(self):
        for _ in range(ROUNDS):
            hint = self.unique("hint")
            results = outcomes([self.client.begin(SERVICE + "AllocateParty", {
                "party_id_hint": hint, "display_name": str(i)}) for i in range(AT_ONCE)])
            taken = [answer.party_details for answer, error in results if error is None]
            self.assertEqual(len(taken), 1)
            for _, error in results:
                if error is not None:
                    self.assertTrue(error.details().startswith("INVALID_ARGUMENT("))
                    self.assertIn("Party already exists", error.details())
            self.assertEqual(self.details_of_party(taken[0].party), taken[0])

    def test_parties_allocated_at_once_all_have_names_of_their_own(self):
        results = outcomes([self.client.begin(SERVICE + "AllocateParty", {}) for _ in range(50)])
        self.assertEqual([error for _, error in results if error], [])
        self.assertEqual(len({answer.party_details.party for answer, _ in results}), 50)

    def test_hints_that_are_no_names_are_refused(self):
        for hint, phrase in (("x" * (LONGEST_NAME + 1), "Party is too long"),
                             ("\U0001F600", "non expected character"),
                             ("a.b", "non expected character"),
                             ("a/b", "non expected character")):
            with self.subTest(hint[:10]):
                self.refused(INVALID_ARGUMENT, "INVALID_ARGUMENT",
                             lambda hint=hint: self.allocate(party_id_hint=hint), phrase)

    def test_a_new_party_has_no_version_yet(self):
        self.refused(INVALID_ARGUMENT, "INVALID_ARGUMENT",
                     lambda: self.allocate(local_metadata={"resource_version": "1"}),
                     "resource_version")

    def test_parties_that_are_not_there_are_left_out_and_none_asked_is_none_answered(self):
        party = self.party()
        asked = self.parties_call("GetParties", {"parties": [party, "non-existent", party]})
        self.assertEqual([one.party for one in asked.party_details], [party])
        for parties in ([], ["non-existent"]):
            self.assertFalse(self.parties_call("GetParties", {"parties": parties}).party_details)

    def test_the_participant_has_a_name(self):
        self.assertTrue(self.parties_call("GetParticipantId", {}).participant_id)


class UpdatesOfParties(PartyCase):
    def test_what_the_ledger_says_of_a_party_may_be_repeated(self):
        made = self.allocate(display_name="displayed", local_metadata={"annotations": {"k": "v"}})
        same = self.update_party(made.party, "display_name", "is_local", is_local=True,
                                 display_name="displayed", local_metadata={})
        self.assertEqual((same.display_name, same.is_local), ("displayed", True))
        self.assertEqual(dict(same.local_metadata.annotations), {"k": "v"})
        nameless = self.allocate()
        self.assertEqual(self.update_party(nameless.party, "display_name").display_name, "")

    def test_what_the_ledger_says_of_a_party_is_not_changed(self):
        made = self.allocate(display_name="displayed")
        for path, fields in (("display_name", {"display_name": "other"}), ("display_name", {}),
                             ("is_local", {"is_local": False})):
            with self.subTest(f"{path}: {fields}"):
                error = self.refused(INVALID_ARGUMENT, "INVALID_PARTY_DETAILS_UPDATE_REQUEST",
                                     lambda p=path, f=fields: self.update_party(made.party, p, **f))
                self.assertIn(("PARTY", made.party), resources(error))
        self.assertEqual(self.details_of_party(made.party), made)

    def test_an_update_needs_no_metadata(self):
        made = self.allocate(display_name="displayed")
        updated = self.update_party(made.party, "party")
        self.assertEqual((updated.party, updated.display_name, updated.is_local),
                         (made.party, "displayed", True))
        self.assertFalse(updated.local_metadata.annotations)

    def test_an_update_says_which_party_it_is_about(self):
        self.refused(INVALID_ARGUMENT, "MISSING_FIELD",
                     lambda: self.parties_call("UpdatePartyDetails", {
                         "update_mask": "localMetadata"}),
                     "missing a mandatory field: party_details")
        self.refused(INVALID_ARGUMENT, "INVALID_ARGUMENT",
                     lambda: self.update_party("", "local_metadata"))

    def test_a_party_that_is_not_there_is_not_updated(self):
        party = self.unique("nobody")
        error = self.refused(NOT_FOUND, "PARTY_NOT_FOUND",
                             lambda: self.update_party(party, "local_metadata.annotations",
                                                       local_metadata={"annotations": {"k": "v"}}))
        self.assertIn(("PARTY", party), resources(error))


class AnnotatedParties(PartyCase, annotated.Annotated):
    kind = "PARTY"
    meta = "local_metadata"
    name_path = "party"
    bad_update = "INVALID_PARTY_DETAILS_UPDATE_REQUEST"
    changed_meanwhile = "CONCURRENT_PARTY_DETAILS_UPDATE_DETECTED"
    too_large = "MAX_PARTY_DETAILS_ANNOTATIONS_SIZE_EXCEEDED"

    def make(self, annotations: dict | None = None):
        return self.allocate(local_metadata={"annotations": annotations or {}})

    def read(self, name: str):
        return self.details_of_party(name)

    def update_request(self, name: str, meta: dict, paths) -> tuple[str, dict]:
        return SERVICE + "UpdatePartyDetails", {
            "party_details": {"party": name, "local_metadata": meta}, "update_mask": mask(*paths)}

    def updated(self, answer):
        return answer.party_details


if __name__ == "__main__":
    unittest.main()
