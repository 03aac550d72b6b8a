"""A small run of the benchmark: a replica that begins with nothing gets the others' state, and one
that is killed in the middle goes on with what it had."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from main import STAGES  # noqa: E402
from network import Network, fill, killed, undisturbed  # noqa: E402

KEYS = 20_000
GATHERED_BYTES = 256 << 10   # what the receiver keeps in memory before it writes
ON_THEIR_WAY_BYTES = 1 << 20  # what is lost with the connections


class Steps(unittest.TestCase):
    def test_each_step_takes_the_whole_state(self):
        with tempfile.TemporaryDirectory(prefix="tenon-") as directory:
            figures = json.loads(subprocess.run(
                [str(STAGES), "--directory", directory, "--keys", "5000"], check=True,
                capture_output=True, text=True, timeout=60).stdout)
        self.assertEqual(figures["stages_keys_count"], 5_000)
        for step in ("export", "verify", "import", "finish"):
            self.assertGreater(figures[f"{step}_keys_per_s"], 0)


class Whole(unittest.TestCase):
    def test_a_receiver_killed_in_the_middle_asks_for_little_of_what_it_had_again(self):
        with tempfile.TemporaryDirectory(prefix="tenon-") as directory:
            network = Network(Path(directory))
            receiver = network.nodes[3]
            config = json.loads(receiver.config.read_text())
            config["store"]["config"] = {"import_buffer_bytes": GATHERED_BYTES}
            receiver.config.write_text(json.dumps(config))
            try:
                network.start()
                fill(network, KEYS)
                whole, _ = undisturbed(network)
                first, second = killed(network, whole)
            finally:
                network.close()
        self.assertGreater(whole.received_bytes, 4 << 20)
        self.assertGreaterEqual(first.received_bytes, whole.received_bytes / 2)
        twice = first.received_bytes + second.received_bytes - whole.received_bytes
        self.assertLess(twice, GATHERED_BYTES + ON_THEIR_WAY_BYTES)


if __name__ == "__main__":
    unittest.main()
