"""asyncio for programs that compute: the standard loop, without the sockets by which other threads would wake it."""

import asyncio
import time


class Loop(asyncio.SelectorEventLoop):
    def _make_self_pipe(self):
        pass

    def _close_self_pipe(self):
        pass

    def _write_to_self(self):
        pass


def install():
    """In place of what Pyodide installed for a browser."""
    time.sleep = time.sleep.__wrapped__
    asyncio.run = asyncio.runners.run
    asyncio._set_running_loop(None)
    asyncio.events._event_loop_policy = None
    asyncio.unix_events._UnixDefaultEventLoopPolicy._loop_factory = Loop
