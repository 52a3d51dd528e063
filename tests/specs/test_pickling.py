"""What a study is made of goes to a worker process and is the same there."""

from __future__ import annotations

import pickle
import subprocess
import sys
from types import MappingProxyType
from typing import TYPE_CHECKING

import sdtm.derivations
from cdisckit.building import open_study
from specs.derivation import derivations_of, study_derivations

if TYPE_CHECKING:
    from pathlib import Path

HALF = '''
import pandas as pd
from specs.derivation import derivation


@derivation(scope="value")
def half(number: pd.Series) -> pd.Series:
    """Half of {number}."""
    return number / 2
'''

WORKER = """
import pickle, sys
import pandas as pd
half = pickle.load(sys.stdin.buffer)
assert half.scope == "value"
print(half.function(pd.Series([7.0]))[0])
"""


def test_a_view_of_a_mapping_is_the_same_and_as_frozen_afterwards() -> None:
    again = pickle.loads(pickle.dumps({"tables": MappingProxyType({"a": 1})}))
    assert isinstance(again["tables"], MappingProxyType)
    assert again == {"tables": {"a": 1}}


def test_a_whole_study_is_the_same_afterwards(root: Path) -> None:
    study = open_study(root / "studies" / "cdiscpilot01-adam", run_code=True)
    assert pickle.loads(pickle.dumps(study)) == study


def test_a_derivation_of_cdisckit_is_the_same_afterwards() -> None:
    study_day = derivations_of(sdtm.derivations)["study_day"]
    assert pickle.loads(pickle.dumps(study_day)) == study_day


def test_a_function_of_a_study_runs_in_a_process_that_has_not_read_the_study(
    root: Path, tmp_path: Path
) -> None:
    file = tmp_path / "derivations.py"
    file.write_text(HALF)
    sent = pickle.dumps(study_derivations(file)["half"])
    ran = subprocess.run(
        [sys.executable, "-c", WORKER], input=sent, capture_output=True, check=True, cwd=root
    )
    assert ran.stdout.strip() == b"3.5"
