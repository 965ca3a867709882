"""What somebody types on the booking pages: read from a form, judged by field, and kept sealed in his own browser.

Neither name nor phone ever stands in an address, and nothing of it is stored before the code has answered (R61).
"""

import base64
import re
from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec
from cryptography.exceptions import InvalidTag
from litestar import Request
from litestar.datastructures import Cookie

from ..booking.people import Party, Person
from ..booking.proof import Asked
from ..core.errors import Invalid, Problem
from ..core.i18n import N_
from ..core.privacy import id_number, person_name, phone_number
from ..queue.needs import NAMES
from .services import Services

HOLD, DRAFT = "hold", "draft"
PATH = "/book"
KEPT_SECONDS: Final = 15 * 60
LONGEST = 1000
MOST_FIELDS = 40
PARTS: Final[Mapping[str, tuple[time, time]]] = {
    "day": (time.min, time.max),
    "morning": (time.min, time(12)),
    "afternoon": (time(12), time.max),
}
"""Which part of a day somebody on the waiting list can come."""

_KEY = re.compile(r"[\w-]{1,22}", re.ASCII)


class Draft(msgspec.Struct, kw_only=True):
    """The person step as it was typed. ``asked``: the code of somebody who joins the waiting list."""

    proxied: bool = False
    name: str = ""
    phone: str = ""
    id_number: str = ""
    proxy_name: str = ""
    proxy_phone: str = ""
    proxy_id_number: str = ""
    needs: list[str] = []
    part: str = "day"
    asked: Asked | None = None


class Form:
    """The fields of a form that was sent, bounded; what is missing is empty."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        self._fields = fields

    def __getitem__(self, name: str) -> str:
        return self._fields.get(name, [""])[0][:LONGEST]

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def all(self, name: str) -> list[str]:
        return self._fields.get(name, [])


async def form_of(request: Request[Any, Any, Any]) -> Form:
    """Raises Invalid for what no form of ours sends."""
    text = (await request.body()).decode("utf-8", "replace")
    try:
        return Form(parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise Invalid(N_("请检查填写的内容"), code="invalid_form") from error


def typed(form: Form) -> Draft:
    return Draft(
        proxied=form["for"] == "other",
        name=form["name"].strip(),
        phone=form["phone"].strip(),
        id_number=form["id_number"].strip(),
        proxy_name=form["proxy_name"].strip(),
        proxy_phone=form["proxy_phone"].strip(),
        proxy_id_number=form["proxy_id_number"].strip(),
        needs=[need for need in form.all("needs") if need in NAMES],
        part=form["part"] if form["part"] in PARTS else "day",
    )


def party_of(draft: Draft, today: date) -> tuple[Party | None, dict[str, Problem]]:
    """Who it is for and who books (R52), and what is wrong with which field; nobody while something is wrong."""
    errors: dict[str, Problem] = {}

    def read(field: str, judge: Callable[[str], str]) -> str:
        try:
            return judge(getattr(draft, field))
        except Problem as problem:
            errors[field] = problem
            return ""

    def number(text: str) -> str:
        return id_number(text, today) if text else ""

    visitor = Person(
        read("name", person_name),
        read("phone", _any_phone if draft.proxied else _mobile),
        read("id_number", number),
    )
    proxy = None
    if draft.proxied:
        proxy = Person(read("proxy_name", person_name), read("proxy_phone", _mobile), read("proxy_id_number", number))
    return (None if errors else Party(visitor, proxy)), errors


def _any_phone(text: str) -> str:
    return phone_number(text) if text else ""


def _mobile(text: str) -> str:
    """The phone that the code goes to. Raises Invalid."""
    if not text:
        raise Invalid(N_("请填写手机号，预约结果会发短信通知"), code="phone_needed")
    try:
        phone = phone_number(text)
    except Invalid as error:
        raise Invalid(N_("手机号应为11位数字"), code="invalid_phone") from error
    if phone.startswith("0"):
        raise Invalid(N_("请填写手机号：座机收不到短信验证码"), code="mobile_needed")
    return phone


def key_in(request: Request[Any, Any, Any]) -> str:
    """The key of the place that this browser holds; empty without one."""
    key = request.cookies.get(HOLD, "")
    return key if _KEY.fullmatch(key) else ""


def kept(request: Request[Any, Any, Any], services: Services) -> Draft | None:
    """What this browser keeps of the person step; None for what we did not seal."""
    try:
        sealed = base64.urlsafe_b64decode(request.cookies.get(DRAFT, "").encode())
        return msgspec.json.decode(services.vault.open(sealed), type=Draft)
    except (ValueError, InvalidTag, msgspec.DecodeError):
        return None


def hold_cookie(services: Services, key: str) -> Cookie:
    """Outlives the hold, so that whoever comes too late is told so."""
    return _cookie(services, HOLD, key)


def draft_cookie(services: Services, draft: Draft) -> Cookie:
    sealed = services.vault.seal(msgspec.json.encode(draft).decode())
    return _cookie(services, DRAFT, base64.urlsafe_b64encode(sealed).decode())


def forgotten(*names: str) -> list[Cookie]:
    return [Cookie(key=name, path=PATH, value="", max_age=0, httponly=True) for name in names]


def _cookie(services: Services, name: str, value: str) -> Cookie:
    secure = services.settings.cookie_secure
    return Cookie(key=name, value=value, path=PATH, max_age=KEPT_SECONDS, httponly=True, samesite="lax", secure=secure)
