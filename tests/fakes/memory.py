"""A folder for what need not outlive its process: in memory, where the machine lends some."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")
ENOUGH = 2 << 30
"""Bytes. Containers often have 64 MB."""


@contextmanager
def passing_folder() -> Iterator[Path]:
    """Gone afterwards. Whoever becomes somebody else to run a server may pass through it, and read nothing."""
    is_lent = os.access(SHARED_MEMORY, os.W_OK) and shutil.disk_usage(SHARED_MEMORY).free >= ENOUGH
    with tempfile.TemporaryDirectory(prefix="twinmarket-", dir=SHARED_MEMORY if is_lent else None) as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder
