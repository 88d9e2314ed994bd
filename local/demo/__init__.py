"""`make demo`: uploads photographs as a frontend would, and shows what Spool made of them.

It speaks only the public HTTP contract, so that it can be read as an example of a client.
"""
