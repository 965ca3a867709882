"""Settings: one frozen object, read once from the environment; a bad value stops the start."""

import os
import secrets
from collections.abc import Mapping
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

PREFIX = "PAIHAO_"

Positive = Annotated[int, msgspec.Meta(ge=1)]


class SettingsError(Exception):
    """A setting is missing or has a value that cannot be used."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything an installation can choose, from ``PAIHAO_<NAME>`` or the file named by ``PAIHAO_<NAME>_FILE``."""

    environment: Literal["development", "production"] = "development"
    database_url: Annotated[str, msgspec.Meta(pattern=r"^(sqlite|postgres(ql)?)://")] = "sqlite:///var/paihao.db"
    database_password: str = ""
    """Kept apart from the URL, so that it can come from a file."""
    secret: str
    cookie_secure: bool = False
    public_url: Annotated[str, msgspec.Meta(pattern=r"^(https?://\S+)?$")] = ""
    """Where visitors' phones reach the pages, such as ``https://hall.example``; else as each request came.

    Needed with a gateway: what goes to somebody else's phone must not lead to where a request pretended to go.
    """
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    session_hours: Positive = 12
    sign_in_failures: Positive = 10
    admin_second_factor: Literal["required", "optional"] | None = None
    """Whether admins must sign in with a second factor; not said: in production they must."""
    booking_asks: Positive = 120
    """How often an address of the public may look at slots and appointments in a minute."""
    booking_takes: Positive = 40
    """How often it may hold a place, confirm it or ask for a code in a minute."""
    pool_size: Positive = 16
    sweep_seconds: Positive = 30
    voice_command: str = "espeak-ng"
    """Speaks the calls for screens without a Chinese voice; takes espeak-ng's options."""
    voice_cache: str = "var/voice"
    media: str = "var/media"
    """Where pictures and videos of the halls are kept."""
    media_mb: Positive = 100
    """The largest file that may be uploaded, in megabytes of 1,000,000 bytes."""
    sms_url: Annotated[str, msgspec.Meta(pattern=r"^(https?://\S+)?$")] = ""
    sms_key: str = ""
    """Signs what the SMS gateway is given (`gateways`)."""
    smtp_url: Annotated[str, msgspec.Meta(pattern=r"^(smtps?://\S+)?$")] = ""
    """``smtps://user:password@host:port``, or ``smtp://`` for STARTTLS; best from a file, for the password."""
    mail_from: str = ""
    """Who the hall's mails are from: ``大厅 <hall@example.cn>``."""

    @property
    def production(self) -> bool:
        return self.environment == "production"

    @property
    def second_factor_required(self) -> bool:
        """Whether an admin without a second factor can do nothing but set one up."""
        return self.admin_second_factor == "required" or (self.admin_second_factor is None and self.production)


def load(environ: Mapping[str, str] | None = None, *, var: Path = Path("var")) -> Settings:
    """Read the settings. In development a secret is made once and kept in ``var/secret``.

    Raises SettingsError for unknown values, and in production for a missing secret.
    """
    environ = os.environ if environ is None else environ
    raw = {name: value for name in Settings.__struct_fields__ if (value := _read(environ, name)) is not None}
    if "secret" not in raw:
        if raw.get("environment") == "production":
            raise SettingsError("PAIHAO_SECRET (or PAIHAO_SECRET_FILE) must be set in production")
        raw["secret"] = _kept_secret(var / "secret")
    if len(raw["secret"]) < 32:
        raise SettingsError("PAIHAO_SECRET needs 32 characters or more")
    try:
        settings = msgspec.convert(raw, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(str(error)) from None
    _check_gateways(settings)
    return settings


def _check_gateways(settings: Settings) -> None:
    if (settings.sms_url or settings.smtp_url) and not settings.public_url:
        raise SettingsError("PAIHAO_PUBLIC_URL must be set where messages are sent: their links lead there")
    if settings.sms_url and len(settings.sms_key) < 16:
        raise SettingsError("PAIHAO_SMS_KEY needs 16 characters or more, to sign what goes to PAIHAO_SMS_URL")
    if settings.smtp_url:
        if "@" not in parseaddr(settings.mail_from)[1]:
            raise SettingsError("PAIHAO_MAIL_FROM must be an address, to send mails by PAIHAO_SMTP_URL")
        try:
            urlsplit(settings.smtp_url).port  # noqa: B018 - it is read to learn that it can be
        except ValueError as error:
            raise SettingsError(f"PAIHAO_SMTP_URL: {error}") from None


def _read(environ: Mapping[str, str], name: str) -> str | None:
    variable = PREFIX + name.upper()
    if path := environ.get(variable + "_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(f"{variable}_FILE: {error}") from None
    return environ.get(variable)


def _kept_secret(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8").strip()
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secret := secrets.token_urlsafe(48))
    return secret
