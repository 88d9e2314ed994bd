"""`make demo`: uploads photographs and videos as a frontend would, and shows what became of them.

It speaks only the public HTTP contract, so that it can be read as an example of a client.
"""
