"""Graphs of the wiring, for one id and for all."""

import pytest

from ghrules.authoring.graph import Node, graph, to_dot, to_mermaid
from ghrules.errors import UsageError
from ghrules.explain.relations import Relations
from ghrules.knowledge.models import KnowledgeBase


def drawn(shop: KnowledgeBase, name: str = "") -> set[tuple[str, str, str]]:
    return {(edge.start.name, edge.end.name, edge.label) for edge in graph(Relations(shop), name).edges}


def test_all_shows_signals_rules_hypotheses_and_consequences(shop: KnowledgeBase) -> None:
    assert drawn(shop) == {
        ("shop.sold-out", "shop.counts-shortages", ""),
        ("shop.counts-shortages", "shop.short-of-something", ""),
        ("shop.short-of-something", "shop-sold-out", "strong"),
        ("shop.delivered", "shop.lorry-came", ""),
        ("shop.lorry-came", "shop-sold-out", "weak"),
        ("shop.sold-out", "customers.shout", ""),
        ("shop.says-empty", "customers.shout", ""),
        ("shop.delivered", "customers.shout", "absence"),
        ("customers.shout", "customers-angry", "hint"),
        ("customers-angry", "shop-sold-out", "leads to"),
    }


def test_a_hypothesis_comes_with_what_feeds_it_and_its_neighbours(shop: KnowledgeBase) -> None:
    found = drawn(shop, "shop-sold-out")

    assert ("shop.sold-out", "shop.counts-shortages", "") in found
    assert ("customers-angry", "shop-sold-out", "leads to") in found
    assert not any(end == "customers.shout" for _, end, _ in found)


def test_a_signal_comes_with_all_that_follows_from_it(shop: KnowledgeBase) -> None:
    assert drawn(shop, "shop.says-empty") == {
        ("shop.says-empty", "customers.shout", ""),
        ("customers.shout", "customers-angry", "hint"),
    }


def test_a_pattern_that_many_signals_satisfy_gets_one_node(knowledge_of) -> None:  # type: ignore[no-untyped-def]
    signals = "".join(
        f'[[signal]]\nid = "s{n}"\nfact = "error"\npatterns = ["fault{n}"]\nset = {{ code = "{n}" }}\n'
        for n in range(20)
    )
    text = signals + (
        '[[rule]]\nid = "r"\nwhen = [{ fact = "error" }]\nsupports = "h"\n'
        '[hypothesis]\nid = "h"\ntitle = "t"\ncause = "c"\narea = "edge"\nseverity = "SEV1"\n'
    )
    nodes = graph(Relations(knowledge_of(text))).nodes

    assert nodes == (Node("hypothesis", "h"), Node("rule", "r"), Node("signal", "20 signals of error"))


def test_dot_quotes_names_and_marks_what_speaks_against(shop: KnowledgeBase) -> None:
    text = to_dot(graph(Relations(shop)))

    assert text.startswith("digraph knowledge {\n") and text.endswith("}\n")
    assert '"hypothesis:shop-sold-out" [label="shop-sold-out", shape=box, style=bold];' in text
    assert '"rule:shop.lorry-came" -> "hypothesis:shop-sold-out" [label="weak", style=dashed, color=red];' in text


def test_mermaid_has_a_plain_name_for_each_node(shop: KnowledgeBase) -> None:
    text = to_mermaid(graph(Relations(shop), "shop.says-empty"))

    assert text == (
        "flowchart LR\n"
        '  n0["customers-angry"]\n'
        '  n1(["customers.shout"])\n'
        '  n2[/"shop.says-empty"/]\n'
        '  n1 -->|"hint"| n0\n'
        "  n2 --> n1\n"
    )


def test_an_unknown_id_is_an_error_that_says_what_was_meant(shop: KnowledgeBase) -> None:
    with pytest.raises(UsageError, match="did you mean 'shop-sold-out'"):
        graph(Relations(shop), "shop-soldout")
