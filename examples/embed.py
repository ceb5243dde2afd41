"""ghrules inside a program: an engine for the life of the process, a session for each incident."""

from pathlib import Path

from ghrules import Engine

HERE = Path(__file__).parent


def main() -> None:
    engine = Engine(packs=[HERE / "packs" / "payments.toml"], parameters={"slow_request_ms": 500})

    report = engine.infer(HERE / "incidents" / "pool-exhausted-after-deploy")
    best = report.hypotheses[0]
    print(f"{best.title} ({best.confidence:.0%}), SEV {best.severity[-1]}")
    for fix in best.fixes:
        print(f"  fix: {fix.do}")

    session = engine.session()
    session.assert_fact("error", component="postgres", code="53300", count=12)
    session.read("2026-11-02 09:14:02 ERROR payments: ledger rejected batch 17: cutoff passed")
    for hypothesis in session.diagnose().hypotheses:
        print(f"{hypothesis.rank}. {hypothesis.id} {hypothesis.confidence:.2f} ({hypothesis.role})")


if __name__ == "__main__":
    main()
