"""Who applies: a person or a company, and who acts for him (R52): sealed at rest, blind to find him by (R61)."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from ..core.errors import Invalid
from ..core.i18n import N_
from ..core.privacy import (
    Vault,
    credit_code,
    id_number,
    mask_name,
    mask_phone,
    mask_unit,
    person_name,
    phone_number,
    unit_name,
)

LONGEST_ADDRESS: Final = 200
DIGITS: Final = 4
FORGOTTEN: Final[Mapping[str, Any]] = {
    "applicant": "",
    **dict.fromkeys(("sealed", "name_index", "phone_index")),
}
"""What is left of somebody in a row of ours when the hall's days are over."""

_encode = msgspec.json.Encoder().encode


Said = Annotated[str, Meta(max_length=1000, pattern=r"^[^\x00]*$")]
"""As it was typed; `checked` judges it, in words."""


class Agent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who acts for the applicant (代办)."""

    name: Said
    phone: Said
    id_number: Said = ""


class Applicant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``id_number``: a person's identity number, or a company's unified social credit code."""

    name: Said
    company: bool = False
    phone: Said = ""
    id_number: Said = ""
    address: Said = ""


class Party(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    applicant: Applicant
    agent: Agent | None = None

    @property
    def contact(self) -> str:
        """The phone that messages go to, and whose last digits open the progress page; may be empty."""
        return self.agent.phone if self.agent else self.applicant.phone


class Applying(Applicant, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An applicant as a window sends him, with whoever acts for him."""

    agent: Agent | None = None

    @property
    def party(self) -> Party:
        return Party(Applicant(self.name, self.company, self.phone, self.id_number, self.address), self.agent)


def checked(party: Party, today: date) -> Party:
    """Everybody in plain form. Raises Invalid for a name, number or address that cannot be."""
    one, agent = party.applicant, party.agent
    address = " ".join(one.address.split())
    if len(address) > LONGEST_ADDRESS:
        raise Invalid(N_("地址最多 {most} 个字"), code="address_too_long", most=LONGEST_ADDRESS)
    number = one.id_number.strip()
    plain = Applicant(
        unit_name(one.name) if one.company else person_name(one.name),
        one.company,
        phone_number(one.phone) if one.phone.strip() else "",
        (credit_code(number) if one.company else id_number(number, today)) if number else "",
        address,
    )
    if agent is not None:
        by = agent.id_number.strip()
        agent = Agent(person_name(agent.name), phone_number(agent.phone), id_number(by, today) if by else "")
    return Party(plain, agent)


def columns(vault: Vault, party: Party) -> dict[str, Any]:
    """The values of a row's columns ``applicant``, ``sealed``, ``name_index`` and ``phone_index``."""
    return {
        "applicant": masked(party),
        "sealed": vault.seal(_encode(party).decode()),
        "name_index": vault.index("name", party.applicant.name),
        "phone_index": vault.index("phone", party.contact) if party.contact else None,
    }


def opened(vault: Vault, sealed: bytes | None) -> Party | None:
    """The party that `columns` sealed; None once it is forgotten."""
    return None if sealed is None else msgspec.json.decode(vault.open(sealed), type=Party)


def masked(party: Party) -> str:
    """``张*三 138****5678``, for lists that staff read."""
    name = (mask_unit if party.applicant.company else mask_name)(party.applicant.name)
    return f"{name} {mask_phone(party.contact)}" if party.contact else name
