"""The benchmark's own arithmetic, its load, and a small run of the engines that are built here."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from engines import CRATES, TARGET, Load, measured, versions  # noqa: E402
from targets import check_same_updates, judged, ratios  # noqa: E402

TENON = Path(os.environ["TENON_BINARY_DIR"]) / "bin/tenon"
SMALL = {"keys": 3_000, "batch": 100, "batches": 4, "value_bytes": 100, "cache_mib": 16}
MASK = (1 << 64) - 1


def numbers(state: int):
    """splitmix64."""
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK
        yield mixed ^ (mixed >> 31)


def expected_digest(keys: int, batch: int, batches: int) -> str:
    digest = bytes(32)
    choices = numbers(1)
    for _ in range(batches):
        chosen = {}
        while len(chosen) < batch:
            chosen.setdefault(next(choices) % keys)
        digest = hashlib.sha256(digest + b"".join(
            hashlib.sha256(f"key {index}".encode()).digest() for index in chosen)).digest()
    return digest.hex()


class Arithmetic(unittest.TestCase):
    def test_a_ratio_above_one_says_that_the_store_is_the_better_one(self):
        engines = {"store": {"update_cpu_us": 10, "updates_per_s": 300},
                   "nomt": {"update_cpu_us": 40, "updates_per_s": 100}}
        self.assertEqual(ratios(engines),
                         {"store_to_nomt_cpu_ratio": 4, "store_to_nomt_rate_ratio": 3})

    def test_engines_that_wrote_different_keys_are_not_compared(self):
        with self.assertRaises(RuntimeError):
            check_same_updates({"store": {"updates_digest": "a"}, "jmt": {"updates_digest": "b"}})

    def test_a_target_is_judged_by_its_own_bound(self):
        run = {"keys_count": 1_000_000, "batch_count": 1_000, "store_update_cpu_us": 15.5,
               "store_to_nomt_cpu_ratio": 2.5}
        self.assertEqual([(one["bound"], one["met"]) for one in judged(run)],
                         [("at most 15", False), ("at least 2", True)])

    def test_a_run_of_another_size_is_not_judged(self):
        self.assertEqual(judged({"keys_count": 1_000_000, "batch_count": 10_000,
                                 "store_update_cpu_us": 1}), [])
        larger = judged({"keys_count": 10_000_000, "batch_count": 1_000,
                         "store_update_cpu_us": 1, "store_cpu_growth_ratio": 1.5})
        self.assertEqual([one["what"] for one in larger], ["ten times the keys"])

    def test_the_crates_are_pinned(self):
        self.assertEqual(sorted(versions()), sorted(CRATES))


class Engines(unittest.TestCase):
    def check(self, engine: str) -> dict:
        with tempfile.TemporaryDirectory() as folder:
            figures = measured(engine, Load(folder=Path(folder), **SMALL))
            self.assertEqual(os.listdir(folder), [])
        self.assertEqual(figures["updates_digest"],
                         expected_digest(SMALL["keys"], SMALL["batch"], SMALL["batches"]))
        self.assertEqual(figures["updates_count"], 400)
        for name in ("update_cpu_us", "updates_per_s", "update_written_bytes"):
            self.assertGreater(figures[name], 0, name)
        return figures

    def test_the_store_and_rocksdb_write_the_keys_that_are_described(self):
        self.assertGreater(self.check("store")["proof_verify_us"], 0)
        self.assertNotIn("proof_make_us", self.check("rocksdb"))

    @unittest.skipUnless((TARGET / "release/store_peers").exists(), "the peers are not built")
    def test_the_peers_write_the_same_keys_and_prove_them(self):
        for engine in CRATES:
            with self.subTest(engine):
                self.assertGreater(self.check(engine)["proof_verify_us"], 0)


class Command(unittest.TestCase):
    def bench(self, *words) -> subprocess.CompletedProcess:
        return subprocess.run([str(TENON), "bench", "store", *words], capture_output=True,
                              text=True, stdin=subprocess.DEVNULL)

    def test_a_run_ends_with_the_figures_of_its_engines(self):
        with tempfile.TemporaryDirectory() as folder:
            done = self.bench("--keys", "2000", "--batch", "50", "--batches", "3", "--peers",
                              "rocksdb", "--folder", folder, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        figures = json.loads(done.stdout.splitlines()[-1])
        for name in ("store_update_cpu_us", "rocksdb_update_cpu_us", "store_to_rocksdb_cpu_ratio"):
            self.assertGreater(figures[name], 0, name)
        self.assertEqual((figures["updates_count"], figures["targets"]), (150, []))
        self.assertIn("plain RocksDB", done.stderr)

    def test_an_unknown_peer_is_refused_with_the_known_ones(self):
        done = self.bench("--peers", "nomt,leveldb")
        self.assertEqual(done.returncode, 2)
        for word in ("leveldb", "firewood"):
            self.assertIn(word, done.stderr)


if __name__ == "__main__":
    unittest.main()
