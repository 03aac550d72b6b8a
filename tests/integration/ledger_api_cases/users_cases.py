"""Users of a participant: their rights, their pages, and what happens when several callers change
one user at once."""

import unittest

import annotated
from annotated import AT_ONCE, ROUNDS, mask, outcomes
from case import (ALREADY_EXISTS, FAILED_PRECONDITION, INVALID_ARGUMENT, NOT_FOUND, LedgerCase,
                  resources)

SERVICE = "admin.UserManagementService/"
ADMINISTRATOR = {"participant_admin": {}}


def act_as(party: str) -> dict:
    return {"can_act_as": {"party": party}}


def read_as(party: str) -> dict:
    return {"can_read_as": {"party": party}}


def texts(rights) -> set:
    """Rights as they can be compared in any order."""
    return {str(right) for right in rights}


class UserCase(LedgerCase):
    def users_call(self, method: str, request: dict):
        return self.client.call(SERVICE + method, request)

    def create_user(self, name: str | None = None, rights=(), **fields):
        """The user, as the ledger answers."""
        user = {"id": name or self.unique("user"), **fields}
        answer = self.users_call("CreateUser", {"user": user, "rights": list(rights)})
        self.addCleanup(self.forget, user["id"])
        return answer.user

    def forget(self, name: str) -> None:
        self.client.begin(SERVICE + "DeleteUser", {"user_id": name}).exception()

    def get_user(self, name: str):
        return self.users_call("GetUser", {"user_id": name}).user

    def rights_of(self, name: str):
        return self.users_call("ListUserRights", {"user_id": name}).rights

    def rights_message(self, rights):
        """As answers hold them."""
        return self.client.message(SERVICE + "GrantUserRights",
                                   {"user_id": "u", "rights": list(rights)}).rights

    def update_user(self, name: str, *paths: str, **fields):
        request = {"user": {"id": name, **fields}, "update_mask": mask(*paths)}
        return self.users_call("UpdateUser", request).user

    def at_once(self, method: str, request: dict) -> list:
        """What so many calls of the same come to, all under way together."""
        return outcomes([self.client.begin(SERVICE + method, request) for _ in range(AT_ONCE)])

    def check_errors(self, results: list, identifier: str) -> None:
        for _, error in results:
            if error is not None:
                self.assertEqual(error.details().partition("(")[0], identifier)


class Users(UserCase):
    def test_a_user_is_read_as_it_was_made_and_has_a_version(self):
        made = self.create_user(primary_party="party1")
        self.assertTrue(made.metadata.resource_version)
        self.assertEqual(made.primary_party, "party1")
        self.assertFalse(made.is_deactivated)
        self.assertEqual(self.get_user(made.id), made)

    def test_users_that_are_not_there_are_not_found_by_any_method(self):
        name = self.unique("nobody")
        update = {"user": {"id": name, "metadata": {"annotations": {"k": "v"}}},
                  "update_mask": "metadata.annotations"}
        for method, request in (("GetUser", {"user_id": name}), ("DeleteUser", {"user_id": name}),
                                ("ListUserRights", {"user_id": name}),
                                ("GrantUserRights", {"user_id": name}),
                                ("RevokeUserRights", {"user_id": name}), ("UpdateUser", update)):
            with self.subTest(method):
                error = self.refused(NOT_FOUND, "USER_NOT_FOUND",
                                     lambda m=method, r=request: self.users_call(m, r))
                self.assertIn(("USER", name), resources(error))

    def test_a_user_that_is_there_is_not_made_again(self):
        name = self.create_user().id
        error = self.refused(ALREADY_EXISTS, "USER_ALREADY_EXISTS",
                             lambda: self.users_call("CreateUser", {"user": {"id": name}}))
        self.assertIn(("USER", name), resources(error))

    def test_names_that_are_empty_or_no_names_are_refused_by_each_method_in_its_way(self):
        own = ("GetUser", "ListUserRights")  # an empty name is that of the caller, who is no user
        for method in (*own, "DeleteUser", "GrantUserRights", "RevokeUserRights"):
            with self.subTest(method):
                self.refused(INVALID_ARGUMENT,
                             "INVALID_ARGUMENT" if method in own else "MISSING_FIELD",
                             lambda m=method: self.users_call(m, {"user_id": ""}))
                self.refused(INVALID_ARGUMENT, "INVALID_FIELD",
                             lambda m=method: self.users_call(m, {"user_id": "?"}), "user_id")

    def test_wrong_new_users_are_told_apart(self):
        name = self.unique("user")
        cases = (({}, "MISSING_FIELD", "mandatory field: user"),
                 ({"user": {"id": ""}}, "MISSING_FIELD", "mandatory field: id"),
                 ({"user": {"id": "?"}}, "INVALID_FIELD", "id"),
                 ({"user": {"id": name, "primary_party": "party-!!"}}, "INVALID_ARGUMENT",
                  "non expected character"),
                 ({"user": {"id": name}, "rights": [act_as("party-!!")]}, "INVALID_ARGUMENT",
                  "non expected character"),
                 ({"user": {"id": name, "metadata": {"resource_version": "some"}}},
                  "INVALID_ARGUMENT", "user.metadata.resource_version"))
        for request, identifier, phrase in cases:
            with self.subTest(request):
                self.refused(INVALID_ARGUMENT, identifier,
                             lambda r=request: self.users_call("CreateUser", r), phrase)

    def test_the_administrator_is_there_from_the_beginning(self):
        self.assertEqual(self.get_user("participant_admin").id, "participant_admin")
        self.assertEqual(texts(self.rights_of("participant_admin")),
                         texts(self.rights_message([ADMINISTRATOR])))


class UpdatesOfUsers(UserCase):
    def test_a_field_of_the_mask_gets_its_value_also_where_that_is_the_default(self):
        cases = (("primary_party", "first", "second"), ("primary_party", "first", ""),
                 ("is_deactivated", False, True), ("is_deactivated", True, False))
        for field, before, after in cases:
            with self.subTest(f"{field}: {before!r} to {after!r}"):
                made = self.create_user(**{field: before})
                updated = self.update_user(made.id, field, metadata={}, **{field: after})
                self.assertEqual(getattr(updated, field), after)
                self.assertNotEqual(updated.metadata.resource_version,
                                    made.metadata.resource_version)
                self.assertEqual(self.get_user(made.id), updated)

    def test_fields_outside_of_the_mask_stay_as_they_are(self):
        made = self.create_user(primary_party="kept", is_deactivated=True,
                                metadata={"annotations": {"k": "v"}})
        updated = self.update_user(made.id, "is_deactivated", primary_party="other",
                                   metadata={"annotations": {"k": "w"}})
        self.assertEqual(updated.primary_party, "kept")
        self.assertFalse(updated.is_deactivated)
        self.assertEqual(dict(updated.metadata.annotations), {"k": "v"})

    def test_an_update_needs_no_metadata(self):
        updated = self.update_user(self.create_user().id, "primary_party", primary_party="next")
        self.assertEqual(updated.primary_party, "next")

    def test_all_fields_change_together(self):
        made = self.create_user(primary_party="first", is_deactivated=True,
                                metadata={"annotations": {"k1": "v1", "k2": "v2"}})
        updated = self.update_user(
            made.id, "is_deactivated", "primary_party", "metadata", primary_party="second",
            metadata={"annotations": {"k1": "", "k3": "v3"}})
        self.assertEqual((updated.primary_party, updated.is_deactivated), ("second", False))
        self.assertEqual(dict(updated.metadata.annotations), {"k2": "v2", "k3": "v3"})

    def test_an_update_says_which_user_it_is_about(self):
        for user, identifier, phrase in ((None, "MISSING_FIELD", "missing a mandatory field: user"),
                                         ({"id": ""}, "MISSING_FIELD", "mandatory field: user.id"),
                                         ({"id": "%%!!!"}, "INVALID_FIELD", "user.id")):
            with self.subTest(user):
                request = {"update_mask": "metadata", **({"user": user} if user else {})}
                self.refused(INVALID_ARGUMENT, identifier,
                             lambda r=request: self.users_call("UpdateUser", r), phrase)


class Rights(UserCase):
    def four_rights(self) -> list:
        acting, reading = self.parties("acting", "acting"), self.parties("reading", "reading")
        return [*map(act_as, acting), *map(read_as, reading)]

    def test_only_what_changes_is_answered_and_the_user_keeps_its_version(self):
        made = self.create_user()
        rights = self.four_rights()
        steps = (("GrantUserRights", "newly_granted_rights", [ADMINISTRATOR], [ADMINISTRATOR]),
                 ("GrantUserRights", "newly_granted_rights", [ADMINISTRATOR], []),
                 ("GrantUserRights", "newly_granted_rights", [ADMINISTRATOR, *rights], rights),
                 ("RevokeUserRights", "newly_revoked_rights", [ADMINISTRATOR], [ADMINISTRATOR]),
                 ("RevokeUserRights", "newly_revoked_rights", [ADMINISTRATOR], []),
                 ("RevokeUserRights", "newly_revoked_rights", [ADMINISTRATOR, *rights[:2]],
                  rights[:2]))
        for method, field, asked, changed in steps:
            answer = self.users_call(method, {"user_id": made.id, "rights": asked})
            self.assertEqual(texts(getattr(answer, field)), texts(self.rights_message(changed)))
        self.assertEqual(texts(self.rights_of(made.id)), texts(self.rights_message(rights[2:])))
        self.assertEqual(self.get_user(made.id), made)

    def test_no_rights_are_granted_and_revoked_without_an_error(self):
        name = self.create_user().id
        self.assertFalse(self.users_call("GrantUserRights", {"user_id": name}).newly_granted_rights)
        self.assertFalse(
            self.users_call("RevokeUserRights", {"user_id": name}).newly_revoked_rights)

    def test_a_right_of_no_kind_is_refused(self):
        name = self.create_user().id
        for method, request in (("GrantUserRights", {"user_id": name}),
                                ("RevokeUserRights", {"user_id": name}),
                                ("CreateUser", {"user": {"id": self.unique("user")}})):
            with self.subTest(method):
                self.refused(INVALID_ARGUMENT, "INVALID_ARGUMENT",
                             lambda m=method, r=request: self.users_call(m, {**r, "rights": [{}]}),
                             "unknown kind of right")
        self.assertFalse(self.rights_of(name))

    def test_a_user_has_no_more_rights_than_the_version_service_says(self):
        features = self.client.call("VersionService/GetLedgerApiVersion", {}).features
        most = features.user_management.max_rights_per_user
        self.assertGreater(most, 0)
        parties = [answer.party_details.party for answer in self.all_of(
            "admin.PartyManagementService/AllocateParty",
            ({"party_id_hint": self.unique("holder")} for _ in range(most // 2)))]
        rights = [*map(act_as, parties), *map(read_as, parties)][:most]
        self.refused(FAILED_PRECONDITION, "TOO_MANY_USER_RIGHTS",
                     lambda: self.create_user(rights=[ADMINISTRATOR, *rights]))
        full = [self.create_user(rights=rights).id for _ in range(2)]
        for name in full:
            error = self.refused(FAILED_PRECONDITION, "TOO_MANY_USER_RIGHTS",
                                 lambda name=name: self.users_call("GrantUserRights", {
                                     "user_id": name, "rights": [ADMINISTRATOR]}))
            self.assertIn(("USER", name), resources(error))
            self.assertEqual(texts(self.rights_of(name)), texts(self.rights_message(rights)))

    def all_of(self, method: str, requests) -> list:
        calls = [self.client.begin(method, request, timeout=60) for request in requests]
        return [call.result() for call in calls]


class RacesOfUsers(UserCase):
    def test_one_user_is_made_once(self):
        for _ in range(ROUNDS):
            name = self.unique("user")
            results = self.at_once("CreateUser", {"user": {"id": name}})
            self.addCleanup(self.forget, name)
            self.assertEqual(sum(error is None for _, error in results), 1)
            self.check_errors(results, "USER_ALREADY_EXISTS")

    def test_one_user_is_deleted_once(self):
        for _ in range(ROUNDS):
            name = self.create_user().id
            results = self.at_once("DeleteUser", {"user_id": name})
            self.assertEqual(sum(error is None for _, error in results), 1)
            self.check_errors(results, "USER_NOT_FOUND")

    def test_rights_are_newly_granted_to_one_caller_and_newly_revoked_for_one(self):
        rights = [*map(act_as, self.parties("acting", "acting")),
                  *map(read_as, self.parties("reading", "reading"))]
        expected = texts(self.rights_message(rights))
        name = self.create_user().id
        for _ in range(ROUNDS):
            for method, field in (("GrantUserRights", "newly_granted_rights"),
                                  ("RevokeUserRights", "newly_revoked_rights")):
                results = self.at_once(method, {"user_id": name, "rights": rights})
                self.assertEqual([error for _, error in results if error], [])
                changed = [texts(getattr(answer, field)) for answer, _ in results]
                self.assertEqual([change for change in changed if change], [expected])


class PagesOfUsers(UserCase):
    def page(self, **request):
        return self.users_call("ListUsers", request)

    def test_what_is_made_or_deleted_on_earlier_pages_does_not_move_the_later_ones(self):
        for _ in range(4):
            self.create_user()
        first = self.page(page_size=2)
        self.assertEqual(len(first.users), 2)
        second = self.page(page_size=2, page_token=first.next_page_token)
        self.assertEqual(len(second.users), 2)
        earlier = self.create_user("!" + first.users[-1].id)
        self.assertEqual(self.page(page_size=2, page_token=first.next_page_token), second)
        self.assertIn(earlier, self.page(page_size=2).users)
        self.forget(earlier.id)
        self.assertEqual(self.page(page_size=2, page_token=first.next_page_token), second)
        self.assertEqual(self.page(page_size=2), first)

    def test_pages_one_after_the_other_hold_every_user_once_in_the_order_of_their_names(self):
        made = {self.create_user().id for _ in range(5)}
        names, token = [], ""
        while True:
            page = self.page(page_size=3, page_token=token)
            names += [user.id for user in page.users]
            token = page.next_page_token
            if not token:
                break
        self.assertEqual(names, sorted(set(names)))
        self.assertLessEqual(made, set(names))

    def test_page_size_zero_is_the_servers_and_more_than_its_most_is_cut(self):
        most = self.client.call("VersionService/GetLedgerApiVersion",
                                {}).features.user_management.max_users_page_size
        self.assertGreater(most, 0)
        names = [self.unique("many") for _ in range(most + 1)]
        calls = [self.client.begin(SERVICE + "CreateUser", {"user": {"id": name}}, timeout=60)
                 for name in names]
        self.assertEqual([error for _, error in outcomes(calls) if error], [])
        try:
            for size in (0, most, most + 1, 2**31 - 1):
                page = self.page(page_size=size)
                self.assertEqual(len(page.users), most)
                self.assertTrue(page.next_page_token)
            rest = self.page(page_token=page.next_page_token)
            self.assertTrue(rest.users)
            self.assertGreater(rest.users[0].id, page.users[-1].id)
        finally:
            outcomes([self.client.begin(SERVICE + "DeleteUser", {"user_id": name}, timeout=60)
                      for name in names])

    def test_bad_sizes_and_tokens_of_pages_are_refused(self):
        for request in ({"page_size": -100}, {"page_token": "6b9f6a72-2b5e-4f6e-9f65-0a3d0a5e8f11"},
                        {"page_token": "%"}, {"page_token": "AA=="}):
            with self.subTest(request):
                self.refused(INVALID_ARGUMENT, "INVALID_ARGUMENT",
                             lambda r=request: self.page(**r))


class AnnotatedUsers(UserCase, annotated.Annotated):
    kind = "USER"
    meta = "metadata"
    name_path = "id"
    bad_update = "INVALID_USER_UPDATE_REQUEST"
    changed_meanwhile = "CONCURRENT_USER_UPDATE_DETECTED"
    too_large = "MAX_USER_ANNOTATIONS_SIZE_EXCEEDED"

    def make(self, annotations: dict | None = None):
        return self.create_user(metadata={"annotations": annotations or {}})

    def read(self, name: str):
        return self.get_user(name)

    def update_request(self, name: str, meta: dict, paths) -> tuple[str, dict]:
        return SERVICE + "UpdateUser", {"user": {"id": name, "metadata": meta},
                                        "update_mask": mask(*paths)}

    def updated(self, answer):
        return answer.user


if __name__ == "__main__":
    unittest.main()
