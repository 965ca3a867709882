"""Who a booking is for, and who makes it: sealed at rest, blind to find them by, masked for lists (R52, R61)."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec

from ..core.errors import Invalid
from ..core.i18n import N_
from ..core.privacy import Vault, id_number, mask_name, mask_phone, person_name, phone_number

FORGOTTEN: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("visitor", "proxy"), ""),
    **dict.fromkeys(("sealed", "person", "name_index", "phone_index")),
}
"""What is left in the columns of `tables.Booker` when the hall's days are over."""

_encode = msgspec.json.Encoder().encode


class Person(msgspec.Struct, frozen=True):
    """``phone`` may be empty for somebody for whom a proxy books; ``id_number`` where it was given."""

    name: str
    phone: str = ""
    id_number: str = ""


class Party(msgspec.Struct, frozen=True):
    """The visitor, and the proxy who books for him (代办)."""

    visitor: Person
    proxy: Person | None = None

    @property
    def contact(self) -> str:
        """The phone that messages go to, and that belongs to the code."""
        return (self.proxy or self.visitor).phone


def person(name: str, phone: str, number: str, today: date, *, phone_needed: bool = True) -> Person:
    """Somebody as he said it, checked and in plain form. Raises Invalid."""
    if phone_needed and not phone.strip():
        raise Invalid(N_("请填写手机号，预约结果会发短信通知"), code="phone_needed")
    return Person(
        person_name(name),
        phone_number(phone) if phone.strip() else "",
        id_number(number, today) if number.strip() else "",
    )


def identity(vault: Vault, party: Party) -> bytes:
    """Who the limits count: the identity number, else the phone, else the name that a proxy gave with his own phone."""
    visitor = party.visitor
    if visitor.id_number:
        return vault.index("id", visitor.id_number)
    if visitor.phone and party.proxy is None:
        return vault.index("phone", visitor.phone)
    return vault.index("for", f"{visitor.name}:{party.contact}")


def columns(vault: Vault, party: Party, need: str, language: str) -> dict[str, Any]:
    """The values of the columns of `tables.Booker`."""
    visitor, proxy = party.visitor, party.proxy
    return {
        "visitor": masked(visitor),
        "proxy": masked(proxy) if proxy else "",
        "sealed": vault.seal(_encode(party).decode()),
        "person": identity(vault, party),
        "name_index": vault.index("name", visitor.name),
        "phone_index": vault.index("phone", party.contact),
        "need": need,
        "language": language,
    }


def opened(vault: Vault, sealed: bytes) -> Party:
    """The party that `columns` sealed."""
    return msgspec.json.decode(vault.open(sealed), type=Party)


def masked(one: Person) -> str:
    """``张*三 138****5678``, for lists that staff read."""
    return f"{mask_name(one.name)} {mask_phone(one.phone)}".strip() if one.phone else mask_name(one.name)
