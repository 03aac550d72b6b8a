"""The cases of ledger_api_cases against one node and against four replicas with a client node, both
at the same time. Where the shared packages are not, nothing is tested."""

import concurrent.futures
import contextlib
import os
import subprocess
import sys
import unittest
from pathlib import Path

from daml_api_replay_test import client_of_four_replicas, solo
from node import SOURCE

FOLDER = SOURCE / "tests/integration"
DARS = Path(os.environ.get("TENON_SHARED_DIR", SOURCE.parent / "shared")) / "daml/dars-testtool"


def run_cases(node) -> subprocess.CompletedProcess:
    path = os.pathsep.join([str(FOLDER), str(FOLDER / "ledger_api_cases")])
    environment = {**os.environ, "TENON_LEDGER_PORT": str(node.ledger_port),
                   "TENON_JSON_PORT": str(node.json_port), "PYTHONPATH": path}
    return subprocess.run(
        [sys.executable, "-m", "unittest", "discover", "-s", str(FOLDER / "ledger_api_cases"),
         "-p", "*_cases.py"], env=environment, capture_output=True, text=True, timeout=900,
        check=False)


@unittest.skipUnless(DARS.is_dir(), f"there are no compiled packages in {DARS}")
class Cases(unittest.TestCase):
    results: dict = {}

    @classmethod
    def setUpClass(cls):
        with contextlib.ExitStack() as nodes, concurrent.futures.ThreadPoolExecutor() as pool:
            served = {"solo": nodes.enter_context(solo()),
                      "network": nodes.enter_context(client_of_four_replicas())}
            runs = {name: pool.submit(run_cases, node) for name, node in served.items()}
            cls.results = {name: run.result() for name, run in runs.items()}

    def check(self, name: str):
        result = self.results[name]
        print(f"{name}: {' '.join(result.stderr.splitlines()[-3:])}")
        self.assertEqual(result.returncode, 0, result.stderr[-20000:])
        self.assertNotIn("Ran 0 tests", result.stderr)

    def test_one_node_passes(self):
        self.check("solo")

    def test_a_client_node_of_four_replicas_passes(self):
        self.check("network")


if __name__ == "__main__":
    unittest.main()
