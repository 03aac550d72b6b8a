"""Makes the peer's program with the go tool, once; it stays in the build folder, never shipped."""

import json
import os
import platform
import shutil
import subprocess
from pathlib import Path

MODULE = "github.com/cometbft/cometbft/cmd/cometbft"
FOLDER = Path(os.environ["TENON_BINARY_DIR"]).resolve().parent / "bench"
# From this version on the go tool fetches by itself the newer one that a module asks for.
FETCHES_ITSELF = (1, 21)
# What an older one fetches first: itself, in this version, as a module.
TOOLCHAIN = "golang.org/toolchain@v0.0.1-go1.25.5.linux-"
PROCESSORS = {"x86_64": "amd64", "aarch64": "arm64"}


class NoPeer(Exception):
    """The peer cannot be had here; the sentence says why and what helps."""


def environment() -> dict:
    """Everything that go keeps goes below the build folder."""
    return {**os.environ, "GOPATH": str(FOLDER / "go"), "GOCACHE": str(FOLDER / "go-cache"),
            "GOFLAGS": "-modcacherw", "GOTOOLCHAIN": "auto"}


def run(words, **more) -> subprocess.CompletedProcess:
    return subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, **more)


def version_of(go: Path) -> tuple:
    words = run([go, "env", "GOVERSION"], env={**environment(), "GOTOOLCHAIN": "local"}).stdout
    numbers = words.strip().removeprefix("go").split(".")
    return tuple(int(number) for number in numbers[:2] if number.isdigit())


def installed() -> Path | None:
    if found := shutil.which("go"):
        return Path(found)
    return None


def install() -> Path:
    """Debian's package, where this user may."""
    words = ["apt-get", "install", "-y", "--no-install-recommends", "golang-go"]
    if os.geteuid() != 0:
        words = ["sudo", "-n", *words]
    if shutil.which(words[0]):
        run(words, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    if go := installed():
        return go
    raise NoPeer("there is no go tool, and this user cannot install it; as root: "
                 "apt-get install --no-install-recommends golang-go")


def recent(go: Path) -> Path:
    """A go tool that can build the peer."""
    if version_of(go) >= FETCHES_ITSELF:
        return go
    wanted = TOOLCHAIN + PROCESSORS.get(platform.machine(), platform.machine())
    fetched = run([go, "mod", "download", "-json", wanted], env=environment())
    if fetched.returncode != 0:
        raise NoPeer(f"{go} is too old, and fetching a newer one failed: {fetched.stderr[-500:]}")
    folder = Path(json.loads(fetched.stdout)["Dir"])
    for file in (*folder.glob("bin/*"), *folder.glob("pkg/tool/*/*")):
        file.chmod(0o755)  # modules hold no permissions
    return folder / "bin/go"


def build_peer(line: str, say) -> Path:
    """The program of the newest release of that line, such as "0.38"."""
    program = FOLDER / line / "cometbft"
    if program.exists():
        return program
    say(f"building CometBFT {line} with the go tool, once; this takes some minutes ...")
    go = recent(installed() or install())
    built = run([go, "install", f"{MODULE}@v{line}"],
                env={**environment(), "GOBIN": str(program.parent)})
    if built.returncode != 0 or not program.exists():
        raise NoPeer(f"go install {MODULE}@v{line} failed: {built.stderr[-1000:]}")
    return program


def release_of(program: Path) -> str:
    """The release as the go tool has noted it in the program."""
    go = installed()
    for line in run([go, "version", "-m", program]).stdout.splitlines() if go else []:
        words = line.split()
        if words[:1] == ["mod"] and len(words) > 2:
            return words[2].removeprefix("v")
    return program.parent.name
