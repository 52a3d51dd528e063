"""Dataset-JSON, version 1.1: .json, .ndjson and compressed .dsjc, written and read strictly.

What the format cannot hold is a `TransportError` that names dataset, row, column and value; what a
file does not say as the standard wants is a `RawDataError`. Equal input gives equal bytes.
"""

from submission.dataset_json.description import JsonColumn, JsonDataset
from submission.dataset_json.exchange import (
    Difference,
    json_of_xpt,
    transport_frame,
    xpt_of_json,
)
from submission.dataset_json.reader import (
    iter_dataset_json,
    read_dataset_json,
    read_json_description,
)
from submission.dataset_json.specified import specified
from submission.dataset_json.writer import write_dataset_json

__all__ = [
    "Difference",
    "JsonColumn",
    "JsonDataset",
    "iter_dataset_json",
    "json_of_xpt",
    "read_dataset_json",
    "read_json_description",
    "specified",
    "transport_frame",
    "write_dataset_json",
    "xpt_of_json",
]
