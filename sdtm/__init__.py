"""How raw data becomes SDTM."""
