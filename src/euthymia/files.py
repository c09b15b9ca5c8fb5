"""Files that are whole or not there at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from euthymia.errors import EuthymiaError


def write_whole(path: str | Path, text: str) -> Path:
    """Write a file so that a reader sees all of it or none; raises `EuthymiaError` where nothing can be written."""
    path = Path(path)
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise EuthymiaError(
            f"cannot write '{path}' ({error.strerror})", fix="Choose a folder you may write to."
        ) from None
    return path
