"""Where the real records stand: `../shared/records`, test data that is never part of the project."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[3] / "shared" / "records"
real = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the real records are not here ({SHARED})")


def shared(name: str) -> Path:
    """A file of the real records; it must be there if the folder is."""
    path = SHARED / name
    assert path.exists(), f"{path} is missing"
    return path
