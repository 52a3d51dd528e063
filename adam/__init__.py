"""How SDTM becomes analysis data."""
