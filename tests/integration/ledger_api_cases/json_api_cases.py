"""The JSON API on the packages of these cases: choices of interfaces, long numbers, and names that
nobody knows."""

import base64
import http.client
import json
import os
import unittest

from case import LedgerCase, numeric, party_value

JSON_PORT = int(os.environ.get("TENON_JSON_PORT", "0"))


def token(ledger_id: str, *parties: str) -> str:
    """Of parties; nobody checks it where tokens are not asked for."""
    def text(value: dict) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
    claims = {"ledgerId": ledger_id, "applicationId": "json-cases", "actAs": parties}
    payload = {"https://daml.com/ledger-api": claims}
    return f"{text({'alg': 'ES256', 'typ': 'JWT'})}.{text(payload)}.AA"


@unittest.skipUnless(JSON_PORT, "nobody tells the port of the JSON API, TENON_JSON_PORT")
class JsonCase(LedgerCase):
    def setUp(self):
        self.owner = self.party("owner")
        ledger = self.client.call("LedgerIdentityService/GetLedgerIdentity", {}).ledger_id
        self.token = token(ledger, self.owner)

    def post(self, path: str, body):
        """(status, answer); a text goes out as it is."""
        connection = http.client.HTTPConnection("127.0.0.1", JSON_PORT, timeout=30)
        try:
            connection.request("POST", path, body if isinstance(body, str) else json.dumps(body),
                               {"Authorization": f"Bearer {self.token}",
                                "Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def name(self, package: str, local: str) -> str:
        return f"{self.packages[package]}:{local}"


class InterfaceChoices(JsonCase):
    """T has a choice MyArchive, and so have both its interfaces; ChoiceI1 is in one of them only.
    The key of T is its owner."""

    def setUp(self):
        super().setUp()
        self.t = self.name("semantic-tests", "Interface:T")
        self.first = self.name("semantic-tests", "Interface1:I")
        self.second = self.name("semantic-tests", "Interface2:I")

    def made(self) -> str:
        return self.create(self.owner, self.template("semantic-tests", "Interface:T"),
                           owner=party_value(self.owner))

    def exercise_json(self, choice: str, **more):
        """The result of the choice."""
        status, answer = self.post("/v1/exercise", {"choice": choice, "argument": {}, **more})
        self.assertEqual(status, 200, answer)
        return answer["result"]["exerciseResult"]

    def test_a_choice_of_the_template_goes_before_those_of_its_interfaces(self):
        self.assertEqual(self.exercise_json("MyArchive", contractId=self.made(),
                                            templateId=self.t), "Interface.T")

    def test_the_interface_that_is_named_is_the_one_whose_choice_is_meant(self):
        for interface, said in ((self.first, "Interface1.I"), (self.second, "Interface2.I"),
                                (self.t, "Interface.T")):
            with self.subTest(said):
                self.assertEqual(self.exercise_json(
                    "MyArchive", contractId=self.made(), templateId=self.t,
                    choiceInterfaceId=interface), said)
                if interface != self.t:
                    self.assertEqual(self.exercise_json(
                        "MyArchive", contractId=self.made(), templateId=interface), said)

    def test_a_choice_that_one_interface_alone_has_is_found_by_the_template(self):
        contract = self.made()
        for named in ({"templateId": self.t}, {}):
            self.assertEqual(self.exercise_json("ChoiceI1", contractId=contract, **named), {})

    def test_by_key_the_interface_is_named(self):
        for interface, said in ((self.first, "Interface1.I"), (self.t, "Interface.T")):
            self.made()
            self.assertEqual(self.exercise_json("MyArchive", templateId=self.t, key=self.owner,
                                                choiceInterfaceId=interface), said)
        status, answer = self.post("/v1/exercise", {
            "choice": "MyArchive", "argument": {}, "templateId": self.t, "key": self.owner,
            "choiceInterfaceId": self.first})
        self.assertEqual(status, 404, answer)

    def test_a_choice_that_is_nowhere_is_refused(self):
        status, answer = self.post("/v1/exercise", {
            "choice": "Nothing", "argument": {}, "contractId": self.made(), "templateId": self.t})
        self.assertEqual((status, answer["status"]), (400, 400))


class Numbers(JsonCase):
    def test_a_numeric_keeps_all_its_digits_however_it_is_written(self):
        template = self.name("model-tests", "Test:DecimalRounding")
        number = "1234567890123456789012345678.0123456789"
        for written in (number, f'"{number}"'):
            with self.subTest(written):
                status, answer = self.post("/v1/create", (
                    f'{{"templateId": "{template}", "payload": '
                    f'{{"party": "{self.owner}", "number": {written}}}}}'))
                self.assertEqual(status, 200, answer)
                self.assertEqual(answer["result"]["payload"]["number"], number)
        below = number[:-1] + "8"
        for query, found in ((number, 2), (below, 0), (f'{{"%gt": {below}}}', 2),
                             (f'{{"%gt": {number}}}', 0)):
            with self.subTest(query):
                status, answer = self.post("/v1/query", (
                    f'{{"templateIds": ["{template}"], "query": {{"number": {query}}}}}'))
                self.assertEqual((status, len(answer["result"])), (200, found))

    def test_a_numeric_may_have_an_exponent(self):
        template = self.name("model-tests", "Test:DecimalRounding")
        for written, number in (("1e20", "100000000000000000000.0"), ("25e-3", "0.025"),
                                ("100000000000000000000000", "100000000000000000000000.0")):
            with self.subTest(written):
                status, answer = self.post("/v1/create", (
                    f'{{"templateId": "{template}", "payload": '
                    f'{{"party": "{self.owner}", "number": {written}}}}}'))
                self.assertEqual(status, 200, answer)
                self.assertEqual(answer["result"]["payload"]["number"], number)

    def test_a_numeric_that_is_too_long_is_refused_and_not_cut(self):
        template = self.name("model-tests", "Test:DecimalRounding")
        status, answer = self.post("/v1/create", (
            f'{{"templateId": "{template}", "payload": '
            f'{{"party": "{self.owner}", "number": 12345678901234567890123456789.5}}}}'))
        self.assertEqual((status, answer["status"]), (400, 400))


class UnknownNames(JsonCase):
    def test_a_query_warns_of_them_and_is_refused_where_there_are_no_others(self):
        template = self.template("model-tests", "Test:DecimalRounding")
        contract = self.create(self.owner, template, party=party_value(self.owner),
                               number=numeric("1.5"))
        known = self.name("model-tests", "Test:DecimalRounding")
        status, answer = self.post("/v1/query", {"templateIds": [known, "No:Such"]})
        self.assertEqual((status, answer["warnings"]), (200, {"unknownTemplateIds": ["No:Such"]}))
        self.assertEqual([one["contractId"] for one in answer["result"]], [contract])
        status, answer = self.post("/v1/query", {"templateIds": ["AAA:BBB", "CCC:DDD"]})
        self.assertEqual((status, answer), (400, {
            "errors": ["Cannot resolve any template ID from request"], "status": 400,
            "warnings": {"unknownTemplateIds": ["AAA:BBB", "CCC:DDD"]}}))


if __name__ == "__main__":
    unittest.main()
