"""Where a request may go: listed origins, public addresses, no step down from https, proven hosts."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from monitor.domain.addresses import is_link_local, is_public, names_this_host_or_net
from monitor.domain.errors import CertificateTrouble, Refused, Unreachable
from scrapers.fetch import Fetcher, FetchPolicy
from scrapers.pace import Pace
from tests.frozen_clock import FrozenClock
from tests.scrapers.loopback import Script, always, answer, asking, fetcher_for, serving

JSON = b'{"result":[]}'
DAY = timedelta(days=1)


def redirecting(to: str, status: str = "302 Found") -> Script:
    return always(answer(b"", f"Location: {to}", status=status))


class FixedResolver:
    """Answers each question from a list in turn and counts the questions."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:1/",
        "http://localhost/",
        "http://100.64.0.1/",
        "https://elsewhere.example.org/",
        "//elsewhere.example.org/x",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://[::1]/",
        "http://[broken",
    ],
)
async def test_a_redirect_to_anywhere_else_is_refused_before_connecting(target: str) -> None:
    """Another host, another port of this one, a metadata service or a file is never asked."""
    resolver = FixedResolver(["127.0.0.1"])
    async with serving(redirecting(target)) as server, fetcher_for(server.url, resolve=resolver) as fetcher:
        with pytest.raises(Refused):
            await fetcher.get(asking(server.url))
    assert len(server.heads) == 1
    assert resolver.asked == ["127.0.0.1"]


async def test_a_redirect_within_the_list_is_followed_with_its_own_gap() -> None:
    """A redirect on the same server is a request like any other, a gap after the first."""

    async def script(head: bytes, writer: asyncio.StreamWriter) -> None:
        moved = answer(b"", "Location: /new?a=1", status="301 Moved Permanently")
        writer.write(answer(JSON) if head.startswith(b"GET /new?a=1 ") else moved)

    clock = FrozenClock()
    async with (
        serving(script) as server,
        fetcher_for(server.url, clock=clock, pace=Pace(clock, gap=2.0)) as fetcher,
    ):
        document = await fetcher.get(asking(server.url, params={"q": "1"}, headers={"Referer": "https://r/"}))
    assert document.body == JSON
    assert len(server.heads) == 2
    assert b"\r\nReferer: https://r/\r\n" in server.heads[1]
    assert len(clock.slept) == 1
    assert 2.0 <= clock.slept[0] <= 2.5


async def test_redirects_in_a_circle_end() -> None:
    """After five redirects the request is refused."""
    async with serving(redirecting("/again")) as server, fetcher_for(server.url) as fetcher:
        with pytest.raises(Refused, match="more than 5 redirects"):
            await fetcher.get(asking(server.url))
    assert len(server.heads) == 6


async def test_a_request_outside_the_list_is_refused_at_once() -> None:
    """Also a first address must be of a configured origin, without user or foreign scheme."""
    async with fetcher_for("https://query.example.org") as fetcher:
        for url in (
            "https://other.example.org/",
            "http://query.example.org/",
            "https://query.example.org:8443/",
            "https://user@query.example.org/",
            "ftp://query.example.org/",
        ):
            with pytest.raises(Refused):
                await fetcher.get(asking(url))


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::ffff:127.0.0.1"]])
async def test_a_name_that_leads_to_a_private_address_is_refused(addresses: list[str]) -> None:
    """One private address among public ones is enough to refuse the host."""
    async with fetcher_for(
        "http://query.example.org", allow_private_hosts=False, resolve=FixedResolver(addresses)
    ) as fetcher:
        with pytest.raises(Refused, match="no public address"):
            await fetcher.get(asking("http://query.example.org/"))


async def test_the_metadata_service_is_refused_even_where_private_hosts_are_allowed() -> None:
    """Link-local addresses are never a source."""
    resolver = FixedResolver(["169.254.169.254"])
    async with fetcher_for("http://query.example.org", resolve=resolver) as fetcher:
        with pytest.raises(Refused, match="no public address"):
            await fetcher.get(asking("http://query.example.org/"))


async def test_a_rebinding_name_is_resolved_once_and_connected_where_it_was_checked() -> None:
    """A name is asked for its address once; the Host header keeps the name."""
    async with serving(always(answer(JSON))) as server:
        name = f"http://query.example.org:{server.port}"
        resolver = FixedResolver(["127.0.0.1"], ["127.0.0.2"])
        async with fetcher_for(name, resolve=resolver) as fetcher:
            await fetcher.get(asking(name + "/a"))
            await fetcher.get(asking(name + "/b"))
    assert resolver.asked == ["query.example.org"]
    assert len(server.heads) == 2
    assert all(f"\r\nHost: query.example.org:{server.port}\r\n".encode() in head for head in server.heads)


async def test_the_next_address_is_tried_when_nobody_listens_at_the_first() -> None:
    """A dead first address of a host does not make it unreachable."""
    async with serving(always(answer(JSON))) as server:
        name = f"http://query.example.org:{server.port}"
        async with fetcher_for(name, resolve=FixedResolver(["127.0.0.2", "127.0.0.1"])) as fetcher:
            assert (await fetcher.get(asking(name))).body == JSON


async def test_a_name_without_address_is_unreachable() -> None:
    """A name that cannot be resolved is the network's trouble; `.invalid` never exists (RFC 6761)."""
    async with fetcher_for("http://nowhere.invalid") as fetcher:
        with pytest.raises(Unreachable, match="has no address"):
            await fetcher.get(asking("http://nowhere.invalid/"))


async def test_proxy_variables_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests go straight to the host whatever the environment says."""
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with serving(always(answer(JSON))) as server, fetcher_for(server.url) as fetcher:
        assert (await fetcher.get(asking(server.url))).body == JSON


@dataclass(frozen=True)
class Certificates:
    folder: Path

    def server(self, name: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        return context

    def client(self) -> ssl.SSLContext:
        trusted = [(self.folder / f"{name}.pem").read_text() for name in ("good", "old")]
        return ssl.create_default_context(cadata="".join(trusted))


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Self-signed certificates made on the spot: `good` and `old` are trusted, `stranger` is not."""
    folder = tmp_path_factory.mktemp("certificates")
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "query.example.org")])
    now = datetime.now(UTC)  # noqa: TID251 - TLS checks against the machine's own clock
    for label, ends in (("good", now + DAY), ("stranger", now + DAY), ("old", now - DAY)):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            x509.CertificateBuilder(
                name, name, key.public_key(), x509.random_serial_number(), now - 3 * DAY, ends
            )
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("query.example.org")]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        (folder / f"{label}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        (folder / f"{label}.key").write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
    return Certificates(folder)


async def ask_tls(
    certificates: Certificates, which: str, host: str, script: Script, path: str = "/"
) -> bytes:
    async with serving(script, ssl=certificates.server(which)) as server:
        origin = f"https://{host}:{server.port}"
        clock = FrozenClock()
        policy = FetchPolicy(
            origins=(origin, f"http://{host}:{server.port}"),
            user_agent="ipo-monitor/test",
            allow_private_hosts=True,
            deadline=5.0,
        )
        async with Fetcher(
            policy,
            Pace(clock, gap=0.0),
            clock,
            resolve=FixedResolver(["127.0.0.1"]),
            tls=certificates.client(),
        ) as fetcher:
            return (await fetcher.get(asking(origin + path))).body


async def test_https_proves_the_name_not_the_address(certificates: Certificates) -> None:
    """Connected by address, the host still has to prove the name of the URL."""
    assert await ask_tls(certificates, "good", "query.example.org", always(answer(JSON))) == JSON


@pytest.mark.parametrize(
    ("which", "host"),
    [("stranger", "query.example.org"), ("good", "static.example.org"), ("old", "query.example.org")],
)
async def test_an_unproven_host_is_certificate_trouble(
    certificates: Certificates, which: str, host: str
) -> None:
    """A stranger's, another name's and an expired certificate fail closed, as their own alarm."""
    with pytest.raises(CertificateTrouble, match=host):
        await ask_tls(certificates, which, host, always(answer(JSON)))


async def test_a_step_down_from_https_to_http_is_refused(certificates: Certificates) -> None:
    """Even to a listed http origin a redirect never leaves https."""

    async def script(head: bytes, writer: asyncio.StreamWriter) -> None:
        host = head.split(b"Host: ")[1].split(b"\r\n")[0].decode()
        writer.write(answer(b"", f"Location: http://{host}/", status="302 Found"))

    with pytest.raises(Refused, match="down to http"):
        await ask_tls(certificates, "good", "query.example.org", script)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:4700::1111", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("192.168.0.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::5db8:d822", True),
        ("2001:0:7f00:1::", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    """An address is public when neither it nor one it carries belongs to this machine, net or carrier."""
    assert is_public(address) is public


def test_hosts_that_stay_here() -> None:
    """localhost in any spelling and private literals are known without DNS; link-local is its own kind."""
    assert all(map(names_this_host_or_net, ["localhost", "LOCALHOST.", "x.localhost", "[::1]", "10.0.0.1"]))
    assert not any(map(names_this_host_or_net, ["query.sse.com.cn", "localhost.example.org", "8.8.8.8"]))
    assert is_link_local("169.254.169.254")
    assert is_link_local("::ffff:169.254.1.1")
    assert not is_link_local("127.0.0.1")
