"""`ghrules init`, `collect` and `health`: describe a stack, ask it, and exit with a code that means something."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from ghrules.cli.main import main
from ghrules.collect.stack import parse_stack
from helpers.servers import answering, closed_port, http, serving


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


def describe(folder: Path, *ports: int, extra: str = "") -> None:
    tables = [
        f'[[endpoint]]\nname = "api-{n}"\nurl = "http://127.0.0.1:{port}/"\nsamples = 1\n'
        for n, port in enumerate(ports)
    ]
    (folder / "ghrules.toml").write_text("".join(tables) + extra, encoding="utf-8")


class TestInit:
    def test_what_it_writes_is_a_description_that_holds_nothing_yet(self, folder: Path) -> None:
        assert main(["init"]) == 0
        text = (folder / "ghrules.toml").read_text(encoding="utf-8")
        assert tomllib.loads(text) == {}
        assert main(["health"]) == 2

    def test_all_that_it_shows_is_right_when_the_comments_are_taken_away(self, folder: Path) -> None:
        main(["init"])
        lines = (folder / "ghrules.toml").read_text(encoding="utf-8").split("\n")
        shown = [line[2:] for line in lines if line.startswith("# ") and ("=" in line or line.startswith("# ["))]
        stack = parse_stack("\n".join(shown))
        assert stack.endpoint[0].cors is not None and stack.database and stack.tls and stack.suppress
        assert stack.cloudflare is not None and stack.planetscale is not None

    def test_it_replaces_a_file_only_when_told(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (folder / "ghrules.toml").write_text("# mine", encoding="utf-8")
        assert main(["init"]) == 2
        assert "--force" in capsys.readouterr().err
        assert main(["init", "--force"]) == 0

    def test_a_folder_that_is_not_there(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["init", "missing/ghrules.toml"]) == 4
        assert "cannot be written" in capsys.readouterr().err


class TestCollect:
    def test_a_case_is_written_that_infer_reads(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        describe(folder, closed_port())
        assert main(["collect", "-o", "case.jsonl"]) == 0
        assert "ghrules infer case.jsonl" in capsys.readouterr().err
        assert main(["infer", "-q", "case.jsonl"]) == 0
        assert "connection-refused" in capsys.readouterr().out

    def test_standard_output_holds_json_lines_alone(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        describe(folder, closed_port(), extra='[[database]]\nname = "main"\nurl = { env = "NOT_SET_ANYWHERE" }\n')
        assert main(["collect"]) == 0
        streams = capsys.readouterr()
        header, *rest = [json.loads(line) for line in streams.out.splitlines()]
        assert header["ghrules_case"] == "1"
        assert all("fact" in item for item in rest)
        assert "not seen: postgres main: not configured" in streams.err

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--only", "htp"], "did you mean 'http'?"),
            (["--only", "files"], "holds nothing for the collector 'files'"),
            (["--stack", "other.toml"], "other.toml: no such file"),
            (["-o", "missing/case.jsonl"], "cannot be written"),
        ],
    )
    def test_wrong_input_is_told(
        self, arguments: list[str], said: str, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        describe(folder, closed_port())
        assert main(["collect", *arguments]) in (2, 4)
        assert said in capsys.readouterr().err

    def test_a_mistake_in_the_description_has_its_place(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        describe(folder, extra='[[endpoint]]\nurl = "https://a"\nsampels = 2\n')
        assert main(["collect"]) == 2
        assert "ghrules.toml:3:1: unknown key 'sampels'" in capsys.readouterr().err


class TestHealth:
    def test_a_healthy_stack_exits_with_0(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        with serving(answering(lambda _: http())) as port:
            describe(folder, port)
            assert main(["health"]) == 0
        out = capsys.readouterr().out
        assert " ok " in out and "1 ok" in out

    def test_a_5xx_fails_and_is_explained(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        page = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
        bad, good = answering(lambda _: http("502 Bad Gateway", page)), answering(lambda _: http())
        with serving(bad) as first, serving(good) as second:
            describe(folder, first, second)
            assert main(["health"]) == 1
        rows = capsys.readouterr().out.splitlines()
        assert rows[0].split()[:4] == ["FAILED", "http", "api-0", "502"]
        assert rows[1].split()[:3] == ["ok", "http", "api-1"]
        assert any("bad-gateway" in row for row in rows)

    def test_json_says_the_same(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        describe(folder, closed_port())
        assert main(["health", "--format", "json"]) == 1
        document = json.loads(capsys.readouterr().out)
        assert document["ok"] is False
        assert [cause["id"] for cause in document["causes"]] == ["connection-refused"]
        assert document["checks"][0]["state"] == "failed"

    def test_what_was_not_seen_fails_only_when_strict(self, folder: Path) -> None:
        with serving(answering(lambda _: http())) as port:
            describe(folder, port, extra='[[database]]\nname = "main"\nurl = { env = "NOT_SET_ANYWHERE" }\n')
            assert main(["health"]) == 0
            assert main(["health", "--strict"]) == 1

    def test_control_characters_of_a_server_stay_out_of_the_terminal(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with serving(answering(lambda _: http("500 \x1b[31mred\x1b[0m"))) as port:
            describe(folder, port)
            assert main(["health"]) == 1
        assert "\x1b" not in capsys.readouterr().out
