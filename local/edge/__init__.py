"""A CloudFront stand-in, driven by the deployed distribution's own configuration.

What it does not model it refuses at start, or docs/fidelity.md names it.
"""
