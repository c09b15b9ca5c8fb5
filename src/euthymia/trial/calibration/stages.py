"""A calibration step by step, each kept on disk, so that one that was stopped goes on where it was.

What is kept belongs to one question: targets, priors, model, seed and sizes, by hash. The assumption that matters: the
same question asked again gives the same answer, so a kept part can stand for computing it. Left out: cleaning up, which
is the user's.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from euthymia.errors import StoreError

HEADER = "calibration.json"
Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Stages:
    """Parts of a calibration by name in a folder, or nowhere when `folder` is None."""

    folder: Path | None

    def kept(self, name: str, make: Callable[[], Arrays]) -> Arrays:
        """The part called `name`: read if it is there, else made and kept."""
        found = self.read(name)
        if found is None:
            found = make()
            self.write(name, found)
        return found

    def read(self, name: str) -> Arrays | None:
        """A part that is kept; None if there is none."""
        if self.folder is None or not (self.folder / f"{name}.npz").exists():
            return None
        with np.load(self.folder / f"{name}.npz", allow_pickle=False) as parts:
            return {key: parts[key] for key in parts.files}

    def write(self, name: str, arrays: Arrays) -> None:
        if self.folder is None:
            return
        part = self.folder / f"{name}.part.npz"
        np.savez(part, allow_pickle=False, **dict(arrays))
        os.replace(part, self.folder / f"{name}.npz")


def stages(folder: Path | None, asked: Mapping[str, Any]) -> Stages:
    """Parts in a folder for the question `asked`; raises `StoreError` if the folder holds those of another."""
    if folder is None:
        return Stages(None)
    folder.mkdir(parents=True, exist_ok=True)
    header = folder / HEADER
    if header.exists():
        told = json.loads(header.read_text(encoding="utf-8"))
        other = [key for key in asked if told.get(key) != asked[key]]
        if other:
            raise StoreError(
                f"'{folder}' holds parts of another calibration ({', '.join(other)} differ)",
                rule="A stopped calibration goes on only with the same targets, priors, model, seed and sizes.",
                fix="Name another folder with --keep, or delete this one.",
            )
    else:
        part = header.with_suffix(".part")
        part.write_text(json.dumps(dict(asked), indent=2) + "\n", encoding="utf-8")
        os.replace(part, header)
    return Stages(folder)
