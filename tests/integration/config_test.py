"""A node that cannot start says what, where, expected, found and how to fix, and ends with an exit
code; `tenon config check` says the same without starting anything."""

import json
import os
import socket
import subprocess
import unittest

from node import BINARY, TENOND, Node, running_node, temporary_folder, tenon

CRASHES = range(128, 160)


class Config(unittest.TestCase):
    def refused(self, change, *words, checkable=True):
        """Starts tenond with a changed configuration: it must end, saying all of `words`."""
        with temporary_folder() as folder:
            node = Node(folder, "memory", change if callable(change) else None)
            if isinstance(change, str):
                node.write_config(change)
            self.ends_with_sentence(node, words)
            if not checkable:
                return
            checked = tenon("config", "check", node.config, check=False)
            self.assertEqual(checked.returncode, 1, checked.stdout + checked.stderr)
            for word in words:
                self.assertIn(word, checked.stdout + checked.stderr)

    def ends_with_sentence(self, node, words):
        result = subprocess.run(
            [TENOND, "--config", node.config, "--data-dir", node.data], capture_output=True,
            text=True, timeout=30, stdin=subprocess.DEVNULL)
        text = result.stdout + result.stderr
        self.assertNotEqual(result.returncode, 0, text)
        self.assertGreater(result.returncode, 0, f"killed by a signal: {text}")
        self.assertNotIn(result.returncode, CRASHES, text)
        for word in words:
            self.assertIn(word, text)

    def test_an_unknown_key_is_named_with_its_place_and_the_nearest_known_one(self):
        self.refused(lambda config: config["store"].update(plugni="memory"),
                     "node.json:", "plugni", "plugin")

    def test_a_wrong_type_is_named_with_its_place(self):
        self.refused(lambda config: config["node"].update(name=7), "node.json:", "name", "string")

    def test_a_missing_section_is_named(self):
        self.refused(lambda config: config.pop("consensus"), "node.json", "consensus")

    def test_half_a_file_is_refused_with_line_and_column(self):
        self.refused('{\n  "node": {"name": "solo",', "node.json:2:")

    def test_an_empty_file_is_refused(self):
        self.refused("", "node.json")

    def test_a_missing_file_is_named(self):
        with temporary_folder() as folder:
            node = Node(folder, "memory")
            node.config.unlink()
            self.ends_with_sentence(node, ["node.json"])

    def test_a_plugin_that_is_not_there_is_named_with_where_it_was_looked_for(self):
        self.refused(lambda config: config["store"].update(plugin="no_such"), "no_such",
                     str(BINARY / "lib/tenon/plugins"))

    def test_a_plugin_config_is_checked_against_the_plugins_own_schema(self):
        self.refused(lambda config: config["apis"][0]["config"].update(listne="x"), "listne")

    def test_a_pinned_hash_that_differs_is_refused(self):
        self.refused(lambda config: config["store"].update(sha256="0" * 64), "sha256")

    def test_every_refused_plugin_is_listed_and_by_both_checks_alike(self):
        def change(config):
            config["store"].update(plugin="no_such_store")
            config["consensus"].update(plugin="no_such_consensus")
            config["apis"][0]["config"].update(listne="x")
        with temporary_folder() as folder:
            node = Node(folder, "memory", change)
            daemon = subprocess.run([TENOND, "--config", node.config, "--check"], text=True,
                                    capture_output=True, timeout=30, stdin=subprocess.DEVNULL)
            self.assertEqual(daemon.returncode, 1, daemon.stdout + daemon.stderr)
            tool = tenon("config", "check", node.config, "--json", check=False)
            self.assertEqual(tool.returncode, 1, tool.stdout + tool.stderr)
            failure = json.loads(tool.stdout.splitlines()[-1])
            self.assertEqual(failure["exit_code"], 1)
            told = [line.removeprefix("tenond: ") for line in daemon.stderr.splitlines()]
            self.assertEqual(failure["message"].splitlines(), told)
            refusals = json.loads(tool.stderr.splitlines()[-1])
            self.assertEqual([refusal["code"] for refusal in refusals],
                             ["NOT_FOUND", "NOT_FOUND", "BAD_CONFIG"])

    def test_a_port_in_use_is_named(self):
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            holder.listen()
            port = holder.getsockname()[1]
            self.refused(
                lambda config: config["apis"][0]["config"].update(listen=f"127.0.0.1:{port}"),
                str(port), "in use", checkable=False)

    def test_an_admin_port_in_use_is_named(self):
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            holder.listen()
            port = holder.getsockname()[1]
            self.refused(lambda config: config["admin"].update(listen=f"127.0.0.1:{port}"),
                         str(port), "in use", checkable=False)

    def test_rest_without_tls_refuses_to_listen_beyond_loopback(self):
        self.refused(lambda config: config["apis"][0]["config"].update(listen="0.0.0.0:0"),
                     "0.0.0.0", "TLS", checkable=False)

    def test_the_daml_apis_without_tls_refuse_to_listen_beyond_loopback(self):
        for section in ("grpc", "json"):
            self.refused(
                lambda config: config["apis"][1]["config"][section].update(listen="0.0.0.0:0"),
                "daml_api", f"{section}.", "0.0.0.0", "TLS", checkable=False)

    def test_a_client_authority_that_is_demanded_and_not_named_is_told(self):
        tls = {"certificate_file": "a.pem", "key_file": "b.pem", "client_certificates": "required"}
        self.refused(lambda config: config["apis"][1]["config"]["grpc"].update(tls=tls),
                     "grpc.tls.client_ca_file", checkable=False)

    def test_a_data_directory_that_cannot_be_written_is_named(self):
        with temporary_folder() as folder:
            node = Node(folder, "rocksdb")
            # A file where the directory should be: refused for root too.
            node.data.write_text("not a directory")
            self.ends_with_sentence(node, [str(node.data)])
            if os.geteuid() != 0:
                node.data.unlink()
                node.data.mkdir(mode=0o500)
                self.ends_with_sentence(node, [str(node.data)])

    def test_a_missing_secret_file_is_named(self):
        def change(config):
            config["apis"][0]["config"]["auth"] = {"keys": [{"file": "/nowhere/key.pem"}]}
        self.refused(change, "/nowhere/key.pem", checkable=False)

    def test_a_second_node_on_the_same_data_is_refused(self):
        with running_node() as node:
            with temporary_folder() as folder:
                second = Node(folder)
                second.data = node.data
                self.ends_with_sentence(second, [str(node.data)])

    def test_a_database_of_another_chain_is_refused(self):
        with temporary_folder() as folder:
            node = Node(folder).start()
            try:
                self.assertEqual(node.stop(), 0)
                genesis = node.data / "genesis.json"
                genesis.write_text(genesis.read_text() + "\n")
                self.ends_with_sentence(node, ["chain"])
            finally:
                node.close()

    def test_a_good_configuration_passes_the_check(self):
        with temporary_folder() as folder:
            node = Node(folder)
            checked = tenon("config", "check", node.config, "--json")
            self.assertIs(json.loads(checked.stdout.splitlines()[-1])["valid"], True)


if __name__ == "__main__":
    unittest.main()
