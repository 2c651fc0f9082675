"""The demo's processes: started together, stopped together, none left behind."""

import asyncio
import ctypes
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping
from pathlib import Path

import httpx

from server.demo.show import Failed

PATIENCE_SECONDS = 60
STOP_SECONDS = 10
_PR_SET_PDEATHSIG = 1


class Troupe:
    """Child processes of this one, each `twinmarket <command>`, logging to `<logs>/<command>.log`."""

    def __init__(self, logs: Path, environment: Mapping[str, str]) -> None:
        self.logs = logs
        self.environment = {**os.environ, **environment}
        self.running: dict[str, Process] = {}

    async def start(self, command: str, *arguments: str, program: str = "server.cli") -> None:
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / f"{command}.log").open("ab") as log:
            self.running[command] = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                program,
                command,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment,
                start_new_session=True,  # Ctrl-C reaches the demo alone, which then stops them in order
                preexec_fn=_die_with_parent,
            )

    async def kill(self, command: str) -> None:
        """kill -9, as a crash would."""
        process = self.running.pop(command)
        process.kill()
        await process.wait()

    async def stop(self) -> None:
        for process in self.running.values():
            if process.returncode is None:
                process.terminate()
        for process in self.running.values():
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        self.running.clear()

    def check(self) -> None:
        """Raise Failed when one of them has ended."""
        for command, process in self.running.items():
            if process.returncode is not None:
                raise Failed(f"`twinmarket {command}` stopped with {process.returncode}: see {self.logs / command}.log")

    async def answers(self, url: str) -> None:
        """Wait until `url` answers 200."""
        async with httpx.AsyncClient() as http:
            for _ in range(PATIENCE_SECONDS * 10):
                self.check()
                try:
                    if (await http.get(url, timeout=2)).status_code == 200:
                        return
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(0.1)
        raise Failed(f"{url} did not answer within {PATIENCE_SECONDS} seconds: see {self.logs}")


def _die_with_parent() -> None:
    """So that even a killed demo leaves nothing running (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
