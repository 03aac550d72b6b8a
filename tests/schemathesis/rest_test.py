"""schemathesis over /v1/openapi.json: whatever the document allows is answered as it says, and what
it forbids is refused; as a party and as an operator."""

import os
import subprocess
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))
from node import Token, running_node  # noqa: E402

EXAMPLES = "200" if os.environ.get("TENON_TEST_FULL") == "1" else "25"
SEED = os.environ.get("TENON_TEST_SEED", "1")


class Rest(unittest.TestCase):
    def check(self, node, token):
        command = [str(Path(sys.executable).parent / "schemathesis"), "run",
                   f"{node.url}/v1/openapi.json", "--header", f"Authorization: Bearer {token}",
                   "--max-examples", EXAMPLES, "--seed", SEED, "--checks", "all",
                   # One worker: Python 3.11's own compiler is not safe in two threads at once.
                   "--workers", "1", "--request-timeout", "20", "--no-color",
                   "--generation-database", "none",
                   # A request may fit its schema and still name a height or a cursor that this
                   # ledger has not reached.
                   "--exclude-checks", "positive_data_acceptance",
                   # Opening a stream is a protocol switch: tests/integration/stream_test.py.
                   "--exclude-path-regex", "^/v1/streams/"]
        result = subprocess.run(command, capture_output=True, text=True, timeout=800,
                                cwd=node.folder, env={**os.environ, "PYTHONPATH": str(HERE),
                                                      "SCHEMATHESIS_HOOKS": "hooks"})
        self.assertIsNone(node.process.poll(), node.last_words())
        self.assertEqual(result.returncode, 0, result.stdout[-12000:] + result.stderr[-3000:])

    def test_the_document_is_true_for_a_party(self):
        with running_node("memory") as node:
            Token(node).mint(1000)
            self.check(node, node.token("alice"))

    def test_the_document_is_true_for_an_operator(self):
        with running_node("memory") as node:
            Token(node).mint(1000)
            self.check(node, node.token("alice", "--admin"))


if __name__ == "__main__":
    unittest.main()
