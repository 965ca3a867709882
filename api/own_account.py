"""What an officer does with his own account: another password, a second factor on or off."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from piccolo.apps.user.tables import BaseUser
from sqlalchemy import bindparam, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import audit, clock, second_factor
from ..core.accounts import User
from ..core.errors import Invalid, Unauthorized
from ..core.i18n import N_
from . import sessions
from .identity import Identity, Place
from .services import Services

LEAST_PASSWORD = 10
_SET = update(User).where(User.id == bindparam("user")).values(password=bindparam("hashed"))


async def change_password(services: Services, who: Identity, old: str, new: str, place: Place) -> int:
    """Give the account another password and end its other sessions; how many.

    Raises Invalid when the old one is wrong or the new one will not do, TooMany after repeated failures.
    """
    if len(new) < LEAST_PASSWORD:
        raise Invalid(N_("新密码至少 {least} 个字符"), code="password_short", least=LEAST_PASSWORD)
    if new == old or new.casefold() == who.username.casefold():
        raise Invalid(N_("新密码不能与原密码或用户名相同"), code="password_same")
    hashed = await asyncio.to_thread(BaseUser.hash_password, new)
    async with _proved(services, who, old, place, None) as tx:
        at = clock.now()
        await tx.execute(_SET, {"user": who.user_id, "hashed": hashed})
        await _record(tx, who, "password", at)
        ended = await sessions.end_others(tx, who, at)
    services.identities.forget(*ended)
    return len(ended)


async def offer(services: Services, who: Identity) -> second_factor.Offer:
    """A second factor to set up; nothing changes before its first code was right."""
    return await asyncio.to_thread(second_factor.offer, services.vault, who.user_id or 0, clock.now())


async def turn_on(services: Services, who: Identity, token: str, code: str, password: str, place: Place) -> list[str]:
    """Make an offer active with its first code; gives the recovery codes, also when a request is repeated.

    The password is asked for: whoever comes to a screen that somebody left must not shut him out of his own account.
    The account's other sessions end: whoever opened them gave no code.

    Raises Invalid for a wrong code or password or an offer that is over, TooMany after repeated failures, Conflict when
    the account has another second factor.
    """
    at = clock.now()
    made = second_factor.offered(services.vault, who.user_id or 0, token, at)
    ended: list[str] = []
    async with _proved(services, who, password, place, None) as tx:
        try:
            fresh = await second_factor.enrol(tx, services.vault, who.user_id or 0, made, code, at)
        except second_factor.WrongCode:
            raise Invalid(N_("验证码不正确，请核对手机时间后输入最新的验证码"), code="wrong_code") from None
        if fresh:
            await _record(tx, who, "second_factor_on", at)
            ended = await sessions.end_others(tx, who, at)
    services.identities.forget(who.token, *ended)
    return made.recovery_codes


async def turn_off(services: Services, who: Identity, password: str, code: str, place: Place) -> None:
    """Does nothing where there is none. Raises Invalid for wrong ones, TooMany after repeated failures."""
    async with _proved(services, who, password, place, code) as tx:
        at = clock.now()
        if await second_factor.revoke(tx, who.user_id or 0, at):
            await _record(tx, who, "second_factor_off", at)
    services.identities.forget(who.token)


@asynccontextmanager
async def _proved(
    services: Services, who: Identity, password: str, place: Place, code: str | None
) -> AsyncIterator[AsyncConnection]:
    """`Identities.proved`; who is signed in and errs has said something wrong, and is still signed in."""
    try:
        async with services.identities.proved(who.username, password, place, code) as (tx, _):
            yield tx
    except Unauthorized as error:
        wrong = {"wrong_credentials": N_("密码不正确"), "code_needed": N_("请输入验证码")}
        raise Invalid(wrong.get(error.code, error.detail), code=error.code) from None


async def _record(tx: AsyncConnection, who: Identity, action: str, at: datetime) -> None:
    about: dict[str, Any] = {"hall_id": who.hall_id, "subject": "staff", "row_id": who.actor.staff_id}
    await audit.write(tx, at=at, actor=who.actor.label, action=action, **about)
