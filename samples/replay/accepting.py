"""Windows accept cases during the day: from the visitor whom they serve, before they are done with him (R2)."""

from collections import deque
from datetime import date
from typing import Any

import msgspec

from ...cases.state import Action
from .client import Caller, Refused
from .courses import Application, By, Step


class Taken:
    """A case as it was accepted.

    ``received_on``: the hall's own day. ``done``: its moves so far; ``left``: the steps that nobody has taken yet.
    """

    def __init__(self, case: dict[str, Any], application: Application) -> None:
        self.number: str = case["number"]
        self.kind: str = case["kind"]
        self.received_on = date.fromisoformat(case["received_on"])
        self.application = application
        self.done = [Action.ACCEPT]
        self.left = deque(application.course)


class Accepting:
    """The cases of a day, in the order in which they were accepted; what was refused is an error of the day."""

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.errors: list[Refused] = []

    async def accept(self, clerk: Caller, ticket: str, application: Application) -> None:
        """Accept, and take at once the steps that do not wait: what is 即办件 is decided before the visitor leaves."""
        try:
            taken = Taken(await clerk.post("accept", f"/tickets/{ticket}/accept", application.body), application)
            self.taken.append(taken)
            while taken.left and (action := _at_once(taken.left[0])):
                ask = msgspec.to_builtins(taken.left.popleft().ask)
                await clerk.post(f"case_{action}", f"/cases/{taken.number}/{action}", ask)
                taken.done.append(action)
        except Refused as error:
            self.errors.append(error)


def _at_once(step: Step) -> Action | None:
    """The action of a step that the same window takes while the visitor is there."""
    return step.action if not step.after and step.by is By.HOLDER and not step.refused else None
