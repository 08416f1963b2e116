"""How the workers of fault tests differ from production's: what a test would wait for is short, and chunks are many."""

import os
from datetime import timedelta
from uuid import UUID, uuid4

LEASE = timedelta(seconds=1)
IDLE_LIMIT = timedelta(seconds=2)
GONE_CHECK = timedelta(seconds=1)
SWEEP_SECONDS = 1.0
# As in production, between the two a statement that was given up is noticed and its lock let go.
CHUNK_SECONDS, KILLED_AFTER_SECONDS = 2, 20
IMPORT_CHUNK_ROWS = 15
RECOMPUTED_CHUNK = 4
_PROCESSES = 2**32


def lease_of_this_process() -> UUID:
    """One of its own as any, that says which process holds it."""
    return UUID(int=uuid4().int // _PROCESSES * _PROCESSES + os.getpid())


def process_of(lease: UUID) -> int:
    return lease.int % _PROCESSES
