"""What every case of this folder stands on: one running ledger (its port is in TENON_LEDGER_PORT),
parties that no other case knows, and the compiled packages of the shared data."""

import os
import tempfile
import unittest
import uuid
import zipfile
from pathlib import Path

import grpc
from google.protobuf import json_format
from google.rpc import error_details_pb2, status_pb2

from ledger_api import Client, Definitions, code_of
from node import SOURCE

PORT = int(os.environ["TENON_LEDGER_PORT"])
DARS = Path(os.environ.get("TENON_SHARED_DIR", SOURCE.parent / "shared")) / "daml/dars-testtool"
# How much longer than on an idle machine things may take.
PATIENCE = float(os.environ.get("TENON_PATIENCE", "4"))

ABORTED = grpc.StatusCode.ABORTED
ALREADY_EXISTS = grpc.StatusCode.ALREADY_EXISTS
FAILED_PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION
INVALID_ARGUMENT = grpc.StatusCode.INVALID_ARGUMENT
NOT_FOUND = grpc.StatusCode.NOT_FOUND
OUT_OF_RANGE = grpc.StatusCode.OUT_OF_RANGE
PERMISSION_DENIED = grpc.StatusCode.PERMISSION_DENIED
UNAVAILABLE = grpc.StatusCode.UNAVAILABLE

# After errors of these a client may well try again, a second later.
RETRIED = (ABORTED, UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
OWN_DELAY = ("STALE_STREAM_AUTHORIZATION", "INTERPRETATION_TIME_EXCEEDED")


def package_name(dar: Path) -> tuple[str, str]:
    """(name, id) of the main package of an archive."""
    with zipfile.ZipFile(dar) as archive:
        manifest = archive.read("META-INF/MANIFEST.MF").decode().replace("\r", "")
    lines = manifest.replace("\n ", "").splitlines()
    main = next(line for line in lines if line.startswith("Main-Dalf:"))
    stem = Path(main.split(": ")[1]).stem
    name, _, identifier = stem.rpartition("-")
    return name.rpartition("-")[0], identifier


class LedgerCase(unittest.TestCase):
    """One connection per class; the packages are uploaded once per process."""

    maxDiff = None
    packages: dict = {}  # name, such as model-tests: id
    dars: dict = {}      # name: file
    definitions: Definitions | None = None

    @classmethod
    def setUpClass(cls):
        if LedgerCase.definitions is None:
            with tempfile.TemporaryDirectory() as folder:
                LedgerCase.definitions = Definitions(Path(folder))
        cls.client = cls.connect()
        cls.addClassCleanup(cls.client.close)
        if not LedgerCase.packages:
            for stem in (DARS / "UPLOAD_ORDER").read_text().split():
                dar = DARS / f"{stem}.dar"
                cls.client.upload(dar)
                name, identifier = package_name(dar)
                LedgerCase.packages[name] = identifier
                LedgerCase.dars[name] = dar

    @classmethod
    def connect(cls) -> Client:
        return Client(cls.definitions, PORT)

    # ---- what a case needs

    @staticmethod
    def unique(prefix: str) -> str:
        return f"{prefix}-{uuid.uuid4().hex[:12]}"

    def party(self, hint: str = "party") -> str:
        """A new party."""
        answer = self.client.call("admin.PartyManagementService/AllocateParty",
                                  {"party_id_hint": self.unique(hint)})
        return answer.party_details.party

    def parties(self, *hints: str) -> list[str]:
        return [self.party(hint) for hint in hints]

    def template(self, package: str, name: str) -> dict:
        """The identifier of "Module:Entity" in the package of that name."""
        module, _, entity = name.partition(":")
        return {"package_id": self.packages[package], "module_name": module, "entity_name": entity}

    def create(self, party, template: dict, /, *, read_as=(), **fields) -> str:
        """The contract that a create makes; `party` may be several."""
        tree = self.submit(party, create_of(template, **fields), read_as=read_as)
        return tree.events_by_id[tree.root_event_ids[0]].created.contract_id

    def exercise(self, party, template: dict, contract: str, choice: str, *, read_as=(),
                 **argument):
        """The transaction tree."""
        return self.submit(party, exercise_of(template, contract, choice, **argument),
                           read_as=read_as)

    def submit(self, party, *commands: dict, **more):
        """The transaction tree of commands that one party or several submit together."""
        request = {"commands": self.envelope(party, *commands, **more)}
        return self.client.call("CommandService/SubmitAndWaitForTransactionTree",
                                request).transaction

    def envelope(self, party, *commands: dict, **more) -> dict:
        act_as = [party] if isinstance(party, str) else list(party)
        return {"application_id": self.application(), "command_id": self.unique("command"),
                "act_as": act_as, "commands": list(commands), **more}

    def application(self) -> str:
        return self.id().rpartition(".")[2][:200]

    def refused(self, code, identifier: str, call, *phrases: str):
        """The error, which must have that gRPC code, published id, and words in its message."""
        with self.assertRaises(grpc.RpcError) as caught:
            call()
        error = caught.exception
        self.assertEqual(code_of(error), (code, identifier), error.details())
        for phrase in phrases:
            self.assertIn(phrase, error.details())
        self.check_details(error)
        return error

    def check_details(self, error: grpc.RpcError) -> None:
        """What client libraries read of every published error that is not hidden."""
        code, identifier = code_of(error)
        if identifier.startswith("An error occurred"):
            return
        info = error_info(error)
        self.assertEqual(info.reason, identifier)
        self.assertIn(info.metadata.get("definite_answer"), (None, "true", "false"))
        if identifier not in OWN_DELAY:
            self.assertEqual(retry_seconds(error), 1 if code in RETRIED else None, error.details())

    def refused_definitely(self, code, identifier: str, call, *phrases: str):
        """The same, of an error that says whether the command may still have an effect."""
        error = self.refused(code, identifier, call, *phrases)
        self.assertIn(error_info(error).metadata.get("definite_answer"), ("true", "false"))
        return error


# ---- values, as JSON of the API's messages

def record(**fields) -> dict:
    return {"record": fields_of(fields)}


def fields_of(fields: dict) -> dict:
    return {"fields": [{"label": name, "value": value} for name, value in fields.items()]}


def party_value(party: str) -> dict:
    return {"party": party}


def text(value: str) -> dict:
    return {"text": value}


def int64(value: int) -> dict:
    return {"int64": str(value)}


def numeric(value: str) -> dict:
    return {"numeric": value}


def contract_id(value: str) -> dict:
    return {"contract_id": value}


def list_of(*values: dict) -> dict:
    return {"list": {"elements": list(values)}}


def optional(value: dict | None = None) -> dict:
    return {"optional": {"value": value} if value else {}}


def variant(constructor: str, value: dict) -> dict:
    return {"variant": {"constructor": constructor, "value": value}}


UNIT: dict = {"unit": {}}


# ---- commands

def create_of(template: dict, **fields) -> dict:
    return {"create": {"template_id": template, "create_arguments": fields_of(fields)}}


def exercise_of(template: dict, contract: str, choice: str, **argument) -> dict:
    return {"exercise": {"template_id": template, "contract_id": contract, "choice": choice,
                         "choice_argument": record(**argument)}}


def exercise_by_key(template: dict, key: dict, choice: str, **argument) -> dict:
    return {"exerciseByKey": {"template_id": template, "contract_key": key, "choice": choice,
                              "choice_argument": record(**argument)}}


def create_and_exercise(template: dict, fields: dict, choice: str, **argument) -> dict:
    return {"createAndExercise": {"template_id": template, "create_arguments": fields_of(fields),
                                  "choice": choice, "choice_argument": record(**argument)}}


# ---- answers

def created_events(transaction) -> list:
    """Of a flat transaction or a tree."""
    if hasattr(transaction, "events_by_id"):
        events = transaction.events_by_id.values()
    else:
        events = transaction.events
    return [event.created for event in events if event.HasField("created")]


def details_of(error: grpc.RpcError, kind) -> list:
    """The details of that kind that an error carries."""
    packed = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
    found = []
    for detail in status_pb2.Status.FromString(packed).details:
        if detail.Is(kind.DESCRIPTOR):
            found.append(kind())
            detail.Unpack(found[-1])
    return found


def error_info(error: grpc.RpcError):
    """Its reason is the published id; its metadata are texts."""
    found = details_of(error, error_details_pb2.ErrorInfo)
    return found[0] if found else error_details_pb2.ErrorInfo()


def retry_seconds(error: grpc.RpcError) -> float | None:
    found = details_of(error, error_details_pb2.RetryInfo)
    return found[0].retry_delay.ToTimedelta().total_seconds() if found else None


def resources(error: grpc.RpcError) -> list[tuple[str, str]]:
    """(type, name) of what the error is about."""
    return [(one.resource_type, one.resource_name)
            for one in details_of(error, error_details_pb2.ResourceInfo)]


def disclosed_contract(created) -> dict:
    """Of a created event: what whoever sees it passes on for a command of another."""
    said = json_format.MessageToDict(created, preserving_proto_field_name=True)
    kept = ("template_id", "contract_id", "create_arguments", "metadata")
    return {name: said[name] for name in kept}
