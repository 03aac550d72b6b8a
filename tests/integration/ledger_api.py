"""The Ledger API as its clients see it: messages made from the published definitions by protoc,
over plain gRPC. Requests are given as dictionaries."""

import base64
import contextlib
import json
import subprocess
import time
import uuid
from pathlib import Path

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

from node import BINARY, SOURCE, Node

PROTO = SOURCE / "plugins/api/daml_api/proto"
API = "com.daml.ledger.api.v1."
BEGIN = {"boundary": "LEDGER_BEGIN"}
END = {"boundary": "LEDGER_END"}


class Definitions:
    """All messages and methods of the API."""

    def __init__(self, folder: Path):
        out = folder / "ledger_api.descriptors"
        files = [str(path) for path in sorted((PROTO / "com").rglob("*.proto"))]
        subprocess.run(["protoc", f"--proto_path={PROTO}", "--include_imports",
                        f"--descriptor_set_out={out}", *files], check=True)
        self.pool = descriptor_pool.DescriptorPool()
        self.methods = {}
        services = []
        for file in descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file:
            self.pool.Add(file)
            services += [f"{file.package}.{service.name}" for service in file.service]
        for name in services:
            for method in self.pool.FindServiceByName(name).methods:
                self.methods[f"{name}/{method.name}"] = (
                    message_factory.GetMessageClass(method.input_type),
                    message_factory.GetMessageClass(method.output_type))


class Client:
    """One connection, with one token or none."""

    def __init__(self, definitions: Definitions, port: int, token: str | None = None,
                 credentials=None, options=()):
        target = f"127.0.0.1:{port}"
        options = [("grpc.use_local_subchannel_pool", 1), *options]
        self.channel = (grpc.secure_channel(target, credentials, options) if credentials
                        else grpc.insecure_channel(target, options))
        self.definitions = definitions
        self.metadata = [("authorization", f"Bearer {token}")] if token else []

    def close(self) -> None:
        self.channel.close()

    @staticmethod
    def _full(name: str) -> str:
        return name if name.startswith("com.") else API + name

    def message(self, method: str, request):
        """Of a dictionary; what is a message already is left as it is."""
        if not isinstance(request, dict):
            return request
        return json_format.ParseDict(request, self.definitions.methods[self._full(method)][0]())

    def call(self, method: str, request: dict, timeout: float = 30):
        return self.begin(method, request, timeout).result()

    def begin(self, method: str, request: dict, timeout: float = 30):
        """A call under way."""
        _, answer = self.definitions.methods[self._full(method)]
        stub = self.channel.unary_unary("/" + self._full(method),
                                        lambda message: message.SerializeToString(),
                                        answer.FromString)
        return stub.future(self.message(method, request), timeout=timeout, metadata=self.metadata)

    def stream(self, method: str, request: dict, timeout: float | None = 60):
        _, answer = self.definitions.methods[self._full(method)]
        stub = self.channel.unary_stream("/" + self._full(method),
                                         lambda message: message.SerializeToString(),
                                         answer.FromString)
        return stub(self.message(method, request), timeout=timeout, metadata=self.metadata)

    # ---- what tests ask again and again

    def end(self) -> str:
        return self.call("TransactionService/GetLedgerEnd", {}).offset.absolute

    def allocate(self, party: str) -> None:
        self.call("admin.PartyManagementService/AllocateParty", {"party_id_hint": party})

    def upload(self, dar: Path) -> None:
        self.call("admin.PackageManagementService/UploadDarFile",
                  {"dar_file": base64.b64encode(dar.read_bytes()).decode()})

    def submit(self, party: str, *commands: dict, application: str = "tests", **more):
        """A SubmitAndWaitForTransactionTree answer."""
        return self.call("CommandService/SubmitAndWaitForTransactionTree",
                         {"commands": envelope(party, commands, application, more)})

    def transactions(self, *parties: str, begin=BEGIN, end=END, trees=False, verbose=True) -> list:
        method = "GetTransactionTrees" if trees else "GetTransactions"
        answers = self.stream(f"TransactionService/{method}",
                              {"begin": begin, "end": end, "filter": filter_of(*parties),
                               "verbose": verbose})
        return [one for answer in answers for one in answer.transactions]

    def active(self, *parties: str) -> list:
        answers = self.stream("ActiveContractsService/GetActiveContracts",
                              {"filter": filter_of(*parties), "verbose": True})
        return [one for answer in answers for one in answer.active_contracts]

    def completions(self, *parties: str, application: str = "tests", count: int,
                    begin=BEGIN) -> list:
        """The first `count` of them."""
        stream = self.stream("CommandCompletionService/CompletionStream",
                             {"application_id": application, "parties": parties, "offset": begin})
        found = []
        for answer in stream:
            found += answer.completions
            if len(found) >= count:
                stream.cancel()
                break
        return found


def envelope(party: str, commands, application: str = "tests", more: dict | None = None) -> dict:
    return {"application_id": application, "command_id": str(uuid.uuid4()), "act_as": [party],
            "commands": list(commands), **(more or {})}


def filter_of(*parties: str) -> dict:
    return {"filters_by_party": {party: {} for party in parties}}


def varint(number: int) -> bytes:
    """As protobuf writes an unsigned number."""
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


class Notes:
    """Commands of the package notes.lf."""

    def __init__(self, folder: Path):
        self.dar = folder / "notes.dar"
        answered = subprocess.run(
            [str(BINARY / "bin/tenon-daml"), "assemble", str(SOURCE / "tests/integration/notes.lf"),
             "-o", str(self.dar), "--json"], check=True, capture_output=True, text=True)
        package = json.loads(answered.stdout.strip().splitlines()[-1])["package_id"]
        self.template = {"package_id": package, "module_name": "Notes", "entity_name": "Note"}

    def create(self, owner: str, reader: str, text: str) -> dict:
        fields = [{"label": "owner", "value": {"party": owner}},
                  {"label": "reader", "value": {"party": reader}},
                  {"label": "text", "value": {"text": text}}]
        return {"create": {"template_id": self.template, "create_arguments": {"fields": fields}}}

    def exercise(self, contract: str, choice: str, **argument) -> dict:
        fields = [{"label": name, "value": value} for name, value in argument.items()]
        return {"exercise": {"template_id": self.template, "contract_id": contract,
                             "choice": choice,
                             "choice_argument": {"record": {"fields": fields}}}}


def created(tree) -> str:
    """The contract that a submitted create made."""
    transaction = tree.transaction
    return transaction.events_by_id[transaction.root_event_ids[0]].created.contract_id


def note_text(event) -> str:
    return event.create_arguments.fields[2].value.text


class LedgerNode(Node):
    """A solo node whose only API is this one."""

    def __init__(self, folder: Path, settings: dict | None = None, store: str = "rocksdb",
                 **node_settings):
        def change(config):
            config["engines"] = [{"id": "daml", "plugin": "daml"}]
            config["node"].update(node_settings)
            api = {"auth": {"required": False}, **(settings or {})}
            api.setdefault("grpc", {})["listen"] = f"127.0.0.1:{self.ledger_port}"
            config["apis"] = [{"plugin": "daml_api", "config": api}]
        super().__init__(folder, store, change, shipped="solo-open.json")

    def await_serving(self, client: Client, seconds: float = 60) -> None:
        """The index may be behind the node for a moment."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                client.call("LedgerIdentityService/GetLedgerIdentity", {}, timeout=5)
                return
            except grpc.RpcError:
                assert time.monotonic() < deadline, self.last_words()
                time.sleep(0.05)

    def api_folder(self) -> Path:
        """Where the API keeps its databases."""
        return next(self.data.rglob("participant.sqlite")).parent


def code_of(error: grpc.RpcError) -> tuple:
    """(gRPC code, id of the error as the API publishes it)."""
    return error.code(), (error.details() or "").partition("(")[0]


@contextlib.contextmanager
def closing_all(*things):
    try:
        yield
    finally:
        for thing in things:
            thing.close()


def openssl(*words) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def json_web_token(key: Path, payload: dict) -> str:
    """RS256, signed by openssl."""
    def text(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    head = text(json.dumps({"alg": "RS256", "typ": "JWT"}).encode())
    body = f"{head}.{text(json.dumps(payload).encode())}"
    signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", str(key)], check=True,
                               input=body.encode(), capture_output=True).stdout
    return f"{body}.{text(signature)}"


def party_token(key: Path, *, act_as=(), read_as=(), admin=False, seconds: float = 600) -> str:
    claims = {"actAs": list(act_as), "readAs": list(read_as), "admin": admin}
    return json_web_token(key, {"https://daml.com/ledger-api": claims,
                                "exp": int(time.time() + seconds)})
