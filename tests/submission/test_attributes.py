from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from specs.derivation import Derivation
from specs.errors import MappingError
from specs.model import Block, Dataset, Origin, Parameter, Rule, Study, StudyCodelist, Variable
from specs.tables import Table, no_trace
from specs.terminology import Codelist, Term
from submission.attributes import Attributes, DatasetAttributes, measured
from submission.measures import (
    Measure,
    date_measure,
    number_measure,
    numeric_text_measure,
    text_size,
)

COLLECTED = Rule(Origin.COLLECTED, ("field",))
DATES = "ISO 8601 datetime or interval"

UNIT = Codelist(
    "C71620",
    "UNIT",
    "Unit",
    extensible=True,
    terms=(Term("C28253", "mg"), Term("C48155", "g"), Term("C25532", "U/L"), Term("", "points")),
)


def dataset(name: str, *variables: Variable, **rest: Any) -> Dataset:
    plan = {
        "domain": name,
        "label": name,
        "class_": "FINDINGS",
        "structure": "",
        "purpose": "Tabulation",
        "standard": "SDTMIG",
        "keys": (),
        "blocks": (Block("form"),),
    }
    return Dataset(name=name, variables=variables, **plan | rest)


def char(name: str, *rules: Rule, **rest: Any) -> Variable:
    return Variable(name, name, "Char", rules=rules, **rest)


def num(name: str, **rest: Any) -> Variable:
    return Variable(name, name, "Num", **rest)


def study(*datasets: Dataset, **codelists: StudyCodelist) -> Study:
    return Study(
        folder=Path("study"),
        id="CK01",
        title="",
        description="",
        protocol="",
        usubjid="",
        standards={"SDTMIG": "3.4", "ADaMIG": "1.3"},
        terminology={"SDTM": "2025-03-28"},
        data_cut=date(2024, 1, 31),
        synthetic="",
        sources=(),
        visits=(),
        tables={},
        datasets=datasets,
        codelists=codelists,
    )


def measure(
    specified: Study, standard: str = "SDTMIG", **frames: dict[str, Any]
) -> dict[str, DatasetAttributes]:
    tables = {
        name: Table(name, pd.DataFrame(columns), no_trace()) for name, columns in frames.items()
    }
    return dict(measured(specified, standard, tables))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["abc", "de", None], 3),
        (["µg/L"], 5),  # in UTF-8 the first letter takes two bytes
        ([None, None], 1),
        ([], 1),
    ],
)
def test_a_text_needs_the_bytes_of_the_longest_value(
    values: list[str | None], expected: int
) -> None:
    assert text_size(pd.Series(values, dtype="str")) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["2024-01-05", "2023-12-31"], "date"),
        (["2024-01-05T10:30:00"], "datetime"),
        (["2024-01-05", "2024-01", "2024"], "partialDate"),
        (["2024-01-05T10:30"], "partialDatetime"),
        (["2024-01-05T10:30:00", "2024-01-05"], "partialDatetime"),
        (["2024---05", "2024-01-05"], "incompleteDatetime"),
        (["2024-01-05/2024-01-07"], "intervalDatetime"),
        (["P3D", "PT12H30M", "P2W"], "durationDatetime"),
        ([], "datetime"),
    ],
)
def test_a_date_has_the_narrowest_type_that_fits_all_values(
    values: list[str], expected: str
) -> None:
    assert date_measure(pd.Series(values, dtype="str")) == Measure(expected)


def test_a_date_that_is_none_is_measured_as_text() -> None:
    assert date_measure(pd.Series(["2024-01-05", "unknown"])) == Measure("text", 10)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.0, 25.0, None], Measure("integer", 2)),
        ([-12.0, 5.0], Measure("integer", 3)),  # the minus sign counts
        ([12.5, 7.0, 0.125], Measure("float", 5, 3)),
        ([0.00001], Measure("float", 6, 5)),
        ([123456789012.0], Measure("integer", 12)),
        ([-0.0], Measure("integer", 1)),
        ([None], Measure("integer", 8)),
    ],
)
def test_a_number_needs_its_widest_whole_part_and_its_most_decimals(
    values: list[float | None], expected: Measure
) -> None:
    assert number_measure(pd.Series(values, dtype="float64")) == expected


def test_dates_of_analysis_data_count_as_sas_days_and_datetimes_as_seconds() -> None:
    # 2024-01-05 is day 23380 of SAS, and second 2020032000 begins 00:00 of that day.
    days = pd.Series(pd.to_datetime(["2024-01-05", None])).astype("datetime64[s]")
    assert number_measure(days) == Measure("integer", 5)
    assert number_measure(days + pd.Timedelta(hours=1)) == Measure("integer", 10)


def test_texts_that_are_all_numbers_keep_their_decimals() -> None:
    assert numeric_text_measure(pd.Series(["12.50", "7", None])) == Measure("float", 4, 2)
    assert numeric_text_measure(pd.Series(["12.50", "<5"])) == Measure("text", 5)


def test_a_variable_has_one_size_in_all_datasets_and_its_own_in_supplemental_ones() -> None:
    ae = dataset("AE", char("USUBJID"), char("AETERM"))
    supp = replace(dataset("SUPPAE", char("USUBJID")), parent="AE")
    specified = study(ae, dataset("CM", char("USUBJID")), supp)
    found = measure(
        specified,
        AE={"USUBJID": ["S1", "S1"], "AETERM": ["RASH", None]},
        CM={"USUBJID": ["S1000"]},
        SUPPAE={"USUBJID": ["S1"]},
    )
    assert found["AE"].variables == {
        "USUBJID": Attributes(5, "text", 5),
        "AETERM": Attributes(4, "text", 4),
    }
    assert found["CM"].variables["USUBJID"].size == 5
    assert found["SUPPAE"].variables["USUBJID"].size == 2


def test_a_length_in_the_spec_is_the_size() -> None:
    found = measure(study(dataset("AE", char("AETERM", length=200))), AE={"AETERM": ["RASH"]})
    assert found["AE"].variables["AETERM"] == Attributes(200, "text", 200)


def test_dates_take_their_bytes_in_the_file_and_no_length_in_define() -> None:
    found = measure(
        study(dataset("AE", char("AESTDTC", value_domain=DATES))), AE={"AESTDTC": ["2024-01-05"]}
    )
    assert found["AE"].variables["AESTDTC"] == Attributes(10, "date")


def test_a_number_takes_eight_bytes_and_a_date_its_format() -> None:
    adsl = dataset(
        "ADSL",
        num("AGE"),
        num("TRTSDT"),
        num("TRTSDTM"),
        num("BMI", format="8.1"),
        purpose="Analysis",
        standard="ADaMIG",
    )
    columns = {
        "AGE": [41.0],
        "TRTSDT": pd.to_datetime(["2024-01-05"]).astype("datetime64[s]"),
        "TRTSDTM": pd.to_datetime(["2024-01-05T10:30"]).astype("datetime64[s]"),
        "BMI": [22.5],
    }
    assert measure(study(adsl), "ADaMIG", ADSL=columns)["ADSL"].variables == {
        "AGE": Attributes(8, "integer", 2),
        "TRTSDT": Attributes(8, "integer", 5, display_format="DATE9."),
        "TRTSDTM": Attributes(8, "integer", 10, display_format="DATETIME20."),
        "BMI": Attributes(8, "float", 3, 1, display_format="8.1"),
    }


def test_a_variable_without_values_has_no_data() -> None:
    found = measure(
        study(dataset("AE", char("AETERM"), num("AESEQ"))),
        AE={"AETERM": pd.Series([None], dtype="str"), "AESEQ": [1.0]},
    )
    assert not found["AE"].variables["AETERM"].has_data
    assert found["AE"].variables["AETERM"].size == 1
    assert found["AE"].has_data


def test_a_dataset_without_records_has_no_data() -> None:
    found = measure(study(dataset("AE", char("AETERM"))), AE={"AETERM": pd.Series([], dtype="str")})
    assert not found["AE"].has_data


def test_terms_are_those_used_those_assigned_and_those_that_answers_become() -> None:
    listed = StudyCodelist("UNIT", UNIT, standard="SDTM", own={"Punkte": "points", "Gramm": "g"})
    constant = Rule(Origin.ASSIGNED, constant="mg")
    specified = study(
        dataset(
            "VS",
            char("VSORRESU", COLLECTED, codelist="UNIT"),
            char("VSSTRESU", constant, codelist="UNIT"),
            blocks=(Block("vitals", assign={"VSSTRESU": "g"}),),
        ),
        UNIT=listed,
    )
    found = measure(specified, VS={"VSORRESU": ["g"], "VSSTRESU": ["g"]})["VS"].variables
    assert found["VSORRESU"].terms == ("g", "points")
    assert found["VSSTRESU"].terms == ("mg", "g")


def test_meanings_that_a_list_gives_to_answers_of_other_forms_are_not_possible() -> None:
    listed = StudyCodelist("UNIT", UNIT, standard="SDTM", own={"Punkte": "points"})
    unit = char("VSORRESU", COLLECTED, codelist="UNIT")
    specified = study(dataset("VS", unit), UNIT=listed)
    found = measure(specified, VS={"VSORRESU": ["U/L"]})["VS"].variables["VSORRESU"]
    assert found.terms == ("U/L",)
    nothing = measure(specified, VS={"VSORRESU": [None]})["VS"].variables["VSORRESU"]
    assert nothing.terms == ("points",)


def test_a_sponsors_list_is_possible_as_a_whole() -> None:
    own = StudyCodelist("BODY", replace(UNIT, code="", name="BODY"))
    specified = study(dataset("VS", char("VSPOS", COLLECTED, codelist="BODY")), BODY=own)
    found = measure(specified, VS={"VSPOS": ["mg"]})["VS"].variables["VSPOS"]
    assert found.terms == ("mg", "g", "U/L", "points")


def test_a_list_of_which_the_values_use_no_term_is_not_referred_to() -> None:
    listed = StudyCodelist("UNIT", UNIT, standard="SDTM")
    specified = study(dataset("VS", char("VSSTRESC", COLLECTED, codelist="UNIT")), UNIT=listed)
    found = measure(specified, VS={"VSSTRESC": ["12"]})["VS"].variables["VSSTRESC"]
    assert (found.codelist, found.terms) == ("", ())


def test_results_are_measured_test_by_test() -> None:
    lb = dataset("LB", char("LBTESTCD"), char("LBORRES", COLLECTED), num("LBSTRESN"))
    found = measure(
        study(lb),
        LB={
            "LBTESTCD": ["ALT", "ALT", "COLOR", "PH"],
            "LBORRES": ["12.50", "7", "YELLOW", None],
            "LBSTRESN": [12.5, 7.0, None, None],
        },
    )["LB"]
    assert found.topic == "LBTESTCD"
    assert found.by_value == {
        "LBORRES": {
            "ALT": Attributes(6, "float", 4, 2),
            "COLOR": Attributes(6, "text", 6),
        },
        "LBSTRESN": {"ALT": Attributes(8, "float", 3, 1)},
    }


def test_a_number_written_as_text_is_not_longer_than_its_variable() -> None:
    # Three digits before the point and two behind it, but no text has more than four bytes.
    lb = dataset("LB", char("LBTESTCD"), char("LBORRES", COLLECTED))
    found = measure(
        study(lb), LB={"LBTESTCD": ["C3", "C3", "C4"], "LBORRES": ["102", "0.95", "<5"]}
    )["LB"]
    assert found.by_value["LBORRES"]["C3"] == Attributes(4, "float", 4, 2)


def test_parameters_are_measured_one_by_one_with_their_codelists() -> None:
    ny = Codelist("C66742", "NY", "No Yes", extensible=False, terms=(Term("", "N"), Term("", "Y")))
    adrs = dataset(
        "ADRS",
        char("PARAMCD"),
        num("AVAL"),
        char("AVALC"),
        parameters=(Parameter("SRI4", "", 1, codelist="NY"), Parameter("PGA", "", 2)),
        purpose="Analysis",
        standard="ADaMIG",
    )
    found = measure(
        study(adrs, NY=StudyCodelist("NY", ny, standard="SDTM")),
        "ADaMIG",
        ADRS={"PARAMCD": ["SRI4", "PGA"], "AVAL": [None, 1.25], "AVALC": ["Y", None]},
    )["ADRS"]
    assert found.by_value == {
        "AVAL": {"PGA": Attributes(8, "float", 3, 2)},
        "AVALC": {"SRI4": Attributes(1, "text", 1, codelist="NY", terms=("Y",))},
    }


NY = Codelist(
    "C66742", "NY", "No Yes", extensible=False, terms=(Term("", "N"), Term("", "U"), Term("", "Y"))
)


def judged(value: pd.Series, *, other: str = "N") -> pd.Series:
    """Y where {value} is 1, otherwise {other}."""
    return value


def judging(**arguments: Any) -> Rule:
    function = Derivation("judged", judged, "record", gives=("Y", "{other}"))
    return Rule(Origin.DERIVED, ("X",), derivation=function, arguments=arguments)


@pytest.mark.parametrize(("arguments", "terms"), [({}, ("N", "Y")), ({"other": "U"}, ("U", "Y"))])
@pytest.mark.parametrize("value", ["Y", None])
def test_what_a_function_can_give_is_possible_whether_it_occurs_or_not(
    arguments: dict[str, str], terms: tuple[str, ...], value: str | None
) -> None:
    listed = StudyCodelist("NY", NY, standard="SDTM")
    flag = char("CRIT1FL", judging(**arguments), codelist="NY")
    found = measure(study(dataset("ADVS", flag), NY=listed), ADVS={"CRIT1FL": [value]})
    assert found["ADVS"].variables["CRIT1FL"].terms == terms


def test_what_the_function_of_a_parameter_can_give_is_possible() -> None:
    parameter = Parameter("SRI4", "", 1, codelist="NY", rule=judging())
    plan = {"parameters": (parameter,), "purpose": "Analysis", "standard": "ADaMIG"}
    adrs = dataset("ADRS", char("PARAMCD"), char("AVALC", codelist="NY"), **plan)
    specified = study(adrs, NY=StudyCodelist("NY", NY, standard="SDTM"))
    found = measure(specified, "ADaMIG", ADRS={"PARAMCD": ["SRI4"], "AVALC": ["Y"]})["ADRS"]
    assert found.variables["AVALC"].terms == ("N", "Y")
    assert found.by_value["AVALC"]["SRI4"].terms == ("N", "Y")


def test_qualifiers_are_measured_as_specified_with_values_or_without() -> None:
    supp = dataset("SUPPAE", char("QNAM"), char("QVAL"), supplemental=(num("AEDOSE"), char("AEX")))
    found = measure(
        study(replace(supp, parent="AE")),
        SUPPAE={"QNAM": ["AEDOSE", "AEDOSE"], "QVAL": ["2.5", "10"]},
    )["SUPPAE"]
    assert found.by_value == {
        "QVAL": {
            "AEDOSE": Attributes(3, "float", 3, 1),
            "AEX": Attributes(3, "text", 1, has_data=False),
        }
    }


def test_what_was_not_built_is_named() -> None:
    specified = study(dataset("AE", char("AETERM", place="ae.yaml line 3")))
    with pytest.raises(MappingError, match="AE is specified but was not built"):
        measure(specified)
    with pytest.raises(MappingError, match=r"ae.yaml line 3: AE was built without AETERM"):
        measure(specified, AE={"AETERMS": ["RASH"]})
