"""A polite HTTP client: a pause between requests, patience with a busy server, never a secret in a message.

The assumption that matters: the server may answer 429 or 5xx at any time, so each request is tried again with growing
pauses, and a Retry-After is obeyed. Left out: parallel requests, which the services ask us not to make.
"""

from __future__ import annotations

import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from euthymia.errors import EuthymiaError

AGENT = "euthymia (research; https://pypi.org/project/euthymia)"
LARGEST_ANSWER = 256 * 1024 * 1024


@dataclass
class Client:
    """`address` is the root of a service; `pause` the seconds between requests; `tries` how often one is made."""

    address: str
    pause: float = 0.34
    tries: int = 5
    timeout: float = 60.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _last: float = field(default=float("-inf"), init=False)

    def __post_init__(self) -> None:
        if urllib.parse.urlsplit(self.address).scheme not in ("http", "https"):
            raise EuthymiaError(f"'{self.address}' is no web address", fix="It begins with https://")

    def get(self, path: str, query: Mapping[str, str]) -> bytes:
        """The answer to one request; raises `EuthymiaError` when the server stays away."""
        address = f"{self.address.rstrip('/')}/{path.lstrip('/')}?{urllib.parse.urlencode(query)}"
        said = ""
        for attempt in range(self.tries):
            self._wait()
            request = urllib.request.Request(address, headers={"User-Agent": AGENT})
            try:
                with urllib.request.urlopen(request, timeout=self.timeout) as answer:
                    data = answer.read(LARGEST_ANSWER + 1)
                if len(data) > LARGEST_ANSWER:
                    raise EuthymiaError("the answer is too large", fix="Ask for fewer records at a time.")
                return data
            except urllib.error.HTTPError as fault:
                said = f"{fault.code} {fault.reason}"
                if fault.code not in (429, 500, 502, 503, 504):
                    break
                self.sleep(_patience(fault.headers.get("Retry-After"), attempt))
            except (urllib.error.URLError, TimeoutError, ConnectionError) as fault:
                said = str(getattr(fault, "reason", fault))
                self.sleep(_patience(None, attempt))
        host = urllib.parse.urlsplit(self.address).netloc
        raise EuthymiaError(
            f"{host} did not answer ({said})",
            rule=f"Asked for /{path.lstrip('/')} {self.tries} times at most, with growing pauses.",
            fix="Run the same command again later: what was fetched is kept.",
        )

    def _wait(self) -> None:
        left = self._last + self.pause - self.clock()
        if left > 0:
            self.sleep(left)
        self._last = self.clock()


def _patience(retry_after: str | None, attempt: int) -> float:
    if retry_after and retry_after.isdigit():
        return min(float(retry_after), 60.0)
    return min(2.0**attempt, 30.0)
