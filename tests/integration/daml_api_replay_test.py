"""Recorded exchanges of the official Ledger API test suite with a ledger of Daml, said again to one
node and to four replicas with a client node, both at the same time. Where they are not, nothing is
tested: they stand in the shared data."""

import concurrent.futures
import contextlib
import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

from client_node_test import network_of
from node import SOURCE, Node, temporary_folder

SHARED = Path(os.environ.get("TENON_SHARED_DIR", SOURCE.parent / "shared"))
CONFORMANCE = SHARED / "daml/conformance"
EXCEPTIONS = SOURCE / "tests/integration/daml_api_exceptions.txt"
MOST_EXCEPTIONS = 0.05


def listed_cases() -> set:
    return set((CONFORMANCE / "MANIFEST").read_text().split())


def exceptions() -> dict:
    """The reason for each case that need not pass."""
    lines = EXCEPTIONS.read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines if line and not line.startswith("#"))


def compatible(node: Node) -> None:
    """The recorded ledger was of version 2.6, and asked for no tokens."""
    config = json.loads(node.config.read_text())
    section = next(api for api in config["apis"] if api["plugin"] == "daml_api")["config"]
    section["compatible_with"] = "2.6"
    node.write_config(config)


def replay(name: str, node: Node, folder: Path) -> dict:
    """Whether each case passes: None, or what was wrong."""
    report = folder / f"{name}.json"
    # Two replays share the machine.
    said = subprocess.run(
        [sys.executable, CONFORMANCE / "replay.py", "--port", str(node.ledger_port), "--quiet",
         "--json", report, "--timeout-scale", "3"],
        capture_output=True, text=True, timeout=1200, check=False)
    if not report.is_file():
        raise AssertionError(f"{name}: the replay did not end: {said.stdout}{said.stderr}")
    result = json.loads(report.read_text())
    print(f"{name}: {result['passed']} pass, {result['failed']} fail, {result['seconds']} s")
    return {test["test"]: test["error"] for test in result["tests"]}


@contextlib.contextmanager
def solo():
    with temporary_folder() as folder:
        node = Node(folder, shipped="solo-open.json")
        try:
            yield node.start()
        except BaseException:
            print(node.last_words())
            raise
        finally:
            node.close()


@contextlib.contextmanager
def client_of_four_replicas():
    with network_of(start=False, options=("--daml-api", "open")) as network:
        compatible(network.client)
        network.start()
        yield network.client


@unittest.skipUnless(CONFORMANCE.is_dir(), f"there are no recorded exchanges in {CONFORMANCE}")
class Replay(unittest.TestCase):
    maxDiff = None
    results: dict = {}

    @classmethod
    def setUpClass(cls):
        with (solo() as node, client_of_four_replicas() as client, temporary_folder() as folder,
              concurrent.futures.ThreadPoolExecutor() as pool):
            runs = {"solo": pool.submit(replay, "solo", node, folder),
                    "network": pool.submit(replay, "network", client, folder)}
            cls.results = {name: run.result() for name, run in runs.items()}

    def check(self, name: str):
        result = self.results[name]
        self.assertEqual(listed_cases() - set(result), set(), "cases that did not run")
        failed = {case: error for case, error in result.items() if error is not None}
        self.assertEqual({case: error for case, error in failed.items()
                          if case not in exceptions()}, {})

    def test_one_node_answers_as_the_recorded_ledger_did(self):
        self.check("solo")

    def test_a_client_node_of_four_replicas_answers_as_the_recorded_ledger_did(self):
        self.check("network")

    def test_the_exceptions_are_few_known_and_needed(self):
        excused = set(exceptions())
        self.assertLessEqual(len(excused), MOST_EXCEPTIONS * len(listed_cases()))
        self.assertEqual(excused - listed_cases(), set(), "no such case was recorded")
        needed = {case for result in self.results.values()
                  for case, error in result.items() if error is not None}
        self.assertEqual(excused - needed, set(), "it passes everywhere: take it off the list")


if __name__ == "__main__":
    unittest.main()
