"""REST over TLS as people reach it: curl with a certificate made by openssl, and our own tool."""

import json
import shutil
import subprocess
import unittest

from node import Node, Token, answer, temporary_folder, tenon


def make_certificate(folder, name):
    """(certificate, key): self-signed, of 127.0.0.1."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", certificate,
                    "-days", "2", "-subj", "/CN=tenon test", "-addext",
                    "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    return certificate, key


@unittest.skipUnless(shutil.which("openssl"), "makes its certificate with openssl")
class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.context = temporary_folder()
        cls.folder = cls.context.__enter__()
        cls.certificate, cls.key = make_certificate(cls.folder, "node")
        cls.other, cls.other_key = make_certificate(cls.folder, "other")
        cls.node = Node(cls.folder / "node", "memory", certificate=cls.certificate,
                        key=cls.key).start()
        cls.token = Token(cls.node)
        cls.token.mint(1000)

    @classmethod
    def tearDownClass(cls):
        cls.node.close()
        cls.context.__exit__(None, None, None)

    def curl(self, *options):
        return subprocess.run(["curl", "--silent", "--show-error", "--max-time", "10", *options,
                               self.node.url + "/v1/openapi.json"], capture_output=True, text=True)

    def test_curl_commits_and_reads_over_https(self):
        self.assertTrue(self.node.url.startswith("https://"))
        before = self.token.balance("bob")
        status, body = self.token.transfer(5)
        self.assertEqual(status, 200, body)
        self.assertEqual(self.token.balance("bob"), before + 5)

    def test_curl_speaks_tls_1_3(self):
        result = self.curl("--verbose", "--cacert", self.certificate)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("SSL connection using TLSv1.3", result.stderr)

    def test_tls_1_2_is_refused(self):
        result = self.curl("--cacert", self.certificate, "--tls-max", "1.2")
        self.assertEqual(result.returncode, 35, result.stderr)
        self.assertRegex(result.stderr, "(?i)protocol version")

    def test_a_client_that_does_not_trust_the_certificate_does_not_connect(self):
        self.assertEqual(self.curl().returncode, 60)
        self.assertEqual(self.curl("--cacert", self.other).returncode, 60)

    def test_a_request_in_clear_gets_no_answer(self):
        result = subprocess.run(
            ["curl", "--silent", "--show-error", "--max-time", "10",
             self.node.url.replace("https", "http") + "/v1/openapi.json"], capture_output=True)
        self.assertNotEqual(result.returncode, 0)
        self.assertEqual(result.stdout, b"")

    def test_the_tool_reads_and_watches_over_tls(self):
        where = ("--url", self.node.url, "--ca", self.certificate, "--data-dir", self.node.data)
        status = answer("status", *where)
        self.assertTrue(status)
        self.token.transfer(1)
        frames = tenon("watch", "events", "--as", "bob", "--count", "1", "--json", *where).stdout
        self.assertTrue(json.loads(frames.splitlines()[-1])["offset"])

    def test_the_tool_does_not_talk_to_a_node_it_cannot_trust(self):
        for words in (("status",), ("watch", "events", "--count", "1")):
            refused = tenon(*words, "--url", self.node.url, "--ca", self.other, "--data-dir",
                            self.node.data, check=False)
            self.assertEqual(refused.returncode, 3, refused.stdout + refused.stderr)

    def test_a_node_with_tls_may_listen_beyond_loopback(self):
        def everywhere(config):
            rest = config["apis"][0]["config"]
            rest["listen"] = rest["listen"].replace("127.0.0.1", "0.0.0.0")
        node = Node(self.folder / "everywhere", "memory", everywhere,
                    certificate=self.certificate, key=self.key)
        try:
            node.start()
            self.assertEqual(node.curl("/v1/status", token=node.token("alice"))[0], 200)
        finally:
            node.close()

    def test_a_node_does_not_start_with_a_key_that_is_not_the_certificates(self):
        node = Node(self.folder / "mismatch", "memory", certificate=self.certificate,
                    key=self.other_key)
        node.start(ready=False)
        self.assertGreater(node.process.wait(30), 0)
        self.assertIn(f"{self.other_key} is not the key of {self.certificate}", node.last_words())


if __name__ == "__main__":
    unittest.main()
