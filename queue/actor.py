"""Who does something to the queue, as services and the journal see him."""

from typing import NamedTuple


class Actor(NamedTuple):
    """``label``: as it stands in the journal. ``anywhere``: may act at windows that are not his own (supervisors)."""

    label: str
    staff_id: int | None = None
    anywhere: bool = False


PUBLIC = Actor("public")
SYSTEM = Actor("system", anywhere=True)


def officer(staff_id: int, *, anywhere: bool = False) -> Actor:
    return Actor(f"staff:{staff_id}", staff_id, anywhere)


def device(device_id: int) -> Actor:
    return Actor(f"device:{device_id}")
