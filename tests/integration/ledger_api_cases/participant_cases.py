"""What a participant says of itself, and the identity providers that it trusts."""

import unittest
import uuid

from annotated import mask
from case import ALREADY_EXISTS, INVALID_ARGUMENT, NOT_FOUND, LedgerCase, resources

SERVICE = "admin.IdentityProviderConfigService/"


class IdentityProviders(LedgerCase):
    def config(self, **changes) -> dict:
        return {"identity_provider_id": str(uuid.uuid4()), "issuer": str(uuid.uuid4()),
                "jwks_url": "http://127.0.0.1:1/jwks.json", **changes}

    def create(self, **changes):
        """The configuration, as the ledger answers; it is deleted afterwards."""
        made = self.call("Create", self.wrapped(self.config(**changes))).identity_provider_config
        self.addCleanup(lambda: self.begin_delete(made.identity_provider_id).exception())
        return made

    @staticmethod
    def wrapped(config: dict, **more) -> dict:
        return {"identity_provider_config": config, **more}

    def call(self, verb: str, request: dict):
        return self.client.call(f"{SERVICE}{verb}IdentityProviderConfig", request)

    def begin_delete(self, identifier: str):
        return self.client.begin(SERVICE + "DeleteIdentityProviderConfig",
                                 {"identity_provider_id": identifier})

    def get(self, identifier: str):
        return self.call("Get", {"identity_provider_id": identifier}).identity_provider_config

    def update(self, config, *paths: str, **changes):
        request = {"identity_provider_id": config.identity_provider_id, "issuer": config.issuer,
                   "jwks_url": config.jwks_url, **changes}
        return self.call("Update", self.wrapped(request, update_mask=mask(*paths))
                         ).identity_provider_config

    def not_found(self, identifier: str, call) -> None:
        error = self.refused(NOT_FOUND, "IDP_CONFIG_NOT_FOUND", call)
        self.assertIn(("IDENTITY_PROVIDER_CONFIG", identifier), resources(error))

    def test_a_deleted_one_is_gone_and_not_deleted_again(self):
        made = self.create()
        identifier = made.identity_provider_id
        self.assertEqual(self.begin_delete(identifier).result().ByteSize(), 0)
        self.not_found(identifier, lambda: self.begin_delete(identifier).result())
        self.not_found(identifier, lambda: self.get(identifier))
        self.not_found(identifier, lambda: self.update(made, "is_deactivated"))
        listed = self.client.call(SERVICE + "ListIdentityProviderConfigs", {})
        self.assertNotIn(identifier, [one.identity_provider_id
                                      for one in listed.identity_provider_configs])

    def test_the_issuer_of_a_deleted_one_is_free_again(self):
        made = self.create()
        self.begin_delete(made.identity_provider_id).result()
        self.assertEqual(self.create(issuer=made.issuer).issuer, made.issuer)

    def test_one_is_read_and_listed_as_it_was_made(self):
        for deactivated in (False, True):
            made = self.create(is_deactivated=deactivated)
            self.assertEqual(made.is_deactivated, deactivated)
            self.assertEqual(self.get(made.identity_provider_id), made)
            listed = self.client.call(SERVICE + "ListIdentityProviderConfigs", {})
            self.assertIn(made, listed.identity_provider_configs)

    def test_names_and_issuers_are_given_once(self):
        made, other = self.create(), self.create()
        self.refused(ALREADY_EXISTS, "IDP_CONFIG_ALREADY_EXISTS",
                     lambda: self.create(identity_provider_id=made.identity_provider_id))
        self.refused(ALREADY_EXISTS, "IDP_CONFIG_ISSUER_ALREADY_EXISTS",
                     lambda: self.create(issuer=made.issuer))
        self.refused(ALREADY_EXISTS, "IDP_CONFIG_ISSUER_ALREADY_EXISTS",
                     lambda: self.update(other, "issuer", issuer=made.issuer))

    def test_the_fields_of_the_mask_change_and_no_others(self):
        made = self.create()
        url = "http://127.0.0.1:1/others.json"
        self.assertTrue(self.update(made, "is_deactivated", is_deactivated=True,
                                    jwks_url=url).is_deactivated)
        self.assertEqual(self.update(made, "jwks_url", jwks_url=url).jwks_url, url)
        issuer = str(uuid.uuid4())
        changed = self.update(made, "issuer", issuer=issuer)
        self.assertEqual((changed.issuer, changed.jwks_url, changed.is_deactivated),
                         (issuer, url, True))
        self.assertEqual(self.get(made.identity_provider_id), changed)

    def test_wrong_fields_are_told_apart(self):
        cases = (({"identity_provider_id": ""}, "MISSING_FIELD", "identity_provider_id"),
                 ({"identity_provider_id": "!@"}, "INVALID_FIELD", "identity_provider_id"),
                 ({"jwks_url": "url.com"}, "INVALID_FIELD", "jwks_url"))
        missing = (({"issuer": ""}, "MISSING_FIELD", "issuer"),
                   ({"jwks_url": ""}, "MISSING_FIELD", "jwks_url"))
        for verb, more, wrong in (("Create", {}, cases + missing),
                                  ("Update", {"update_mask": "isDeactivated"}, cases)):
            for changes, identifier, field in wrong:
                with self.subTest(f"{verb} {changes}"):
                    request = self.wrapped(self.config(**changes), **more)
                    self.refused(INVALID_ARGUMENT, identifier,
                                 lambda v=verb, r=request: self.call(v, r), field)
            with self.subTest(f"{verb} nothing"):
                self.refused(INVALID_ARGUMENT, "MISSING_FIELD",
                             lambda v=verb: self.call(v, {}), "identity_provider_config")
        for verb in ("Get", "Delete"):
            for identifier, error in (("", "MISSING_FIELD"), ("!@", "INVALID_FIELD")):
                with self.subTest(f"{verb} {identifier!r}"):
                    self.refused(INVALID_ARGUMENT, error, lambda v=verb, i=identifier: self.call(
                        v, {"identity_provider_id": i}), "identity_provider_id")

    def test_an_update_needs_a_mask_with_a_path(self):
        made = self.create()
        self.refused(INVALID_ARGUMENT, "MISSING_FIELD",
                     lambda: self.call("Update", self.wrapped(self.config())), "update_mask")
        error = self.refused(INVALID_ARGUMENT, "INVALID_IDENTITY_PROVIDER_UPDATE_REQUEST",
                             lambda: self.update(made))
        self.assertIn(("IDENTITY_PROVIDER_CONFIG", made.identity_provider_id), resources(error))


class Version(LedgerCase):
    def features(self):
        answer = self.client.call("VersionService/GetLedgerApiVersion", {})
        self.assertRegex(answer.version, r"^2\.\d+\.\d+$")
        return answer.features

    def test_the_features_that_clients_look_for_are_there(self):
        features = self.features()
        experimental = features.experimental
        self.assertTrue(features.user_management.supported)
        for name in ("explicit_disclosure", "user_and_party_local_metadata_extensions",
                     "acs_active_at_offset"):
            self.assertTrue(getattr(experimental, name).supported, name)
        self.assertTrue(experimental.HasField("optional_ledger_id"))
        deduplication = experimental.command_deduplication
        self.assertTrue(deduplication.max_deduplication_duration_enforced)
        self.assertTrue(deduplication.HasField("deduplication_period_support"))

    def test_time_is_served_where_it_is_said_to_be_static(self):
        self.assertFalse(self.features().experimental.static_time.supported)
        stream = self.client.stream("testing.TimeService/GetTime", {}, timeout=10)
        with self.assertRaisesRegex(Exception, "UNIMPLEMENTED"):
            next(iter(stream))

    def test_contract_ids_are_of_the_kind_that_it_says(self):
        self.assertEqual(self.features().experimental.contract_ids.v1, 1)  # without a suffix

    def test_there_is_one_log(self):
        self.assertEqual(self.features().experimental.committer_event_log.event_log_type, 0)


if __name__ == "__main__":
    unittest.main()
