"""The network between replicas, as it is on a bad day: every connection goes through a forwarder
that delays what it carries, or carries nothing and says nothing."""

import asyncio
import json
import threading

from cluster import Network


class Link:
    """One forwarder: whoever connects to its port is connected to the target's."""

    def __init__(self, target: int):
        self.target = target
        self.delay = 0.0
        self.silent = False
        self.port = 0
        self.server: asyncio.Server | None = None

    async def listen(self) -> None:
        self.server = await asyncio.start_server(self.carry, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]

    async def carry(self, reader, writer) -> None:
        try:
            onward_reader, onward_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        await asyncio.gather(self.pump(reader, onward_writer), self.pump(onward_reader, writer))

    async def pump(self, reader, writer) -> None:
        """In order, each piece so long after it came."""
        pieces: asyncio.Queue = asyncio.Queue()

        async def deliver() -> None:
            loop = asyncio.get_running_loop()
            while True:
                due, piece = await pieces.get()
                await asyncio.sleep(max(0.0, due - loop.time()))
                while self.silent:
                    await asyncio.sleep(0.02)
                if not piece:
                    return
                writer.write(piece)
                await writer.drain()

        async def collect() -> None:
            piece = b"begin"
            while piece:
                try:
                    piece = await reader.read(65536)
                except OSError:
                    piece = b""
                pieces.put_nowait((asyncio.get_running_loop().time() + self.delay, piece))

        try:
            await asyncio.gather(deliver(), collect())
        except OSError:
            pass
        finally:
            writer.close()


class Weather:
    """Puts a link between each two replicas of a network that has not started."""

    def __init__(self, network: Network):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.links: dict[tuple[int, int], Link] = {}
        names = [node.folder.name for node in network.nodes]
        for i, node in enumerate(network.nodes):
            config = json.loads(node.config.read_text())
            for peer in config["network"]["peers"]:
                if peer["name"] not in names or peer["name"] == node.folder.name:
                    continue
                j = names.index(peer["name"])
                link = Link(network.nodes[j].network_port)
                asyncio.run_coroutine_threadsafe(link.listen(), self.loop).result(10)
                self.links[(i, j)] = link
                peer["address"] = f"127.0.0.1:{link.port}"
            node.config.write_text(json.dumps(config))

    def between(self, left, right):
        """The links between replicas of the one side and of the other, both ways."""
        return [link for (i, j), link in self.links.items()
                if (i in left and j in right) or (i in right and j in left)]

    def close(self) -> None:
        """After the nodes have ended, and with them all connections."""

        async def end() -> None:
            for link in self.links.values():
                link.server.close()
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()
