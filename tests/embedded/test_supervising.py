"""The supervisor keeps programs running, says what happened, and leaves nothing behind."""

import asyncio
import os
import signal
import sys
import time

import psutil

from sopdesk.embedded.supervising import Program, Supervisor

SLEEPS = "import time; print('awake', flush=True); time.sleep(60)"
# It starts a child of its own and does not end it: a worker's pool after its parent was killed.
LEAVES_A_CHILD = (
    "import subprocess, sys, time; "
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
    "print('child', child.pid, flush=True); time.sleep(60)"
)
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('awake', flush=True); time.sleep(60)"


GONE_WITHIN_SECONDS = 5


def alive(pid: int) -> bool:
    """A process that has ended but that nobody has waited for yet does not count."""
    try:
        return psutil.Process(pid).status() not in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}
    except psutil.NoSuchProcess:
        return False


def gone(*pids: int) -> bool:
    """All of them are. A grandchild that was sent SIGKILL is not ours to wait for, and takes a moment to go."""
    until = time.monotonic() + GONE_WITHIN_SECONDS
    while any(alive(pid) for pid in pids):
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


class Watched:
    """A supervisor whose lines are kept, and which is stopped once `enough` says so."""

    def __init__(self, *programs: Program) -> None:
        self.lines: list[tuple[str, str]] = []
        self.pids: list[int] = []
        self.supervisor = Supervisor(programs, dict(os.environ), self.say, self.pids.append)

    def say(self, name: str, line: str) -> None:
        self.lines.append((name, line))

    def run_until(self, text: str, times: int = 1, number: int = signal.SIGINT) -> None:
        """Run until a line with `text` was said so many times, then send the signal."""

        async def stop_when_said() -> None:
            async with asyncio.timeout(30):
                while sum(text in line for _, line in self.lines) < times:
                    await asyncio.sleep(0.01)
            os.kill(os.getpid(), number)

        asyncio.run(self.supervisor.run(stop_when_said()))


def program(code: str, name: str = "one", grace: float = 10) -> Program:
    return Program(name, [sys.executable, "-c", code], grace_seconds=grace)


def test_output_is_passed_on_by_name_and_a_signal_ends_everything() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        watched = Watched(program(SLEEPS, "one"), program(SLEEPS, "two"))
        watched.run_until("awake", times=2, number=number)
        assert {("one", "awake"), ("two", "awake")} <= set(watched.lines)
        assert len(watched.pids) == 2
        assert gone(*watched.pids)


def test_a_program_that_ends_is_started_again_with_a_growing_pause() -> None:
    watched = Watched(program("print('awake'); raise SystemExit(3)"))
    watched.run_until("ended", times=2)
    said = [line for name, line in watched.lines if name == "up"]
    assert said[:2] == [
        "one ended (exit code 3); starting it again in 0.5 s.",
        "one ended (exit code 3); starting it again in 1 s.",
    ]


def test_what_a_killed_program_leaves_behind_is_ended() -> None:
    watched = Watched(program(LEAVES_A_CHILD))

    async def kill_it() -> None:
        while not any(line.startswith("child") for _, line in watched.lines):
            await asyncio.sleep(0.01)
        os.kill(watched.pids[0], signal.SIGKILL)
        while len(watched.pids) < 2:
            await asyncio.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    asyncio.run(watched.supervisor.run(kill_it()))
    assert ("up", "one ended (signal SIGKILL); starting it again in 0.5 s.") in watched.lines
    children = [int(line.split()[1]) for _, line in watched.lines if line.startswith("child")]
    assert children
    assert gone(*children)


def test_a_program_that_will_not_end_is_killed_after_its_grace() -> None:
    watched = Watched(program(DEAF, grace=0.3))
    watched.run_until("awake")
    assert gone(watched.pids[0])


def test_a_line_that_is_too_long_does_not_end_the_output() -> None:
    watched = Watched(
        program("print('x' * 3_000_000); print('after', flush=True); import time; time.sleep(60)")
    )
    watched.run_until("after")
    assert ("one", "after") in watched.lines
