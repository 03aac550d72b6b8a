"""A node as a process, and ways to talk to it that share no code with it: curl, http.client."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse
from pathlib import Path

SOURCE = Path(os.environ["TENON_SOURCE_DIR"])
BINARY = Path(os.environ["TENON_BINARY_DIR"])
TENON = BINARY / "bin/tenon"
TENOND = BINARY / "bin/tenond"
TOKEN_WASM = BINARY / "share/tenon/contracts/token.wasm"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def on_free_ports(config: dict) -> dict:
    """The configuration of a node with free ports for its APIs and its admin listener."""
    def free() -> str:
        return f"127.0.0.1:{free_port()}"
    config["admin"] = {"listen": free()}
    for api in config["apis"]:
        sections = [api["config"].setdefault(part, {}) for part in ("grpc", "json")
                    ] if api["plugin"] == "daml_api" else [api["config"]]
        for section in sections:
            section["listen"] = free()
    return config


def port_of(config: dict, plugin: str, *path: str) -> int:
    """Of the API with that plugin; 0 when the node has none."""
    for api in config["apis"]:
        if api["plugin"] == plugin:
            section = api["config"]
            for name in path:
                section = section[name]
            return int(section["listen"].split(":")[1])
    return 0


def tenon(*words, check=True, **options) -> subprocess.CompletedProcess:
    """Runs the tool; its answer with --json is answer(...)."""
    return subprocess.run([str(TENON), *map(str, words)], check=check, capture_output=True,
                          text=True, timeout=120, **options)


def answer(*words, **options):
    """The JSON on the last line of the tool's output."""
    result = tenon(*words, "--json", **options)
    return json.loads(result.stdout.strip().splitlines()[-1])


def javascript_verifier(proof, genesis) -> subprocess.CompletedProcess:
    """The verifier of sdk/clients/js on a proof file; it prints what `proof verify --json` does."""
    program = SOURCE / "sdk/clients/js/bin/tenon-verify.js"
    return subprocess.run(["node", "--no-warnings", program, proof, "--genesis", genesis],
                          capture_output=True, text=True, timeout=120)


class Node:
    """One solo node in a folder of its own; restartable."""

    environment: dict = {}  # of its process, on top of this one's

    def __init__(self, folder: Path, store: str = "rocksdb", change=None,
                 certificate: Path | None = None, key: Path | None = None,
                 shipped: str = "solo.json"):
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.certificate = certificate  # with it, REST speaks TLS
        self.data = folder / "data"
        self.config = folder / "node.json"
        self.log = folder / "tenond.log"
        self.process: subprocess.Popen | None = None
        self.tokens: dict[str, str] = {}
        config = on_free_ports(json.loads((SOURCE / "config" / shipped).read_text()))
        config["plugin_path"] = [str(BINARY / "lib/tenon/plugins")]
        config["store"] = {"plugin": store}
        self.find_ports(config)
        if certificate:
            config["apis"][0]["config"]["tls"] = {"certificate_file": str(certificate),
                                                  "key_file": str(key)}
        if change:
            change(config)
        self.write_config(config)

    def find_ports(self, config: dict) -> None:
        self.port = port_of(config, "rest")
        self.ledger_port = port_of(config, "daml_api", "grpc")
        self.json_port = port_of(config, "daml_api", "json")
        self.admin_port = int(config["admin"]["listen"].split(":")[1])

    def write_config(self, config) -> None:
        self.config.write_text(config if isinstance(config, str) else json.dumps(config, indent=2))

    @property
    def url(self) -> str:
        return f"{'https' if self.certificate else 'http'}://127.0.0.1:{self.port}"

    def start(self, *extra: str, ready: bool = True) -> "Node":
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(TENOND), "--config", str(self.config), "--data-dir", str(self.data), *extra],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, **self.environment})
        if ready:
            self.wait_ready()
        return self

    def wait_ready(self, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"the node ended: {self.last_words()}")
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.health("/readyz")[0] == 200:
                    return
            time.sleep(0.01)
        said = self.health("/readyz")[1]
        raise AssertionError(
            f"the node was not ready after {seconds} s: {said}: {self.last_words()}")

    def health(self, path: str):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin_port, timeout=5)
        with contextlib.closing(connection):
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self, seconds: float = 30) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""

    def token(self, party: str, *options: str) -> str:
        key = " ".join((party, *options))
        if key not in self.tokens:
            self.tokens[key] = tenon("party", "token", party, *options, "--data-dir",
                                     self.data).stdout.strip()
        return self.tokens[key]

    def operator(self) -> str:
        return self.token("operator", "--admin")

    def curl(self, path: str, *options: str, token: str | None = None):
        """(status, decoded body) by curl."""
        words = ["curl", "--silent", "--show-error", "--max-time", "30", "--write-out",
                 "\n%{http_code}", *options]
        if self.certificate:
            words += ["--cacert", str(self.certificate)]
        if token:
            words += ["--header", f"Authorization: Bearer {token}"]
        result = subprocess.run([*words, self.url + path], check=True, capture_output=True,
                                timeout=60)
        body, _, status = result.stdout.decode().rpartition("\n")
        return int(status), json.loads(body) if body else None

    def curl_json(self, method: str, path: str, body, token: str):
        return self.curl(path, "--request", method, "--header", "Content-Type: application/json",
                         "--data-binary", json.dumps(body), token=token)

    def client(self, party: str) -> "Client":
        return Client(self, self.token(party))


class Client:
    """One kept-alive connection with one token."""

    def __init__(self, node: Node, token: str):
        self.connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=30)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def request(self, method: str, path: str, body=None):
        text = None if body is None else json.dumps(body)
        self.connection.request(method, path, text, self.headers)
        response = self.connection.getresponse()
        content = response.read()
        return response.status, json.loads(content) if content else None

    def execute(self, instance: str, function: str, arguments, command_id: str | None = None):
        body = {"function": function, "arguments": arguments}
        if command_id:
            body["command_id"] = command_id
        return self.request("POST", f"/v1/instances/{instance}/execute", body)

    def close(self) -> None:
        self.connection.close()


class Token:
    """A token contract on a node: alice issues, bob receives."""

    def __init__(self, node: Node):
        self.node = node
        self.alice = node.token("alice")
        for party in ("alice", "bob"):
            status, body = node.curl_json("POST", "/v1/parties", {"party": party}, node.operator())
            assert status in (200, 201), body
        status, body = node.curl("/v1/contracts?name=token", "--header",
                                 "Content-Type: application/wasm", "--data-binary",
                                 f"@{TOKEN_WASM}", token=self.alice)
        assert status in (200, 201), body
        self.contract = body["contract"]
        status, body = node.curl_json(
            "POST", "/v1/instances",
            {"contract": self.contract, "label": "gold", "readers": ["*"],
             "arguments": {"name": "Gold", "symbol": "GLD", "decimals": 2}}, self.alice)
        assert status in (200, 201), body
        self.instance = body["instance"]

    def execute(self, function: str, arguments, party: str = "alice", command_id=None):
        body = {"function": function, "arguments": arguments}
        if command_id:
            body["command_id"] = command_id
        return self.node.curl_json("POST", f"/v1/instances/{self.instance}/execute", body,
                                   self.node.token(party))

    def mint(self, amount: int) -> None:
        status, body = self.execute("mint", {"to": "alice", "amount": str(amount)})
        assert status == 200, body

    def transfer(self, amount: int, command_id=None):
        return self.execute("transfer", {"to": "bob", "amount": str(amount)},
                            command_id=command_id)

    def balance(self, owner: str) -> int:
        status, body = self.node.curl_json(
            "POST", f"/v1/instances/{self.instance}/query",
            {"function": "balance", "arguments": {"owner": owner}}, self.node.token(owner))
        assert status == 200, body
        return int(body["result"])


@contextlib.contextmanager
def temporary_folder():
    folder = Path(tempfile.mkdtemp(prefix="tenon-test-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def running_node(store: str = "rocksdb", change=None):
    with temporary_folder() as folder:
        node = Node(folder, store, change)
        try:
            yield node.start()
        except BaseException:
            print(node.last_words())
            raise
        finally:
            node.close()


def quote(text: str) -> str:
    return urllib.parse.quote(text, safe="")
