"""What does a rule give: the engine that runs the rules of SDTM and of ADaM alike."""
