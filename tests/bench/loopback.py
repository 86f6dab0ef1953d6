"""A provider on this machine, in a process of its own, that takes every text after a tenth of a second."""

import asyncio
import itertools
import json
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event

LATENCY_S = 0.1

_context = multiprocessing.get_context("spawn")
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Loopback:
    """A started provider. `arrived`: when the last POST came, as `time.time()`."""

    port: "Synchronized[int]"
    arrived: "Synchronized[float]"

    @property
    def base_url(self) -> str:
        """Where the client is to be sent."""
        return f"http://127.0.0.1:{self.port.value}"


@contextmanager
def loopback() -> Iterator[Loopback]:
    """Give a started provider, and end it."""
    provider = Loopback(_context.Value("i", 0), _context.Value("d", 0.0))
    ready = _context.Event()
    process = _context.Process(target=_serve, args=(provider.port, provider.arrived, ready), daemon=True)
    process.start()
    try:
        if not ready.wait(60):
            raise SystemExit("the provider of the bench did not start")
        yield provider
    finally:
        process.kill()
        process.join()


def _serve(port: "Synchronized[int]", arrived: "Synchronized[float]", ready: Event) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.partition(b":")[2]))
        arrived.value = time.time()
        await asyncio.sleep(LATENCY_S)
        body = json.dumps({"sid": f"SM{next(_numbers):032x}", "status": "accepted"}).encode()
        top = f"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        writer.write(top.encode() + b"Connection: close\r\n\r\n" + body)
        await writer.drain()
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=256)
        port.value = server.sockets[0].getsockname()[1]
        ready.set()
        await server.serve_forever()

    asyncio.run(run())
