"""Mails: written so that nobody else gets them, and handed over where nobody listens."""

import base64
import datetime as dates
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from gateway import MailServer, Mood, listening
from office import TEXT, Office, opened
from paihao.core.db import Database
from paihao.core.gateways import Channel, Fault, MailGateway
from paihao.core.message import State

pytestmark = pytest.mark.anyio


@pytest.fixture
async def office(database: Database) -> AsyncIterator[Office]:
    async with opened(database) as made:
        yield made


async def post(office: Office, to: str = "zhang@example.cn", subject: str = "预约成功") -> None:
    await office.post(f"appointment:{to}:", to=to, channel=Channel.EMAIL, subject=subject)


async def test_a_mail_says_what_it_is_and_a_repeat_is_recognisable(office: Office) -> None:
    office.mail.mood = Mood.VANISHING
    await post(office)
    await office.step()
    assert (await office.one()).fault == Fault.SILENT
    office.mail.mood = Mood.WELL
    await office.step(seconds=5)
    message = await office.one()
    assert message.state == State.SENT
    first, second = office.mail.mails
    assert first.content["Message-ID"] == second.content["Message-ID"] == message.gateway_ref
    assert (second.sender, second.recipient) == ("hall@example.cn", "zhang@example.cn")
    assert second.content["From"] == "办事大厅 <hall@example.cn>"
    assert second.content["Subject"] == "预约成功"
    assert second.content.get_content().strip() == TEXT
    assert second.content["Auto-Submitted"] == "auto-generated"


async def test_nobody_there_and_not_now(office: Office) -> None:
    office.mail.wrong_addresses.add("li@example.cn")
    await post(office, "li@example.cn")
    await office.step()
    office.mail.mood = Mood.TROUBLE
    await post(office)
    await office.step()
    assert [(message.state, message.fault) for message in await office.all()] == [
        (State.FAILED, Fault.RECIPIENT),
        (State.QUEUED, Fault.TROUBLE),
    ]
    await office.mail.off()
    await office.step(seconds=5)
    assert [message.fault for message in await office.all()] == [Fault.RECIPIENT, Fault.UNREACHABLE]


@pytest.mark.parametrize(
    ("to", "subject"),
    [
        ("a@b.cn\nBcc: c@d.cn", "好"),
        ("a@b.cn", "好\nBcc: c@d.cn"),
        ("a@b.cn\r\nRCPT TO:<c@d.cn>", "好"),
        ("张三@b.cn", ""),
    ],
)
async def test_nobody_is_written_to_by_a_trick(office: Office, to: str, subject: str) -> None:
    await post(office, to, subject)
    await office.step()
    message = await office.one()
    assert (message.state, message.fault, office.mail.mails) == (State.FAILED, Fault.RECIPIENT, [])


async def test_a_password_goes_only_through_tls(office: Office, tmp_path: Path) -> None:
    own, trust = certificate(tmp_path)
    password = base64.b64encode(b"\0hall\0p@ss")
    await post(office)
    async with listening(MailServer(password=password)) as bare:
        await office.step(office.worker(email=mail_gateway("smtp", bare, trust)))
        assert ((await office.one()).state, bare.mails) == (State.QUEUED, [])
    async with listening(MailServer(own, password)) as secure:
        distrustful = MailGateway(f"smtps://hall:p%40ss@127.0.0.1:{secure.port}", "hall@example.cn")
        await office.step(office.worker(email=distrustful), seconds=5)
        assert ((await office.one()).state, secure.mails) == (State.QUEUED, [])
        await office.step(office.worker(email=mail_gateway("smtps", secure, trust)), seconds=30)
    assert ((await office.one()).state, len(secure.mails)) == (State.SENT, 1)
    async with listening(MailServer(own, b"another")) as secure:
        await post(office, "wang@example.cn")
        await office.step(office.worker(email=mail_gateway("smtps", secure, trust)))
    assert [(message.state, message.fault) for message in await office.all()][1:] == [(State.QUEUED, Fault.KEY)]


def mail_gateway(scheme: str, server: MailServer, trust: ssl.SSLContext) -> MailGateway:
    return MailGateway(f"{scheme}://hall:p%40ss@localhost:{server.port}", "hall@example.cn", trust)


def certificate(directory: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """For a server that is called localhost, and for a client that trusts it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - dates.timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + dates.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=True)
        .sign(key, hashes.SHA256())
    )
    path, pem = directory / "server.pem", serialization.Encoding.PEM
    form = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(key.private_bytes(pem, *form) + made.public_bytes(pem))
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(path)
    return own, ssl.create_default_context(cadata=made.public_bytes(pem).decode())
