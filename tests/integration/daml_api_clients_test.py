"""Published clients of a Daml ledger, as they are: @daml/ledger over the JSON API, dazl and the
Java bindings over gRPC, grpcurl by reflection. With tokens, on one node and on a client node of
four replicas. A client that this machine has no language for is skipped; so is one whose parts
cannot be downloaded now."""

import asyncio
import contextlib
import json
import os
import shutil
import socket
import subprocess
import threading
import unittest
from pathlib import Path

import dazl
import grpc
from dazl.ledger import ActAs, Admin, ReadAs, User
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase)

from client_node_test import await_true, network_of
from node import BINARY, SOURCE, answer, running_node, temporary_folder

CLIENTS = SOURCE / "tests/integration/clients"
PARTIES = ("bank", "alice")
API = "com.daml.ledger.api.v1"
FULL = os.environ.get("TENON_TEST_FULL") == "1"
GRPCURL = "github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.3"
SERVING = {1: True, 2: False}  # of grpc.health.v1
# How npm and Maven say that they cannot reach what they download from.
UNREACHABLE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "Unknown host",
               "Could not transfer artifact", "Network is unreachable")


def run(*words, **options) -> str:
    """What a command says; it must succeed."""
    result = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                            check=False, **{"timeout": 900, **options})
    if result.returncode != 0:
        raise AssertionError(f"{words[0]} failed: {result.stdout[-3000:]}{result.stderr[-3000:]}")
    return result.stdout


def built(name: str, *build) -> Path:
    """The folder of a client, copied to the build tree and built there unless it has been."""
    source, folder = CLIENTS / name, BINARY / "clients" / name
    files = sorted(path for path in source.rglob("*") if path.is_file())
    inputs = json.dumps([[str(path.relative_to(source)), path.read_text()] for path in files])
    stamp = folder / ".built-from"
    if not stamp.is_file() or stamp.read_text() != inputs:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(source, folder)
        try:
            run(*build, cwd=folder)
        except AssertionError as failure:
            if any(sign in str(failure) for sign in UNREACHABLE):
                raise unittest.SkipTest(f"{build[0]} cannot download what {name} needs") from None
            raise
        stamp.write_text(inputs)
    return folder


class Ledger:
    """A node with the parties and the package of the examples, and tokens for them."""

    def __init__(self, node, folder: Path):
        self.node = node
        online = ("--url", node.url, "--data-dir", node.data)
        for party in PARTIES:
            answer("party", "allocate", party, *online)
        # dazl reads packages only if each template states its precondition, as compilers make it.
        source = (SOURCE / "plugins/engine/daml/samples/iou.lf").read_text()
        text, dar = folder / "iou.lf", folder / "iou.dar"
        text.write_text(source.replace("template Proposal this {",
                                       "template Proposal this { precondition = true;"))
        answer("daml", "assemble", text, "-o", dar)
        self.package = answer("daml", "upload", dar, *online)["packages"][0]

    def token(self, name: str, *options) -> str:
        return self.node.token(name, *(options or ("--ledger-api", "--application-id",
                                                   "example")))


@contextlib.contextmanager
def solo():
    with running_node() as node, temporary_folder() as folder:
        yield Ledger(node, folder)


@contextlib.contextmanager
def client_of_four_replicas():
    with network_of() as network, temporary_folder() as folder:
        yield Ledger(network.client, folder)


class PatientProxy:
    """In front of a node as a load balancer is: it takes connections while the node is away, and
    passes them on once it is back."""

    def __init__(self, port: int):
        self.upstream = port
        self.node_is_there = threading.Event()
        self.node_is_there.set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):  # closed
            while True:
                downstream = self.listener.accept()[0]
                threading.Thread(target=self.serve, args=(downstream,), daemon=True).start()

    def serve(self, downstream):
        self.node_is_there.wait()
        with contextlib.closing(downstream):
            upstream = socket.create_connection(("127.0.0.1", self.upstream))
            back = threading.Thread(target=self.pump, args=(downstream, upstream), daemon=True)
            back.start()
            self.pump(upstream, downstream)
            back.join()
            upstream.close()

    @staticmethod
    def pump(source, target):
        with contextlib.suppress(OSError):
            while content := source.recv(65536):
                target.sendall(content)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.listener.close()


@unittest.skipUnless(shutil.which("npm"), "there is no npm here, so no @daml/ledger")
class TypeScript(unittest.TestCase):
    def example(self, ledger: Ledger):
        folder = built("typescript", "npm", "ci", "--no-audit", "--no-fund")
        proxy = PatientProxy(ledger.node.json_port)
        environment = {**os.environ, "JSON_API": f"http://127.0.0.1:{proxy.port}/",
                       "BANK": "bank", "ALICE": "alice", "PACKAGE": ledger.package,
                       "BANK_TOKEN": ledger.token("bank"), "ALICE_TOKEN": ledger.token("alice"),
                       "OPERATOR_TOKEN": ledger.token("participant_admin", "--user")}
        steps = []
        with contextlib.closing(proxy), subprocess.Popen(
                ["node", "main.js"], cwd=folder, env=environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            watchdog = threading.Timer(120, process.kill)
            watchdog.start()
            for line in process.stdout:
                if not line.startswith('{"step"'):
                    continue
                steps.append(json.loads(line)["step"])
                if steps[-1] == "streaming":
                    proxy.node_is_there.clear()
                    self.assertEqual(ledger.node.stop(), 0)
                    ledger.node.start()
                    proxy.node_is_there.set()
                    process.stdin.write("\n")
                    process.stdin.flush()
            said = process.stderr.read()
            watchdog.cancel()
        self.assertEqual(steps, ["created", "fetched", "exercised", "queried", "looked around",
                                 "streaming", "streamed through a restart"], said)
        self.assertEqual(process.returncode, 0, said)

    def test_an_application_of_the_json_api_runs_on_one_node_through_its_restart(self):
        with solo() as ledger:
            self.example(ledger)

    def test_an_application_of_the_json_api_runs_on_a_client_node_through_its_restart(self):
        with client_of_four_replicas() as ledger:
            self.example(ledger)


class Python(unittest.TestCase):
    def connection(self, ledger: Ledger, token: str, **options):
        return dazl.connect(url=f"grpc://127.0.0.1:{ledger.node.ledger_port}", oauth_token=token,
                            application_name="example", **options)

    async def commands(self, ledger: Ledger):
        iou = f"{ledger.package}:Iou:Iou"
        async with self.connection(ledger, ledger.token("bank"), act_as="bank") as bank, \
                self.connection(ledger, ledger.token("alice"), act_as="alice") as alice:
            async with alice.stream(iou) as stream:
                events = stream.events()
                made = await bank.create(iou, {"issuer": "bank", "owner": "alice", "number": 1,
                                               "currency": "EUR", "amount": "10.0"})
                first = await asyncio.wait_for(anext(events), 30)
                self.assertEqual(first.contract_id, made.contract_id)
                self.assertEqual((list(made.signatories), list(made.observers)),
                                 (["bank"], ["alice"]))
                settled = await alice.exercise(made.contract_id, "Settle", {"paid": "4.5"})
                seen = [await asyncio.wait_for(anext(events), 30) for _ in range(2)]
                self.assertEqual({event.contract_id for event in seen},
                                 {made.contract_id, settled.result})
            by_key = await alice.exercise_by_key(iou, "Settle", {"issuer": "bank", "number": 1},
                                                 {"paid": "0.5"})
            self.assertIsNotNone(by_key.result)
            with self.assertRaises(grpc.aio.AioRpcError) as refused:
                await alice.exercise(made.contract_id, "Settle", {"paid": "1.0"})
            self.assertEqual(refused.exception.code(), grpc.StatusCode.NOT_FOUND)
            async with alice.query(iou, {"currency": "EUR"}) as query:
                active = [event async for event in query.creates()]
            self.assertEqual([int(event.payload["amount"]) for event in active], [5])

    async def packages(self, ledger: Ledger):
        async with self.connection(ledger, ledger.token("bank")) as bank:
            self.assertIn(ledger.package, await bank.list_package_ids())
            self.assertGreater(len(await bank.get_package(ledger.package)), 100)
            self.assertRegex((await bank.get_version()).version, r"^\d+\.\d+")

    async def users(self, ledger: Ledger):
        admin = ledger.token("participant_admin", "--user")
        async with self.connection(ledger, admin, user_id="participant_admin") as operator:
            painter = (await operator.allocate_party(identifier_hint="painter")).party
            self.assertIn(painter, [each.party for each in await operator.list_known_parties()])
            await operator.create_user(User("maria", painter), [ActAs(painter), ReadAs("bank")])
            self.assertNotIn(Admin, await operator.list_user_rights("maria"))
        maria = ledger.token("maria", "--user")
        iou = f"{ledger.package}:Iou:Iou"
        async with self.connection(ledger, maria, act_as=painter, user_id="maria") as user:
            made = await user.create(iou, {"issuer": painter, "owner": painter, "number": 1,
                                           "currency": "EUR", "amount": "1.0"})
            self.assertEqual(list(made.signatories), [painter])
            with self.assertRaises(grpc.aio.AioRpcError) as refused:
                await user.create(iou, {"issuer": "bank", "owner": "bank", "number": 9,
                                        "currency": "EUR", "amount": "1.0"}, act_as="bank")
            self.assertEqual(refused.exception.code(), grpc.StatusCode.PERMISSION_DENIED)

    def example(self, ledger: Ledger):
        for part in (self.commands, self.packages, self.users):
            with self.subTest(part.__name__):
                asyncio.run(asyncio.wait_for(part(ledger), 120))

    def test_an_application_of_the_ledger_api_runs_on_one_node(self):
        with solo() as ledger:
            self.example(ledger)

    def test_an_application_of_the_ledger_api_runs_on_a_client_node(self):
        with client_of_four_replicas() as ledger:
            self.example(ledger)

    def test_without_a_token_or_with_one_of_another_key_nothing_is_served(self):
        with solo() as ledger, temporary_folder() as folder:
            foreign = subprocess.run(
                ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout"], check=True,
                capture_output=True).stdout
            (folder / "keys").mkdir()
            (folder / "keys/jwt_es256.pem").write_bytes(foreign)
            forged = answer("party", "token", "bank", "--ledger-api", "--ledger-id", "x",
                            "--data-dir", folder)["token"]

            async def list_packages(**options):
                url = f"grpc://127.0.0.1:{ledger.node.ledger_port}"
                async with dazl.connect(url=url, act_as="bank", **options) as connection:
                    await connection.list_package_ids()

            for options in ({}, {"oauth_token": forged}):
                with self.assertRaises(grpc.aio.AioRpcError) as refused:
                    asyncio.run(asyncio.wait_for(list_packages(**options), 60))
                self.assertEqual(refused.exception.code(), grpc.StatusCode.UNAUTHENTICATED)


# Maven's first download takes longer than the test.
@unittest.skipUnless(FULL and shutil.which("mvn") and shutil.which("java"),
                     "the Java bindings run where all is tested, with Java and Maven")
class Java(unittest.TestCase):
    def example(self, ledger: Ledger):
        folder = built("java", "mvn", "-q", "-B", "compile", "dependency:copy-dependencies",
                       "-DoutputDirectory=lib")
        said = run("java", "-cp", "target/classes:lib/*", "tenon.example.Main",
                   ledger.node.ledger_port, "bank", ledger.package, cwd=folder, timeout=120,
                   env={**os.environ, "LEDGER_TOKEN": ledger.token("bank")})
        self.assertEqual(said.splitlines()[1:],
                         ["created", "exercised", "exercised by key", "completed",
                          "read transactions", "read active contracts"])

    def test_an_application_with_the_java_bindings_runs_on_one_node(self):
        with solo() as ledger:
            self.example(ledger)

    def test_an_application_with_the_java_bindings_runs_on_a_client_node(self):
        with client_of_four_replicas() as ledger:
            self.example(ledger)


def health(node) -> bool | None:
    """Is it SERVING? None: no answer."""
    with grpc.insecure_channel(f"127.0.0.1:{node.ledger_port}") as channel:
        try:
            reply = channel.unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=5)
        except grpc.RpcError:
            return None
    return SERVING.get(reply[1]) if len(reply) == 2 else None


class Tools(unittest.TestCase):
    def test_reflection_lists_and_describes_the_services_so_that_they_can_be_called(self):
        with running_node() as node:
            token = node.token("alice", "--ledger-api")
            with grpc.insecure_channel(f"127.0.0.1:{node.ledger_port}") as channel:
                reflected = ProtoReflectionDescriptorDatabase(channel)
                services = set(reflected.get_services())
                for name in ("ActiveContractsService", "CommandService", "EventQueryService",
                             "TransactionService", "admin.UserManagementService"):
                    self.assertIn(f"{API}.{name}", services)
                pool = DescriptorPool(reflected)
                for name in services:
                    self.assertTrue(pool.FindServiceByName(name).methods, name)
                method = pool.FindServiceByName(f"{API}.VersionService").methods[0]
                request, response = map(GetMessageClass, (method.input_type, method.output_type))
                call = channel.unary_unary(f"/{API}.VersionService/{method.name}",
                                           request.SerializeToString, response.FromString)
                version = call(request(), timeout=30,
                               metadata=[("authorization", f"Bearer {token}")])
            self.assertRegex(version.version, r"^\d+\.\d+")

    @unittest.skipUnless(shutil.which("grpcurl") or FULL and shutil.which("go"),
                         "there is no grpcurl here; with Go it is built where all is tested")
    def test_grpcurl_lists_describes_and_calls_by_reflection(self):
        program = shutil.which("grpcurl") or BINARY / "clients/bin/grpcurl"
        if not Path(program).is_file():
            run("go", "install", GRPCURL, env={**os.environ, "GOBIN": str(program.parent)})
        with running_node() as node:
            def grpcurl(*words):
                return run(program, "-plaintext", *words, timeout=60)

            address = f"127.0.0.1:{node.ledger_port}"
            self.assertIn(f"{API}.LedgerIdentityService", grpcurl(address, "list").split())
            self.assertIn("rpc SubmitAndWait ",
                          grpcurl(address, "describe", f"{API}.CommandService"))
            token = node.token("alice", "--ledger-api")
            version = json.loads(grpcurl("-H", f"Authorization: Bearer {token}", address,
                                         f"{API}.VersionService/GetLedgerApiVersion"))
            self.assertRegex(version["version"], r"^\d+\.\d+")

    def test_health_says_whether_enough_replicas_are_there(self):
        with network_of() as network:
            await_true(lambda: health(network.client) is True)
            for replica in network.replicas[1:]:
                self.assertEqual(replica.stop(), 0)
            await_true(lambda: health(network.client) is False)
            network.start(network.replicas[1:])
            await_true(lambda: health(network.client) is True)


if __name__ == "__main__":
    unittest.main()
