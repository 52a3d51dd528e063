"""Dataset-JSON against the official schema and examples."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema
import pandas as pd
import pytest

from submission.dataset_json import read_dataset_json, write_dataset_json
from tests import beside
from tests.submission.test_dataset_json import DATASET, FRAME, SUFFIXES, rows_of, text_of

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = beside.reference("transport/schema")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("rows", [0, 3])
def test_a_file_satisfies_the_official_schema(tmp_path: Path, suffix: str, rows: int) -> None:
    schema = json.loads((SCHEMA / "dataset.schema.json").read_text())
    path = tmp_path / f"xx.{suffix}"
    write_dataset_json(FRAME.iloc[:rows], path, DATASET)
    text = text_of(path) if suffix == "json" else text_of(path).splitlines()[0]
    found = json.loads(text)
    jsonschema.validate(found, schema)
    ordered = [key for key in schema["properties"] if key in found]
    assert set(ordered) == set(found)
    assert list(found)[:2] == ["datasetJSONCreationDateTime", "datasetJSONVersion"]
    assert found["records"] == rows


def test_official_examples_are_read_and_agree(tmp_path: Path) -> None:
    whole, dataset = read_dataset_json(SCHEMA / "example-dm.json")
    packed, _ = read_dataset_json(SCHEMA / "example-dm.dsjc")
    pd.testing.assert_frame_equal(whole, packed)
    assert (dataset.name, dataset.label, dataset.records) == ("DM", "Demographics", 18)
    for suffix in SUFFIXES:
        path = tmp_path / f"dm.{suffix}"
        assert write_dataset_json(whole, path, dataset) == dataset
        assert rows_of(path) == json.loads((SCHEMA / "example-dm.json").read_bytes())["rows"]
