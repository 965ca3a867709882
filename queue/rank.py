"""The order of a queue, as arithmetic on microseconds: ``rank = arrival - credit``; the least rank is next.

A window adds its handicap to the ranks of lines it only helps. Nobody starves: a ticket can only be passed by people
who came at most the largest credit after it.
"""

from collections.abc import Sequence
from datetime import datetime

from ..core.clock import MINUTE, micros


def rank(arrival: datetime, credit_minutes: int) -> int:
    return micros(arrival) - credit_minutes * MINUTE


def effective(ticket_rank: int, handicap_minutes: int) -> int:
    """The rank as a window sees it that serves the line with this handicap (R42)."""
    return ticket_rank + handicap_minutes * MINUTE


def returning(old: int, waiting_ranks: Sequence[int], after: int, now: datetime) -> int:
    """The new rank of somebody who missed the call and came back: behind the next ``after`` of those who wait.

    ``waiting_ranks`` are the line's ranks in ascending order, ``after`` of them or fewer. With fewer people waiting
    than that it is behind them all, but never later than somebody who arrives now. Nor is it ever a better place than
    the ``old`` one: that would pass people who came before him.
    """
    ahead = waiting_ranks[:after]
    place = min(micros(now), ahead[-1] + 1) if len(ahead) == after and ahead else micros(now)
    return max(old, place)
