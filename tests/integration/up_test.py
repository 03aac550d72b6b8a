"""`tenon up`: from an empty folder to a verified proof, and again on the same data; through a
client node of four replicas, and on one solo node."""

import json
import signal
import subprocess
import time
import unittest

from network_test import ports_from
from node import BINARY, SOURCE, TENON, answer, on_free_ports, temporary_folder, tenon


def config_on_free_ports(folder):
    config = on_free_ports(json.loads((SOURCE / "config/solo.json").read_text()))
    config["plugin_path"] = [str(BINARY / "lib/tenon/plugins")]
    file = folder / "solo.json"
    file.write_text(json.dumps(config))
    return file


class UpNetwork(unittest.TestCase):
    def test_four_replicas_and_a_client_node_prove_a_transfer_and_again_on_the_same_data(self):
        with temporary_folder() as folder:
            base = ports_from(5)
            words = ("up", "--once", "--dir", folder / "network", "--base-port", base)
            first = answer(*words)
            print(f"first proved transfer after {first['first_proved_ms']} ms, network made first")
            self.assertEqual(first["balances"], {"alice": "975", "bob": "25"})
            self.assertEqual(first["daml"]["balances"], {"alice": "975", "bob": "25"})
            self.assertIs(first["proof_verified"], True)
            self.assertEqual((first["replicas"], first["clients"], first["tls"]), (4, 1, True))
            self.assertEqual((first["ledger_api"], first["json_api"]),
                             (f"127.0.0.1:{base + 43}", f"http://127.0.0.1:{base + 44}"))
            self.assertGreater(first["first_proved_ms"], 0)
            second = answer(*words)
            print(f"again after {second['first_proved_ms']} ms")
            self.assertEqual(second["balances"], {"alice": "950", "bob": "50"})
            self.assertEqual(second["daml"]["balances"], {"alice": "950", "bob": "50"})
            self.assertEqual(second["instance"], first["instance"])
            self.assertGreater(int(second["height"]), int(first["height"]))
            stopped = answer("dev", "status", "--dir", folder / "network")
            self.assertEqual({node["state"] for node in stopped["nodes"]}, {"stopped"})

    def test_it_stays_while_replicas_are_killed_and_come_back_and_ctrl_c_ends_all_five(self):
        with temporary_folder() as folder:
            network = folder / "network"
            with subprocess.Popen(
                    [TENON, "up", "--json", "--dir", network, "--base-port", str(ports_from(5))],
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
                summary = json.loads(process.stdout.readline())
                self.assertIs(summary["proof_verified"], True)
                second = tenon("up", "--once", "--dir", network, check=False)
                self.assertEqual(second.returncode, 1)
                self.assertIn("runs already", second.stderr)
                answer("dev", "kill", "replica-1", "--dir", network)
                up = answer("dev", "status", "--dir", network)["nodes"]
                self.assertEqual([node["state"] for node in up],
                                 ["stopped"] + 4 * ["running"])
                self.assertEqual(up[4]["name"], "client-1")
                self.assertIs(up[4]["ready"], True)
                answer("dev", "restart", "replica-1", "--dir", network)
                self.assertIsNone(process.poll())
                process.send_signal(signal.SIGINT)
                said = process.communicate(timeout=60)[1]
                self.assertEqual(process.returncode, 0, said)
                self.assertIn("replica-1 has ended", said)
                self.assertIn("replica-1 runs again", said)
            down = answer("dev", "status", "--dir", network)["nodes"]
            self.assertEqual({node["state"] for node in down}, {"stopped"})

    def test_options_of_the_other_mode_are_refused_with_the_right_ones(self):
        result = tenon("up", "--once", "--data-dir", "/nowhere", check=False)
        self.assertEqual(result.returncode, 2)
        self.assertIn("--dir FOLDER for a network, or --solo", result.stderr)


class UpSolo(unittest.TestCase):
    def test_up_once_moves_money_and_verifies_a_proof_and_again_within_three_seconds(self):
        with temporary_folder() as folder:
            words = ("up", "--once", "--config", config_on_free_ports(folder), "--data-dir",
                     folder / "data")
            first = answer(*words)
            self.assertEqual(first["balances"], {"alice": "975", "bob": "25"})
            self.assertIs(first["proof_verified"], True)
            self.assertEqual(len(first["state_root"]), 64)
            self.assertEqual(first["replicas"], 1)
            self.assertIs(first["tls"], False)
            self.assertGreater(first["first_tx_ms"], 0)
            started = time.monotonic()
            second = answer(*words)
            self.assertLess(time.monotonic() - started, 3)
            self.assertEqual(second["balances"], {"alice": "950", "bob": "50"})
            self.assertEqual(second["instance"], first["instance"])
            self.assertGreater(int(second["height"]), int(first["height"]))

    def test_it_tells_people_where_the_daml_apis_are(self):
        with temporary_folder() as folder:
            config = config_on_free_ports(folder)
            apis = json.loads(config.read_text())["apis"]
            with subprocess.Popen([TENON, "up", "--config", config, "--data-dir", folder / "data"],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                  text=True) as process:
                said = ""
                while "Ctrl-C ends" not in said:
                    line = process.stdout.readline()
                    self.assertTrue(line, said)
                    said += line
                process.send_signal(signal.SIGINT)
            self.assertRegex(said, f"Daml Ledger API +{apis[1]['config']['grpc']['listen']} ")
            self.assertRegex(said,
                             f"Daml JSON API +http://{apis[1]['config']['json']['listen']}/v1\n")

    def test_up_stays_until_interrupted_and_then_ends_cleanly(self):
        with temporary_folder() as folder:
            process = subprocess.Popen(
                [TENON, "up", "--json", "--config", config_on_free_ports(folder), "--data-dir",
                 folder / "data"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            summary = json.loads(process.stdout.readline())
            self.assertIs(summary["proof_verified"], True)
            self.assertIsNone(process.poll())
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(30), 0, process.stderr.read())

    def test_the_keys_are_made_for_their_owner_only(self):
        with temporary_folder() as folder:
            answer("up", "--once", "--config", config_on_free_ports(folder), "--data-dir",
                   folder / "data")
            for name in ("node.pem", "jwt_es256.pem"):
                mode = (folder / "data/keys" / name).stat().st_mode & 0o777
                self.assertEqual(mode, 0o600, name)

    def test_a_config_that_is_missing_fails_with_a_sentence_and_a_next_command(self):
        result = tenon("up", "--once", "--config", "/nowhere/solo.json", check=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn("/nowhere/solo.json", result.stderr)
        self.assertIn("next:", result.stderr)


if __name__ == "__main__":
    unittest.main()
