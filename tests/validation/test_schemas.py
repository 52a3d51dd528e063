from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from pandera.errors import SchemaErrors

from specs.model import Block, Origin, Parameter, Rule, StudyCodelist, Value
from specs.tables import Table, no_trace
from specs.terminology import Codelist, Term
from specs.where import Comparator, Where
from validation import failures
from validation.schemas import schema

if TYPE_CHECKING:
    from specs.model import Dataset, Study

GOOD = """
USUBJID | AESEQ | AETERM | AESEV  | AESTDTC
S-1     | 1     | Rash   | MILD   | 2020-01
S-1     | 2     | Cough  | SEVERE | 2020-02-03T10:30
S-2     | 1     | Fever  |        |
"""


@pytest.fixture
def ae(make: Any) -> Dataset:
    made: Dataset = make.dataset(
        "AE",
        (
            make.variable("USUBJID", core="Req"),
            make.variable("AESEQ", core="Req"),
            make.variable("AETERM", core="Req", length=10),
            make.variable("AESEV", codelist="AESEV"),
            make.variable("AESTDTC"),
        ),
        keys=("USUBJID", "AETERM", "AESTDTC"),
    )
    return made


OF_PANDERA = {
    "column_in_schema": "CK-COLUMN",
    "column_in_dataframe": "CK-COLUMN",
    "not_nullable": "CK-REQUIRED",
    "multiple_fields_uniqueness": "CK-KEY",
    "dtype": "CK-TYPE",
}


def validate(table: Table, dataset: Dataset, study: Study) -> pd.DataFrame:
    """The findings of a table, the rules of which are those that its pandera schema names.

    Of values of a wrong type the schema says more: that its other checks cannot be run.
    """
    found = failures.validate(table, dataset, study)
    numbers = table.frame.select_dtypes("integer").columns
    frame = table.frame.reset_index(drop=True).astype(dict.fromkeys(numbers, "float64"))
    try:
        schema(dataset, study).validate(frame, lazy=True)
    except SchemaErrors as errors:
        checks = [name.partition("(")[0] for name in errors.failure_cases["check"]]
        told = {OF_PANDERA.get(name, name) for name in checks}
    else:
        told = set()
    rules = set(found["rule"].replace("CK-EXPECTED", "CK-COLUMN"))
    assert rules == (told & rules if "CK-TYPE" in rules else told)
    return found


def rows(found: pd.DataFrame) -> list[tuple[str, ...]]:
    columns = ["rule", "subject", "seq", "variable", "value"]
    return [tuple(row) for row in found[columns].fillna("").itertuples(index=False)]


def found(make: Any, ae: Dataset, text: str) -> list[tuple[str, ...]]:
    return rows(validate(make.read_table("AE", text), ae, make.study(ae)))


def test_a_table_that_meets_its_specification_has_no_findings(make: Any, ae: Dataset) -> None:
    assert found(make, ae, GOOD) == []


def test_the_schema_is_one_pandera_itself_can_use(make: Any, ae: Dataset) -> None:
    frame = make.read_table("AE", GOOD).frame
    assert schema(ae, make.study(ae)).validate(frame).equals(frame)


def test_whole_numbers_are_numbers(make: Any, ae: Dataset) -> None:
    frame = make.read_table("AE", GOOD).frame.astype({"AESEQ": "Int64"})
    assert validate(Table("AE", frame, no_trace()), ae, make.study(ae)).empty


def test_a_required_value_that_is_missing_is_found_with_its_subject(make: Any, ae: Dataset) -> None:
    text = GOOD.replace("Cough", "     ")
    assert found(make, ae, text) == [("CK-REQUIRED", "S-1", "2", "AETERM", "")]


def test_a_value_outside_its_codelist_is_found_with_the_nearest_term(
    make: Any, ae: Dataset
) -> None:
    table = make.read_table("AE", GOOD.replace("SEVERE", "SEVERY"))
    result = validate(table, ae, make.study(ae))
    assert rows(result) == [("CK-CODELIST", "S-1", "2", "AESEV", "SEVERY")]
    assert result["message"].item() == (
        "SEVERY is not a term of AESEV; nearest are SEVERE; declare it in terminology.yaml"
    )


def test_multiple_stands_for_several_answers_in_a_qualifier_and_its_copy(make: Any) -> None:
    race = make.variable("RACE", codelist="NY", role="Record Qualifier")
    dm = make.dataset("DM", (make.variable("USUBJID"), race))
    copied = replace(race, role="", rules=(Rule(Origin.PREDECESSOR, ("DM.RACE",)),))
    adsl = make.dataset("ADSL", (make.variable("USUBJID"), copied))
    result = make.dataset("LB", (make.variable("USUBJID"), replace(race, role="Result Qualifier")))
    study = make.study(dm, adsl, result)
    text = "USUBJID | RACE\nS-1 | MULTIPLE"
    for dataset, good in ((dm, True), (adsl, True), (result, False)):
        found = validate(make.read_table(dataset.name, text), dataset, study)
        assert found.empty is good


@pytest.mark.parametrize(
    ("term", "length"), [("12345678901", "11"), ("ééééé1", "11"), ("日本語日", "12")]
)
def test_length_counts_bytes_and_not_characters(
    make: Any, ae: Dataset, term: str, length: str
) -> None:
    result = validate(make.read_table("AE", GOOD.replace("Cough", term)), ae, make.study(ae))
    assert rows(result) == [("CK-LENGTH", "S-1", "2", "AETERM", term)]
    assert result["message"].item() == f"{length} bytes long; 10 are planned"


def test_a_text_of_200_bytes_fits_and_one_of_201_does_not(make: Any) -> None:
    lb = make.dataset("LB", (make.variable("USUBJID"),))
    frame = pd.DataFrame({"USUBJID": ["a" * 200, "b" * 201]})
    result = validate(Table("LB", frame, no_trace()), lb, make.study(lb))
    assert result["message"].tolist() == [
        "201 bytes long; at most 200; the file holds the beginning"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "2020-01-01",
        "2020",
        "2020-02-29",
        "--12-15",
        "2003---15",
        "2020-01-01/2020-01-03",
        "-----T07:15",
    ],
)
def test_dates_may_be_partial_or_intervals(make: Any, ae: Dataset, text: str) -> None:
    assert found(make, ae, GOOD.replace("2020-02-03T10:30", text)) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2020-13-01", ": month 13 does not exist"),
        ("2020-02-30", ": February 2020 has only 29 days"),
        ("2020-01-01T25:00", ": hour 25 does not exist"),
        ("12NOV2020", ""),
        ("2020/01/01", ""),
        ("20200101", ""),
    ],
)
def test_a_date_that_is_not_iso_8601_or_does_not_exist_is_found(
    make: Any, ae: Dataset, text: str, why: str
) -> None:
    table = make.read_table("AE", GOOD.replace("2020-02-03T10:30", text))
    result = validate(table, ae, make.study(ae))
    assert rows(result) == [("CK-ISO8601", "S-1", "2", "AESTDTC", text)]
    assert result["message"].item() == f"{text} is not ISO 8601{why}"


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("P3D", True),
        ("PT2H30M", True),
        ("-P1Y", True),
        ("P2W", True),
        ("P", False),
        ("P1DT", False),
        ("3 days", False),
        ("2020-01-01/2020-01-02", False),
    ],
)
def test_durations_are_checked(make: Any, text: str, good: bool) -> None:
    dur = make.variable("AEDUR", value_domain="ISO 8601 duration")
    ae = make.dataset("AE", (make.variable("USUBJID"), dur))
    table = make.read_table("AE", f"USUBJID | AEDUR\nS-1 | {text}")
    assert [r[0] for r in rows(validate(table, ae, make.study(ae)))] == (
        [] if good else ["CK-ISO8601"]
    )


def test_a_key_that_occurs_twice_is_found_at_the_later_record(make: Any, ae: Dataset) -> None:
    text = GOOD + "S-1 | 3 | Rash | MILD | 2020-01\nS-2 | 2 | Fever | |\n"
    assert found(make, ae, text) == [
        ("CK-KEY", "S-1", "3", "USUBJID AETERM AESTDTC", "S-1, Rash, 2020-01"),
        ("CK-KEY", "S-2", "2", "USUBJID AETERM AESTDTC", "S-2, Fever, "),
    ]


def test_a_sequence_number_is_unique_within_a_subject(make: Any, ae: Dataset) -> None:
    text = GOOD.replace("S-1     | 2 ", "S-1     | 1 ")
    assert found(make, ae, text) == [("CK-SEQ", "S-1", "1", "AESEQ", "1")]


def test_missing_additional_and_misplaced_columns_are_findings_of_the_dataset(
    make: Any, ae: Dataset
) -> None:
    text = "USUBJID | AETERM | AESEQ | AESEV | AEZZ\nS-1 | Rash | 1 | MILD | x\n"
    assert sorted(found(make, ae, text)) == [
        ("CK-COLUMN", "", "", "AESTDTC", ""),
        ("CK-COLUMN", "", "", "AEZZ", ""),
        ("CK-ORDER", "", "", "", ""),
    ]


def test_a_column_of_the_wrong_type_is_one_finding(make: Any, ae: Dataset) -> None:
    frame = make.read_table("AE", GOOD).frame
    frame = frame.assign(AESEQ=frame["AESEQ"].astype("str"), AESEV=1.0)
    result = validate(Table("AE", frame, no_trace()), ae, make.study(ae))
    result = result[result["rule"].eq("CK-TYPE")]
    assert result["variable"].tolist() == ["AESEQ", "AESEV"]
    assert result["message"].tolist() == [
        "the values are str, expected numbers (float64)",
        "the values are float64, expected texts (str)",
    ]


def test_a_rule_about_rows_is_silent_where_a_type_is_wrong(make: Any) -> None:
    names = ("USUBJID", "PARAMCD", "AVALC")
    parameters = (Parameter("A", "A", 1, codelist="NY"),)
    adrs = make.dataset("ADRS", tuple(map(make.variable, names)), parameters=parameters)
    frame = make.read_table("ADRS", "USUBJID | PARAMCD | AVALC\nS-1 | A | X").frame
    table = Table("ADRS", frame.assign(AVALC=1.0), no_trace())
    assert validate(table, adrs, make.study(adrs))["rule"].tolist() == ["CK-TYPE"]


def test_an_empty_table_has_no_findings(make: Any, ae: Dataset) -> None:
    assert found(make, ae, GOOD.strip().splitlines()[0]) == []


def test_what_the_guide_expects_and_the_specification_lacks_is_a_warning(make: Any) -> None:
    dm = make.dataset("DM", (make.variable("STUDYID"), make.variable("USUBJID")))
    study = make.study(dm, standards=MappingProxyType({"SDTMIG": "3.4"}))
    result = validate(make.read_table("DM", "STUDYID | USUBJID\nS | S-1"), dm, study)
    expected = result[result["rule"].eq("CK-EXPECTED")]
    assert set(expected["severity"]) == {"warning"}
    assert {"RFSTDTC", "ARM", "SEX"} <= set(expected["variable"])


def test_a_value_the_guide_does_not_allow_is_found(make: Any) -> None:
    adlb = make.dataset("ADLB", (make.variable("USUBJID"), make.variable("ABLFL")))
    study = make.study(adlb, standards=MappingProxyType({"ADaMIG": "1.3"}))
    result = validate(make.read_table("ADLB", "USUBJID | ABLFL\nS-1 | N\nS-2 | Y"), adlb, study)
    assert rows(result[result["rule"].eq("CK-VALUE")]) == [("CK-VALUE", "S-1", "", "ABLFL", "N")]


def test_dates_of_analysis_datasets_are_dates(make: Any) -> None:
    adlb = make.dataset("ADLB", (make.variable("USUBJID"), make.variable("ADT", analysis=True)))
    good = make.read_table("ADLB", "USUBJID | ADT\nS-1 | 2020-01-02\nS-2 |")
    assert validate(good, adlb, make.study(adlb)).empty
    wrong = Table("ADLB", good.frame.assign(ADT=[21916.0, None]), no_trace())
    assert validate(wrong, adlb, make.study(adlb))["message"].tolist() == [
        "the values are float64, expected dates"
    ]


def test_values_are_checked_by_parameter(make: Any) -> None:
    names = ("USUBJID", "ASEQ", "PARAMCD", "PARAM", "AVALC")
    adrs = make.dataset(
        "ADRS",
        tuple(make.variable(name) for name in names),
        keys=("USUBJID", "PARAMCD"),
        parameters=(
            Parameter("SRI4", "SLE Responder Index 4", 1, codelist="NY"),
            Parameter("NOTE", "A note", 2),
        ),
    )
    table = make.read_table(
        "ADRS",
        """
        USUBJID | ASEQ | PARAMCD | PARAM                 | AVALC
        S-1     | 1    | SRI4    | SLE Responder Index 4 | YES
        S-1     | 2    | NOTE    | A notice              | YES
        S-2     | 1    | SRI4    | SLE Responder Index 4 | Y
        S-2     | 2    | SRI5    | SLE Responder Index 5 | YES
        """,
    )
    assert sorted(rows(validate(table, adrs, make.study(adrs)))) == [
        ("CK-CODELIST", "S-1", "1", "AVALC", "YES"),
        ("CK-DECODE", "S-1", "2", "PARAM", "A notice"),
        ("CK-PARAMCD", "S-2", "2", "PARAMCD", "SRI5"),
    ]


def test_tests_are_those_the_blocks_declare(make: Any) -> None:
    vs = make.dataset(
        "VS",
        (make.variable("USUBJID"), make.variable("VSTESTCD")),
        blocks=(Block("vitals", assign={"VSTESTCD": "PULSE"}),),
    )
    table = make.read_table("VS", "USUBJID | VSTESTCD\nS-1 | PULSE\nS-2 | PULS")
    assert rows(validate(table, vs, make.study(vs))) == [
        ("CK-TESTCD", "S-2", "", "VSTESTCD", "PULS")
    ]


def test_a_dataset_that_declares_no_tests_may_have_any(make: Any) -> None:
    vs = make.dataset("VS", (make.variable("USUBJID"), make.variable("VSTESTCD")))
    table = make.read_table("VS", "USUBJID | VSTESTCD\nS-1 | PULSE")
    assert validate(table, vs, make.study(vs)).empty


def test_qualifiers_are_checked_for_shape_and_by_name(make: Any, ae: Dataset) -> None:
    names = ("RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL")
    qualifier = replace(make.variable("AETRTPRV", codelist="NY"), label="Treatment Given Before")
    supp = make.dataset(
        "SUPPAE",
        tuple(make.variable(name) for name in names),
        keys=("USUBJID", "IDVARVAL", "QNAM"),
        supplemental=(qualifier,),
    )
    table = make.read_table(
        "SUPPAE",
        """
        RDOMAIN | USUBJID | IDVAR | IDVARVAL | QNAM     | QLABEL                 | QVAL
        AE      | S-1     | AESEQ | 1        | AETRTPRV | Treatment Given Before | Y
        AE      | S-1     | AESEQ | 2        | AETRTPRV | Treatment Given Before | Yes
        CM      | S-2     | AESEQ | 1        | AETRTPRV | Treatment Before       | N
        AE      | S-3     | AESEQ |          | AETRTPRV | Treatment Given Before | N
        AE      | S-4     | AEZZZ | 7        | AEXX     | Other                  | N
        """,
    )
    assert sorted(rows(validate(table, supp, make.study(ae, supp)))) == [
        ("CK-CODELIST", "S-1", "2", "QVAL", "Yes"),
        ("CK-DECODE", "S-2", "1", "QLABEL", "Treatment Before"),
        ("CK-IDVAR", "S-3", "", "IDVARVAL", ""),
        ("CK-IDVAR", "S-4", "", "IDVAR", "AEZZZ"),
        ("CK-QNAM", "S-4", "", "QNAM", "AEXX"),
        ("CK-RDOMAIN", "S-2", "1", "RDOMAIN", "CM"),
    ]


def test_findings_are_the_same_whatever_the_index_of_the_frame(make: Any, ae: Dataset) -> None:
    table = make.read_table("AE", GOOD.replace("SEVERE", "SEVERY"))
    moved = Table("AE", table.frame.set_axis([7, 7, 9]), no_trace())
    assert rows(validate(moved, ae, make.study(ae))) == [
        ("CK-CODELIST", "S-1", "2", "AESEV", "SEVERY")
    ]


@pytest.mark.parametrize(
    ("domain", "name", "good", "bad"),
    [
        ("DM", "DTHFL", "Y", "N"),
        ("VS", "VSLOBXFL", "Y", "N"),
        ("CM", "CMPRESP", "Y", "N"),
        ("LB", "LBDRVFL", "Y", "N"),
        ("AE", "AECONTRT", "N", "U"),
        ("AE", "AESER", "N", "U"),
    ],
)
def test_a_rule_narrows_the_terms_that_a_variable_may_have(
    make: Any, domain: str, name: str, good: str, bad: str
) -> None:
    terms = tuple(Term("", term) for term in ("N", "U", "Y"))
    ny = StudyCodelist("NY", Codelist("C66742", "NY", "No Yes", extensible=False, terms=terms))
    columns = (make.variable("USUBJID"), make.variable(name, codelist="NY"))
    narrow = make.dataset(domain, columns)
    study = make.study(narrow, codelists={"NY": ny})
    table = make.read_table(domain, f"USUBJID|{name}\nS-1|{good}\nS-2|{bad}\nS-3|\nS-4|?")
    found = rows(validate(table, narrow, study))
    assert [row for row in found if row[0] != "CK-KEY" and row[1]] == [
        ("CK-CODELIST", "S-4", "", name, "?"),
        ("CK-VALUE", "S-2", "", name, bad),
    ]


def test_a_country_is_a_code_of_three_letters(make: Any) -> None:
    dm = make.dataset("DM", (make.variable("USUBJID"), make.variable("COUNTRY")))
    table = make.read_table("DM", "USUBJID|COUNTRY\nS-1|DEU\nS-2|DE\nS-3|UK\nS-4|GBR")
    found = rows(validate(table, dm, make.study(dm)))
    assert [row for row in found if row[0] == "CK-COUNTRY"] == [
        ("CK-COUNTRY", "S-2", "", "COUNTRY", "DE"),
        ("CK-COUNTRY", "S-3", "", "COUNTRY", "UK"),
    ]


def test_values_are_checked_against_the_list_of_their_value_level(make: Any) -> None:
    def listed(name: str, *terms: str) -> StudyCodelist:
        of = tuple(Term("", term) for term in terms)
        return StudyCodelist(name, Codelist("C1", name, name, extensible=False, terms=of))

    def where(category: str) -> tuple[Where, ...]:
        return (Where(variable="DSCAT", comparator=Comparator.EQ, values=(category,)),)

    lists = {
        "NCOMPLT": listed("NCOMPLT", "COMPLETED"),
        "PROTMLST": listed("PROTMLST", "RANDOMIZED"),
        "DSDECOD": replace(
            listed("DSDECOD", "COMPLETED", "RANDOMIZED"), of=("NCOMPLT", "PROTMLST")
        ),
    }
    decoded = make.variable("DSDECOD", codelist="DSDECOD")
    values = (
        Value(where("END"), replace(decoded, codelist="NCOMPLT")),
        Value(where("MILE"), replace(decoded, codelist="PROTMLST")),
    )
    columns = (
        make.variable("USUBJID"),
        make.variable("DSCAT"),
        replace(decoded, values=values),
    )
    ds = make.dataset("DS", columns, keys=("USUBJID", "DSCAT"))
    table = make.read_table(
        "DS", "USUBJID|DSCAT|DSDECOD\nA|END|COMPLETED\nA|MILE|RANDOMIZED\nB|END|RANDOMIZED"
    )
    result = validate(table, ds, make.study(ds, codelists=lists))
    assert rows(result) == [("CK-CODELIST", "B", "", "DSDECOD", "RANDOMIZED")]
    assert result["message"].item().endswith('(where DSCAT EQ "END")')
