"""The administration's forms, in a language: what takes more than a row, or shows what no table shows."""

from typing import Final

from piccolo_admin.endpoints import FormConfig

from ..core.i18n import Language
from . import forms_devices, forms_exchange, forms_hall, forms_items, forms_look, forms_people
from .asking import config
from .house import House

FORMS: Final = (
    *forms_hall.FORMS,
    *forms_exchange.FORMS,
    *forms_items.FORMS,
    *forms_people.FORMS,
    *forms_look.FORMS,
    *forms_devices.FORMS,
)


def forms(house: House, language: Language, *, edits: bool = True) -> list[FormConfig]:
    """Every form, or those that change nothing (``edits`` False).

    The officer who submits one is ``request.scope["officer"]``, and hears of errors in his language.
    """
    return [config(form, house, language) for form in FORMS if edits or not form.edits]
