"""Images: what a file holds, what is made of it, and what is refused. Pure: bytes in, bytes out."""

from __future__ import annotations

RECIPE = "1"
"""Raised whenever what is made of an image changes: it is part of every tag, so URLs change too."""
