"""How the workers of fault tests differ from production's: what a test would wait for is short, and chunks are many."""

from datetime import timedelta

LEASE = timedelta(seconds=1)
IDLE_LIMIT = timedelta(seconds=2)
SWEEP_SECONDS = 1.0
CHUNK_SECONDS, KILLED_AFTER_SECONDS = 2, 5
IMPORT_CHUNK_ROWS = 15
RECOMPUTED_CHUNK = 4
