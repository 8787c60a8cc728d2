"""How figures look."""

INK = "#102030"
STYLE = {"axes.edgecolor": INK, "svg.fonttype": "none", "figure.figsize": (4.0, 3.0)}
