"""The stores that are measured, each as a program that measures one of them."""

import json
import os
import shutil
import subprocess
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

BINARY = Path(os.environ["TENON_BINARY_DIR"]).resolve()
PROJECT = Path(__file__).resolve().parent / "peers"
# Stays in the build folder, whatever the preset; never shipped.
TARGET = BINARY.parent / "bench" / "store_peers"
CRATES = ("nomt", "firewood", "jmt")
PEERS = (*CRATES, "rocksdb")


class NoPeer(Exception):
    """The peer cannot be had here; the sentence says why and what helps."""


@dataclass(frozen=True)
class Load:
    keys: int
    batch: int
    batches: int
    value_bytes: int
    cache_mib: int
    folder: Path       # the disk that is measured
    config: str = "{}"  # of our store's plugin


def build_peers(say) -> None:
    """Makes the peers' program with cargo, where it is not up to date."""
    cargo = shutil.which("cargo")
    if cargo is None:
        raise NoPeer("there is no cargo to build them with; ./tenon setup installs one")
    say("building the peers with cargo; the first time this takes some minutes ...")
    built = subprocess.run(
        [cargo, "build", "--release", "--locked", "--quiet", "--target-dir", str(TARGET)],
        cwd=PROJECT, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if built.returncode != 0:
        raise NoPeer(f"cargo could not build them: {built.stderr[-1000:]}")


def versions() -> dict:
    """Of the crates, as they are pinned."""
    locked = tomllib.loads((PROJECT / "Cargo.lock").read_text())["package"]
    return {package["name"]: package["version"] for package in locked
            if package["name"] in CRATES}


def command(engine: str, load: Load, directory: str) -> list:
    own = [str(BINARY / "bin/bench/parts/store_engine")]
    words = [str(TARGET / "release/store_peers")] if engine in CRATES else own
    words += ["--engine", engine, "--directory", directory]
    for name in ("keys", "batch", "batches", "value_bytes", "cache_mib"):
        words += ["--" + name.replace("_", "-"), str(getattr(load, name))]
    return words + (["--config", load.config] if engine == "store" else [])


def measured(engine: str, load: Load) -> dict:
    """The figures of one engine, in a process of its own, on an empty directory."""
    with tempfile.TemporaryDirectory(prefix=f"bench-{engine}-", dir=load.folder) as directory:
        done = subprocess.run(command(engine, load, directory), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise RuntimeError(f"{engine} failed: {done.stderr.strip()[-1000:]}")
    return json.loads(done.stdout.splitlines()[-1])
