"""Spool's domain library: the vocabulary, the media families, the use cases and their AWS ports."""
