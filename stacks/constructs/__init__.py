"""One capability each; grants are made where things are wired."""
