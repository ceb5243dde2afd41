"""What stands in a certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

_UNREADABLE = (
    ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)  # fmt: skip


@dataclass(frozen=True)
class Certificate:
    """The parts of a certificate that faults are about. Times are UTC."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    self_signed: bool
    key_bits: int | None
    issuer_url: str | None

    def days_left(self, now: datetime) -> float:
        """Until its end; negative afterwards."""
        return (self.not_after - now).total_seconds() / 86_400


def read_certificates(chain: Sequence[bytes]) -> list[Certificate]:
    """Certificates from their DER bytes; those that cannot be read are left out."""
    found = []
    for der in chain:
        try:
            found.append(_read(x509.load_der_x509_certificate(der)))
        except _UNREADABLE:
            continue
    return found


def _read(certificate: x509.Certificate) -> Certificate:
    return Certificate(
        subject=_common_name(certificate.subject),
        issuer=_common_name(certificate.issuer),
        names=tuple(_names(certificate)),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        self_signed=certificate.subject == certificate.issuer,
        key_bits=getattr(certificate.public_key(), "key_size", None),
        issuer_url=_issuer_url(certificate),
    )


def _common_name(name: x509.Name) -> str:
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else name.rfc4514_string()


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, *_UNREADABLE):
        return []
    addresses = [str(address) for address in extension.get_values_for_type(x509.IPAddress)]
    return [*extension.get_values_for_type(x509.DNSName), *addresses]


def _issuer_url(certificate: x509.Certificate) -> str | None:
    """Where the issuer's certificate can be had (Authority Information Access)."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, *_UNREADABLE):
        return None
    for item in access:
        if item.access_method == AuthorityInformationAccessOID.CA_ISSUERS:
            return str(item.access_location.value)
    return None
