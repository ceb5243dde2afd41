"""Bytes as they arrive become chunks that end where a record ends."""

from __future__ import annotations

from ghrules.ingest.chunks import LONGEST_RECORD, Chunk, good_end


class LineCutter:
    """Holds back what may go on: the last record until the next one begins, or until `flush` says that it is over."""

    def __init__(self) -> None:
        self._held = b""
        self._offset = 0
        self._line = 1
        self.bytes = 0

    def push(self, data: bytes) -> Chunk | None:
        """Take bytes in; the whole records among those that are there, if any."""
        self.bytes += len(data)
        self._held += data
        end = good_end(self._held, len(self._held))
        if end is None and len(self._held) > LONGEST_RECORD:
            end = self._held.rfind(b"\n") + 1 or len(self._held)
        return self._cut(end) if end else None

    def flush(self, *, final: bool = False) -> Chunk | None:
        """The whole lines that were held back; when it is `final` also one without an end."""
        end = len(self._held) if final else self._held.rfind(b"\n") + 1
        return self._cut(end) if end else None

    def _cut(self, end: int) -> Chunk:
        data, self._held = self._held[:end], self._held[end:]
        chunk = Chunk(data, self._offset, self._line, False)
        self._offset += len(data)
        self._line += data.count(b"\n")
        return chunk
