"""A labelled set of lines: secrets in the places where logs show them, and look-alikes that must survive."""

from __future__ import annotations

import base64
import json
import random
import string
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

ALPHANUMERIC = string.ascii_letters + string.digits
URL_SAFE = ALPHANUMERIC + "_-"
HEX = "0123456789abcdef"


@dataclass(frozen=True)
class Planted:
    """`secret` stands in `line`, which may be of several lines; empty in a look-alike."""

    name: str
    line: str
    secret: str = ""


class Maker:
    """Random values of a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def of(self, letters: str, least: int, most: int | None = None) -> str:
        return "".join(self.random.choices(letters, k=self.random.randint(least, most or least)))

    def mixed(self, least: int, most: int | None = None) -> str:
        """Letters with at least one digit."""
        text = self.of(ALPHANUMERIC, least, most)
        return text[:-1] + self.random.choice(string.digits)

    def password(self) -> str:
        word = self.random.choice(["hunter", "tr0ub4dor", "S3cr3t", "winter", "Blue-Kite", "correct.horse", "Pa55w0rd"])
        return word + self.of(ALPHANUMERIC + "!#%^*-_.~", 3, 14) + self.random.choice(ALPHANUMERIC)

    def jwt(self) -> str:
        def part(value: object) -> str:
            return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

        head = {"alg": "HS256", "typ": "JWT"}
        return f"{part(head)}.{part({'sub': self.of(string.digits, 8)})}.{self.of(URL_SAFE, 43)}"

    def email(self) -> str:
        first, last = self.of(string.ascii_lowercase, 3, 8), self.of(string.ascii_lowercase, 4, 10)
        domain = self.random.choice(["acme.com", "mail.example.org", "kite.co.uk", "nord.io", "x-ray.dev"])
        return f"{first}{self.random.choice(['.', '_', '+', ''])}{last}@{domain}"

    def card(self) -> str:
        body = self.random.choice(["4", "51", "55", "6011"])
        body += self.of(string.digits, 15 - len(body))
        total = sum(sum(divmod(int(d) * 2, 10)) if n % 2 == 0 else int(d) for n, d in enumerate(body))
        number = body + str(-total % 10)
        return " ".join(number[n : n + 4] for n in range(0, 16, 4)) if self.random.random() < 0.5 else number

    def base64_lines(self, count: int) -> list[str]:
        return [self.of(ALPHANUMERIC + "+/", 64) for _ in range(count)]


def tokens(make: Maker) -> dict[str, Callable[[], str]]:
    """Credentials with a shape of their own."""
    return {
        "github": lambda: f"gh{make.random.choice('pousr')}_{make.of(ALPHANUMERIC, 36)}",
        "gitlab": lambda: f"glpat-{make.of(URL_SAFE, 20)}",
        "slack": lambda: f"xoxb-{make.of(string.digits, 12)}-{make.of(ALPHANUMERIC, 24)}",
        "npm": lambda: f"npm_{make.of(ALPHANUMERIC, 36)}",
        "stripe": lambda: f"sk_live_{make.of(ALPHANUMERIC, 24)}",
        "openai": lambda: f"sk-proj-{make.of(ALPHANUMERIC, 40)}",
        "anthropic": lambda: f"sk-ant-api03-{make.of(URL_SAFE, 60)}A",
        "google": lambda: f"AIza{make.of(URL_SAFE, 34)}A",
        "aws": lambda: f"AKIA{make.of(string.ascii_uppercase + '234567', 16)}",
        "planetscale": lambda: f"pscale_{make.random.choice(['tkn', 'pw'])}_{make.of(ALPHANUMERIC, 43)}",
        "sendgrid": lambda: f"SG.{make.of(ALPHANUMERIC, 22)}.{make.of(ALPHANUMERIC, 43)}",
        "huggingface": lambda: f"hf_{make.of(ALPHANUMERIC, 34)}",
        "digitalocean": lambda: f"dop_v1_{make.of(HEX, 64)}",
        "vault": lambda: f"hvs.{make.of(ALPHANUMERIC, 24)}",
        "jwt": make.jwt,
    }


BARE = (
    "401 from upstream, token {} was refused",
    'level=error msg="request failed" auth={}',
    '{{"level":"error","msg":"rejected","credential":"{}"}}',
    "curl: (22) The requested URL returned error: 403 for {}",
)
KEYED = {
    "password": (
        "postgresql://app:{}@db.internal:5432/shop?sslmode=require failed",
        "redis://:{}@cache:6379/0: connection refused",
        "connecting with host=db user=app password={} dbname=shop",
        "+ PGPASSWORD={} psql -h db.internal -U app shop",
        '{{"msg":"login","user":"app","password":"{}"}}',
        'time=12:00 level=debug body="{{\\"password\\":\\"{}\\"}}"',
        "DB_PASSWORD={}",
        "spring.datasource.password: {}",
        "STATEMENT:  ALTER ROLE app WITH LOGIN PASSWORD '{}'",
        "mysqldump --password={} shop",
    ),
    "token": (
        "> Authorization: Bearer {}",
        '{{"headers":{{"authorization":"Bearer {}"}}}}',
        "CLOUDFLARE_API_TOKEN={}",
        "export API_KEY='{}'",
        '"client_secret": "{}"',
        "x-api-key: {}",
        "GET /callback?access_token={}&state=1 HTTP/1.1",
        'GET /reset?token={} HTTP/1.1" 500',
        "aws_secret_access_key = {}",
        "refresh_token={} expired",
        "webhook_secret: {}",
    ),
    "cookie": (
        "< Set-Cookie: sid={}; Path=/; HttpOnly",
        "Cookie: connect.sid={}",
        "request with PHPSESSID={} failed",
        '{{"headers":{{"cookie":"session={}"}}}}',
    ),
    "email": (
        "login of {} failed: wrong password",
        '{{"user":{{"email":"{}"}},"msg":"bounced"}}',
        "DETAIL:  Key (email)=({}) already exists.",
        "to=<{}>, relay=mx1, status=deferred",
    ),
    "card": ("charge declined for {}", "card={} cvc=ok", '{{"number":"{}","exp":"12/29"}}'),
}


def secrets(seed: int, each: int) -> Iterator[Planted]:
    """`each` lines for every kind of credential in every place."""
    make = Maker(seed)
    values = {
        "password": make.password, "token": lambda: make.mixed(20, 44), "cookie": lambda: make.mixed(16, 40),
        "email": make.email, "card": make.card,
    }  # fmt: skip
    for _ in range(each):
        for name, value in tokens(make).items():
            for place in BARE:
                secret = value()
                yield Planted(name, place.format(secret), secret)
        for name, places in KEYED.items():
            for place in places:
                secret = values[name]()
                yield Planted(name, place.format(secret), secret)
        key = make.base64_lines(4)
        yield Planted(
            "private-key", "\n".join(["-----BEGIN PRIVATE KEY-----", *key, "-----END PRIVATE KEY-----"]), key[2]
        )


HARMLESS = (
    "request {uuid} took 120 ms",
    "deployed commit {sha1} to production",
    "HEAD is now at {short} fix the tests",
    "image registry.internal/app@sha256:{sha256} pulled",
    "trace_id={hex32} span_id={hex16} parent=0000",
    '{{"traceId":"{hex32}","spanId":"{hex16}","level":"info"}}',
    "pod/web-{hex10}-{five} restarted",
    "order {number} shipped",
    '{{"id":{snowflake},"status":"paid"}}',
    "etag: W/\"{hex32}\"",
    "cf-ray: {hex16}-FRA",
    "checksum md5:{hex32} does not match",
    "LSN {hex8}/{hex8} replayed",
    "ts={epoch} offset={number}",
    "GET /assets/index-{eight}.js?v={short} 200",
    "user id {number} has no password set",
    "password authentication failed for user \"app_{number}\"",
    "idempotency-key: {uuid}",
    "job {uuid} failed: token expired",
    "at fn (/app/node_modules/pkg@{version}/dist/index.js:{line}:{line})",
    "npm http fetch GET 200 https://registry.npmjs.org/lodash/-/lodash-{version}.tgz",
    "account {hex32}, script api, version {uuid}",
    "D1 database {uuid} (shop)",
    "KV namespace id = \"{hex32}\"",
    "SELECT * FROM users WHERE token = $1 AND id = {number}",
    "max_tokens={number} prompt_tokens={line}",
    "page_token=next sort_key=price cursor={eight}",
    "connection from 10.0.{octet}.{octet}:{line} closed",
    "duration: {line}.{line} ms  statement: select {number}",
    "lock key {number} held by pid {line}",
    "cache_key=users:{number}:profile hit",
    "secret \"db-credentials-{five}\" not found",
    "git@github.com:acme/repo-{five}.git: not found",
    "unit getty@tty{digit}.service started",
    "row {uuid} in table api_keys deleted",
)  # fmt: skip


def lookalikes(seed: int, each: int) -> Iterator[Planted]:
    """`each` harmless lines of every form."""
    make = Maker(seed)
    for _ in range(each):
        for number, form in enumerate(HARMLESS):
            line = form.format(
                uuid=uuid.UUID(int=make.random.getrandbits(128), version=4),
                sha1=make.of(HEX, 40), sha256=make.of(HEX, 64), short=make.of(HEX, 7), hex32=make.of(HEX, 32),
                hex16=make.of(HEX, 16), hex10=make.of(HEX, 10), hex8=make.of("0123456789ABCDEF", 8),
                five=make.of("bcdfghjklmnpqrstvwxz2456789", 5), eight=make.of(URL_SAFE, 8),
                number=make.random.randint(1, 10**9), snowflake=make.random.randint(10**17, 10**18),
                epoch=1_700_000_000_000 + make.random.randint(0, 10**9), line=make.random.randint(1, 60_000),
                version=f"{make.random.randint(0, 20)}.{make.random.randint(0, 40)}.{make.random.randint(0, 9)}",
                octet=make.random.randint(0, 255), digit=make.random.randint(1, 6),
            )  # fmt: skip
            yield Planted(f"look-alike {number}", line)
