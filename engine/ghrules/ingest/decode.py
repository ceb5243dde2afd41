"""Is it text, and in which encoding: everything becomes UTF-8 bytes, read piece by piece."""

from __future__ import annotations

import codecs

from ghrules.ingest.streams import Read

_NOT_TEXT = (
    b"\x7fELF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"%PDF-", b"\xca\xfe\xba\xbe", b"MZ\x90", b"SQLite format 3",
    b"PK\x03\x04", b"\x00asm", b"OggS", b"RIFF",
)  # fmt: skip
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x1b\x0c\x08\x00\x07\x0b"))
SNIFFED = 8 << 10


def looks_binary(head: bytes) -> bool:
    """The first bytes are those of no text: a known binary kind, or too many control characters."""
    if any(head.startswith(magic) for magic in _NOT_TEXT):
        return True
    text = head.replace(b"\x00", b"")
    if head and not text:
        return False
    controls = len(text) - len(text.translate(None, _CONTROLS))
    invalid = text.decode("utf-8", "replace").count("\ufffd")
    nuls = len(head) - len(text)
    return controls * 20 > len(text) or (nuls * 10 > len(head) and invalid * 20 > len(text))


def text_encoding(head: bytes) -> str | None:
    """The UTF-16 or UTF-32 encoding by byte order mark or by where the NULs stand; None for single-byte text."""
    for mark, name in (
        (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):  # fmt: skip
        if head.startswith(mark):
            return name
    pairs = len(head) // 2
    if pairs < 4:
        return None
    even, odd = head[0 : pairs * 2 : 2].count(0), head[1 : pairs * 2 : 2].count(0)
    if odd * 10 >= pairs * 7 and even * 20 <= pairs:
        return "utf-16-le"
    if even * 10 >= pairs * 7 and odd * 20 <= pairs:
        return "utf-16-be"
    return None


def transcoded(read: Read, encoding: str) -> Read:
    """UTF-16 or UTF-32 bytes as UTF-8; what cannot be decoded becomes U+FFFD."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    done = False

    def pieces(size: int) -> bytes:
        nonlocal done
        while not done:
            raw = read(max(size, 64))
            done = not raw
            text = decoder.decode(raw, final=done)
            if text:
                return text.encode("utf-8", "replace")
        return b""

    return pieces
