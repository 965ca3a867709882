"""The ways out of the house: ports through which messages leave, and what can go wrong there.

SMS gateways speak this form (``PAIHAO_SMS_URL``, ``PAIHAO_SMS_KEY``)::

    POST <url>
    Content-Type: application/json
    Idempotency-Key: 17-63e1f0a3c2b40
    X-Paihao-Timestamp: 1772413200                     seconds since 1970
    X-Paihao-Nonce: 5f0c…                              32 hexadecimal digits, never used twice
    X-Paihao-Signature: 9a41…                          hexadecimal HMAC-SHA256, see below

    {"id": "17-63e1f0a3c2b40", "to": "13812345678", "text": "…", "language": "zh_CN"}

The signature's key is ``PAIHAO_SMS_KEY``; what is signed is timestamp, LF, nonce, LF, body. A gateway checks it,
refuses timestamps more than five minutes off and nonces that it has seen, and sends what comes twice under one
Idempotency-Key once: whoever got no answer asks again with the same key. Answers:

* 2xx: taken, and 409: taken before; ``{"ref": "…"}`` may name the gateway's own number of it.
* 400, 413, 422: never, because of ``{"code": "bad_recipient"}`` or whatever else; it is not tried again.
* everything else: not now; it is tried again later.

Mail servers are given a Message-ID that is the same at every try, by which a repeat can be recognised.
"""

import hashlib
import hmac
import secrets
import ssl
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from enum import StrEnum
from typing import Final, NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib
import httpx
import msgspec
import structlog

from . import clock
from .i18n import N_
from .settings import Settings, SettingsError

log = structlog.get_logger()

SEND_SECONDS: Final = 20.0
LONGEST_REF: Final = 80


class Channel(StrEnum):
    SMS = "sms"
    EMAIL = "email"


class Fault(StrEnum):
    """Why a message has not gone out, as kept with it; told to staff by `FAULTS`. Never holds personal data."""

    UNREACHABLE = "gateway_unreachable"
    SILENT = "gateway_silent"
    TROUBLE = "gateway_trouble"
    KEY = "gateway_key"
    RECIPIENT = "bad_recipient"
    REFUSED = "refused"
    NO_GATEWAY = "no_gateway"
    TOO_LATE = "too_late"
    UNREADABLE = "unreadable"


FAULTS: Final = {
    Fault.UNREACHABLE: N_("连接不上发送网关"),
    Fault.SILENT: N_("发送网关没有应答"),
    Fault.TROUBLE: N_("发送网关故障"),
    Fault.KEY: N_("发送网关不认可本系统的密钥，请联系管理员"),
    Fault.RECIPIENT: N_("号码或邮箱地址无法送达，请核对后另行通知"),
    Fault.REFUSED: N_("发送网关拒绝发送此内容"),
    Fault.NO_GATEWAY: N_("尚未配置发送网关，请联系管理员"),
    Fault.TOO_LATE: N_("未能在有效时间内发出"),
    Fault.UNREADABLE: N_("内容无法解密，系统密钥可能已更换"),
}


class Refused(Exception):
    """This message will never go out this way."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class Trouble(Exception):
    """The gateway cannot do its work now; the message is tried again."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class Outgoing(NamedTuple):
    """An opened message. ``key`` is the same at every try and no other message's ever; ``at``: when it was posted."""

    key: str
    event: str
    to: str
    subject: str
    text: str
    language: str
    at: datetime


class Gateway(Protocol):
    async def send(self, message: Outgoing) -> str:
        """Hand a message over and give the gateway's name for it, or "".

        Raises Refused for good; whatever else it raises is temporary, `Trouble` with the reason.
        """

    async def close(self) -> None: ...


class LogGateway:
    """For development: the console shows what would have been sent, and so the codes to go on with."""

    def __init__(self, settings: Settings, channel: Channel) -> None:
        if settings.production:
            raise SettingsError("messages hold personal data: they are not written to the log in production")
        self._channel = channel

    async def send(self, message: Outgoing) -> str:
        log.info("message_text", channel=self._channel, about=message.event, subject=message.subject, text=message.text)
        return ""

    async def close(self) -> None: ...


class NoGateway:
    """A house in production that was given no gateway: staff see what did not go out, and can send it later."""

    async def send(self, message: Outgoing) -> str:
        raise Refused(Fault.NO_GATEWAY)

    async def close(self) -> None: ...


class _Answer(msgspec.Struct):
    ref: str = ""
    code: str = ""


def signature(key: str, timestamp: str, nonce: str, body: bytes) -> str:
    return hmac.new(key.encode(), f"{timestamp}\n{nonce}\n".encode() + body, hashlib.sha256).hexdigest()


class SmsGateway:
    """SMS over HTTP, signed, in the form that this module's head describes."""

    def __init__(self, url: str, key: str) -> None:
        self._url, self._key = url, key
        self._client = httpx.AsyncClient(timeout=SEND_SECONDS)

    async def send(self, message: Outgoing) -> str:
        body = msgspec.json.encode(
            {"id": message.key, "to": message.to, "text": message.text, "language": message.language}
        )
        timestamp, nonce = str(int(clock.now().timestamp())), secrets.token_hex(16)
        headers = {
            "content-type": "application/json",
            "idempotency-key": message.key,
            "x-paihao-timestamp": timestamp,
            "x-paihao-nonce": nonce,
            "x-paihao-signature": signature(self._key, timestamp, nonce, body),
        }
        try:
            response = await self._client.post(self._url, content=body, headers=headers)
        except (httpx.ConnectTimeout, httpx.ConnectError):
            raise Trouble(Fault.UNREACHABLE) from None
        except httpx.TransportError:
            raise Trouble(Fault.SILENT) from None
        if response.is_success or response.status_code == 409:
            return _read(response).ref[:LONGEST_REF]
        if response.status_code in (400, 413, 422):
            raise Refused(Fault.RECIPIENT if _read(response).code == Fault.RECIPIENT else Fault.REFUSED)
        raise Trouble(Fault.KEY if response.status_code in (401, 403) else Fault.TROUBLE)

    async def close(self) -> None:
        await self._client.aclose()


def _read(response: httpx.Response) -> _Answer:
    try:
        return msgspec.json.decode(response.content, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError):  # an answer is what its status says, readable or not
        return _Answer()


class MailGateway:
    """E-mail over SMTP. ``url``: ``smtps://user:password@host:port``, or ``smtp://`` for STARTTLS or an open relay.

    A password is never sent over a connection that is not encrypted. ``tls``: whom to trust, else whom the system does.
    """

    def __init__(self, url: str, sender: str, tls: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        self._sender = sender
        secure = parts.scheme == "smtps"
        self._client = {
            "hostname": parts.hostname,
            "port": parts.port,
            "username": unquote(parts.username) if parts.username else None,
            "password": unquote(parts.password) if parts.password else None,
            "use_tls": secure,
            # None: if the server offers it.
            "start_tls": False if secure else True if parts.username else None,
            "tls_context": tls,
            "timeout": SEND_SECONDS,
        }

    async def send(self, message: Outgoing) -> str:
        address = parseaddr(self._sender)[1]
        message_id = f"<{message.key}@{address.rpartition('@')[2]}>"
        server = aiosmtplib.SMTP(**self._client)  # type: ignore[arg-type]
        try:
            mail = _mail(message, self._sender, message_id)
            await server.connect()
            # The recipient is named beside the mail: a comma in it must not make two.
            await server.send_message(mail, sender=address, recipients=[message.to])
        except ValueError:  # a line break, or no address at all
            raise Refused(Fault.RECIPIENT) from None
        except aiosmtplib.SMTPException as error:
            raise _judged(error) from None
        except OSError:
            raise Trouble(Fault.UNREACHABLE) from None
        finally:
            server.close()  # without a farewell: what was taken is taken, however the server says good-bye
        return message_id[:LONGEST_REF]

    async def close(self) -> None: ...


def _judged(error: aiosmtplib.SMTPException) -> Refused | Trouble:
    """What an error of a mail server means for the message."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused() if error.recipients[0].code >= 500:
            return Refused(Fault.RECIPIENT)
        case aiosmtplib.SMTPNotSupported():  # letters in the address that the server does not know
            return Refused(Fault.RECIPIENT)
        case aiosmtplib.SMTPDataError() if error.code >= 500:
            return Refused(Fault.REFUSED)
        case aiosmtplib.SMTPAuthenticationError():
            return Trouble(Fault.KEY)
        case aiosmtplib.SMTPConnectError():
            return Trouble(Fault.UNREACHABLE)
        case aiosmtplib.SMTPTimeoutError() | aiosmtplib.SMTPServerDisconnected():
            return Trouble(Fault.SILENT)
    return Trouble(Fault.TROUBLE)


def _mail(message: Outgoing, sender: str, message_id: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = message.to
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = message.language.replace("_", "-")
    mail.set_content(message.text)
    return mail


def build(settings: Settings) -> Mapping[Channel, Gateway]:
    """The gateways that the settings name; where they name none, the log in development and none in production."""

    def none(channel: Channel) -> Gateway:
        return NoGateway() if settings.production else LogGateway(settings, channel)

    return {
        Channel.SMS: SmsGateway(settings.sms_url, settings.sms_key) if settings.sms_url else none(Channel.SMS),
        Channel.EMAIL: (
            MailGateway(settings.smtp_url, settings.mail_from) if settings.smtp_url else none(Channel.EMAIL)
        ),
    }
