"""What goes into a define.xml beside datasets: results, dictionaries, the notice, calls."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from specs.analyses import Analysis, Display, Selection
from specs.model import Dictionary, Origin, Rule, StudyCodelist
from specs.terminology import load_terminology
from submission.define import read_define, write_stylesheet
from tests.submission.test_define import (
    AE,
    COLLECTED,
    DEF,
    NOTICE,
    STUDY_DAY,
    TABLES,
    Defined,
    char,
    derived,
    num,
    study,
    where,
    write,
)
from validation.define.schema import installed_schema

if TYPE_CHECKING:
    from pathlib import Path

RESPONDERS = Analysis(
    id="T1",
    title="Responders",
    dataset="ADRS",
    where=(where("PARAMCD", "EQ", "SRI4"),),
    variable="AVALC",
    event="Y",
    reason="SPECIFIED IN SAP",
    purpose="PRIMARY OUTCOME MEASURE",
)
BOTH = RESPONDERS.model_copy(
    update={
        "id": "T2",
        "method": "mcnemar",
        "against": Selection(dataset="ADRS", variable="PREVTRT"),
    }
)


def _place(*_: str) -> str:
    return "terminology.yaml line 1"


def test_a_declared_analysis_is_a_result_of_the_analysis_data(tmp_path: Path) -> None:
    path = write(tmp_path, "ADaMIG", study(analyses=(RESPONDERS, BOTH)))
    schema = installed_schema("2.1")
    assert schema is not None
    schema.assertValid(etree.parse(path))
    document = read_define(path)
    first, second = document.displays
    (result,) = first.results
    assert (first.name, first.title, result.title) == ("T1", "Responders", "Responders")
    assert (result.reason, result.purpose) == ("SPECIFIED IN SAP", "PRIMARY OUTCOME MEASURE")
    assert result.parameter == "IT.ADRS.PARAMCD"
    (used,) = result.datasets
    assert (used.group, used.variables) == ("IG.ADRS", ("IT.ADRS.AVALC", "IT.ADRS.PARAMCD"))
    (check,) = document.where_clause[used.where].checks
    assert (check.item, check.comparator, check.values) == ("IT.ADRS.PARAMCD", "EQ", ("SRI4",))
    assert 'Values: ADRS.AVALC where PARAMCD EQ "SRI4".' in result.documentation
    assert result.code is not None
    assert "records = adrs[(adrs[\"PARAMCD\"] == 'SRI4')]" in result.code.code
    compared = second.results[0]
    assert [d.group for d in compared.datasets] == ["IG.ADRS", "IG.ADRS"]
    assert document.comment_by_oid[compared.comment].text == "The records are joined by USUBJID."


def test_analyses_of_one_table_are_results_of_one_display(tmp_path: Path) -> None:
    shown = Display(id="TAB1", kind="table", title="Table 1", shows="x", analyses=("T1", "T2"))
    path = write(tmp_path, "ADaMIG", study(analyses=(RESPONDERS, BOTH), displays=(shown,)))
    (display,) = read_define(path).displays
    assert (display.name, display.title) == ("TAB1", "Table 1")
    assert [result.oid for result in display.results] == ["AR.TAB1.T1", "AR.TAB1.T2"]


def test_an_analysis_without_reason_is_no_results_metadata(tmp_path: Path) -> None:
    private = RESPONDERS.model_copy(update={"reason": "", "purpose": ""})
    path = write(tmp_path, "ADaMIG", study(analyses=(private,)))
    assert read_define(path).displays == ()
    assert b"xmlns:arm" not in path.read_bytes()


def test_results_are_not_told_with_the_tabulations(tmp_path: Path) -> None:
    assert read_define(write(tmp_path, "SDTMIG", study(analyses=(RESPONDERS,)))).displays == ()


def test_the_notice_is_a_comment_on_the_whole_document(tmp_path: Path) -> None:
    document = read_define(write(tmp_path, "SDTMIG", study()))
    assert document.comment_by_oid[document.comment].text == NOTICE
    real = read_define(write(tmp_path, "SDTMIG", study(synthetic="")))
    assert real.comment == ""


def test_a_dictionary_may_name_the_variables_it_codes(tmp_path: Path) -> None:
    drugs = Dictionary("WHODD", "GLOBALB3Mar25", ("AETERM",))
    defined = Defined(write(tmp_path, "SDTMIG", study(dictionaries=(drugs,))))
    held = defined.one("//o:CodeList[@OID='CL.WHODD']/o:ExternalCodeList")
    assert (held.get("Dictionary"), held.get("Version")) == ("WHODD", "GLOBALB3Mar25")
    reference = "//o:ItemDef[@OID='IT.AE.AETERM']/o:CodeListRef/@CodeListOID"
    assert defined.one(reference) == "CL.WHODD"


def test_all_terms_of_a_list_that_the_study_cut_are_possible(tmp_path: Path) -> None:
    ny = load_terminology(sdtm="2025-03-28", adam="2025-03-28").codelist("NY")
    kept = replace(ny, terms=tuple(t for t in ny.terms if t.value in ("N", "U")))
    listed = StudyCodelist("NY", kept, standard="SDTM", restricted=True)
    defined = Defined(write(tmp_path, "SDTMIG", study(codelists={"NY": listed})))
    assert list(defined.terms("IT.AE.AESER")) == ["N", "U"]


def test_multiple_extends_a_list_where_it_occurs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TABLES["AE"], "AESER", ["N", "MULTIPLE", "Y"])
    defined = Defined(write(tmp_path, "SDTMIG", study()))
    item = defined.one("//o:CodeList[@OID='CL.NY']/*[@CodedValue='MULTIPLE']")
    assert item.get(f"{DEF}ExtendedValue") == "Yes"


DAY = derived(STUDY_DAY, "AESTDTC", "EX.EXSTDTC")
SERIOUS = derived(STUDY_DAY, "AESTDTC", "X.XDTC", when=(where("AESER", "EQ", "Y"),))
CALL = 'study_day("AESTDTC", "EX.EXSTDTC")'


@pytest.mark.parametrize(
    ("rules", "calls"),
    [
        ((DAY,), [CALL]),
        (
            (SERIOUS, DAY, Rule(Origin.ASSIGNED, constant=1)),
            [
                "study_day(\"AESTDTC\", \"X.XDTC\", when=[('AESER', 'EQ', ['Y'])])\n"
                f"{CALL}\nconstant(1)"
            ],
        ),
        ((DAY, COLLECTED), []),
    ],
)
def test_rules_are_told_as_calls_unless_one_reads_raw_data(
    tmp_path: Path, rules: tuple[Rule, ...], calls: list[str]
) -> None:
    changed = replace(AE, variables=(*AE.variables[:-1], num("AESTDY", "Study Day", *rules)))
    document = read_define(write(tmp_path, "SDTMIG", study(datasets=(changed,))))
    reference = next(r for r in document.groups[0].references if r.item == "IT.AE.AESTDY")
    expressions = document.method[reference.method].expressions
    assert [e.code for e in expressions] == calls


def test_the_context_of_a_record_is_told_in_words(tmp_path: Path) -> None:
    rule = derived(STUDY_DAY, "@subject", "@visit")
    changed = replace(AE, variables=(*AE.variables[:-1], num("AESTDY", "Study Day", rule)))
    defined = Defined(write(tmp_path, "SDTMIG", study(datasets=(changed,))))
    assert defined.method("IT.AE.AESTDY") == (
        "Days from the visit of the collected record to the subject identifier of the collected"
        " record, counted from 1."
    )


def test_the_stylesheet_lies_beside_and_shows_every_variable(tmp_path: Path) -> None:
    path = write(tmp_path, "SDTMIG", study())
    sheet = write_stylesheet(tmp_path)
    assert sheet.name == "define2-1.xsl"
    page = str(etree.XSLT(etree.parse(sheet))(etree.parse(path)))
    for item in read_define(path).items:
        assert item.name in page


def test_subjects_have_one_origin_in_a_domain_and_its_qualifiers() -> None:
    from specs.codelists import StudyTerminology
    from specs.supplemental import supplemental_dataset

    versions = {"SDTM": "2025-03-28", "ADaM": "2025-03-28"}
    rule = Rule(Origin.DERIVED, ("@subject",), derivation=STUDY_DAY)
    parent = replace(
        AE,
        variables=(char("USUBJID", "Unique Subject Identifier", rule),),
        supplemental=(char("AENOTE", "Note", COLLECTED),),
    )
    terminology = StudyTerminology.of(versions, {}, _place)
    (qualifiers,) = supplemental_dataset(parent, {"SDTMIG": "3.4"}, terminology)
    assert qualifiers.variable("USUBJID").rules == (rule,)
