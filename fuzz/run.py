"""Fuzz for some minutes: python fuzz/run.py MINUTES [TARGET...]

Targets are taken in turns. With atheris installed (extra `fuzz`) it guides by coverage, in a process for each target;
elsewhere a plain random mutator takes its place (`--plain` asks for it). A finding is kept in tests/fuzz/found/TARGET/,
where the tests run it from then on, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from random import Random

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "engine")]

if "--guided" in sys.argv:
    import atheris

    with atheris.instrument_imports(include=["ghrules"], enable_loader_override=False):
        import peers
        import writing

import peers  # noqa: E402, F401
import writing  # noqa: E402, F401
from mutator import TOKENS, mutated  # noqa: E402
from seeds import FOUND, seeds_of  # noqa: E402
from targets import TARGETS, check, engine  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("minutes", type=float)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}")
    parser.add_argument("--plain", action="store_true", help="no atheris, even where it is installed")
    parser.add_argument("--seed", type=int, default=None, help="of the random numbers")
    parser.add_argument("--guided", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_intermixed_args()
    if unknown := set(given.targets) - set(TARGETS):
        parser.error(f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    names = given.targets or list(TARGETS)
    if given.guided:
        _guided(names[0], given.minutes * 60)
    guide = not given.plain and importlib.util.find_spec("atheris") is not None
    seed = given.seed if given.seed is not None else time.time_ns()
    print(f"{'atheris' if guide else f'random mutations, seed {seed}'}; {len(names)} targets, {given.minutes} minutes")
    share = given.minutes * 60 / len(names)
    found = 0
    for name in names:
        found += _with_atheris(name, share) if guide else _plainly(name, share, Random(f"{seed} {name}"))
    print(f"{found} findings")
    return int(found > 0)


def _plainly(name: str, seconds: float, random: Random) -> int:
    seeds = seeds_of(name)
    ends, runs, kinds = time.monotonic() + seconds, 0, set()
    while time.monotonic() < ends:
        data = seeds[runs] if runs < len(seeds) else mutated(seeds, random)
        runs += 1
        try:
            check(name, data)
        except Exception as error:
            kind = (
                type(error),
                *[(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)][-1:],
            )
            if kind not in kinds:
                kinds.add(kind)
                _keep(name, data)
                traceback.print_exc()
    print(f"{name}: {runs} runs, {len(kinds)} findings", flush=True)
    return len(kinds)


def _keep(name: str, data: bytes) -> None:
    folder = FOUND / name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha256(data).hexdigest()[:12]
    path.write_bytes(data)
    print(f"{name}: finding kept in {path}", flush=True)


def _with_atheris(name: str, seconds: float) -> int:
    done = subprocess.run([sys.executable, __file__, "--guided", str(seconds / 60), name], check=False)
    return int(done.returncode != 0)


def _guided(name: str, seconds: float) -> None:
    """Does not return: the fuzzer ends the process."""

    def one(data: bytes) -> None:
        try:
            check(name, data)
        except Exception:
            _keep(name, data)
            raise

    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for number, seed in enumerate(seeds_of(name)):
            corpus.joinpath(str(number)).write_bytes(seed)
        words = Path(folder, "words")
        words.write_text("".join('"' + "".join(f"\\x{byte:02x}" for byte in token[:60]) + '"\n' for token in TOKENS))
        options = [
            f"-max_total_time={int(seconds)}",
            f"-dict={words}",
            "-max_len=20000",
            "-timeout=60",
            "-rss_limit_mb=2048",
        ]
        engine()  # what takes long once is no finding
        atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={folder}/", str(corpus)], one)
        atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
