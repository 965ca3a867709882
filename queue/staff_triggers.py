"""A trigger that keeps Piccolo's flags true, whoever gives somebody a role.

* ``staff_flags``: who steers may open the administration (``admin``), and admins may change what it shows
  (``superuser``).
"""

from collections.abc import Iterator

from ..core.triggers import Dialect, Trigger, laid
from .staff import Role

_FLAGS = (
    f"UPDATE piccolo_user SET admin = NEW.role IN ('{Role.SUPERVISOR}', '{Role.ADMIN}'), "
    f"superuser = NEW.role = '{Role.ADMIN}' WHERE id = NEW.user_id"
)


def statements(dialect: str) -> Iterator[str]:
    """The DDL for one dialect, ``sqlite`` or ``postgresql``; running it again replaces what is there."""
    return laid(Dialect(dialect), [Trigger("staff_flags", "staff", "INSERT OR UPDATE OF role, user_id", "", [_FLAGS])])
