"""What is measured: Tenon and its peers, each a network that is started anew for a part."""

import contextlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from cometbft_network import CometbftNetwork
from tenon_network import TenonNetwork

# So that each transaction has a signature of its own, as the peers' clients would send them.
ONE_BY_ONE = {"max_batch_transactions": 1, "max_batches_in_flight": 1024}


@dataclass
class System:
    key: str     # in names of figures
    title: str   # for people
    make: Callable  # (folder) -> network, a context
    victims: tuple  # what kill_one of its network can be asked for

    @contextlib.contextmanager
    def running(self, folder: Path):
        """A network of its own, in a folder that goes with it."""
        with tempfile.TemporaryDirectory(prefix="tenon-bench-", dir=folder) as own:
            with self.make(Path(own)) as network:
                yield network


def tenon(replicas: int = 4, limits: dict | None = None, key: str = "tenon",
          title: str = "Tenon") -> System:
    return System(key, title, lambda folder: TenonNetwork(folder, replicas, limits),
                  ("the replica that the client node follows", "another replica"))


def tenon_one_by_one() -> System:
    return tenon(limits=ONE_BY_ONE, key="tenon_signed_each",
                 title="Tenon, a signature for each transaction")


def cometbft(line: str, release: str, program: Path) -> System:
    return System("cometbft_" + line.replace(".", "_"), f"CometBFT {release}",
                  lambda folder: CometbftNetwork(folder, program), ("a validator",))
