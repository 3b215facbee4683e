"""E-mail through smtplib against a mail server on loopback: the kit's days, TLS, the password, the mail."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from alerts.channels.email import EmailChannel
from alerts.channels.posting import Patience, Target
from alerts.contract import Delivered, Outcome, Rejected, RetryLater
from tests.alerts import kit
from tests.doubles.smtp import PASSWORD, USER, MailServer

NOW = datetime(2026, 7, 13, 9, 0, tzinfo=UTC)
QUICK = Patience(connect=0.5, read=0.3, whole=1.0)
TO = ("desk@example.org", "risk@example.org")


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A made certificate of 127.0.0.1: the server's side and a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path: Path = tmp_path_factory.mktemp("tls") / "server.pem"
    plain = serialization.NoEncryption()
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path.write_bytes(key.private_bytes(pem, form, plain) + made.public_bytes(pem))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cafile=path)


def built(server: MailServer, scheme: str = "smtp+plain", tls: ssl.SSLContext | None = None) -> EmailChannel:
    url = f"{scheme}://{USER.replace('@', '%40')}@127.0.0.1:{server.port}"
    secret = "" if scheme == "smtp+plain" else PASSWORD
    target = Target(name="email", url=url, now=lambda: NOW, secret=secret, to=TO, sender=USER)
    return EmailChannel(target, QUICK, tls)


async def sent(server: MailServer, *, plain: bool = False) -> Outcome:
    channel = built(server)
    return await channel.send("default", channel.format(kit.message())[0], plain=plain)


STAGED = {  # SMTP has no 200-with-error but a yes to the recipients and a no to the mail
    kit.Day.OK: {},
    kit.Day.ERROR_IN_200: {"mail": "554 5.6.0 refused after all"},
    kit.Day.BAD_MESSAGE: {"mail": "552 5.3.4 message too big"},
    kit.Day.TOKEN_REVOKED: {"MAIL": "530 5.7.0 authentication required"},
    kit.Day.CHAT_REFUSED: {"RCPT": "550 5.1.1 no such user"},
    kit.Day.TIMEOUT: {"mail": "silence"},
    kit.Day.RESET: {"mail": "reset"},
    kit.Day.GARBAGE: {"mail": "HTTP/1.1 200 OK"},
}


@pytest.mark.parametrize("day", STAGED, ids=str)
async def test_conformance(day: kit.Day) -> None:
    """E-mail passes the kit, but for two days SMTP does not have: see the next test."""
    async with MailServer() as server:
        server.replies = dict(STAGED[day])
        day.check(await sent(server), one_chat=True)


@pytest.mark.parametrize("place", ["hello", "MAIL", "RCPT", "DATA", "mail"])
async def test_a_4xx_is_a_definite_not_now(place: str) -> None:
    """SMTP says "slow down" and "trouble here" by a 4xx: nothing was taken, and no delay is named."""
    async with MailServer() as server:
        server.replies = {place: "451 4.7.1 try again later"}
        outcome = await sent(server)
        assert isinstance(outcome, RetryLater)
        assert (outcome.ambiguous, outcome.after) == (False, None)
        assert server.mails == []


@pytest.mark.parametrize("how", ["silence", "reset"])
@pytest.mark.parametrize("place", ["hello", "MAIL", "RCPT"])
async def test_an_end_before_the_mail_is_a_definite_no(place: str, how: str) -> None:
    """While the mail has not been offered, a broken conversation cannot have delivered it."""
    async with MailServer() as server:
        server.replies = {place: how}
        outcome = await sent(server)
        assert isinstance(outcome, RetryLater)
        assert not outcome.ambiguous
        assert server.mails == []


async def test_one_refused_recipient_keeps_the_mail_from_all() -> None:
    """Nobody gets a mail another was refused, so that the retry doubles nothing; the reason names whom."""
    async with MailServer() as server:
        server.replies = {"RCPT": "550 5.1.1 no such user"}
        outcome = await sent(server)
        assert isinstance(outcome, Rejected)
        assert "desk@example.org" in outcome.why
        assert server.mails == []


async def test_the_mail_as_it_arrives() -> None:
    """Subject, text, HTML, recipients and a Message-ID all copies share; hostile text is escaped once."""
    async with MailServer() as server:
        channel = built(server)
        (payload,) = channel.format(kit.message("<b>芯</b> & 片", facts=1))
        assert await channel.send("default", payload) == Delivered(receipt="250 2.0.0 queued as 4711")
        await channel.send("default", payload, plain=True)
        mail, second = server.mails
        assert server.recipients == [list(TO), list(TO)]
    assert mail["Subject"] == "✅ 示例 · <b>芯</b> & 片"
    assert mail["From"] == f"IPO monitor <{USER}>"
    assert mail["Date"] == "Mon, 13 Jul 2026 09:00:00 +0000"
    assert mail["Message-ID"] == second["Message-ID"] == f"<{payload.key}@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert page is not None
    assert text.get_content().splitlines()[1] == "Title: <b>芯</b> & 片"
    assert "<b>✅ 示例 · &lt;b&gt;芯&lt;/b&gt; &amp; 片</b><br>" in page.get_content()
    assert '<a href="https://www.sse.com.cn/listing/renewal/ipo/detail.shtml?auditId=1">项目页面</a>' in (
        page.get_content()
    )
    assert second.get_content_type() == "text/plain"


@pytest.mark.parametrize("hostile", kit.HOSTILE, ids=lambda hostile: hostile.name)
async def test_hostile_titles_make_no_headers(hostile: kit.Hostile) -> None:
    """Whatever a title holds, the mail has the headers we gave it and one readable text."""
    async with MailServer() as server:
        channel = built(server)
        for payload in channel.format(kit.message(hostile.text, facts=1)):
            outcome = await channel.send("default", payload)
            assert isinstance(outcome, Delivered), outcome
        told = {
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Auto-Submitted",
            "MIME-Version",
            "Content-Type",
        }
        assert set(server.mails[0].keys()) == told


@pytest.mark.parametrize("scheme", ["smtps", "smtp"])
async def test_tls_and_the_password(
    scheme: str, contexts: tuple[ssl.SSLContext, ssl.SSLContext], caplog: pytest.LogCaptureFixture
) -> None:
    """Both kinds of TLS carry the password and the mail; a wrong password loses the channel, unseen."""
    served, trusting = contexts
    async with MailServer(tls=served, from_the_start=scheme == "smtps", auth=True) as server:
        channel = built(server, scheme, trusting)
        (payload,) = channel.format(kit.message())
        assert isinstance(await channel.send("default", payload), Delivered)
        assert server.encrypted == [True]
        server.replies = {"AUTH": f"535 5.7.8 {PASSWORD} is wrong"}
        outcome = await channel.send("default", payload)
        assert outcome == Rejected(why="535 5.7.8 [hidden] is wrong", scope="channel")
        kit.assert_no_secret(PASSWORD, outcome, channel, caplog.text)


async def test_no_tls_no_password(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    """A server without STARTTLS, or with a certificate nobody vouches for, never sees password or mail."""
    served, _ = contexts
    async with MailServer(auth=True) as bare, MailServer(tls=served, auth=True) as unknown:
        for server in (bare, unknown):
            channel = built(server, "smtp")
            outcome = await channel.send("default", channel.format(kit.message())[0])
            assert isinstance(outcome, Rejected if server is bare else RetryLater), outcome
            assert server.mails == []
            assert not any(line.startswith("AUTH") for line in server.said)
