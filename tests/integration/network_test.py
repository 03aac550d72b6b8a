"""Networks of replicas as people make and run them: `tenon network init`, `tenon dev`, and a node
of such a network by itself. One replica with consensus `simple` takes the same path as many: TLS
listener, genesis document with validators, keys that were made for it."""

import contextlib
import json
import os
import random
import select
import shutil
import signal
import socket
import ssl
import subprocess
import time
import unittest

from node import BINARY, TENOND, Node, Token, answer, temporary_folder, tenon


def init(folder, *options, replicas=1):
    """The answer of network init."""
    return answer("network", "init", "--replicas", replicas, "--consensus", "simple", "--out",
                  folder, "--base-port", ports_from(replicas), *options)


def ports_from(replicas):
    """The beginning of a row of free ports, below those that outgoing connections are given."""
    while True:
        first = random.randrange(10000, 31000 - 10 * replicas)
        with contextlib.ExitStack() as stack:
            try:
                for port in range(first, first + 10 * replicas):
                    stack.enter_context(socket.create_server(("127.0.0.1", port)))
            except OSError:
                continue
            return first


class Replica(Node):
    """A node, of either role, in a folder that network init has made."""

    def __init__(self, folder):
        config = json.loads((folder / "node.json").read_text())
        self.folder = folder
        self.certificate = None
        self.data = folder / "data"
        self.find_ports(config)
        self.network_port = int(config["network"].get("listen", ":0").split(":")[1])
        self.config = folder / "node.json"
        self.log = folder / "tenond.log"
        self.process = None
        self.tokens = {}


def operate(replica, *words):
    """A command of the operators, signed by three of them."""
    online = ("--url", replica.url, "--data-dir", replica.data)
    path = replica.folder / f"command-{time.time_ns()}.json"
    answer("operator", *words, "--output", path, *online)
    for number in (1, 2, 3):
        answer("operator", "sign", path, "--key",
               replica.folder.parent / f"operators/operator-{number}.pem", *online)
    return answer("operator", "submit", path, *online)


@contextlib.contextmanager
def replica_of(network):
    node = Replica(network / "replica-1")
    try:
        yield node
    except BaseException:
        print(node.last_words())
        raise
    finally:
        node.close()


class DamlApis(unittest.TestCase):
    def apis(self, folder, *options):
        """What init says of the client node, and the client node's APIs by their plugins."""
        made = init(folder / "network", "-m", 1, *options)
        shutil.rmtree(folder / "old", ignore_errors=True)
        (folder / "network").rename(folder / "old")
        config = json.loads((folder / "old/client-1/node.json").read_text())
        return made["nodes"][1], {api["plugin"]: api["config"] for api in config["apis"]}

    def test_client_nodes_have_them_for_tokens_for_everybody_or_not_at_all(self):
        with temporary_folder() as folder:
            node, apis = self.apis(folder)
            self.assertEqual(list(apis), ["rest", "daml_api"])
            self.assertEqual(apis["daml_api"]["auth"], apis["rest"]["auth"])
            self.assertEqual(node["ledger_api"], apis["daml_api"]["grpc"]["listen"])
            self.assertEqual(node["json_api"], "http://" + apis["daml_api"]["json"]["listen"])
            node, apis = self.apis(folder, "--daml-api", "open")
            self.assertEqual(apis["daml_api"]["auth"], {"required": False})
            for options in (("--daml-api", "none"), ("--engine", "wasm")):
                node, apis = self.apis(folder, *options)
                self.assertEqual(list(apis), ["rest"])
                self.assertEqual((node["ledger_api"], node["json_api"]), (None, None))

    def test_what_cannot_be_is_refused(self):
        for options, word in ((("--engine", "wasm", "--daml-api", "open"), "need the engine"),
                              (("--daml-api", "opne"), "--daml-api")):
            result = tenon("network", "init", "-n", 1, "--consensus", "simple", "--out",
                           "/nowhere/network", *options, check=False)
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertIn(word, result.stderr)


class Init(unittest.TestCase):
    def test_a_replica_starts_from_what_was_made_commits_stops_and_goes_on(self):
        with temporary_folder() as folder:
            made = init(folder / "network", "--allocators", "all")
            self.assertEqual(made["quorum"], 1)
            with replica_of(folder / "network") as node:
                node.start()
                token = Token(node)
                token.mint(10)
                self.assertEqual(token.transfer(4)[0], 200)
                status = node.curl("/v1/status", token=node.operator())[1]
                self.assertEqual(status["role"], "replica")
                self.assertEqual(status["chain"], made["chain"])
                self.assertIs(status["ready"], True)
                self.assertEqual(node.stop(), 0)
                node.start()
                self.assertEqual(token.balance("bob"), 4)
                self.assertEqual(node.stop(), 0)

    def test_the_listener_speaks_tls_1_3_only_with_a_key_that_was_made_for_the_node(self):
        with temporary_folder() as folder:
            init(folder / "network")
            with replica_of(folder / "network") as node:
                node.start()
                context = ssl.create_default_context()
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
                with socket.create_connection(("127.0.0.1", node.network_port), 10) as plain:
                    with context.wrap_socket(plain) as wrapped:
                        self.assertEqual(wrapped.version(), "TLSv1.3")
                        certificate = wrapped.getpeercert(binary_form=True)
                genesis = json.loads((node.data / "genesis.json").read_text())
                key = bytes.fromhex(genesis["validators"][0]["public_key"])
                self.assertIn(key, certificate)
                context.maximum_version = ssl.TLSVersion.TLSv1_2
                with socket.create_connection(("127.0.0.1", node.network_port), 10) as plain:
                    with self.assertRaises((ssl.SSLError, OSError)):
                        context.wrap_socket(plain)

    def test_a_configuration_is_read_again_on_sighup_and_a_wrong_one_changes_nothing(self):
        def read_again(node, change, word):
            config = json.loads(node.config.read_text())
            change(config)
            node.config.write_text(json.dumps(config))
            node.process.send_signal(signal.SIGHUP)
            deadline = time.monotonic() + 10
            while word not in node.log.read_text():
                self.assertLess(time.monotonic(), deadline, node.last_words())
                time.sleep(0.02)

        with temporary_folder() as folder:
            init(folder / "network", "--allocators", "all")
            with replica_of(folder / "network") as node:
                node.start()
                read_again(node, lambda config: config["network"].update(cut_of=["replica-1"]),
                           "the old one still counts")
                self.assertIn("cut_off", node.log.read_text())  # what was meant
                read_again(node, lambda config: config["network"].pop("cut_of"),
                           "network.cut_off and the keys of the channels count from now on")
                read_again(node, lambda config: config.update(limits={"drain_ms": 9000}),
                           "what differs in limits counts from the next start on")
                Token(node).mint(10)
                self.assertEqual(node.stop(), 0)

    def test_a_folder_that_was_copied_to_another_place_runs_there(self):
        with temporary_folder() as folder:
            init(folder / "network")
            shutil.move(folder / "network", folder / "moved")
            with replica_of(folder / "moved") as node:
                node.start()
                self.assertEqual(node.stop(), 0)

    def test_keys_are_for_their_owner_only_and_an_existing_network_is_not_overwritten(self):
        with temporary_folder() as folder:
            network = folder / "network"
            init(network, replicas=4)
            for key in (*network.glob("replica-*/data/keys/node.pem"),
                        *network.glob("operators/*.pem")):
                self.assertEqual(key.stat().st_mode & 0o777, 0o600, key)
            self.assertEqual(len(list(network.glob("replica-*/node.json"))), 4)
            before = (network / "genesis.json").read_bytes()
            words = ("network", "init", "--replicas", 4, "--consensus", "simple", "--out", network)
            refused = tenon(*words, "--json", check=False)
            self.assertEqual(refused.returncode, 1)
            failure = json.loads(refused.stdout)
            self.assertEqual(failure["exit_code"], 1)
            self.assertIn("--force", failure["message"])
            self.assertEqual((network / "genesis.json").read_bytes(), before)
            tenon(*words, "--force")
            self.assertNotEqual((network / "genesis.json").read_bytes(), before)
            self.assertEqual((folder / "network.1/genesis.json").read_bytes(), before)

    def test_what_cannot_run_is_refused_before_anything_is_made(self):
        with temporary_folder() as folder:
            network = folder / "network"
            for words, code, sentence in (
                    (("--replicas", 3, "--max-byzantine", 1), 2, "expected 4 replicas or more"),
                    (("--replicas", 1, "--consensus", "simpel"), 1, "tenon_consensus_simpel.so"),
                    (("--replicas", 1, "--consensus", "simple", "--engine", "wsam"), 1,
                     "tenon_engine_wsam.so")):
                result = tenon("network", "init", "--out", network, *words, check=False)
                self.assertEqual(result.returncode, code, result.stderr)
                self.assertIn(sentence, result.stderr)
                self.assertIn("next:", result.stderr)
                self.assertEqual(list(folder.iterdir()), [])

    def test_another_replicas_key_or_name_is_refused_with_a_sentence(self):
        with temporary_folder() as folder:
            network = folder / "network"
            init(network, replicas=2)
            keys = [network / f"replica-{i}/data/keys/node.pem" for i in (1, 2)]
            keys[0].write_bytes(keys[1].read_bytes())
            config = network / "replica-1/node.json"
            self.refused(config, "the key of validator replica-2", "How to fix")
            changed = json.loads(config.read_text())
            changed["network"]["peers"][0]["name"] = "replica-22"
            config.write_text(json.dumps(changed))
            self.refused(config, "network.peers[0].name", 'did you mean "replica-2"')

    def refused(self, config, *words):
        result = subprocess.run([TENOND, "--config", config], capture_output=True, text=True,
                                timeout=60, stdin=subprocess.DEVNULL)
        self.assertEqual(result.returncode, 1, result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)

    def test_a_consensus_that_orders_alone_is_refused_where_several_must_sign(self):
        with temporary_folder() as folder:
            init(folder / "network", replicas=2)
            self.refused(folder / "network/replica-1/node.json", "orders alone",
                         "expected a ledger with one validator, found 2", "How to fix")

    def test_tenond_tells_its_engines_and_makes_no_data_directory(self):
        with temporary_folder() as folder:
            node = Node(folder, "memory")
            result = subprocess.run([TENOND, "--config", node.config, "--describe-engines"],
                                    capture_output=True, text=True, timeout=60, check=True)
            told = json.loads(result.stdout)
            self.assertEqual([engine["id"] for engine in told["engines"]], ["wasm", "daml"])
            self.assertRegex(told["engines"][0]["fingerprint"], "^[0-9a-f]{64}$")
            self.assertRegex(told["network_fingerprint"], "^[0-9a-f]{64}$")
            self.assertFalse(node.data.exists())


class Dev(unittest.TestCase):
    @contextlib.contextmanager
    def network(self):
        """tenon dev up -n 1 -m 0; gives the folder and the answer."""
        with temporary_folder() as folder:
            network = folder / "dev"
            try:
                yield network, answer("dev", "up", "-n", 1, "-m", 0, "--consensus", "simple",
                                      "--dir", network, "--base-port", ports_from(1))
            finally:
                tenon("dev", "kill", "1", "--dir", network, check=False)

    def node_of(self, said):
        self.assertEqual(len(said["nodes"]), 1)
        return said["nodes"][0]

    def crash(self, pid):
        process = os.pidfd_open(pid)
        try:
            signal.pidfd_send_signal(process, signal.SIGKILL)
            self.assertTrue(select.select([process], [], [], 30)[0], "it goes on")
        finally:
            os.close(process)

    def test_up_waits_until_the_nodes_are_ready_and_they_outlive_the_tool(self):
        with self.network() as (network, said):
            node = self.node_of(said)
            self.assertEqual((node["name"], node["state"], node["ready"]),
                             ("replica-1", "running", True))
            os.kill(node["pid"], 0)
            replica = Replica(network / "replica-1")
            token = Token(replica)
            token.mint(3)
            later = self.node_of(answer("dev", "status", "--dir", network))
            self.assertGreater(int(later["height"]), int(node["height"]))
            again = self.node_of(answer("dev", "up", "--dir", network))
            self.assertEqual(again["pid"], node["pid"])

    def test_a_killed_node_is_shown_so_and_restarted_with_all_it_had(self):
        with self.network() as (network, said):
            token = Token(Replica(network / "replica-1"))
            token.mint(3)
            self.crash(self.node_of(said)["pid"])
            crashed = self.node_of(answer("dev", "status", "--dir", network))
            self.assertEqual((crashed["state"], crashed["pid"], crashed["ready"]),
                             ("ended", None, False))
            restarted = self.node_of(answer("dev", "restart", "replica-1", "--dir", network))
            self.assertEqual(restarted["state"], "running")
            self.assertEqual(token.balance("alice"), 3)
            killed = self.node_of(answer("dev", "kill", 1, "--dir", network))
            self.assertEqual(killed["state"], "stopped")
            answer("dev", "up", "--dir", network)
            self.assertEqual(token.balance("alice"), 3)

    def test_stop_and_down_let_nodes_finish(self):
        with self.network() as (network, said):
            for words in (("stop", "replica-1"), ("down",)):
                stopped = self.node_of(answer("dev", *words, "--dir", network))
                self.assertEqual(stopped["state"], "stopped")
                self.assertIn('"stopped"', (network / "replica-1/tenond.log").read_text())
                answer("dev", "up", "--dir", network)

    def test_a_port_in_use_fails_with_the_reason_and_leaves_nothing_running(self):
        with temporary_folder() as folder:
            first = ports_from(1)
            with socket.create_server(("127.0.0.1", first)):
                result = tenon("dev", "up", "-n", 1, "-m", 0, "--consensus", "simple",
                               "--dir", folder / "dev", "--base-port", first, "--json", check=False)
            self.assertEqual(result.returncode, 1, result.stdout)
            failure = json.loads(result.stdout.splitlines()[-1])
            self.assertIn("replica-1 ended before it was ready", failure["message"])
            self.assertIn(f"127.0.0.1:{first}", failure["message"])
            status = answer("dev", "status", "--dir", folder / "dev")
            self.assertEqual(status["nodes"][0]["state"], "stopped")

    def test_a_wrong_node_or_no_network_is_told_with_the_next_command(self):
        with self.network() as (network, _):
            wrong = tenon("dev", "kill", "replica-2", "--dir", network, check=False)
            self.assertEqual(wrong.returncode, 2)
            self.assertIn("did you mean", wrong.stderr)
            more = tenon("dev", "up", "-n", 3, "--dir", network, check=False)
            self.assertEqual(more.returncode, 1)
            self.assertIn("has 1 replica and 0 client nodes, expected 3 replicas", more.stderr)
        with temporary_folder() as folder:
            none = tenon("dev", "status", "--dir", folder, check=False)
            self.assertEqual(none.returncode, 1)
            self.assertIn("next:  tenon dev up", none.stderr)


if __name__ == "__main__":
    unittest.main()
