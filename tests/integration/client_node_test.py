"""A client node of four replicas: what applications do through it, what it shows and keeps, and
what of it is refused."""

import contextlib
import json
import subprocess
import time
import unittest

from network_test import Replica, operate, ports_from
from node import (TENOND, Token, answer, javascript_verifier, on_free_ports, quote,
                  temporary_folder, tenon)


class Network:
    """Four replicas and a client node, in folders that `tenon network init` has made."""

    def __init__(self, folder, clients=1, options=()):
        self.folder = folder / "network"
        self.made = answer("network", "init", "-n", 4, "-m", clients, "--out", self.folder,
                           "--base-port", ports_from(4 + clients), *options)
        self.replicas = [Replica(self.folder / f"replica-{i + 1}") for i in range(4)]
        self.clients = [Replica(self.folder / f"client-{i + 1}") for i in range(clients)]
        self.client = self.clients[0]

    @property
    def nodes(self):
        return self.replicas + self.clients

    def start(self, nodes=None):
        for node in nodes or self.nodes:
            node.start(ready=False)
        for node in nodes or self.nodes:
            node.wait_ready()
        return self


@contextlib.contextmanager
def network_of(clients=1, start=True, options=()):
    with temporary_folder() as folder:
        network = Network(folder, clients, options)
        try:
            yield network.start() if start else network
        except BaseException:
            for node in network.nodes:
                if node.log.exists():
                    print(node.folder.name, node.last_words(), sep="\n")
            raise
        finally:
            for node in network.nodes:
                node.close()


def status_of(node):
    return node.curl("/v1/status", token=node.operator())[1]


def await_true(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"it did not happen within {seconds} s")
        time.sleep(0.02)


class ClientNode(unittest.TestCase):
    def test_a_token_lives_through_a_client_node_and_its_proofs_verify_offline(self):
        with network_of() as network:
            client = network.client
            token = Token(client)
            token.mint(100)
            self.assertEqual(token.transfer(30)[0], 200)
            self.assertEqual((token.balance("alice"), token.balance("bob")), (70, 30))
            file = client.folder / "proof.json"
            tenon("proof", "get", token.instance, "balance", '{"owner":"bob"}', "--as", "bob",
                  "--output", file, "--url", client.url, "--data-dir", client.data)
            verified = answer("proof", "verify", file, "--genesis",
                              network.folder / "genesis.json")
            self.assertIs(verified["verified"], True)
            again = javascript_verifier(file, network.folder / "genesis.json")
            self.assertEqual(again.returncode, 0, again.stderr)
            self.assertEqual(json.loads(again.stdout), verified)

    def test_a_command_id_commits_once_however_often_it_is_sent(self):
        with network_of() as network:
            token = Token(network.client)
            token.mint(100)
            first = token.transfer(10, command_id="rent-1")[1]
            second = token.transfer(10, command_id="rent-1")[1]
            self.assertIs(first["duplicate"], False)
            self.assertIs(second["duplicate"], True)
            self.assertEqual(first["transaction"], second["transaction"])
            self.assertEqual(token.balance("bob"), 10)

    def test_the_status_shows_role_readiness_and_the_replicas(self):
        with network_of() as network:
            await_true(lambda: status_of(network.client)["consensus"]["replicas_connected"] == 4)
            status = status_of(network.client)
            self.assertEqual((status["role"], status["ready"]), ("client", True))
            self.assertEqual(status["chain"], network.made["chain"])
            peers = {peer["name"]: peer for peer in status["network"]["peers"]}
            self.assertEqual(sorted(peers), [f"replica-{i}" for i in (1, 2, 3, 4)])
            seen = {peer["name"]: peer["role"]
                    for peer in status_of(network.replicas[0])["network"]["peers"]}
            self.assertEqual(seen["client-1"], "client")

    def test_it_goes_on_with_one_replica_killed_and_says_which(self):
        with network_of() as network:
            token = Token(network.client)
            token.mint(100)
            network.replicas[1].kill()
            for _ in range(10):
                self.assertEqual(token.transfer(1)[0], 200)
            await_true(lambda: any("replica-2 is not connected" in warning
                                   for warning in status_of(network.client)["warnings"]))
            self.assertIs(status_of(network.client)["ready"], True)
            network.replicas[1].start()
            await_true(lambda: not status_of(network.client)["warnings"])

    def test_without_a_replica_it_serves_what_it_holds_and_is_not_ready(self):
        with network_of() as network:
            token = Token(network.client)
            token.mint(100)
            for replica in network.replicas:
                replica.kill()
            await_true(lambda: network.client.health("/readyz")[0] == 503)
            self.assertIn("none of 4 replicas is connected", network.client.health("/readyz")[1])
            self.assertEqual(token.balance("alice"), 100)
            network.start(network.replicas)
            network.client.wait_ready()
            self.assertEqual(token.transfer(1)[0], 200)

    def test_killed_or_stopped_it_goes_on_where_it_was(self):
        with network_of() as network:
            client = network.client
            token = Token(client)
            token.mint(100)
            for end in (client.kill, client.stop, client.kill):
                self.assertEqual(token.transfer(5)[0], 200)
                end()
                client.start()
            self.assertEqual(token.balance("bob"), 15)
            self.assertEqual(status_of(client)["state_root"],
                             status_of(network.replicas[0])["state_root"])

    def test_wiped_but_for_its_keys_it_gets_all_that_its_parties_may_see_again(self):
        with network_of() as network:
            client = network.client
            token = Token(client)
            token.mint(100)
            self.assertEqual(token.transfer(5)[0], 200)
            before = client.curl("/v1/transactions", token=token.alice)[1]["transactions"]
            self.assertEqual(client.stop(), 0)
            subprocess.run(["rm", "-r", client.data / "plugins"], check=True)
            client.start()
            await_true(lambda: token.balance("bob") == 5)
            self.assertEqual(client.curl("/v1/transactions", token=token.alice)[1]["transactions"],
                             before)

    def test_each_client_node_has_its_own_parties_and_sees_no_others(self):
        with network_of(clients=2) as network:
            token = Token(network.clients[0])
            token.mint(7)
            other = network.clients[1]
            status, body = other.curl_json("POST", "/v1/parties", {"party": "carol"},
                                           other.operator())
            self.assertIn(status, (200, 201), body)
            status, body = other.curl("/v1/transactions", token=other.token("alice"))
            self.assertNotIn("mint", json.dumps(body))
            status, body = other.curl_json(
                "POST", f"/v1/instances/{quote(token.instance)}/execute",
                {"function": "transfer", "arguments": {"to": "bob", "amount": "1"}},
                other.token("alice"))
            self.assertNotEqual(status, 200, body)
            self.assertEqual(token.balance("alice"), 7)


class Members(unittest.TestCase):
    """Operators change who the nodes are while the network runs."""

    def commit(self, network, count=1):
        """So many blocks at least."""
        node = network.client
        for _ in range(count):
            self.parties = getattr(self, "parties", 0) + 1
            status, body = node.curl_json("POST", "/v1/parties", {"party": f"p{self.parties}"},
                                          node.operator())
            self.assertEqual(status, 201, body)

    def new_node(self, network, like, name):
        """A folder with a key of its own, and the public key."""
        folder = network.folder / name
        (folder / "data/keys").mkdir(parents=True, mode=0o700)
        (folder / "data/genesis.json").write_bytes((network.folder / "genesis.json").read_bytes())
        config = on_free_ports(json.loads(like.config.read_text()))
        config["node"]["name"] = name
        if "listen" in config["network"]:
            config["network"]["listen"] = f"127.0.0.1:{ports_from(1)}"
            config["network"]["peers"] = [
                {"name": replica.folder.name, "address": f"127.0.0.1:{replica.network_port}"}
                for replica in network.replicas]
        (folder / "node.json").write_text(json.dumps(config))
        key = answer("operator", "keygen", "--out", folder / "data/keys/node.pem")["public_key"]
        node = Replica(folder)
        self.addCleanup(node.close)
        return node, key

    def readyz(self, node):
        """What it says; empty while the node does not listen yet."""
        try:
            return node.health("/readyz")[1]
        except OSError:
            return ""

    def peer(self, node, name):
        for peer in status_of(node)["network"]["peers"]:
            if peer["name"] == name:
                return peer
        return None

    def test_a_client_node_that_operators_add_connects_and_works_and_is_cut_once_removed(self):
        with network_of() as network:
            guest, key = self.new_node(network, network.client, "guest")
            guest.start(ready=False)
            await_true(lambda: "none of 4 replicas is connected" in self.readyz(guest))
            self.assertTrue(any("has no client" in warning and "add-client guest " + key in warning
                                for warning in status_of(guest)["warnings"]))
            operate(network.replicas[0], "add-client", "guest", key, "--may-allocate-parties",
                    "--streams")
            guest.wait_ready()
            token = Token(guest)
            token.mint(5)
            self.assertEqual(token.transfer(2)[0], 200)
            await_true(lambda: not status_of(guest)["warnings"])
            operate(network.replicas[0], "remove-client", "guest")
            await_true(lambda: self.peer(network.replicas[1], "guest") is None)
            await_true(lambda: guest.health("/readyz")[0] == 503)

    def test_a_client_nodes_old_key_is_refused_once_it_is_rotated_and_the_new_one_works(self):
        with network_of() as network:
            client = network.client
            token = Token(client)
            token.mint(5)
            new = network.folder / "new.pem"
            key = answer("operator", "keygen", "--out", new)["public_key"]
            operate(network.replicas[0], "rotate-client-key", "client-1", key)
            await_true(lambda: client.health("/readyz")[0] == 503)
            await_true(lambda: self.peer(network.replicas[1], "client-1")["public_key"] == key)
            self.assertIs(self.peer(network.replicas[1], "client-1")["connected"], False)
            self.assertEqual(client.stop(), 0)
            (client.data / "keys/node.pem").write_bytes(new.read_bytes())
            client.start()
            self.assertEqual(token.transfer(2)[0], 200)
            self.assertEqual(token.balance("bob"), 2)

    def test_a_replica_that_operators_add_connects_catches_up_and_votes(self):
        with network_of(start=False) as network:
            added, key = self.new_node(network, network.replicas[0], "replica-5")
            for node in network.nodes:
                config = json.loads(node.config.read_text())
                config["network"]["peers"].append(
                    {"name": "replica-5", "address": f"127.0.0.1:{added.network_port}"})
                node.config.write_text(json.dumps(config))
            network.start()
            self.assertTrue(any("network.peers names replica-5" in warning
                                for warning in status_of(network.replicas[0])["warnings"]))
            token = Token(network.client)
            token.mint(5)
            added.start(ready=False)
            added_by = operate(network.replicas[0], "add-replica", "replica-5", key)
            last = int(added_by["last_height"])
            await_true(lambda: self.peer(network.replicas[0], "replica-5") is not None)
            while int(status_of(network.client)["height"]) <= last:
                self.commit(network)
            # With nothing to do, too: its key has been used, as far as it knows.
            added.wait_ready()
            await_true(lambda: self.peer(network.replicas[0], "replica-5")["connected"])
            # Five replicas that withstand one Byzantine one need four: now this one must vote.
            network.replicas[3].kill()
            self.commit(network, 3)
            self.assertEqual(token.transfer(1)[0], 200)
            await_true(lambda: status_of(added)["state_root"]
                       == status_of(network.replicas[0])["state_root"])


class Refused(unittest.TestCase):
    def refused(self, node, *words):
        result = subprocess.run([TENOND, "--config", node.config], capture_output=True, text=True,
                                timeout=60, stdin=subprocess.DEVNULL)
        self.assertEqual(result.returncode, 1, result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)

    def test_a_configuration_or_key_that_is_not_the_client_nodes_is_refused(self):
        with network_of(clients=2, start=False) as network:
            first, second = network.clients
            config = json.loads(first.config.read_text())
            for change, words in (
                    (lambda one: one.update(consensus={"plugin": "bft"}),
                     ("consensus: a client node takes no part in consensus",)),
                    (lambda one: one["network"].update(listen="127.0.0.1:7999"),
                     ("network.listen: nobody dials a client node",)),
                    (lambda one: one["node"].update(name="client-3"),
                     ('no client with "streams": true of the genesis document has this name',
                      "client-1, client-2"))):
                changed = json.loads(json.dumps(config))
                change(changed)
                first.config.write_text(json.dumps(changed))
                self.refused(first, *words)
            first.config.write_text(json.dumps(config))
            key = first.data / "keys/node.pem"
            key.write_bytes((second.data / "keys/node.pem").read_bytes())
            self.refused(first, "not that of client client-1", "the key of client client-2")

    def test_tools_that_need_the_whole_ledger_say_so(self):
        with network_of(start=False) as network:
            result = tenon("db", "verify", "--config", network.client.config, check=False)
            self.assertEqual(result.returncode, 1)
            self.assertIn("holds a part of the ledger only", result.stderr)


class Dev(unittest.TestCase):
    def test_dev_starts_client_nodes_too_and_knows_them_by_name(self):
        with temporary_folder() as folder:
            network = folder / "dev"
            try:
                up = answer("dev", "up", "-n", 4, "-m", 1, "--dir", network, "--base-port",
                            ports_from(5))
                self.assertEqual([node["name"] for node in up["nodes"]],
                                 ["replica-1", "replica-2", "replica-3", "replica-4", "client-1"])
                self.assertEqual([node["role"] for node in up["nodes"]],
                                 4 * ["replica"] + ["client"])
                self.assertTrue(all(node["ready"] for node in up["nodes"]))
                token = Token(Replica(network / "client-1"))
                token.mint(3)
                killed = answer("dev", "kill", "client-1", "--dir", network)["nodes"][0]
                self.assertEqual(killed["state"], "stopped")
                again = answer("dev", "restart", "client-1", "--dir", network)["nodes"][0]
                self.assertIs(again["ready"], True)
                self.assertEqual(token.balance("alice"), 3)
                answer("dev", "stop", 5, "--dir", network)
                more = tenon("dev", "up", "-m", 2, "--dir", network, check=False)
                self.assertEqual(more.returncode, 1)
                self.assertIn("has 4 replicas and 1 client node, expected 4 replicas and 2",
                              more.stderr)
            finally:
                tenon("dev", "down", "--dir", network, check=False)


if __name__ == "__main__":
    unittest.main()
