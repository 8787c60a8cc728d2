"""From what was executed to what Sphinx reads: pages for myst-nb, scripts for sphinx-gallery."""
