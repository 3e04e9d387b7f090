"""Agent Guards: merge-blocking checks for repositories where AI agents write the code."""

__version__ = "0.1.0"
