"""How often an address may ask for something scarce: a bucket per address, kept in the memory of the process;
and what nobody on the way may keep."""

from collections import OrderedDict
from time import monotonic
from typing import Any

from litestar import Request
from litestar.datastructures import CacheControlHeader

from ..core.errors import TooMany
from ..core.i18n import N_
from .permissions import Caller

MOST_KEPT = 50_000
PRIVATE = CacheControlHeader(private=True, no_store=True)
"""What names people is kept by no browser and no proxy (R61)."""


class Bucket:
    """Lets ``count`` requests of a name through in so many minutes, a burst of as many at once."""

    def __init__(self, count: int, minutes: float = 1) -> None:
        self._size = float(count)
        self._seconds = minutes * 60
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> None:
        """Count one request. Raises TooMany."""
        now = monotonic()
        left, at = self._left.pop(name, (self._size, now))
        left = min(self._size, left + (now - at) * self._size / self._seconds)
        # A refusal costs nothing: else people who share an address and ask again would all wait for ever.
        self._left[name] = (left - 1 if left >= 1 else left, now)
        if len(self._left) > MOST_KEPT:
            self._left.popitem(last=False)
        if left < 1:
            raise TooMany(N_("操作过于频繁，请稍后再试"), code="too_many_requests")

    def refuse_when_empty(self, name: str) -> None:
        """Raises TooMany where `take` would, and counts nothing."""
        left, at = self._left.get(name, (self._size, monotonic()))
        if left + (monotonic() - at) * self._size / self._seconds < 1:
            raise TooMany(N_("操作过于频繁，请稍后再试"), code="too_many_requests")


def address_of(request: Request[Any, Any, Any]) -> str:
    """Where a request comes from; behind a proxy of this machine, what the proxy says."""
    return request.client.host if request.client else ""


def slow_down(request: Request[Any, Any, Any], bucket: Bucket) -> None:
    """Hold the public to the bucket's pace; officers and devices are known. Raises TooMany."""
    if request.user.caller is Caller.PUBLIC:
        bucket.take(address_of(request))
