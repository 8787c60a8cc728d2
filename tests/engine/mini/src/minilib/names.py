"""What figures and decks are called."""

import re


def figure_label(script):
    """Return the label of a script's figure: plot_0_1_line is Figure 0.1."""
    _, lecture, figure, *_ = script.split("_")
    return f"Figure {lecture}.{figure.upper()}"


def deck_name(docname):
    """Return the deck of a page: those that begin with one number are one."""
    number = re.match(r"\d+(?=-)", docname)
    return f"lecture-{int(number[0])}" if number else docname.replace("/", "-")
