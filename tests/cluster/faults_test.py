"""Four replicas as real processes over TLS, under load, while somebody kills, freezes and wipes
them. Every transfer that was acknowledged is there exactly once on every replica, nothing that was
never asked for is, and the money adds up."""

import random
import shutil
import signal
import threading
import time
import unittest

from cluster import (KILLS, MINTED, ClientNetwork, Load, Network, Replica, Token, metric,
                     operate, running_client_network, running_network, temporary_folder)


def wipe(node: Replica) -> None:
    """Everything that it had but its keys is gone."""
    for entry in node.data.iterdir():
        if entry.name in ("keys", "genesis.json"):
            continue
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


class Faults(unittest.TestCase):
    def begin(self, network: Network) -> Token:
        token = Token(network.nodes[0])
        token.mint(MINTED)
        return token

    def await_height(self, network: Network, height: int, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while int(network.status(0)["height"]) < height:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)

    def check_books(self, network: Network, token: Token, acknowledged: int) -> None:
        network.await_level()
        for node in network.nodes:
            token.node = node
            self.assertEqual(token.balance("bob"), acknowledged, node.folder.name)
            self.assertEqual(token.balance("alice"), MINTED - acknowledged, node.folder.name)
        token.node = network.nodes[0]
        for node in network.nodes:
            self.assertNotIn("fault", node.last_words())

    def test_killed_leaders_and_followers_lose_and_double_nothing(self):
        choice = random.Random(7)
        with running_network() as network:
            token = self.begin(network)
            load = Load(token)
            for _ in range(KILLS):
                time.sleep(choice.uniform(0.05, 0.4))
                victim = network.nodes[choice.randrange(1, 4)]
                victim.kill()
                time.sleep(choice.uniform(0, 0.5))
                victim.start()
            acknowledged = load.end()
            self.assertGreater(acknowledged, KILLS)
            print(f"{KILLS} kills, {acknowledged} transfers, the slowest took {load.slowest:.2f} s")
            self.check_books(network, token, acknowledged)

    def test_a_power_cut_of_all_four_loses_nothing_that_was_acknowledged(self):
        with running_network() as network:
            token = self.begin(network)
            total = 0
            for _ in range(2):
                load = Load(token)
                time.sleep(1.5)
                for node in network.nodes:
                    node.kill()
                restart = threading.Thread(target=network.start)
                restart.start()
                restart.join()
                total += load.end()
                # Commands of the next load have names of their own.
                token.transfer = lambda amount, command_id, number=total: Token.transfer(
                    token, amount, f"{number}-{command_id}")
            self.check_books(network, token, total)

    def test_a_frozen_replica_is_not_waited_for_and_comes_back(self):
        with running_network() as network:
            token = self.begin(network)
            load = Load(token)
            frozen = network.nodes[2].process
            frozen.send_signal(signal.SIGSTOP)
            time.sleep(1)
            before = load.acknowledged
            time.sleep(2)
            self.assertGreater(load.acknowledged, before)
            frozen.send_signal(signal.SIGCONT)
            time.sleep(1)
            self.check_books(network, token, load.end())

    def test_two_of_four_decide_nothing_and_go_on_with_a_third(self):
        with running_network() as network:
            token = self.begin(network)
            load = Load(token)
            time.sleep(0.5)
            network.nodes[1].kill()
            network.nodes[2].kill()
            time.sleep(0.5)
            before = network.status(0)["height"]
            time.sleep(1.5)
            self.assertEqual(network.status(0)["height"], before)
            network.nodes[1].start(ready=False)
            network.nodes[2].start(ready=False)
            network.nodes[1].wait_ready()
            network.nodes[2].wait_ready()
            self.check_books(network, token, load.end())

    def test_a_wiped_replica_takes_over_the_chain_and_votes_again(self):
        with running_network() as network:
            token = self.begin(network)
            load = Load(token)
            time.sleep(1)
            wiped = network.nodes[3]
            wiped.kill()
            wipe(wiped)
            wiped.start()
            # With another one gone its vote is needed.
            network.nodes[2].kill()
            load.await_more()
            network.nodes[2].start()
            self.check_books(network, token, load.end())

    def test_a_wiped_replica_takes_over_a_state_under_load_and_votes_again(self):
        with running_network({"snapshot_after_blocks": 64}) as network:
            token = self.begin(network)
            load = Load(token)
            wiped = network.nodes[3]
            self.await_height(network, 200)
            # Blocks are of no help: nobody has the first ones.
            operate(network.nodes[0], "prune", "100")
            deadline = time.monotonic() + 30
            while any(network.status(i)["consensus"]["oldest_block"] < 100 for i in range(3)):
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.1)
            wiped.kill()
            wipe(wiped)
            begin = time.monotonic()
            at_least = int(network.status(0)["height"])
            wiped.start(ready=False)
            wiped.wait_ready()
            taken = time.monotonic() - begin
            self.assertGreaterEqual(metric(wiped, "tenon_state_transfers_total"), 1)
            self.assertGreater(metric(wiped, "tenon_state_transfer_bytes_total"), 0)
            # It has no block that is older than the state that it took over.
            self.assertGreater(network.status(3)["consensus"]["oldest_block"], 0)
            self.assertGreaterEqual(int(network.status(3)["height"]), at_least)
            network.nodes[2].kill()
            load.await_more()
            network.nodes[2].start()
            print(f"ready {taken:.2f} s after it was wiped at block {at_least}")
            self.check_books(network, token, load.end())
            # And it starts again on what it took over.
            wiped.kill()
            wiped.start()
            network.await_level()

    def test_a_wiped_replica_has_its_vote_back_although_nothing_else_happens(self):
        with running_network() as network:
            token = self.begin(network)
            self.assertEqual(token.transfer(1)[0], 200)
            network.await_level()
            wiped = network.nodes[3]
            wiped.kill()
            wipe(wiped)
            wiped.start()
            # With another one gone its vote is needed.
            network.nodes[2].kill()
            self.assertEqual(token.transfer(1)[0], 200)
            network.nodes[2].start()
            self.check_books(network, token, 2)

    def test_a_store_that_forgets_is_refused_unless_allowed_and_its_replica_comes_back(self):
        with temporary_folder() as folder:
            network = Network(folder, store="memory")
            node = network.nodes[0]
            node.start(ready=False)
            self.assertEqual(node.process.wait(30), 1)
            self.assertIn("allow_volatile", node.last_words())
        with running_network({"allow_volatile": True}, store="memory") as network:
            token = self.begin(network)
            load = Load(token)
            time.sleep(0.5)
            network.nodes[3].kill()
            network.nodes[3].start()
            # With another one gone its vote is needed.
            network.nodes[2].kill()
            load.await_more()
            network.nodes[2].start()
            self.check_books(network, token, load.end())


class ClientNodeFaults(unittest.TestCase):
    """What a client node has acknowledged is on every replica and on the client node, once."""

    def begin(self, network: ClientNetwork) -> Token:
        token = Token(network.client)
        token.mint(MINTED)
        return token

    def check_books(self, network: ClientNetwork, token: Token, acknowledged: int) -> None:
        network.await_level()
        network.client.wait_ready()
        for node in (network.client, *network.nodes):
            token.node = node
            self.assertEqual(token.balance("bob"), acknowledged, node.folder.name)
            self.assertEqual(token.balance("alice"), MINTED - acknowledged, node.folder.name)
            self.assertNotIn("fault", node.last_words())

    def test_replicas_killed_under_a_client_node_lose_and_double_nothing(self):
        choice = random.Random(11)
        with running_client_network() as network:
            token = self.begin(network)
            load = Load(token)
            for _ in range(KILLS):
                time.sleep(choice.uniform(0.05, 0.4))
                victim = network.nodes[choice.randrange(4)]
                victim.kill()
                time.sleep(choice.uniform(0, 0.5))
                victim.start()
            acknowledged = load.end()
            self.assertGreater(acknowledged, KILLS)
            print(f"{KILLS} kills, {acknowledged} transfers through the client node, the slowest "
                  f"took {load.slowest:.2f} s")
            self.check_books(network, token, acknowledged)

    def test_a_client_node_killed_under_load_loses_and_doubles_nothing(self):
        choice = random.Random(13)
        with running_client_network() as network:
            token = self.begin(network)
            load = Load(token)
            for _ in range(KILLS):
                time.sleep(choice.uniform(0.05, 0.6))
                network.client.kill()
                network.client.start()
            acknowledged = load.end()
            self.assertGreater(acknowledged, KILLS)
            print(f"{KILLS} kills of the client node, {acknowledged} transfers, the slowest took "
                  f"{load.slowest:.2f} s")
            self.check_books(network, token, acknowledged)

    def test_a_frozen_replica_is_left_for_another_one(self):
        with running_client_network() as network:
            token = self.begin(network)
            load = Load(token)
            for node in network.nodes:
                node.process.send_signal(signal.SIGSTOP)
                time.sleep(3)
                before = load.acknowledged
                time.sleep(3)  # its turn may have come: that costs a second
                self.assertGreater(load.acknowledged, before, f"without {node.folder.name}")
                node.process.send_signal(signal.SIGCONT)
                # One at a time: it has to be back before the next one freezes.
                begin = time.monotonic()
                reached = self.height_of(network.client)
                while self.height_of(node) < reached and time.monotonic() < begin + 60:
                    time.sleep(0.1)
                print(f"{node.folder.name} is back after {time.monotonic() - begin:.1f} s")
            self.check_books(network, token, load.end())

    @staticmethod
    def height_of(node):
        return int(node.curl("/v1/status", token=node.operator())[1]["height"])

    def test_without_a_quorum_nothing_is_acknowledged_and_later_all_that_was_asked_for(self):
        with running_client_network() as network:
            token = self.begin(network)
            load = Load(token)
            time.sleep(0.5)
            network.nodes[0].kill()
            network.nodes[1].kill()
            time.sleep(1)
            before = load.acknowledged
            time.sleep(1.5)
            self.assertEqual(load.acknowledged, before)
            network.nodes[0].start(ready=False)
            network.nodes[1].start(ready=False)
            deadline = time.monotonic() + 60
            while load.acknowledged < before + 20 and time.monotonic() < deadline:
                time.sleep(0.1)
            self.assertGreaterEqual(load.acknowledged, before + 20)
            self.check_books(network, token, load.end())


if __name__ == "__main__":
    unittest.main()
