from ghrules.report.html.graph import HEIGHT, WIDTH, Graph, graph
from ghrules.report.model import HypothesisReport, Report
from helpers.incident import healthy, report


def causing(*links: tuple[str, str | None]) -> Report:
    """A report with the hypotheses `name`, each caused by another or a root."""
    made = report()
    pattern = made.hypotheses[2]
    hypotheses = tuple(
        pattern.model_copy(
            update={
                "id": name, "title": name, "caused_by": cause, "evidence": (),
                "role": "consequence" if cause else "root-cause",
            }
        )
        for name, cause in links
    )  # fmt: skip
    return made.model_copy(update={"hypotheses": hypotheses})


def drawn(*links: tuple[str, str | None]) -> Graph:
    made = graph(causing(*links))
    assert made is not None
    return made


def titles(made: Graph) -> dict[str, tuple[float, float]]:
    return {" ".join(node.lines): (node.x, node.y) for node in made.nodes}


def test_consequences_stand_to_the_right_of_their_cause() -> None:
    places = titles(drawn(("a", None), ("b", "a"), ("c", "b")))
    assert places["a"][0] < places["b"][0] < places["c"][0]
    assert len({y for _, y in places.values()}) == 1


def test_a_cause_stands_beside_the_middle_of_its_consequences() -> None:
    places = titles(drawn(("a", None), ("b", "a"), ("c", "a")))
    assert places["a"][1] == (places["b"][1] + places["c"][1]) / 2


def test_boxes_do_not_overlap_and_lie_inside() -> None:
    made = drawn(("a", None), *((f"b{n}", "a") for n in range(5)), *((f"c{n}", "b1") for n in range(3)), ("d", None))
    boxes = [(node.x, node.y) for node in made.nodes]
    assert len(boxes) == 10
    for number, (x, y) in enumerate(boxes):
        assert 0 <= x <= made.width - WIDTH
        assert 0 <= y <= made.height - HEIGHT
        assert not any(abs(x - a) < WIDTH and abs(y - b) < HEIGHT for a, b in boxes[:number])


def test_the_deployment_that_speaks_for_a_cause_leads_to_it() -> None:
    made = graph(report())
    assert made is not None
    assert [node.kind for node in made.nodes] == ["cause", "consequence", "deployment", "cause"]
    assert [edge.dashed for edge in made.edges] == [False, True]
    assert made.spoken == (
        "PostgreSQL has no connection slot left led to A Worker throws an exception that nobody catches. "
        "PostgreSQL has no connection slot left began after deployment 7f3c91aa."
    )


def test_without_a_link_there_is_no_graph() -> None:
    assert graph(causing(("a", None), ("b", None))) is None
    assert graph(healthy()) is None


def test_circles_and_a_flood_come_to_an_end() -> None:
    circle: tuple[HypothesisReport, ...] = causing(("a", None), ("b", "a"), ("c", "b")).hypotheses
    tangled = replace_cause(circle, "a")
    assert graph(report().model_copy(update={"hypotheses": tangled})) is not None
    made = drawn(("a", None), *((f"b{n}", "a") for n in range(100)))
    assert (len(made.nodes), made.left_out) == (40, 61)


def replace_cause(hypotheses: tuple[HypothesisReport, ...], name: str) -> tuple[HypothesisReport, ...]:
    """The same, with a second hypothesis called `name` that the last one caused."""
    again = hypotheses[0].model_copy(update={"id": name, "role": "consequence", "caused_by": hypotheses[-1].id})
    return (*hypotheses, again)


def test_wide_titles_are_cut_to_the_box() -> None:
    made = graph(causing(("接続スロットがありません " * 9, None), ("b", "接続スロットがありません " * 9)))
    assert made is not None
    assert all(len(node.lines) <= 2 for node in made.nodes)
    assert made.nodes[0].lines[-1].endswith("…")
