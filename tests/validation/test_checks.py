"""Every check has one file in `checks/`: tables that pass it, tables that fail it, and how."""

from __future__ import annotations

from pathlib import Path
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any

import pytest
from ruamel.yaml import YAML

from specs.findings import SEVERITIES
from validation import checks
from validation.check import Built, Check
from validation.checks import all_checks

CASES = Path(__file__).parent / "checks"
MODULES = [module.name for module in iter_modules(checks.__path__)]
BY_MODULE = dict(zip(MODULES, all_checks(), strict=True))


def built(make: Any, texts: dict[str, str]) -> Built:
    tables = {name: make.read_table(name, text) for name, text in texts.items()}
    versions = MappingProxyType({"SDTMIG": "3.4"})
    return Built(make.study_of(tables, standards=versions), tables)


def case(module: str) -> dict[str, Any]:
    read: dict[str, Any] = YAML(typ="safe").load(CASES / f"{module}.yaml")
    return read


def test_every_check_has_its_file_and_every_file_its_check() -> None:
    assert sorted(path.stem for path in CASES.glob("*.yaml")) == sorted(MODULES)


def test_every_module_declares_one_check_with_its_own_id() -> None:
    assert len({check.id for check in all_checks()}) == len(MODULES)


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.id)
def test_a_check_says_what_it_is(check: Check) -> None:
    assert check.title
    assert check.standard
    assert check.severity in SEVERITIES


@pytest.mark.parametrize("module", MODULES)
def test_what_conforms_passes(make: Any, module: str) -> None:
    assert BY_MODULE[module](built(make, case(module)["passes"])).empty


@pytest.mark.parametrize("module", MODULES)
def test_what_does_not_conform_is_found_where_it_is(make: Any, module: str) -> None:
    given = case(module)
    result = BY_MODULE[module](built(make, given["fails"]))
    columns = ["dataset", "subject", "seq", "variable", "value", "message"]
    expected = [
        [cell.strip() for cell in line.split("|")] for line in given["found"].splitlines()[1:]
    ]
    assert result[columns].fillna("").to_numpy().tolist() == expected
    assert set(result["rule"]) == {BY_MODULE[module].id}
    assert set(result["severity"]) == {BY_MODULE[module].severity}


@pytest.mark.parametrize("module", MODULES)
def test_a_check_has_nothing_to_say_without_its_datasets(make: Any, module: str) -> None:
    assert BY_MODULE[module](built(make, {"ADXX": "AVISIT\nWeek 4"})).empty


@pytest.mark.parametrize("module", MODULES)
def test_a_check_passes_empty_tables(make: Any, module: str) -> None:
    heads = {name: text.splitlines()[0] for name, text in case(module)["fails"].items()}
    assert BY_MODULE[module](built(make, heads)).empty
