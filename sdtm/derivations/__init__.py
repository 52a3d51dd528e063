"""Derivations of SDTM, a module for each family; specs may name any function marked here."""
