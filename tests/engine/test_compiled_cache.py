"""Machine code is reused only if it is whole and made for just this."""

from dataclasses import replace

import numpy as np
import pytest

from euthymia.engine import cache, compiled
from euthymia.engine.compiled import CompiledEngine
from euthymia.engine.machine import host


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty cache, and a process that remembers nothing from one solve to the next."""
    monkeypatch.setenv("EUTHYMIA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(compiled, "_MOST_KEPT", 0)
    compiled._KEPT.clear()
    return tmp_path / "cache"


def test_a_process_keeps_what_it_used_last_and_no_more(folder, program, task, translations, monkeypatch):
    monkeypatch.setattr(compiled, "_MOST_KEPT", 2)
    problems = [task(program(f"d(x) = -{k}*x ; 1"), None, (), [1.0]) for k in (1, 2, 3)]
    for problem in (*problems, problems[1], problems[2]):
        CompiledEngine().solve(problem)
    assert len(translations) == 3
    for entry in folder.iterdir():
        entry.unlink()
    CompiledEngine().solve(problems[2])  # from memory
    assert len(translations) == 3
    CompiledEngine().solve(problems[0])  # left memory when the third came
    assert len(translations) == 4


@pytest.fixture
def decay(program, task):
    return task(program("d(x) = -k*x ; 1", "k"), [[0.3], [0.6]], (), [0.0, 1.0, 5.0])


@pytest.fixture
def translations(monkeypatch):
    """Counts how often assembly is translated."""
    calls = []
    translate = compiled.translate
    monkeypatch.setattr(compiled, "translate", lambda *given: calls.append(1) or translate(*given))
    return calls


def test_the_second_time_nothing_is_made(folder, decay, translations):
    first = CompiledEngine().solve(decay).values
    second = CompiledEngine().solve(decay).values
    assert len(translations) == 1
    assert len(list(folder.iterdir())) == 1
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data[:-100] + bytes([data[-100] ^ 1]) + data[-99:],
        lambda data: b"",
        lambda data: b"not an entry",
        lambda data: data.replace(b" ", b" 9", 1),
    ],
)
def test_a_damaged_entry_is_made_anew(folder, decay, translations, damage):
    first = CompiledEngine().solve(decay).values
    (entry,) = folder.iterdir()
    whole = entry.read_bytes()
    entry.write_bytes(damage(whole))
    np.testing.assert_array_equal(CompiledEngine().solve(decay).values, first)
    assert len(translations) == 2
    assert entry.read_bytes() == whole


def test_what_is_not_machine_code_is_made_anew(folder, decay, translations):
    CompiledEngine().solve(decay)
    (entry,) = folder.iterdir()
    cache.keep(entry.name, cache.Entry(b"whole but no object file", 4096))
    assert np.all(np.isfinite(CompiledEngine().solve(decay).values))
    assert len(translations) == 2


def test_a_folder_that_cannot_be_written_is_no_obstacle(tmp_path, monkeypatch, decay):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EUTHYMIA_CACHE", str(tmp_path / "file" / "cache"))
    assert not CompiledEngine().solve(decay).failures


def test_the_key_tells_apart_what_differs():
    keys = {
        cache.key("program", "Rodas5P", host()),
        cache.key("other", "Rodas5P", host()),
        cache.key("program", "Tsit5", host()),
        cache.key("program", "Rodas5P", replace(host(), lanes=1)),
        cache.key("program", "Rodas5P", replace(host(), features="+fma")),
    }
    assert len(keys) == 5
