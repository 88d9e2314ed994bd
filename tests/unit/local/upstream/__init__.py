"""Programs that look at one function of MiniStack before and after its correction."""
