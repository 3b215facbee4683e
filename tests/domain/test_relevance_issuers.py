"""Known issuers in one line each: the description alone grades them, and a bare name never says too much."""

from __future__ import annotations

import pytest

from monitor.domain.errors import ConfigError
from monitor.domain.registry import parse_registry
from monitor.domain.relevance import EvidenceKind, Facts, Grade, grade
from tests.domain.relevance_issuers import CASES


@pytest.mark.parametrize(("name", "what", "expected"), CASES)
def test_an_issuer_is_graded_by_what_it_makes(name: str, what: str, expected: str) -> None:
    """The description alone gives the label rule's grade, and the name beside it does not change that."""
    assert grade(Facts(name="", description=what)).grade.value == expected
    assert grade(Facts(name=name, description=what)).grade.value == expected


@pytest.mark.parametrize(("name", "expected"), [(name, expected) for name, _, expected in CASES])
def test_a_bare_name_never_proves_more_than_its_company_makes(name: str, expected: str) -> None:
    """`ai_chip` from a bare name only for a maker of AI chips, `related` never for one of neither kind."""
    assert grade(Facts(name=name)).grade.rank <= Grade(expected).rank


def test_a_group_states_grade_and_source_once_for_many_companies() -> None:
    """Each list of names is one company; it is found by each name, with the group's note and source."""
    registry = parse_registry(
        '[[group]]\ngrade = "related"\nnote = "foundry"\nsource = "its report"\n'
        'companies = [["甲晶圆", "甲晶圆制造有限公司"], ["乙晶圆"]]\n'
    )
    verdict = grade(Facts(name="乙晶圆"), registry=registry)
    assert (verdict.grade, verdict.evidence[0].kind) == (Grade.RELATED, EvidenceKind.REGISTRY)
    assert [(c.key, c.note, c.source) for c in registry.companies] == [
        ("甲晶圆", "foundry", "its report"),
        ("乙晶圆", "foundry", "its report"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "group = 1",
        '[[group]]\ngrade = "related"\nsource = "s"\nnames = ["甲"]\n',
        '[[group]]\ngrade = "related"\ncompanies = [["甲"]]\n',
        '[[group]]\ngrade = "related"\nsource = "s"\ncompanies = [[]]\n',
    ],
)
def test_a_group_without_source_names_or_known_fields_is_refused(text: str) -> None:
    """A misspelt field, a missing source and a company without names are configuration errors."""
    with pytest.raises(ConfigError):
        parse_registry(text)


def test_a_registry_with_a_number_of_thousands_of_digits_is_refused_by_name() -> None:
    """Python refuses to read such a number, with an error that is none of TOML's."""
    with pytest.raises(ConfigError, match=r"companies\.toml"):
        parse_registry("n = 1" + "0" * 5_000)
