"""JSON Schemas take what the reader of a study's files takes, and refuse what it refuses."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from cdisckit.editors import names_in
from specs.editors import Names, schemas, write_schemas
from specs.editors.schemas import KINDS
from specs.editors.settings import write_settings
from specs.errors import OutputError
from specs.yaml_files import read_yaml

STUDIES = Path(__file__).parents[2] / "studies"
WORKED = sorted(path.parent for path in STUDIES.glob("*/study.yaml"))


@cache
def validators(study: Path) -> dict[str, Draft7Validator]:
    made = schemas(names_in(study))
    for schema in made.values():
        Draft7Validator.check_schema(schema)
    return {kind: Draft7Validator(schema) for kind, schema in made.items()}


def plain(value: Any) -> Any:
    """The content of a file as JSON has it."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def told(study: Path, kind: str, content: Any) -> list[str]:
    errors = validators(study)[kind].iter_errors(plain(content))
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in errors]


@pytest.mark.parametrize("study", WORKED, ids=lambda study: study.name)
def test_every_file_of_a_worked_study_is_as_its_schema_says(study: Path) -> None:
    for kind, (_, files) in KINDS.items():
        for path in sorted(study.glob(files)):
            assert told(study, kind, read_yaml(path).content) == [], path.name


AE: dict[str, Any] = {
    "dataset": "AE",
    "records": {"from": "ae"},
    "keys": ["STUDYID", "USUBJID", "AETERM"],
    "variables": {
        "AETERM": {"collected": "aeterm"},
        "AESTDY": {"derived": "study_day", "from": ["AESTDTC", "DM.RFSTDTC"]},
        "AESER": {"collected": "aeser", "codelist": "NY", "when": [{"AEYN": {"EQ": "1"}}]},
    },
}


def changed(*keys: str, to: Any) -> dict[str, Any]:
    """AE with something else in the place that the keys lead to."""
    copy = json.loads(json.dumps(AE))
    at = copy
    for key in keys[:-1]:
        at = at[key]
    at[keys[-1]] = to
    return copy


def test_the_file_that_is_broken_below_is_well_before() -> None:
    assert told(WORKED[0], "sdtm", AE) == []


@pytest.mark.parametrize(
    "broken",
    [
        changed("varaibles", to={}),
        changed("keys", to=None),
        changed("keys", to="USUBJID"),
        changed("variables", "AETERM", to={"colected": "aeterm"}),
        changed("variables", "AETERM", to="standrad"),
        changed("variables", "AETERM", to={"collected": {"constnat": "A"}}),
        changed("variables", "AESTDY", "derived", to="study_dya"),
        changed("variables", "AESTDY", "with", to={"points": 4}),
        changed("variables", "AESER", "codelist", to="NYX"),
        changed("variables", "AESER", "when", to=[{"AEYN": {"IS": "1"}}]),
        changed("variables", "AESER", "when", to={"AEYN": {"EQ": "1"}}),
        changed("variables", "AESER", "length", to=0),
        changed("variables", "AESER", "type", to="number"),
        changed("records", to={"from": "ae", "keep": "middle"}),
    ],
    ids=lambda broken: json.dumps(broken)[-60:],
)
def test_a_broken_file_is_refused(broken: dict[str, Any]) -> None:
    assert told(WORKED[0], "sdtm", broken)


def test_every_key_is_told_in_words() -> None:
    for kind, schema in schemas(Names()).items():
        for name, part in [(kind, schema), *schema.get("$defs", {}).items()]:
            for key, described in part.get("properties", {}).items():
                assert described.get("description") or name in ("Where", "Taken"), (name, key)


def test_functions_come_with_what_they_do_and_take() -> None:
    functions = schemas(names_in(WORKED[0]))["sdtm"]["$defs"]["Called"]["oneOf"]
    study_day = next(one for one in functions if one["const"] == "study_day")
    assert study_day["description"].startswith("from: date, reference")


def test_settings_of_a_user_stay(tmp_path: Path) -> None:
    (tmp_path / ".vscode").mkdir()
    settings = tmp_path / ".vscode" / "settings.json"
    settings.write_text('{"editor.tabSize": 2, "yaml.schemas": {"own.json": "own.yaml"}}', "utf-8")
    write_schemas(Names(), tmp_path / ".vscode" / "schemas")
    write_settings(tmp_path)
    read = json.loads(settings.read_text("utf-8"))
    assert read["editor.tabSize"] == 2
    assert read["yaml.schemas"]["own.json"] == "own.yaml"
    assert read["yaml.schemas"]["./.vscode/schemas/sdtm.schema.json"] == "sdtm/*.yaml"
    assert (tmp_path / ".vscode" / "schemas" / "sdtm.schema.json").exists()


def test_settings_that_cannot_be_read_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / ".vscode").mkdir()
    (tmp_path / ".vscode" / "settings.json").write_text("{ // a remark\n}", "utf-8")
    with pytest.raises(OutputError, match="is not JSON"):
        write_settings(tmp_path)
