"""Several programs as one: their output with a name before each line, restarts with a growing pause, one clean end.

A library would do, were there one that fits: honcho ends everything when one program ends, circus brings a message
bus, and supervisor wants a configuration file and keeps output in files. Hence this small one.
"""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
# A program that lived this long had started well: the next pause begins small again.
SOUND_SECONDS = 30.0
LONGEST_LINE_BYTES = 1024 * 1024

Say = Callable[[str, str], None]


@dataclass(frozen=True)
class Program:
    """What to run, under which name. `grace_seconds` is how long it may take to end before it is killed."""

    name: str
    command: Sequence[str]
    grace_seconds: float = 10.0


@dataclass
class Supervisor:
    """Runs programs until SIGINT or SIGTERM. `say(name, line)` gets every line, the supervisor's own as "up"."""

    programs: Sequence[Program]
    environment: dict[str, str]
    say: Say
    started: Callable[[int], None] = lambda _pid: None
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _kill: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, *beside: Awaitable[None]) -> None:
        """Keep the programs running; `beside` are coroutines that live as long. Returns when all have ended."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._signalled)
        others = [asyncio.ensure_future(each) for each in beside]
        await asyncio.gather(*(self._keep(program) for program in self.programs))
        for other in others:
            other.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _signalled(self) -> None:
        if self._stop.is_set():
            self._kill.set()
            return
        self.say("up", "Stopping. Again to stop at once.")
        self._stop.set()

    async def _keep(self, program: Program) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not self._stop.is_set():
            begin = time.monotonic()
            how = await self._live_through(program)
            if self._stop.is_set():
                return
            if time.monotonic() - begin > SOUND_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            self.say("up", f"{program.name} ended ({how}); starting it again in {pause:g} s.")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _live_through(self, program: Program) -> str:
        """One life of a program, in a session of its own so that a terminal's Ctrl-C reaches only us."""
        # A pipe of our own: asyncio's would hide the program's end for as long as a child of it keeps the pipe open.
        reading, writing = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *program.command,
                env=self.environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                start_new_session=True,
            )
        finally:
            os.close(writing)
        self.started(process.pid)
        output = asyncio.ensure_future(self._pass_on(program.name, reading))
        ended = asyncio.ensure_future(process.wait())
        asked = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait({ended, asked}, return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            await self._end(process, program.grace_seconds)
        # What it started and left behind (a killed worker's pool) goes with it.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        asked.cancel()
        await output
        return _how(await ended)

    async def _end(self, process: asyncio.subprocess.Process, grace_seconds: float) -> None:
        process.send_signal(signal.SIGTERM)
        ended = asyncio.ensure_future(process.wait())
        at_once = asyncio.ensure_future(self._kill.wait())
        await asyncio.wait({ended, at_once}, timeout=grace_seconds, return_when=asyncio.FIRST_COMPLETED)
        at_once.cancel()
        if not ended.done():
            os.killpg(process.pid, signal.SIGKILL)
            await ended

    async def _pass_on(self, name: str, descriptor: int) -> None:
        reader = asyncio.StreamReader(limit=LONGEST_LINE_BYTES)
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb")
        )
        while True:
            try:
                line = await reader.readline()
            except ValueError:
                self.say(name, f"(a line longer than {LONGEST_LINE_BYTES} bytes is left out)")
                continue
            if not line:
                return
            self.say(name, line.decode(errors="replace").rstrip())


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
