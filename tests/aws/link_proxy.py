"""A TCP proxy between the link ports of a deployment's regions, one listening port for each direction, so that a test can
cut, delay and silence what one region sends another. TLS passes through it unread."""

import asyncio
import contextlib
import enum
import re
import threading


class Fault(enum.Enum):
    """What a link does to the connections that its source makes. No byte is ever dropped out of the middle: what is held
    back arrives when the link is whole again, late, as in a network, even if the sender has long given up."""

    NONE = "none"
    CUT = "cut"  # connections break, and none can be made
    SILENT = "silent"  # what either end sends is held back
    UNANSWERED = "unanswered"  # requests arrive, answers are held back
    UNHEARD = "unheard"  # requests are held back
    SLOW = "slow"  # each piece takes SLOW_SECONDS, in both directions


SLOW_SECONDS = 0.3
PIECE = 65536


class Link:
    """From one region to another."""

    def __init__(self, target):
        self.target = target  # port
        self.port = None
        self.fault = Fault.NONE
        self.passed = 0  # connections, ever
        self.writers = set()
        self.changed = None  # an event, replaced whenever the fault changes

    def holds(self, is_answer):
        return self.fault is Fault.SILENT or self.fault is (Fault.UNANSWERED if is_answer else Fault.UNHEARD)


class LinkProxy:
    """Runs in a thread of its own until close(). `links`: (source, destination) -> the destination's link port."""

    def __init__(self, links):
        self.links = {ends: Link(port) for ends, port in links.items()}
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self._run(self._listen())

    def port(self, source, destination):
        return self.links[source, destination].port

    def set(self, fault, *ends):
        """`ends`: pairs of source and destination."""
        self._run(self._set(fault, ends))

    def heal(self):
        self.set(Fault.NONE, *self.links)

    def close(self):
        self._run(self._close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=60)

    async def _listen(self):
        self.servers = []
        for link in self.links.values():
            link.changed = asyncio.Event()
            server = await asyncio.start_server(
                lambda reader, writer, link=link: self._serve(link, reader, writer), "127.0.0.1", 0)
            link.port = server.sockets[0].getsockname()[1]
            self.servers.append(server)

    async def _close(self):
        for server in self.servers:
            server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _set(self, fault, ends):
        for pair in ends:
            link = self.links[pair]
            link.fault = fault
            link.changed.set()
            link.changed = asyncio.Event()
            if fault is Fault.CUT:
                for writer in link.writers:
                    writer.transport.abort()

    async def _serve(self, link, reader, writer):
        link.writers.add(writer)
        try:
            if link.fault is Fault.CUT:
                return writer.transport.abort()
            try:
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", link.target)
            except OSError:
                return writer.transport.abort()  # the region is down
            link.passed += 1
            link.writers.add(far_writer)
            try:
                await asyncio.gather(self._pump(link, reader, far_writer, is_answer=False),
                                     self._pump(link, far_reader, writer, is_answer=True))
            finally:
                link.writers.discard(far_writer)
                far_writer.close()
        finally:
            link.writers.discard(writer)
            writer.close()

    async def _pump(self, link, reader, writer, is_answer):
        """Until the sender has finished; each direction by itself, so that what is held back outlives its sender."""
        with contextlib.suppress(OSError):
            while piece := await reader.read(PIECE):
                if link.fault is Fault.SLOW:
                    await asyncio.sleep(SLOW_SECONDS)
                while link.holds(is_answer):
                    await link.changed.wait()
                writer.write(piece)
                await writer.drain()
            writer.write_eof()


def put_between(deployment):
    """Points every region of a running deployment at a new proxy instead of its peers, and starts them again."""
    configs = {region: deployment.directory / "regions" / region / "coffer.toml" for region in deployment.regions}
    peer = re.compile(r'(\[\[peer\]\]\nregion = "([^"]+)"\nhost = "127\.0\.0\.1"\nport = )(\d+)')
    links = {(source, found[2]): int(found[3])
             for source, config in configs.items() for found in peer.finditer(config.read_text())}
    assert len(links) == len(configs) * (len(configs) - 1), "every region names all others"
    proxy = LinkProxy(links)
    for source, config in configs.items():
        text = peer.sub(lambda found, source=source: f"{found[1]}{proxy.port(source, found[2])}", config.read_text())
        config.write_text(text)
        deployment.stop_region(source, kill=True)
        deployment.start_region(source)
    return proxy
