"""Validators of CometBFT as processes on this machine, with its built-in kvstore, tuned for it."""

import contextlib
import http.client
import json
import re
import signal
import subprocess
import time
from pathlib import Path

from tenon_network import ports_from

# By section of config.toml; "" is the part before the first.
TUNED = {
    "": {"log_level": "error"},
    "p2p": {"flush_throttle_timeout": "5ms", "send_rate": 200_000_000, "recv_rate": 200_000_000,
            "pex": False, "allow_duplicate_ip": True, "addr_book_strict": False},
    "mempool": {"recheck": False, "size": 50_000, "cache_size": 100_000},
    "consensus": {"timeout_commit": "0s", "create_empty_blocks": False,
                  "peer_gossip_sleep_duration": "5ms"},
}


def with_settings(text: str, settings: dict) -> str:
    """config.toml with these values; a name that it does not have is a mistake."""
    left = {(section, name) for section, names in settings.items() for name in names}
    section, lines = "", []
    for line in text.splitlines():
        if header := re.match(r"\[+([\w.]+)\]+$", line.strip()):
            section = header[1]
        elif entry := re.match(r"([\w-]+)\s*=", line):
            if (section, entry[1]) in left:
                left.remove((section, entry[1]))
                line = f"{entry[1]} = {json.dumps(settings[section][entry[1]])}"
        lines.append(line)
    if left:
        raise RuntimeError(f"the peer's configuration has no {sorted(left)}: another version?")
    return "\n".join(lines) + "\n"


class Validator:
    def __init__(self, program: Path, home: Path):
        self.program = program
        self.home = home
        self.process: subprocess.Popen | None = None
        self.rpc_port = 0

    def start(self) -> None:
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.program), "start", "--home", str(self.home), "--proxy_app", "kvstore"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def status(self) -> dict | None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", self.rpc_port, timeout=5)
            with contextlib.closing(connection):
                connection.request("GET", "/status")
                return json.loads(connection.getresponse().read())["result"]
        return None

    def peers(self) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.rpc_port, timeout=5)
        with contextlib.closing(connection):
            connection.request("GET", "/net_info")
            return int(json.loads(connection.getresponse().read())["result"]["n_peers"])

    def close(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class CometbftNetwork:
    """A target of run_step, as TenonNetwork is."""

    def __init__(self, folder: Path, program: Path, validators: int = 4, tuned: bool = True):
        self.folder = folder / "cometbft"
        subprocess.run([str(program), "testnet", "--v", str(validators), "--n", "0", "--o",
                        str(self.folder), "--starting-ip-address", "127.0.0.1"],
                       check=True, capture_output=True)
        self.validators = [Validator(program, self.folder / f"node{i}")
                           for i in range(validators)]
        self.used = self.validators[:-1]  # those that the generator sends to
        self.configure(ports_from(validators), TUNED if tuned else {"": TUNED[""]})

    def configure(self, first_port: int, settings: dict) -> None:
        homes = [validator.home for validator in self.validators]
        texts = [(home / "config/config.toml").read_text() for home in homes]
        # The tool has given each validator an address of its own; here they share one.
        ids = re.search(r'persistent_peers = "(.*)"', texts[0])[1].split(",")
        peers = ",".join(f"{one.partition('@')[0]}@127.0.0.1:{first_port + 10 * i}"
                         for i, one in enumerate(ids))
        for i, (home, text) in enumerate(zip(homes, texts, strict=True)):
            port = first_port + 10 * i
            self.validators[i].rpc_port = port + 1
            own = {section: dict(names) for section, names in settings.items()}
            own.setdefault("p2p", {}).update(laddr=f"tcp://127.0.0.1:{port}",
                                             persistent_peers=peers, allow_duplicate_ip=True)
            own.setdefault("rpc", {}).update(laddr=f"tcp://127.0.0.1:{port + 1}")
            (home / "config/config.toml").write_text(with_settings(text, own))

    def __enter__(self) -> "CometbftNetwork":
        try:
            for validator in self.validators:
                validator.start()
            self.wait_ready()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        for validator in self.validators:
            validator.close()

    def wait_ready(self, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            states = [validator.status() for validator in self.validators]
            if all(state and int(state["sync_info"]["latest_block_height"]) > 0
                   for state in states) and all(
                       validator.peers() == len(self.validators) - 1
                       for validator in self.validators):
                return
            time.sleep(0.1)
        raise RuntimeError(f"the peer's validators are not ready after {seconds} s: "
                           + (self.validators[0].home / "log").read_text()[-2000:])

    def generator_options(self) -> list:
        ports = ",".join(str(validator.rpc_port) for validator in self.used)
        return ["--target", "cometbft", "--ports", ports, "--connections", "4"]

    def processes(self) -> dict:
        return {"validators": [validator.process.pid for validator in self.validators
                               if validator.process.poll() is None]}

    def settle(self, seconds: float = 30) -> None:
        """Until no block has come for a second: what was offered is through."""
        deadline = time.monotonic() + seconds
        last, since = None, time.monotonic()
        while time.monotonic() < deadline:
            state = self.used[0].status()
            height = state and state["sync_info"]["latest_block_height"]
            if height != last:
                last, since = height, time.monotonic()
            elif time.monotonic() - since > 1:
                return
            time.sleep(0.1)

    def own_figures(self) -> dict:
        return {}

    def kill_one(self, _which: str) -> float:
        """Kills the last validator, to which the generator does not talk; the moment."""
        process = self.validators[-1].process
        moment = time.monotonic()
        process.send_signal(signal.SIGKILL)
        return moment
