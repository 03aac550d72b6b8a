"""TLS on the port of the Ledger API: which versions of it are taken, and whose certificates."""

import contextlib
import shutil
import socket
import ssl
import unittest
import uuid
import warnings

import grpc

from ledger_api import Client, Definitions, LedgerNode, openssl
from node import temporary_folder


@unittest.skipUnless(shutil.which("openssl"), "makes its certificates with openssl")
class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(temporary_folder())
        cls.definitions = Definitions(cls.folder)
        for name in ("server", "client", "stranger"):
            openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-keyout", cls.folder / f"{name}.key", "-out",
                    cls.folder / f"{name}.pem", "-days", "2", "-subj", f"/CN={name}", "-addext",
                    "subjectAltName=IP:127.0.0.1")

    def node(self, **tls) -> LedgerNode:
        settings = {"grpc": {"tls": {"certificate_file": str(self.folder / "server.pem"),
                                     "key_file": str(self.folder / "server.key"), **tls}}}
        node = LedgerNode(self.folder / uuid.uuid4().hex, settings, store="memory")
        self.addCleanup(node.close)
        return node.start()

    def ask(self, node, client=None):
        def read(name):
            return (self.folder / name).read_bytes()
        credentials = grpc.ssl_channel_credentials(
            read("server.pem"), client and read(f"{client}.key"), client and read(f"{client}.pem"))
        with contextlib.closing(Client(self.definitions, node.ledger_port,
                                       credentials=credentials)) as connection:
            return connection.call("LedgerIdentityService/GetLedgerIdentity", {}, timeout=5)

    def version_of(self, node, maximum, minimum=ssl.TLSVersion.TLSv1_2):
        context = ssl.create_default_context(cafile=self.folder / "server.pem")
        if maximum < ssl.TLSVersion.TLSv1_2:  # which OpenSSL keeps its clients from too
            context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = minimum
        context.maximum_version = maximum
        context.set_alpn_protocols(["h2"])
        with socket.create_connection(("127.0.0.1", node.ledger_port), 5) as peer, \
                context.wrap_socket(peer, server_hostname="127.0.0.1") as secure:
            return secure.version()

    def test_only_clients_with_a_certificate_of_the_authority_come_in(self):
        node = self.node(client_ca_file=str(self.folder / "client.pem"),
                         client_certificates="required")
        self.assertTrue(self.ask(node, "client").ledger_id)
        for stranger in (None, "stranger"):
            with self.assertRaises(grpc.RpcError):
                self.ask(node, stranger)

    def test_tls_1_2_is_taken_only_where_the_settings_say_so(self):
        node = self.node()
        self.assertTrue(self.ask(node).ledger_id)
        self.assertEqual(self.version_of(node, ssl.TLSVersion.TLSv1_3), "TLSv1.3")
        with self.assertRaises(OSError):
            self.version_of(node, ssl.TLSVersion.TLSv1_2)
        with contextlib.closing(Client(self.definitions, node.ledger_port)) as plain, \
                self.assertRaises(grpc.RpcError):
            plain.call("LedgerIdentityService/GetLedgerIdentity", {}, timeout=3)
        node.close()
        older = self.node(minimum_version="1.2")
        self.assertEqual(self.version_of(older, ssl.TLSVersion.TLSv1_2), "TLSv1.2")
        self.assertEqual(self.version_of(older, ssl.TLSVersion.TLSv1_3), "TLSv1.3")

    def test_older_versions_than_1_2_are_taken_nowhere(self):
        for settings in ({}, {"minimum_version": "1.2"}):
            node = self.node(**settings)
            for version in (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1):
                with self.subTest(f"{settings} {version.name}"), warnings.catch_warnings(), \
                        self.assertRaisesRegex(OSError, "EOF|alert protocol version"):
                    warnings.simplefilter("ignore", DeprecationWarning)
                    self.version_of(node, version, ssl.TLSVersion.TLSv1)
            node.close()


if __name__ == "__main__":
    unittest.main()
