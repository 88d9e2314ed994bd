"""MiniStack as a child process, with corrections for what its pinned version gets wrong."""
