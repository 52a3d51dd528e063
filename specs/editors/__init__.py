"""What an editor is given to complete and check a study's files: JSON Schemas, and settings."""

from specs.editors.schemas import Names, schemas
from specs.editors.settings import write_schemas

__all__ = ["Names", "schemas", "write_schemas"]
