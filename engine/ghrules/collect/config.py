"""`ghrules.toml`: the description of a stack, as typed models.

Secrets do not stand in it: a database URL, a token or a header value is named by the environment variable that holds
it. Paths are relative to the file.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, field

from ghrules.facts.model import Model
from ghrules.knowledge.models import Scalar

Seconds = Annotated[float, Meta(gt=0, le=3600)]
Count = Annotated[int, Meta(ge=1, le=100_000)]
Port = Annotated[int, Meta(ge=1, le=65535)]
Variable = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
RecordType = Literal["A", "AAAA", "CNAME", "MX", "NS", "TXT", "SRV", "CAA"]


class FromEnvironment(Model):
    """A value that an environment variable holds; `prefix` is put in front of it (`Bearer `)."""

    env: Variable
    prefix: str = ""


class Cors(Model):
    """`[endpoint.cors]`: the request that a browser would send from `origin`; its preflight is checked."""

    origin: str
    method: Method = "POST"
    headers: list[str] = field(default_factory=lambda: ["content-type"])
    credentials: bool = False


class Balance(Model):
    """`[endpoint.balance]`: which backend answers, told by a header or by a pattern in the body (its first group).

    `backends` is how many there should be, when that is known; `samples` is how many requests are sent.
    """

    header: str | None = None
    pattern: str | None = None
    backends: Annotated[int, Meta(ge=2, le=1000)] | None = None
    samples: Annotated[int, Meta(ge=10, le=2000)] = 60


class Endpoint(Model):
    """`[[endpoint]]`: a URL that has to answer. It is asked with GET or HEAD only.

    `expect` are the statuses that are right, any below 400 by default. `health`, `version` and `metrics` are paths or
    URLs on the same server that are read too. `ca_file` is a PEM file of authorities to trust beside the system's.
    """

    url: str
    name: str | None = None
    method: Literal["GET", "HEAD"] = "GET"
    headers: dict[str, str | FromEnvironment] = {}
    expect: list[Annotated[int, Meta(ge=100, le=599)]] = []
    samples: Annotated[int, Meta(ge=1, le=100)] = 3
    health: str | None = None
    version: str | None = None
    metrics: str | None = None
    ca_file: str | None = None
    cors: Cors | None = None
    balance: Balance | None = None


class Dns(Model):
    """`[dns]`: names that have to resolve. `servers` are addresses with or without a port, the system's by default."""

    names: list[str] = []
    servers: list[str] = []
    types: list[RecordType] = field(default_factory=lambda: ["A", "AAAA"])


class TlsPeer(Model):
    """`[[tls]]`: a certificate to look at. `starttls` speaks the protocol's own question for TLS first."""

    host: str
    port: Port = 443
    server_name: str | None = None
    starttls: Literal["postgres"] | None = None
    ca_file: str | None = None


class Database(Model):
    """`[[database]]`: `url` names the environment variable with the connection string; `explain` are statements whose
    plans are asked for without running them.
    """

    name: str
    url: FromEnvironment
    explain: list[str] = []
    statement_timeout_s: Seconds = 5
    lock_timeout_s: Seconds = 1


class Cloudflare(Model):
    """`[cloudflare]`: Workers by name, looked at with wrangler; `config` is a wrangler.toml or wrangler.json(c)."""

    workers: list[str] = []
    config: str | None = None
    environment: str | None = None
    tail_s: Annotated[float, Meta(ge=0, le=600)] = 0
    status: bool = True
    status_url: str = "https://www.cloudflarestatus.com/api/v2/summary.json"


class PlanetScale(Model):
    """`[planetscale]`: a database and branch, looked at with pscale."""

    database: str
    branch: str = "main"
    organization: str | None = None


class Files(Model):
    """`[files]`: logs and saved command output, read as `infer` reads them: files, folders, globs."""

    paths: list[str] = []


class LimitTable(Model):
    """`[limits]`: no collector runs longer than `collector_s`, no single request longer than `request_s`."""

    collector_s: Seconds = 60
    request_s: Seconds = 10
    connect_s: Seconds = 5
    body_bytes: Annotated[int, Meta(ge=1024, le=1 << 30)] = 1 << 20
    redirects: Annotated[int, Meta(ge=0, le=50)] = 10


class Suppression(Model):
    """`[[suppress]]`: a known issue. It is not announced until `expires` (a date), for the `reason` given."""

    hypothesis: str
    reason: Annotated[str, Meta(min_length=3)]
    expires: date
    service: str | None = None
    host: str | None = None


class Stack(Model):
    """The whole of `ghrules.toml`."""

    packs: list[str] = []
    parameters: dict[str, Scalar] = {}
    endpoint: list[Endpoint] = []
    dns: Dns = Dns()
    tls: list[TlsPeer] = []
    database: list[Database] = []
    cloudflare: Cloudflare | None = None
    planetscale: PlanetScale | None = None
    files: Files = Files()
    limits: LimitTable = LimitTable()
    suppress: list[Suppression] = []
