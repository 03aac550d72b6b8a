"""Bad disks under a real node: it goes on or stops with a sentence, callers never take its trouble
for a rejection, and what was acknowledged is there afterwards."""

import contextlib
import fcntl
import os
import struct
import subprocess
import unittest
from pathlib import Path

from node import BINARY, Node, Token, answer, temporary_folder

CLOCK = BINARY / "lib/tests/wall_clock.so"
YEAR_US = 365 * 24 * 3600 * 10**6


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int):
    """A file system of its own below the folder; None where this user may not mount one."""
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder],
                          capture_output=True, check=False).returncode == 0
    try:
        yield folder if made else None
    finally:
        if made:
            subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder: Path, but_for: int) -> Path:
    """Leaves only so many bytes of the disk."""
    ballast = folder / "ballast"
    room = os.statvfs(folder)
    ballast.write_bytes(bytes(room.f_bavail * room.f_frsize - but_for))
    return ballast


def small_buffers(config) -> None:
    """So that a log does not reserve room for long."""
    config["store"]["config"] = {"write_buffer_bytes": 1 << 20}


class Disk(unittest.TestCase):
    def setUp(self):
        context = temporary_folder()
        self.folder = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        self.node = Node(self.folder / "node", change=small_buffers)
        self.addCleanup(self.node.close)
        self.database = self.node.data / "plugins/store-rocksdb/rocksdb"

    def used(self) -> int:
        """The node has run and stopped; how much bob has."""
        token = Token(self.node.start())
        token.mint(1000)
        for _ in range(3):
            self.assertEqual(token.transfer(1)[0], 200)
        self.token = token
        self.assertEqual(self.node.stop(), 0)
        return 3

    def refuses_to_start(self, *sentences: str) -> None:
        self.node.log.unlink()
        self.node.start(ready=False)
        self.assertEqual(self.node.process.wait(30), 1, self.node.last_words())
        for sentence in sentences:
            self.assertIn(sentence, self.node.last_words())

    def starts_with(self, balance: int) -> None:
        self.node.start()
        self.assertEqual(self.token.balance("bob"), balance)
        self.assertEqual(self.token.transfer(1)[0], 200)
        self.assertEqual(self.node.stop(), 0)

    def test_a_full_disk_ends_in_a_fault_and_loses_nothing(self):
        with small_disk(self.folder / "disk", 160) as disk:
            if disk is None:
                self.skipTest("this user cannot mount a file system")
            self.node.data = disk / "data"
            token = Token(self.node.start())
            token.mint(10**6)
            ballast = fill(disk, but_for=100_000)
            sent = 0
            status, body = 200, None
            while status == 200 and sent < 5_000:
                status, body = token.transfer(1, command_id=f"transfer-{sent}")
                sent += 1
            self.assertEqual(status, 500, body)
            self.assertNotIn("REJECTED", str(body))
            status, said = self.node.health("/readyz")
            self.assertEqual(status, 503)
            self.assertIn("the disk is full. Make room on it", said)
            self.assertEqual(self.node.health("/livez")[0], 200)
            self.assertEqual(self.node.stop(), 0)
            ballast.unlink()
            self.node.start()
            # The last one may be there or not; with its id it can be sent again.
            self.assertEqual(token.transfer(1, command_id=f"transfer-{sent - 1}")[0], 200)
            self.assertEqual(token.balance("bob"), sent)
            self.assertEqual(self.node.stop(), 0)
            verified = answer("db", "verify", "--config", self.node.config, "--data-dir",
                              self.node.data)
            self.assertIs(verified["verified"], True)

    def test_a_file_system_that_can_only_be_read_is_named(self):
        with small_disk(self.folder / "disk", 160) as disk:
            if disk is None:
                self.skipTest("this user cannot mount a file system")
            self.node.data = disk / "data"
            balance = self.used()
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
            self.refuses_to_start("Read-only file system", str(self.node.data))
            subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
            self.starts_with(balance)

    def test_a_missing_file_of_the_database_is_named_and_can_be_put_back(self):
        balance = self.used()
        manifest = (self.database / "CURRENT").read_text().strip()
        for name in ("CURRENT", manifest):
            away = self.folder / "away"
            (self.database / name).rename(away)
            self.refuses_to_start(name, "Put it back")
            away.rename(self.database / name)
        self.starts_with(balance)

    def test_a_database_that_another_process_has_open_is_refused_as_such(self):
        balance = self.used()
        with (self.database / "LOCK").open("r+") as lock:
            fcntl.lockf(lock, fcntl.LOCK_EX)
            self.refuses_to_start("another process has this database open", str(self.database))
        self.starts_with(balance)

    def test_a_log_cut_short_below_what_was_acknowledged_is_refused(self):
        self.used()
        log = max(self.database.glob("*.log"), key=lambda path: path.stat().st_size)
        whole = log.read_bytes()
        log.write_bytes(whole[:len(whole) // 2])
        self.refuses_to_start("was committed and synced, but the database in",
                              "Restore this replica's state from another replica or from a backup")
        # It was looked at before it was opened: nothing else is lost.
        log.write_bytes(whole)
        self.starts_with(3)

    def test_a_clock_that_was_set_back_changes_nothing_in_the_store(self):
        balance = self.used()
        clock = self.folder / "clock"
        clock.write_bytes(struct.pack("=q", -YEAR_US))
        self.node.environment = {"LD_PRELOAD": str(CLOCK), "TENON_TEST_CLOCK": str(clock)}
        self.node.start(ready=False)
        self.node.wait_ready()
        self.assertEqual(self.token.balance("bob"), balance)
        self.assertEqual(self.node.stop(), 0)
        verified = answer("db", "verify", "--config", self.node.config, "--data-dir",
                          self.node.data)
        self.assertIs(verified["verified"], True)
        self.node.environment = {}
        self.starts_with(balance)


if __name__ == "__main__":
    unittest.main()
