from msgspec.structs import replace

from ghrules.facts.kinds import DeploymentFact, ErrorFact, EventFact, Fact, HttpFact
from ghrules.report.html.timeline import Timeline, timeline
from helpers.incident import DIAGNOSIS, FACTS, FULL, at, healthy, report


def drawn(*facts: Fact) -> Timeline:
    made = timeline(report(replace(DIAGNOSIS, facts={**FACTS, **{fact.id: fact for fact in facts}})))
    assert made is not None
    return made


def labels(made: Timeline) -> dict[str, list[str]]:
    return {lane.component: [bar.label for bar in lane.bars] for lane in made.lanes}


def error(name: str, first: str, last: str, **fields: object) -> ErrorFact:
    values = {"component": "app", "samples": (name,), "count": 2, **fields}
    return ErrorFact(id=name, first_seen=at(first), last_seen=at(last), **values)  # type: ignore[arg-type]


def test_each_component_has_a_lane_and_causes_come_first() -> None:
    made = drawn(error("late", "09:15:00", "09:16:00", component="app"))
    assert labels(made) == {
        "postgres": ["FATAL: sorry, too many clients already"],
        "error": ["Error: Failed query"],
        "app": ["late"],
    }
    assert [lane.bars[0].tone for lane in made.lanes] == ["cause", "consequence", "other"]


def test_bars_lie_where_their_times_are() -> None:
    (bar,) = drawn().lanes[0].bars
    assert (bar.first, bar.last, bar.count) == (at("09:14:02"), at("09:40:11"), 412)
    assert 0 < bar.start < bar.end < 100


def test_a_deployment_before_the_incident_is_marked() -> None:
    deploy = DeploymentFact(
        id="f2", deployment="7f3c91aa", author="ann", message="faster", at=at("09:11:00"), first_seen=at("09:11:00")
    )
    (mark,) = drawn(deploy).marks
    assert mark.label == "deployment 7f3c91aa by ann: faster"
    assert 0 < mark.x < drawn(deploy).lanes[0].bars[0].start


def test_a_deployment_of_last_week_does_not_stretch_the_axis() -> None:
    old = DeploymentFact(id="f2", deployment="old", first_seen=at("09:00:00").replace(day=1, month=10))
    made = drawn(old)
    assert made.marks == ()
    assert [fact.summary for fact in made.earlier] == ["deployment old"]


def test_an_unrelated_error_of_last_week_does_not_stretch_the_axis() -> None:
    october = at("09:00:00").replace(month=10)
    old = error("old", "09:00:00", "09:00:01").model_copy(update={"first_seen": october, "last_seen": october})
    assert drawn(old).first == drawn().first
    assert "app" not in labels(drawn(old))


def test_what_is_no_failure_is_no_symptom() -> None:
    fine = HttpFact(id="ok", status=200, count=5, first_seen=at("09:15:00"), component="edge")
    event = EventFact(id="e", name="started", first_seen=at("09:15:00"), component="edge")
    failed = HttpFact(id="bad", status=503, count=5, first_seen=at("09:15:00"), component="origin")
    assert "edge" not in labels(drawn(fine, event))
    assert labels(drawn(failed))["origin"] == ["status 503: 5"]


def test_facts_of_the_same_records_are_drawn_once() -> None:
    twice = FULL.model_copy(update={"id": "again", "component": "tcp"})
    assert "tcp" not in labels(drawn(twice))


def test_many_symptoms_are_counted_not_drawn() -> None:
    many = [error(f"e{n}", "09:15:00", "09:16:00", component=f"c{n % 20}") for n in range(100)]
    made = drawn(*many)
    assert len(made.lanes) == 8
    assert made.lanes_left_out == 14
    assert (len(made.lanes[-1].bars), made.lanes[-1].left_out) == (2, 3)


def test_without_times_there_is_no_timeline() -> None:
    assert timeline(healthy()) is None
