"""Bad requests over the wire: each gets its own answer, and the node stays up and correct."""

import base64
import json
import socket
import time
import unittest

from node import Token, running_node

MEGABYTE = 1 << 20


class Http(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.context = running_node("memory")
        cls.node = cls.context.__enter__()
        cls.token = Token(cls.node)
        cls.token.mint(1000)
        cls.alice = cls.node.token("alice")

    @classmethod
    def tearDownClass(cls):
        cls.context.__exit__(None, None, None)

    def tearDown(self):
        self.assertIsNone(self.node.process.poll(), self.node.last_words())
        self.assertEqual(self.node.health("/livez")[0], 200)
        self.token.balance("alice")

    def raw(self, content: bytes, seconds: float = 10) -> bytes:
        """What comes back for exactly these bytes, until the node closes."""
        with socket.create_connection(("127.0.0.1", self.node.port), timeout=seconds) as connection:
            connection.sendall(content)
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            try:
                while piece := connection.recv(65536):
                    answer += piece
            except ConnectionResetError:
                pass
            return answer

    def expect(self, result, statuses, code=None):
        status, body = result
        self.assertIn(status, statuses, body)
        self.assertEqual(body["status"], status)
        for member in ("type", "title", "code"):
            self.assertTrue(body[member], body)
        if code:
            self.assertIn(body["code"], code)
        return body

    def test_no_token_a_bad_one_an_unsigned_one_and_an_expired_one_are_unauthenticated(self):
        header, payload, signature = self.alice.split(".")
        none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
        expired = self.node.token("alice", "--lifetime-s", "0")
        time.sleep(1)
        broken = signature[:10] + ("A" if signature[10] != "A" else "B") + signature[11:]
        for token in (None, "x", f"{none}.{payload}.", f"{header}.{payload}.{broken}", expired):
            self.expect(self.node.curl("/v1/instances", token=token), [401])

    def test_a_foreign_party_is_refused(self):
        body = {"function": "transfer", "arguments": {"to": "bob", "amount": "1"},
                "act_as": ["alice"]}
        path = f"/v1/instances/{self.token.instance}/execute"
        self.expect(self.node.curl_json("POST", path, body, self.node.token("bob")), [403])

    def test_what_is_the_operators_is_refused_to_a_party(self):
        self.expect(self.node.curl_json("POST", "/v1/parties", {"party": "eve"}, self.alice), [403])

    def test_unknown_paths_methods_contracts_and_instances(self):
        self.expect(self.node.curl("/v1/nothing", token=self.alice), [404])
        self.expect(self.node.curl("/v1/instances", "--request", "DELETE", token=self.alice), [405])
        self.expect(self.node.curl("/v1/contracts/" + "0" * 64, token=self.alice), [404])
        self.expect(self.node.curl("/v1/transactions/" + "0" * 64, token=self.alice), [404])
        path = "/v1/instances/" + "0" * len(self.token.instance) + "/execute"
        self.expect(self.node.curl_json("POST", path, {"function": "f", "arguments": {}},
                                        self.alice), [404])

    def test_a_function_that_is_not_there_or_arguments_that_do_not_fit(self):
        for function, arguments in (("no_such", {}), ("transfer", {}),
                                    ("transfer", {"to": "bob", "amount": "-1"}),
                                    ("transfer", {"to": "bob", "amount": "1", "extra": 1}),
                                    ("transfer", [])):
            result = self.token.execute(function, arguments)
            self.expect(result, [400, 404, 422])

    def test_bodies_that_are_no_json_or_of_another_type(self):
        path = f"/v1/instances/{self.token.instance}/execute"
        json_type = ("--header", "Content-Type: application/json")
        for body in ("", "{", "[]", "nul", "{\"function\":1}", "\xff\xfe", "[" * 100_000):
            self.expect(self.node.curl(path, *json_type, "--data-binary", body, token=self.alice)
                        if len(body) < 1000 else self.post_file(path, body), [400])
        self.expect(self.node.curl(path, "--header", "Content-Type: text/plain", "--data", "{}",
                                   token=self.alice), [415])

    def post_file(self, path, body):
        file = self.node.folder / "body"
        file.write_text(body)
        return self.node.curl(path, "--header", "Content-Type: application/json", "--data-binary",
                              f"@{file}", token=self.alice)

    def test_a_module_that_is_none_is_rejected_by_the_ledger(self):
        result = self.node.curl("/v1/contracts?name=bad", "--header",
                                "Content-Type: application/wasm", "--data-binary", "not wasm",
                                token=self.alice)
        self.expect(result, [400, 422])

    def test_a_command_id_with_other_content_is_a_conflict(self):
        self.assertEqual(self.token.transfer(1, command_id="same")[0], 200)
        self.expect(self.token.transfer(2, command_id="same"), [409])

    def test_an_oversize_body_is_refused_before_it_is_read(self):
        head = (f"POST /v1/contracts?name=big HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                f"{self.alice}\r\nContent-Type: application/wasm\r\n"
                f"Content-Length: {1000 * MEGABYTE}\r\n\r\n")
        started = time.monotonic()
        self.assertIn(b" 413 ", self.raw(head.encode()).splitlines()[0])
        self.assertLess(time.monotonic() - started, 5)

    def test_malformed_requests_are_answered_with_400_or_closed(self):
        for content in (b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                        b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
                        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
                        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
                        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 50_000 + b"\r\n"):
            answer = self.raw(content)
            if answer:
                self.assertRegex(answer.splitlines()[0], rb"^HTTP/1\.1 4\d\d ", content[:60])

    def test_a_client_that_sends_a_byte_at_a_time_is_cut_off_and_others_are_served(self):
        slow = [socket.create_connection(("127.0.0.1", self.node.port)) for _ in range(50)]
        try:
            for connection in slow:
                connection.sendall(b"GET /v1/instances HTTP/1.1\r\nHost: x\r\nX-Slow: ")
            started = time.monotonic()
            self.assertEqual(self.token.transfer(1)[0], 200)
            self.assertLess(time.monotonic() - started, 5)
            slow[0].settimeout(60)
            closed = slow[0].recv(4096)
            self.assertTrue(closed == b"" or b" 408 " in closed, closed[:100])
        finally:
            for connection in slow:
                connection.close()

    def test_errors_are_problem_documents_by_content_type(self):
        answer = self.raw(b"GET /v1/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        head, _, body = answer.partition(b"\r\n\r\n")
        self.assertIn(b"application/problem+json", head.lower())
        json.loads(body)


if __name__ == "__main__":
    unittest.main()
