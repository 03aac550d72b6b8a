"""Secrets that a test plants into contracts and commands, who may know each, and the search for
them, and for hashes that anybody could compute of them, in files."""

import base64
import hashlib
import json
import random
import string
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from ledger_api import varint

LETTERS = string.ascii_letters + string.digits
AT_LEAST = 10  # bytes of a pattern: fewer are found by chance


@dataclass
class Secret:
    text: str
    what: str              # where it was planted
    witnesses: set = field(default_factory=set)  # of events with it: their nodes may know it
    divulged_to: set = field(default_factory=set)  # they may know it, though no event shows it
    committed: bool = False  # it stands in the ledger

    def is_int64(self) -> bool:
        return self.text.isdigit() and int(self.text) < 2 ** 63

    def shown_to(self, *parties):
        self.witnesses.update(parties)

    def written(self) -> bytes:
        """As it stands in values."""
        return varint(int(self.text) << 1) if self.is_int64() else self.text.encode()


class Registry:
    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.secrets: list[Secret] = []

    def plant(self, what: str, *witnesses, digits: int = 0) -> Secret:
        """A random text of 24 characters, or a number of so many digits."""
        text = "".join(self.random.choices(LETTERS, k=24))
        if digits:
            text = str(self.random.randrange(10 ** (digits - 1), 10 ** digits))
        secret = Secret(text, what, set(witnesses))
        self.secrets.append(secret)
        return secret

    def hidden_from(self, parties) -> list[Secret]:
        return [secret for secret in self.secrets
                if not (secret.witnesses | secret.divulged_to) & set(parties)]

    def seen_by(self, parties) -> list[Secret]:
        """What events tell them."""
        return [secret for secret in self.secrets
                if secret.committed and secret.witnesses & set(parties)]


def forms(content: bytes) -> list[bytes]:
    """What of it would stand in a file, however it was written: as it is, in hexadecimal, in
    base64 at each of the three places where it may begin."""
    found = [content, content.hex().encode(), content.hex().upper().encode()]
    for before in range(3):
        text = base64.b64encode(b"\0" * before + content)
        start, end = (before * 8 + 5) // 6, (before + len(content)) * 8 // 6
        found += [text[start:end], text[start:end].translate(bytes.maketrans(b"+/", b"-_"))]
    return found


def number_forms(number: int) -> list[bytes]:
    return [number.to_bytes(8, "big"), number.to_bytes(8, "little"), varint(number),
            varint(number << 1)]


def sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def messages_within(content: bytes, depth: int = 0):
    """The content and all parts of it that stand behind a length, as in protobuf messages."""
    yield content
    place = 0
    while depth < 24 and place < len(content):
        tag, place = read_varint(content, place)
        if tag is None or tag >> 3 == 0:
            return
        if tag & 7 == 0:
            number, place = read_varint(content, place)
            if number is None:
                return
        elif tag & 7 == 1:
            place += 8
        elif tag & 7 == 5:
            place += 4
        elif tag & 7 == 2:
            size, place = read_varint(content, place)
            if size is None or place + size > len(content):
                return
            yield from messages_within(content[place:place + size], depth + 1)
            place += size
        else:
            return


def read_varint(content: bytes, place: int):
    number = shift = 0
    while place < len(content) and shift < 70:
        byte = content[place]
        number |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return number, place
    return None, place


def searchable(content: bytes) -> bytes | None:
    """The longest part that stands in one line of grep's, when it is long enough."""
    parts = content.replace(b"\0", b"\n").split(b"\n")
    longest = max(parts, key=len)
    return longest if len(longest) >= min(AT_LEAST, 8) else None


class Patterns:
    """Byte strings to look for, each with what it would give away."""

    def __init__(self):
        self.meanings: dict[bytes, str] = {}

    def add(self, content: bytes, meaning: str) -> None:
        pattern = searchable(content)
        if pattern:
            self.meanings.setdefault(pattern, meaning)

    def add_secret(self, secret: Secret) -> None:
        content = secret.text.encode()
        for form in forms(content):
            self.add(form, f"{secret.what} {secret.text}")
        self.add_hash(content, f"{secret.what} {secret.text}")
        if secret.is_int64():
            for form in number_forms(int(secret.text)):
                self.add(form, f"{secret.what} {secret.text} as a number")

    def add_hash(self, content: bytes, of: str) -> None:
        self.add_digest(sha256(content), f"the hash of {of}")

    def add_digest(self, digest: bytes, meaning: str) -> None:
        for form in forms(digest):
            self.add(form, meaning)

    def found_in(self, folder: Path, scratch: Path) -> dict[str, set]:
        """By file, the meanings of what stands in it."""
        listed = scratch / "patterns"
        listed.write_bytes(b"\n".join(self.meanings) + b"\n")
        found = {}
        for file in sorted(folder.rglob("*")):
            if not file.is_file() or file.stat().st_size == 0:
                continue
            hits = subprocess.run(["grep", "--text", "--only-matching", "--fixed-strings",
                                   "--file", str(listed), str(file)], capture_output=True,
                                  env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
            if hits.returncode > 1:
                raise AssertionError(f"grep failed: {hits.stderr.decode(errors='replace')}")
            if hits.stdout:
                found[str(file.relative_to(folder))] = {
                    self.meanings[line] for line in hits.stdout.split(b"\n")
                    if line in self.meanings}
        return found


def described(found: dict[str, set]) -> str:
    return json.dumps({file: sorted(meanings)[:20] for file, meanings in found.items()}, indent=1)
