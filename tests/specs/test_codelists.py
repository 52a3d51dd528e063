# ruff: noqa: E501 - a table of cases reads best with one case per line
from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from specs.codelists import StudyTerminology
from specs.errors import CdisckitError, SpecError
from specs.files import TerminologyFile
from tests.specs.conftest import AE

if TYPE_CHECKING:
    from tests.specs.conftest import Load

SEVERITY = AE + "  AESEV: {collected: sev}\n"


def _place(*_: str) -> str:
    return "terminology.yaml"


def terminology(**codelists: object) -> StudyTerminology:
    own = TerminologyFile.model_validate({"codelists": codelists}).codelists
    return StudyTerminology.of({"SDTM": "2025-03-28"}, own, _place)


def test_a_list_of_the_standard_is_used_as_it_is() -> None:
    used = terminology().use("AESEV", "ae.yaml line 7")
    assert used.codelist.values == ("MILD", "MODERATE", "SEVERE")
    assert used.standard == "SDTM"
    assert not used.extended


def test_a_list_of_the_sponsors_has_its_terms_with_their_meaning() -> None:
    given = {"label": "Grade", "terms": {"1": "Mild", "2": None}, "collected": {"light": "1"}}
    used = terminology(GRADE=given).use("GRADE", "")
    assert [(term.value, term.preferred) for term in used.codelist.terms] == [
        ("1", "Mild"),
        ("2", ""),
    ]
    assert used.codelist.title == "Grade"
    assert used.standard == ""
    assert dict(used.own) == {"light": "1"}


def test_terms_may_be_added_to_a_list_that_is_extensible() -> None:
    used = terminology(UNIT={"extend": ["cups"]}).use("UNIT", "")
    assert "cups" in used.codelist
    assert "mg" in used.codelist
    assert used.extended == {"cups"}


def test_a_list_may_be_a_selection_of_one_of_the_standard() -> None:
    used = terminology(SEV={"of": "AESEV", "only": ["MILD"]}).use("SEV", "")
    assert used.codelist.values == ("MILD",)


def test_only_lists_that_are_used_are_told() -> None:
    lists = terminology(GRADE={"terms": ["1"]})
    lists.use("AESEV", "")
    assert list(lists.used()) == ["AESEV"]


@pytest.mark.parametrize(
    ("codelists", "message"),
    [
        ({"GRADE": {"collected": {"a": "1"}}}, "terminology.yaml: GRADE is not a codelist of the standard and has no terms; list its terms"),
        ({"AESEV": {"terms": ["MILD"]}}, "terminology.yaml: AESEV is a codelist of the standard, which has its terms; add to them with extend:"),
        ({"AESEV": {"extend": ["FATAL"]}}, "terminology.yaml: the codelist AESEV (C66769) is not extensible; FATAL cannot be added"),
        ({"SEV": {"of": "AESEV", "only": ["MILDD"]}}, "terminology.yaml: AESEV has no MILDD; did you mean MILD?"),
        ({"SEV": {"of": "AESEVV"}}, "AESEVV"),
        ({"AESEV": {"collected": {"light": "MILDD"}}}, "terminology.yaml: AESEV: light is collected as MILDD, which is not a term of the list; did you mean MILD?"),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_names_file_and_remedy(
    codelists: dict[str, object], message: str
) -> None:
    with pytest.raises(SpecError) as error:
        terminology(**codelists).check_names()
    assert message in str(error.value)


def test_lists_are_checked_though_no_variable_uses_them(load: Load) -> None:
    with pytest.raises(SpecError, match="GRADE is not a codelist of the standard and has no terms"):
        load({"terminology.yaml": "codelists: {GRADE: {label: Grade}}"})


def test_a_codelist_that_is_none_names_the_variables_line(load: Load) -> None:
    with pytest.raises(CdisckitError, match=r"ae\.yaml line 7: .*AESEVV.*AESEV"):
        load({"sdtm/ae.yaml": SEVERITY.replace("sev}", "sev, codelist: AESEVV}")})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("codelists: {GRADE: {term: [a]}}", "terminology.yaml line 1: codelists.GRADE.term: is not known here; did you mean terms?"),
        ("codelist: {}", "terminology.yaml line 1: codelist: is not known here; did you mean codelists?"),
        ("codelists: {GRADE: {terms: 5}}", "terminology.yaml line 1: codelists.GRADE.terms: is not a mapping of names to values"),
    ],
)  # fmt: skip
def test_what_the_file_cannot_say_names_its_line(load: Load, text: str, message: str) -> None:
    with pytest.raises(SpecError) as error:
        load({"terminology.yaml": text})
    assert message in str(error.value)
