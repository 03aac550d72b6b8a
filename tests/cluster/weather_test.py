"""What happens around replicas rather than to them: partitions, slow links, packets that vanish, a
full disk, a wrong clock, and two processes with the key of one. Acknowledged transfers are there
exactly once on every replica afterwards, whatever it was."""

import contextlib
import json
import os
import shutil
import signal
import struct
import subprocess
import time
import unittest
from datetime import datetime
from pathlib import Path

from cluster import (MINTED, Load, Network, Replica, Token, answer, metric, ports_from,
                     running_network, temporary_folder)
from proxy import Weather

CLOCK = Path(os.environ["TENON_BINARY_DIR"]) / "lib" / "tests" / "wall_clock.so"


def begin(network: Network) -> Token:
    token = Token(network.nodes[0])
    token.mint(MINTED)
    return token


class Weathers(unittest.TestCase):
    def check_books(self, network: Network, token: Token, acknowledged: int,
                    faulty: Replica | None = None) -> None:
        network.await_level()
        for node in network.nodes:
            token.node = node
            self.assertEqual(token.balance("bob"), acknowledged, node.folder.name)
            self.assertEqual(token.balance("alice"), MINTED - acknowledged, node.folder.name)
            if node is not faulty:
                self.assertNotIn("fault", node.last_words())

    def assert_standstill(self, load: Load, seconds: float = 1.5) -> None:
        time.sleep(0.5)  # what was under way
        before = load.acknowledged
        time.sleep(seconds)
        self.assertEqual(load.acknowledged, before)

    def test_half_and_half_decide_nothing_until_they_meet_again(self):
        with running_network() as network:
            folder = network.nodes[0].folder.parent
            load = Load(begin(network))
            self.cut(network, "1,2", "3,4")
            self.assert_standstill(load)
            # Nobody has decided anything that the others do not know.
            self.assertLessEqual(len({network.status(i)["height"] for i in (0, 1)}), 2)
            self.heal(network)
            print(f"20 transfers {load.await_more():.2f} s after the halves met again")
            self.check_books(network, load.token, load.end())
            self.assertNotIn("cut_off", (folder / "replica-1" / "node.json").read_text())

    def test_three_go_on_without_the_fourth_which_catches_up(self):
        with running_network() as network:
            load = Load(begin(network))
            for apart in (3, 1):
                self.cut(network, str(apart + 1))
                load.await_more()
                height = int(network.status(apart)["height"])
                load.await_more(50)
                self.assertLessEqual(int(network.status(apart)["height"]), height + 1)
                self.assertFalse(network.status(apart)["ready"])
                self.heal(network)
                network.nodes[apart].wait_ready()
            self.check_books(network, load.token, load.end())

    def cut(self, network: Network, *groups: str) -> None:
        """By the command, on processes that the tests have started."""
        folder = network.nodes[0].folder.parent
        answer("dev", "partition", *groups, "--dir", folder)
        self.reread(network)

    def heal(self, network: Network) -> None:
        answer("dev", "heal", "--dir", network.nodes[0].folder.parent)
        self.reread(network)

    def reread(self, network: Network) -> None:
        for node in network.nodes:
            node.process.send_signal(signal.SIGHUP)  # `tenon dev` knows its own processes only
        for node in network.nodes:
            named = "cut_off" in json.loads(node.config.read_text())["network"]
            deadline = time.monotonic() + 10
            while ("network.cut_off keeps" in self.told(node)) != named:
                self.assertLess(time.monotonic(), deadline, self.told(node))
                time.sleep(0.05)

    @staticmethod
    def told(node: Replica) -> str:
        return json.dumps(node.curl("/v1/status", token=node.operator())[1])

    def test_packets_that_vanish_are_missed_and_links_that_come_back_used(self):
        with self.network_in_bad_weather() as (network, weather):
            load = Load(begin(network))
            for link in weather.between({0, 1}, {2, 3}):
                link.silent = True
            self.assert_standstill(load)
            for link in weather.between({0, 1}, {2, 3}):
                link.silent = False
            print(f"20 transfers {load.await_more():.2f} s after packets arrive again")
            for link in weather.between({0, 1, 3}, {2}):
                link.silent = True
            load.await_more(50)
            for link in weather.between({0, 1, 3}, {2}):
                link.silent = False
            self.check_books(network, load.token, load.end())

    def test_slow_links_cost_their_delay_and_no_views(self):
        with self.network_in_bad_weather() as (network, weather):
            load = Load(begin(network))
            for link in weather.links.values():
                link.delay = 0.05
            load.await_more(10)  # it learns how slow they are
            before = network.status(0)["consensus"]
            took = load.await_more(30)
            after = network.status(0)["consensus"]
            nullified, views = (after[name] - before[name]
                                for name in ("nullified_views", "notarized_views"))
            print(f"links of 50 ms: 30 transfers of 3 clients in {took:.2f} s, "
                  f"{nullified:.0f} of {views + nullified:.0f} views in vain")
            self.assertLess(nullified, 0.2 * (views + nullified))
            # One that is far away does not slow the others down for ever.
            for link in weather.links.values():
                link.delay = 0
            for link in weather.between({0, 1, 2}, {3}):
                link.delay = 0.4
            load.await_more(60)
            for link in weather.links.values():
                link.delay = 0
            self.check_books(network, load.token, load.end())

    @contextlib.contextmanager
    def network_in_bad_weather(self):
        with temporary_folder() as folder:
            network = Network(folder)
            weather = Weather(network)
            try:
                yield network.start(), weather
            finally:
                network.close()
                weather.close()

    def test_a_full_disk_stops_its_replica_with_a_sentence_and_nobody_else(self):
        with temporary_folder() as folder, contextlib.ExitStack() as stack:
            network = Network(folder)
            full = network.nodes[3]
            disk = self.small_disk(full, stack)
            stack.callback(network.close)
            network.start()
            load = Load(begin(network))
            load.await_more()
            ballast = disk / "ballast"
            with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
                while True:
                    file.write(b"\0" * 65536)
            deadline = time.monotonic() + 60
            while full.health("/readyz")[0] == 200 and time.monotonic() < deadline:
                load.await_more(5)
            reasons = full.health("/readyz")[1]
            self.assertIn("No space left on device", reasons)
            load.await_more()
            # Room again, and a new start: it has lost nothing and goes on.
            ballast.unlink()
            full.kill()
            full.start()
            network.nodes[2].kill()  # its vote is needed
            load.await_more()
            network.nodes[2].start()
            self.check_books(network, load.token, load.end(), faulty=full)

    def small_disk(self, node: Replica, stack: contextlib.ExitStack) -> Path:
        """The node's data on a file system of its own, or no test."""
        moved = node.folder / "moved"
        shutil.move(node.data, moved)
        node.data.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", node.data],
                                 capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            self.skipTest(f"no file system can be mounted here: {mounted.stderr.strip()}")
        stack.callback(subprocess.run, ["umount", "-l", node.data], check=True)
        shutil.copytree(moved, node.data, dirs_exist_ok=True)
        return node.data

    def test_a_clock_that_jumps_stops_nobody_but_its_replica(self):
        with temporary_folder() as folder, contextlib.ExitStack() as stack:
            network = Network(folder)
            clock = folder / "clock"

            def set_clock(seconds: float) -> None:
                with clock.open("r+b" if clock.exists() else "wb") as file:
                    file.write(struct.pack("=q", int(seconds * 1e6)))

            set_clock(0)
            wrong = network.nodes[3]
            wrong.environment = {"LD_PRELOAD": str(CLOCK), "TENON_TEST_CLOCK": str(clock)}
            stack.callback(network.close)
            network.start()
            load = Load(begin(network))
            for jump in (3600, -3600):
                load.await_more()
                set_clock(jump)
                load.await_more(60)
                newest = self.newest_block_time(network.nodes[0])
                self.assertLess(abs(newest - time.time()), 30)
                set_clock(0)
            load.await_more()
            # Whoever starts with a wrong clock is told so.
            set_clock(3600)
            wrong.kill()
            wrong.start(ready=False)
            load.await_more()
            deadline = time.monotonic() + 20
            reasons = ""
            while "clock" not in reasons:
                self.assertLess(time.monotonic(), deadline, reasons)
                with contextlib.suppress(OSError):
                    reasons = wrong.health("/readyz")[1]
                time.sleep(0.05)
            set_clock(0)
            wrong.wait_ready()
            self.check_books(network, load.token, load.end())

    @staticmethod
    def newest_block_time(node: Replica) -> float:
        status = node.curl("/v1/status", token=node.operator())[1]
        return datetime.fromisoformat(status["record_time"]).timestamp()

    def test_two_processes_with_one_key_split_nobody(self):
        with temporary_folder() as folder:
            network = Network(folder)
            twin = self.make_twin(network)
            try:
                network.start()
                twin.start(ready=False)
                load = Load(begin(network))
                load.await_more(200)
                acknowledged = load.end()
                twin.kill()
                network.nodes[3].kill()
                honest = network.nodes[:3]
                network.nodes = honest
                self.check_books(network, load.token, acknowledged)
                seen = sum(metric(node, "tenon_bft_evidence_total") for node in honest)
                accused = [evidence["validator"] for i in range(3)
                           for evidence in network.status(i)["consensus"]["accusations"]]
                self.assertEqual(len(accused) > 0, seen > 0)
                self.assertLessEqual(set(accused), {"replica-4"})
                print(f"{acknowledged} transfers beside twins, {seen:.0f} pieces of evidence")
            finally:
                twin.close()
                network.nodes[len(network.nodes):] = []
                network.close()

    def make_twin(self, network: Network) -> Replica:
        """Replica 4 once more: replica 3 sees the one, replicas 1 and 2 the other."""
        original = network.nodes[3]
        folder = original.folder.parent / "twin"
        shutil.copytree(original.folder, folder)
        ports = ports_from(1)
        config = json.loads((folder / "node.json").read_text())
        port = config["network"]["listen"]
        text = json.dumps(config)
        for number, old in enumerate((port, config["admin"]["listen"],
                                      config["apis"][0]["config"]["listen"])):
            text = text.replace(old, f"127.0.0.1:{ports + number}")
        config = json.loads(text)
        config["network"]["cut_off"] = ["replica-1", "replica-2"]
        (folder / "node.json").write_text(json.dumps(config))
        self.edit(original, lambda network: network.update(cut_off=["replica-3"]))

        def meet_the_twin(section) -> None:
            for peer in section["peers"]:
                if peer["name"] == "replica-4":
                    peer["address"] = f"127.0.0.1:{ports}"

        self.edit(network.nodes[2], meet_the_twin)
        return Replica(folder)

    @staticmethod
    def edit(node: Replica, change) -> None:
        config = json.loads(node.config.read_text())
        change(config["network"])
        node.config.write_text(json.dumps(config))


if __name__ == "__main__":
    unittest.main()
