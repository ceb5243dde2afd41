"""The TLS collector against peers with every kind of wrong certificate, which a CA of the test issues."""

from __future__ import annotations

import datetime
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from collect.conftest import Collect, Diagnose, root
from ghrules.collect.case import Case
from ghrules.collect.config import Endpoint, Stack, TlsPeer
from ghrules.collect.tls import peers_of
from ghrules.facts.kinds import CheckFact, ConfigFact, ErrorFact, EventFact, GapFact, MeasurementFact
from helpers.servers import answering, blocking_tls_server, closed_port, http, never_answers, resets, serving

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path) -> str:
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    return str(file)


def context_of(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    return context


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + 90 * DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "self-signed.pem"
    encryption = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


@contextmanager
def peer(context: ssl.SSLContext) -> Iterator[int]:
    with serving(answering(lambda _: http()), context) as port:
        yield port


def stack(port: int, ca_file: str | None = None) -> Stack:
    return Stack(tls=[TlsPeer(host="localhost", port=port, ca_file=ca_file)])


def codes(case: Case) -> list[str | None]:
    return [fact.code for fact in case.facts if isinstance(fact, ErrorFact)]


def settings(case: Case) -> dict[str, str | None]:
    return {fact.key: fact.value for fact in case.facts if isinstance(fact, ConfigFact)}


def test_a_good_peer(authority: trustme.CA, trusted: str, collect: Collect, diagnose: Diagnose) -> None:
    with peer(context_of(authority.issue_cert("localhost", not_after=NOW + 60 * DAY))) as port:
        case = collect(stack(port, trusted))
    assert codes(case) == []
    assert settings(case)["protocol"] == "TLSv1.3"
    assert settings(case)["names"] == "localhost"
    left = [fact.value for fact in case.facts if isinstance(fact, MeasurementFact)]
    assert left[0] is not None and 59 < left[0] <= 60
    assert all(fact.ok for fact in case.facts if isinstance(fact, CheckFact))
    assert root(diagnose(case)) == "none"


def test_an_expired_certificate(authority: trustme.CA, trusted: str, collect: Collect, diagnose: Diagnose) -> None:
    leaf = authority.issue_cert("localhost", not_before=NOW - 90 * DAY, not_after=NOW - 2 * DAY)
    with peer(context_of(leaf)) as port:
        case = collect(stack(port, trusted))
    assert codes(case) == ["certificate-expired"]
    assert root(diagnose(case)) == "tls-certificate-expired"
    assert settings(case)["names"] == "localhost"


def test_a_certificate_of_the_future(authority: trustme.CA, trusted: str, collect: Collect, diagnose: Diagnose) -> None:
    leaf = authority.issue_cert("localhost", not_before=NOW + DAY, not_after=NOW + 30 * DAY)
    with peer(context_of(leaf)) as port:
        case = collect(stack(port, trusted))
    assert codes(case) == ["certificate-not-yet-valid"]
    assert root(diagnose(case)) == "clock-skew"


def test_a_certificate_that_ends_soon(
    authority: trustme.CA, trusted: str, collect: Collect, diagnose: Diagnose
) -> None:
    with peer(context_of(authority.issue_cert("localhost", not_after=NOW + 3 * DAY))) as port:
        case = collect(stack(port, trusted))
    assert root(diagnose(case)) == "tls-certificate-expires-soon"


def test_a_certificate_for_another_host(
    authority: trustme.CA, trusted: str, collect: Collect, diagnose: Diagnose
) -> None:
    with peer(context_of(authority.issue_cert("shop.test"))) as port:
        case = collect(stack(port, trusted))
    assert codes(case) == ["hostname-mismatch"]
    assert settings(case)["names"] == "shop.test"
    assert root(diagnose(case)) == "tls-hostname-mismatch"


def test_a_self_signed_certificate(tmp_path: Path, collect: Collect, diagnose: Diagnose) -> None:
    with peer(self_signed(tmp_path)) as port:
        case = collect(stack(port))
    assert codes(case) == ["untrusted-ca"]
    assert root(diagnose(case)) == "tls-untrusted-ca"
    assert not any(isinstance(fact, EventFact) for fact in case.facts)


def test_an_unknown_authority(authority: trustme.CA, collect: Collect, diagnose: Diagnose) -> None:
    with peer(context_of(authority.issue_cert("localhost"))) as port:
        case = collect(stack(port))
    assert codes(case) == ["untrusted-ca"]
    assert root(diagnose(case)) == "tls-untrusted-ca"


def test_a_chain_without_its_intermediate(
    authority: trustme.CA, trusted: str, collect: Collect, diagnose: Diagnose
) -> None:
    leaf = authority.create_child_ca().issue_cert("localhost")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    with leaf.private_key_pem.tempfile() as key, leaf.cert_chain_pems[0].tempfile() as certificate:
        context.load_cert_chain(certificate, key)
    with peer(context) as port:
        case = collect(stack(port, trusted))
    assert [fact.name for fact in case.facts if isinstance(fact, EventFact)] == ["first-certificate-only"]
    assert settings(case)["certificates"] == "1"
    assert root(diagnose(case)) == "tls-untrusted-ca"


def test_a_client_certificate_is_asked_for(
    authority: trustme.CA, trusted: str, collect: Collect, diagnose: Diagnose
) -> None:
    context = context_of(authority.issue_cert("localhost"))
    context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(context)
    with blocking_tls_server(context) as port:
        case = collect(stack(port, trusted))
    assert codes(case) == ["client-certificate-required"]
    assert root(diagnose(case)) == "tls-client-cert-required"


def test_a_server_without_tls(collect: Collect, diagnose: Diagnose) -> None:
    async def complains(reader: object, writer: object) -> None:
        await reader.read(1)  # type: ignore[attr-defined]
        writer.write(http("400 Bad Request"))  # type: ignore[attr-defined]
        await writer.drain()  # type: ignore[attr-defined]

    with serving(complains) as port:
        case = collect(stack(port))
    assert codes(case) == ["plaintext-port"]
    assert root(diagnose(case)) == "tls-handshake-failed"


def test_a_server_that_resets_the_handshake(collect: Collect, diagnose: Diagnose) -> None:
    with serving(resets) as port:
        case = collect(stack(port))
    assert codes(case) == ["handshake-failed"]
    assert root(diagnose(case)) == "tls-handshake-failed"


def test_a_handshake_that_never_ends_and_a_port_without_a_server(collect: Collect, diagnose: Diagnose) -> None:
    with serving(never_answers) as port:
        assert root(diagnose(collect(stack(port)))) == "connection-timeout"
    assert root(diagnose(collect(stack(closed_port())))) == "connection-refused"


def test_an_authority_file_that_is_not_there_is_a_gap(collect: Collect) -> None:
    case = collect(stack(closed_port(), "/no/such/ca.pem"))
    assert [fact.reason for fact in case.facts if isinstance(fact, GapFact)] == ["not configured"]


@pytest.mark.parametrize("wrong", ["expired", "other host", "self-signed"])
def test_the_http_collector_meets_the_same_faults(
    wrong: str, authority: trustme.CA, trusted: str, tmp_path: Path, collect: Collect, diagnose: Diagnose
) -> None:
    expired = authority.issue_cert("localhost", not_before=NOW - 90 * DAY, not_after=NOW - DAY)
    contexts = {
        "expired": (context_of(expired), "tls-certificate-expired"),
        "other host": (context_of(authority.issue_cert("shop.test")), "tls-hostname-mismatch"),
        "self-signed": (self_signed(tmp_path), "tls-untrusted-ca"),
    }
    context, expected = contexts[wrong]
    with peer(context) as port:
        case = collect(Stack(endpoint=[Endpoint(url=f"https://localhost:{port}/", samples=1, ca_file=trusted)]), "http")
    assert root(diagnose(case)) == expected


def test_all_collectors_together_agree(
    authority: trustme.CA, trusted: str, collect: Collect, diagnose: Diagnose
) -> None:
    leaf = authority.issue_cert("localhost", not_before=NOW - 90 * DAY, not_after=NOW - DAY)
    with peer(context_of(leaf)) as port:
        case = collect(Stack(endpoint=[Endpoint(url=f"https://localhost:{port}/", samples=1, ca_file=trusted)]))
    assert case.collectors == ("http", "tls")
    assert [item.id for item in diagnose(case).hypotheses if item.present] == ["tls-certificate-expired"]


def test_https_endpoints_are_peers_too() -> None:
    endpoints = [Endpoint(url=url) for url in ("https://a.test/", "http://b.test", "https://c.test:8443")]
    described = Stack(endpoint=endpoints, tls=[TlsPeer(host="a.test")])
    assert [(one.host, one.port) for one in peers_of(described)] == [("a.test", 443), ("c.test", 8443)]
