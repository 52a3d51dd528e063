"""Which origin a variable has, and under which test or parameter."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from lxml import etree

from specs.derivation import Derivation
from specs.model import Block, Dataset, Origin, Parameter, Rule, Study, Variable
from specs.where import Where
from submission.attributes import Attributes, DatasetAttributes
from submission.define.codelists import CodeLists
from submission.define.datasets import Definitions, in_define_order
from submission.define.elements import element
from submission.define.origins import ASSIGNED, ItemOrigin, Origins
from submission.define.records import parameters_comment

COLLECTED = Rule(Origin.COLLECTED, ("field",), origin_source="Vendor")
DERIVED = ItemOrigin("Derived", "Sponsor")
BY_VENDOR = ItemOrigin("Collected", "Vendor")


def total(*items: pd.Series) -> pd.Series:
    """The sum of {items}."""
    return items[0]


def derived(*sources: str, **rest: Any) -> Rule:
    function = Derivation("total", total, "record")
    return Rule(Origin.DERIVED, sources, derivation=function, **rest)


def dataset(name: str, *variables: Variable, **rest: Any) -> Dataset:
    plan = {
        "domain": name,
        "label": name,
        "class_": "FINDINGS",
        "structure": "",
        "purpose": "Tabulation",
        "standard": "SDTMIG",
        "keys": ("USUBJID",),
        "blocks": (Block("form"),),
    }
    return Dataset(name=name, variables=variables, **plan | rest)


def char(name: str, *rules: Rule, **rest: Any) -> Variable:
    return Variable(name, name, "Char", rules=rules, **rest)


def study(*datasets: Dataset) -> Study:
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
        codelists={},
    )


def origins(of: Dataset) -> Origins:
    return Origins(study(of), of)


def test_a_condition_on_the_test_decides_under_which_test_a_rule_counts() -> None:
    only_alt = Where.model_validate({"LBTESTCD": {"EQ": "ALT"}})
    others = Where.model_validate({"LBTESTCD": {"NE": "ALT"}})
    unit = char("LBORRESU", COLLECTED, derived("X", when=(only_alt,)))
    found = origins(dataset("LB", char("LBTESTCD", COLLECTED), unit))
    under = found.under(unit, "ALT")
    assert under.kinds == (BY_VENDOR, DERIVED)
    assert under.method == (
        'The first of these that gives a value: (1) The value of the collected field "field".'
        ' (2) The sum of the collected field "X".'
    )
    assert found.under(unit, "AST").kinds == (BY_VENDOR,)
    unit = char("LBORRESU", derived("X", when=(others,)))
    found = origins(dataset("LB", char("LBTESTCD", COLLECTED), unit))
    assert found.of(unit).method == (
        'Where LBTESTCD NE "ALT": The sum of the collected field "X". Otherwise missing.'
    )


def test_a_rule_counts_where_the_block_binds_what_it_reads() -> None:
    unit = char(
        "LBORRESU",
        Rule(Origin.COLLECTED, ("unit",), origin_source="Vendor"),
        Rule(Origin.ASSIGNED, constant="%"),
    )
    lb = dataset(
        "LB",
        char("LBTESTCD"),
        unit,
        blocks=(
            Block("labs", bind={"unit": "alt_unit"}, assign={"LBTESTCD": "ALT"}),
            Block("labs", assign={"LBTESTCD": "HCT"}),
        ),
    )
    assert origins(lb).under(unit, "ALT").kinds == (BY_VENDOR, ASSIGNED)
    assert origins(lb).under(unit, "HCT").kinds == (ASSIGNED,)
    assert origins(lb).under(unit, "HCT").comment == 'Always "%".'


def test_a_derived_parameter_has_the_origin_of_its_rule() -> None:
    aval = Variable("AVAL", "AVAL", "Num", rules=(Rule(Origin.PREDECESSOR, ("RS.RSSTRESN",)),))
    adrs = dataset(
        "ADRS",
        char("PARAMCD"),
        aval,
        purpose="Analysis",
        standard="ADaMIG",
        parameters=(Parameter("ITEM", "", 1), Parameter("TOTAL", "", 2, rule=derived("A", "B"))),
    )
    assert origins(adrs).under(aval, "ITEM").kinds == (
        ItemOrigin("Predecessor", "", "RS.RSSTRESN"),
    )
    total = origins(adrs).under(aval, "TOTAL")
    assert (total.kinds, total.method) == ((DERIVED,), "The sum of A and B.")


def test_a_variable_without_rules_has_the_origin_of_the_records_that_are_made() -> None:
    etcd = char("ETCD")
    se = dataset("SE", etcd, blocks=(Block("", rule=derived("EX.EXSTDTC")),))
    found = origins(se).of(etcd)
    assert found.kinds == (DERIVED,)
    assert found.method.startswith("The sum of ")


def defined(*datasets: Dataset) -> etree._Element:
    attributes = {
        d.name: DatasetAttributes(
            d.name, 1, {v.name: Attributes(1, "text", 1) for v in d.variables}
        )
        for d in datasets
    }
    specified = study(*datasets)
    definitions = Definitions(specified, attributes, CodeLists(specified))
    for one in in_define_order(datasets):
        definitions.add(one)
    return element("MetaDataVersion", {}, *definitions.item_groups)


def test_trial_design_is_reference_data_and_does_not_repeat() -> None:
    (group,) = defined(dataset("TA", char("ARMCD"), class_="TRIAL DESIGN"))
    assert (group.get("IsReferenceData"), group.get("Repeating")) == ("Yes", "No")


def test_datasets_of_related_records_have_no_domain() -> None:
    (group,) = defined(dataset("RELREC", char("RELID"), class_="RELATIONSHIP"))
    assert group.get("Domain") is None


def test_a_structure_that_is_not_given_is_told_by_the_keys() -> None:
    (group,) = defined(dataset("LB", char("USUBJID"), keys=("USUBJID", "LBTESTCD")))
    structure = group.get("{http://www.cdisc.org/ns/def/v2.1}Structure")
    assert structure == "One record per USUBJID, LBTESTCD"


def test_time_to_event_and_adverse_event_data_have_a_subclass() -> None:
    analysis = {"purpose": "Analysis", "standard": "ADaMIG"}
    datasets = (
        dataset("ADTTE", char("CNSR"), class_="BASIC DATA STRUCTURE", **analysis),
        dataset("ADAE", char("AETERM"), class_="OCCURRENCE DATA STRUCTURE", **analysis),
        dataset("ADCM", char("CMTRT"), class_="OCCURRENCE DATA STRUCTURE", **analysis),
        dataset("ADSL", char("ARM"), class_="SUBJECT LEVEL ANALYSIS DATASET", **analysis),
    )
    groups = defined(*datasets)
    found = [(g.get("Name"), [s.get("Name") for s in g.iter("{*}SubClass")]) for g in groups]
    assert found == [
        ("ADSL", []),
        ("ADAE", ["ADVERSE EVENT"]),
        ("ADCM", []),
        ("ADTTE", ["TIME-TO-EVENT"]),
    ]


def test_a_qualifier_that_is_a_key_of_its_domain_is_one_at_value_level() -> None:
    qualifier = char("LBKEY", COLLECTED)
    lb = dataset("LB", char("USUBJID"), supplemental=(qualifier,), keys=("USUBJID", "LBKEY"))
    supp = dataset(
        "SUPPLB", char("QNAM"), char("QVAL"), supplemental=(qualifier,), parent="LB", domain="LB"
    )
    text = Attributes(1, "text", 1)
    attributes = {
        "SUPPLB": DatasetAttributes(
            "SUPPLB",
            1,
            {"QNAM": text, "QVAL": text},
            "QNAM",
            {"QVAL": {"LBKEY": text}},
        )
    }
    specified = study(lb, supp)
    definitions = Definitions(specified, attributes, CodeLists(specified))
    definitions.add(supp)
    (values,) = definitions.value_lists
    assert [reference.get("KeySequence") for reference in values] == ["2"]


def constant(value: str, **conditions: Any) -> Rule:
    when = tuple(Where.model_validate({name: {"EQ": text}}) for name, text in conditions.items())
    return Rule(Origin.ASSIGNED, constant=value, when=when)


def test_constants_among_which_data_decide_are_derived() -> None:
    described = char("EVNTDESC", constant("RESPONSE", CNSR="0"), constant("CENSORED", CNSR="1"))
    found = origins(dataset("ADTTE", described, char("CNSR"), purpose="Analysis")).of(described)
    assert found.kinds == (DERIVED,)
    assert found.method == (
        'The first of these that gives a value: (1) Where CNSR EQ "0": The text "RESPONSE".'
        ' (2) Where CNSR EQ "1": The text "CENSORED".'
    )
    assert found.calls.splitlines() == [
        "constant('RESPONSE', when=[('CNSR', 'EQ', ['0'])])",
        "constant('CENSORED', when=[('CNSR', 'EQ', ['1'])])",
    ]


def test_a_flag_that_a_value_decides_is_derived() -> None:
    flag = char("ABLFL", constant("Y", AVISIT="Baseline"))
    found = origins(dataset("ADVS", flag, char("AVISIT"), purpose="Analysis")).of(flag)
    assert found.kinds == (DERIVED,)
    assert found.method == 'Where AVISIT EQ "Baseline": The text "Y". Otherwise missing.'


def test_one_constant_under_an_answer_is_assigned_by_the_sponsor() -> None:
    ongoing = char("AEENTPT", constant("END OF STUDY", aeongo="1"))
    found = origins(dataset("AE", ongoing)).of(ongoing)
    assert found.kinds == (ASSIGNED,)
    assert found.comment == (
        'Where the collected field "aeongo" EQ "1": The text "END OF STUDY". Otherwise missing.'
    )


def test_one_constant_wherever_there_is_a_value_is_assigned() -> None:
    there = Where.model_validate({"ECVAMT": {"NE": ""}})
    unit = char("ECVAMTU", Rule(Origin.ASSIGNED, constant="mL", when=(there,)))
    found = origins(dataset("EC", unit, char("ECVAMT"))).of(unit)
    assert found.kinds == (ASSIGNED,)
    assert found.comment == 'Where ECVAMT is not missing: The text "mL". Otherwise missing.'


def test_constants_that_follow_from_the_parameter_are_assigned() -> None:
    category = char("PARCAT1", constant("SCORE", PARAMCD="TOTAL"), constant("ITEM", PARAMCD="ONE"))
    codes = (Parameter("ONE", "", 1), Parameter("TOTAL", "", 2))
    adrs = dataset("ADRS", char("PARAMCD"), category, purpose="Analysis", parameters=codes)
    assert origins(adrs).of(category).kinds == (ASSIGNED,)
    assert origins(adrs).under(category, "ONE").kinds == (ASSIGNED,)


def test_a_copy_that_is_chosen_or_for_some_records_is_derived() -> None:
    """A plain copy is a predecessor; one of two in an order, or under a condition, has a method."""
    without = Where.model_validate({"AVAL": {"EQ": ""}})
    left, right = (Rule(Origin.PREDECESSOR, (f"ADSL.{name}",)) for name in ("EOSDT", "LSTALVDT"))
    some = Rule(Origin.PREDECESSOR, ("LB.LBSTRESC",), when=(without,))
    plain, either, text = char("EOSDT", left), char("LASTDT", left, right), char("AVALC", some)
    rest: dict[str, Any] = {"purpose": "Analysis", "standard": "ADaMIG"}
    found = origins(dataset("ADTTE", char("AVAL"), plain, either, text, **rest))
    assert found.of(plain).kinds == (ItemOrigin("Predecessor", predecessor="ADSL.EOSDT"),)
    assert found.of(either).kinds == (DERIVED,)
    assert found.of(either).method == (
        "The first of these that gives a value: (1) The value of ADSL.EOSDT."
        " (2) The value of ADSL.LSTALVDT."
    )
    assert found.of(text).kinds == (DERIVED,)
    assert found.of(text).method == (
        "Where AVAL is missing: The value of LB.LBSTRESC. Otherwise missing."
    )


def test_a_copy_beside_what_is_derived_keeps_its_origin_and_the_method_tells_both() -> None:
    copied = Rule(Origin.PREDECESSOR, ("RS.RSSTRESN",))
    other = Rule(Origin.PREDECESSOR, ("RS.RSSTRESC",))
    summed = derived("ITEM")
    mixed, chosen = char("AVAL", summed, copied), char("AVALC", summed, copied, other)
    rest: dict[str, Any] = {"purpose": "Analysis", "standard": "ADaMIG"}
    found = origins(dataset("ADX", char("ITEM"), mixed, chosen, **rest))
    assert found.of(mixed).kinds == (DERIVED, ItemOrigin("Predecessor", predecessor="RS.RSSTRESN"))
    assert found.of(mixed).method == (
        "The first of these that gives a value: (1) The sum of ITEM. (2) The value of RS.RSSTRESN."
    )
    assert found.of(chosen).kinds == (DERIVED,)


def test_the_records_of_assigned_parameters_are_told_by_the_comment_on_the_dataset() -> None:
    blocks = tuple(Block("ADSL", assign={"PARAMCD": code}) for code in ("TTA", "TTB"))
    of = dataset("ADTTE", char("PARAMCD"), blocks=blocks, purpose="Analysis", standard="ADaMIG")
    told = parameters_comment(study(of), of)
    assert told == "TTA and TTB: Records as the comment on the dataset tells."
