"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for who lost his phone.

The table is the one of piccolo-api's MFA, and what stands in it is as Piccolo writes it. Codes are judged here and not
by its ``authenticate``, which reads, judges and saves in three steps: two requests at once could spend one code. Here
the row is locked, and the spending belongs to the caller's transaction.
"""

import base64
import re
import secrets
import unicodedata
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec
import pyotp
from cryptography.exceptions import InvalidTag
from piccolo.apps.user.tables import BaseUser
from piccolo_api.encryption.providers import EncryptionProvider
from piccolo_api.mfa.recovery_codes import generate_recovery_code
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from .accounts import AuthenticatorSecret
from .db import violated
from .errors import Conflict, Invalid
from .i18n import N_
from .privacy import Vault
from .types import Moment

ISSUER: Final = "排号"
"""What apps show above the code."""
STEP_SECONDS: Final = 30
DRIFT: Final = 1
"""Steps that a phone's clock may be wrong by."""
RECOVERY_CODES: Final = 8
RECOVERY_ROUNDS: Final = 60_000
"""Of PBKDF2. A recovery code is 62 random bits: it need not be hashed as slowly as what people think up."""
WRONG: Final = N_("验证码不正确或已用过，请输入手机上最新的验证码")
OFFERED: Final = timedelta(minutes=30)
"""How long somebody may take to set it up."""
_RECOVERY = re.compile(r"([a-z0-9]{6})-?([a-z0-9]{6})")

_ACTIVE = select(AuthenticatorSecret).where(
    AuthenticatorSecret.user_id == bindparam("user"), AuthenticatorSecret.revoked_at.is_(None)
)
_LOCKED = _ACTIVE.with_for_update()  # on SQLite the whole transaction is the only one that writes
_INSERT = insert(AuthenticatorSecret)
_REVOKE = (
    update(AuthenticatorSecret)
    .where(AuthenticatorSecret.user_id == bindparam("user"), AuthenticatorSecret.revoked_at.is_(None))
    .values(revoked_at=bindparam("at", type_=Moment))
    .returning(AuthenticatorSecret.id)
)


class SealedSecrets(EncryptionProvider):
    """How secrets lie in the table: sealed by our vault. For Piccolo's ``AuthenticatorProvider`` too."""

    def __init__(self, vault: Vault) -> None:
        super().__init__(prefix="vault")
        self._vault = vault

    def encrypt(self, value: str, add_prefix: bool = True) -> str:
        sealed = base64.b64encode(self._vault.seal(value)).decode()
        return self.add_prefix(sealed) if add_prefix else sealed

    def decrypt(self, encrypted_value: str, has_prefix: bool = True) -> str:
        """Raises cryptography's InvalidTag for what another installation sealed."""
        sealed = self.remove_prefix(encrypted_value) if has_prefix else encrypted_value
        return self._vault.open(base64.b64decode(sealed))


class Offer(NamedTuple):
    """A second factor that is not active yet: nothing of it is stored before its first code was right."""

    secret: str
    recovery_codes: list[str]
    hashes: list[str]
    token: str
    """The offer itself, sealed for its account: it comes back with the first code."""

    def address(self, username: str) -> str:
        """What the QR code says: ``otpauth://totp/...``."""
        return pyotp.TOTP(self.secret).provisioning_uri(name=username, issuer_name=ISSUER)


class Typed(NamedTuple):
    """A code as somebody typed it, in its plain form; ``hashed``: a recovery code as it would be stored."""

    code: str
    hashed: str = ""


class Standing(NamedTuple):
    """An account's second factor: active since when, and how many recovery codes are left."""

    since: datetime
    recovery_left: int


class WrongCode(Exception):
    """The code is wrong, or was used before."""


def offer(vault: Vault, user: int, at: datetime) -> Offer:
    """A new secret with its recovery codes, for one account. Hashes: takes a while."""
    secret, salt = pyotp.random_base32(), secrets.token_hex(16)
    codes = [generate_recovery_code() for _ in range(RECOVERY_CODES)]
    hashes = [BaseUser.hash_password(code, salt, RECOVERY_ROUNDS) for code in codes]
    said = msgspec.json.encode(["second factor", user, (at + OFFERED).timestamp(), secret, codes, hashes])
    return Offer(secret, codes, hashes, base64.b64encode(vault.seal(said.decode())).decode())


def offered(vault: Vault, user: int, token: str, at: datetime) -> Offer:
    """The offer that was made to this account. Raises Invalid for any other, or when it was long ago."""
    try:
        said = msgspec.json.decode(vault.open(base64.b64decode(token, validate=True)))
        kind, whose, until, secret, codes, hashes = said
    except (ValueError, TypeError, InvalidTag):
        kind, whose, until, secret, codes, hashes = "", 0, 0, "", [], []
    if kind != "second factor" or whose != user or until < at.timestamp():
        raise Invalid(N_("设置已超时，请重新开始"), code="offer_over")
    return Offer(secret, codes, hashes, token)


def plain(typed: str) -> str:
    """``１２３ 456`` -> ``123456``, ``ABC123 XYZ789`` -> ``abc123-xyz789``."""
    code = "".join(unicodedata.normalize("NFKC", typed).split()).lower()
    recovery = _RECOVERY.fullmatch(code)
    return f"{recovery[1]}-{recovery[2]}" if recovery else code


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """The time step whose code this is; None when it is none of now, a little before or a little after."""
    now, totp = int(at.timestamp()) // STEP_SECONDS, pyotp.TOTP(secret)
    steps = range(now - DRIFT, now + DRIFT + 1)
    return next((s for s in steps if secrets.compare_digest(totp.generate_otp(s).encode(), code.encode())), None)


def spent(row: Any, secret: str, typed: Typed, at: datetime) -> dict[str, Any] | None:
    """What changes in a row of the table when this code is used; None: it is wrong, or was used before.

    A step is used once, and none before it afterwards, so that nobody uses a code that he read over a shoulder.
    """
    step = step_of(secret, typed.code, at)
    if step is not None:
        used = typed.code == row.last_used_code or (row.last_step is not None and step <= row.last_step)
        return None if used else {"last_used_at": at, "last_used_code": typed.code, "last_step": step}
    if typed.hashed not in row.recovery_codes:
        return None
    left = [code for code in row.recovery_codes if code != typed.hashed]
    return {"recovery_codes": left, "recovery_codes_used_at": [*row.recovery_codes_used_at, at]}


async def standing(connection: AsyncConnection, user: int) -> Standing | None:
    """The account's second factor; None when it has none."""
    row = (await connection.execute(_ACTIVE, {"user": user})).first()
    return Standing(row.created_at, len(row.recovery_codes)) if row else None


async def salt_of(connection: AsyncConnection, user: int) -> tuple[str, int] | None:
    """With which salt and how many rounds the account's recovery codes are hashed; None when none is left."""
    row = (await connection.execute(_ACTIVE, {"user": user})).first()
    if row is None or not row.recovery_codes:
        return None
    _, rounds, salt, _ = BaseUser.split_stored_password(row.recovery_codes[0])
    return salt, int(rounds)


def typed(code: str, salt: tuple[str, int] | None) -> Typed:
    """What somebody typed, ready to be judged. A recovery code is hashed, which takes a while."""
    code = plain(code)
    if salt is None or not _RECOVERY.fullmatch(code):
        return Typed(code)
    return Typed(code, BaseUser.hash_password(code, *salt))


async def spend(tx: AsyncConnection, vault: Vault, user: int, typed: Typed, at: datetime) -> None:
    """Use a code, once whoever else tries it at the same time. Raises WrongCode."""
    row = (await tx.execute(_LOCKED, {"user": user})).first()
    change = spent(row, SealedSecrets(vault).decrypt(row.secret), typed, at) if row else None
    if row is None or change is None:
        raise WrongCode
    await tx.execute(update(AuthenticatorSecret).where(AuthenticatorSecret.id == row.id).values(change))


async def enrol(tx: AsyncConnection, vault: Vault, user: int, made: Offer, code: str, at: datetime) -> bool:
    """Make an offer active with its first code; False when it is already, as by a request that got no answer.

    Raises WrongCode, and Conflict when the account has another second factor.
    """
    step = step_of(made.secret, plain(code), at)
    if step is None:
        raise WrongCode
    box, row = SealedSecrets(vault), (await tx.execute(_LOCKED, {"user": user})).first()
    if row is not None and secrets.compare_digest(box.decrypt(row.secret), made.secret):
        return False
    new = {"user_id": user, "secret": box.encrypt(made.secret), "recovery_codes": made.hashes}
    new |= {"recovery_codes_used_at": [], "created_at": at, "last_used_at": at}
    new |= {"last_used_code": plain(code), "last_step": step}
    try:
        await tx.execute(_INSERT, new)
    except IntegrityError as error:
        if violated(error) == "uq_authenticator_secret_active":
            raise Conflict(N_("此账号已开启两步验证"), code="second_factor_on") from error
        raise
    return True


async def revoke(tx: AsyncConnection, user: int, at: datetime) -> bool:
    """Turn an account's second factor off; whether it had one."""
    return (await tx.execute(_REVOKE, {"user": user, "at": at})).first() is not None
