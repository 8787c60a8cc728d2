"""Executing code, and keeping what it computed. Nothing here knows of Sphinx."""
