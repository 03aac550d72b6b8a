"""`tenon up`: from an empty folder to a verified proof, and again on the same data."""

import json
import signal
import subprocess
import time
import unittest

from node import SOURCE, BINARY, TENON, answer, free_port, temporary_folder, tenon


def config_on_free_ports(folder):
    config = json.loads((SOURCE / "config/solo.json").read_text())
    config["plugin_path"] = [str(BINARY / "lib/tenon/plugins")]
    config["admin"] = {"listen": f"127.0.0.1:{free_port()}"}
    for api in config["apis"]:
        api["config"]["listen"] = f"127.0.0.1:{free_port()}"
    file = folder / "solo.json"
    file.write_text(json.dumps(config))
    return file


class Up(unittest.TestCase):
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
