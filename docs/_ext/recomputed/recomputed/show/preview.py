"""The preview tells on every page what is wrong, with file and line; and on the terminal in a few lines.

A build with ``recomputed_preview`` collects its messages. At its end, also when it stops early, each page of
the preview loads them from one small script, which shows them over the page. A page that a message is about
is read again by the next build, so that the message stays until the page is mended.
"""

import atexit
import json
import logging
import re
import sys
from collections.abc import Set
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util.logging import WarningLogRecordTranslator

SCRIPT = "recomputed-messages.js"

SHOW = """
if (messages.length) {
  const box = document.createElement("aside");
  box.className = "recomputed-messages";
  box.setAttribute("role", "alert");
  box.style.cssText = "position:fixed;inset:auto 0 0 0;max-height:45vh;overflow:auto;z-index:999;padding:1em;"
    + "background:#8b1a10;color:#fff;font:0.9rem/1.4 ui-monospace,monospace;white-space:pre-wrap";
  box.textContent = messages.join("\\n\\n");
  document.body.append(box);
}
"""

# With another address each time: a browser may keep what it has loaded before.
LOAD = """<script>
{
  const script = document.createElement("script");
  script.src = "SCRIPT?" + Date.now();
  document.body.append(script);
}
</script></body>"""

ON_TERMINAL = 6
"""Lines at most; the page has the rest."""


class Collector(logging.Handler):
    """Keeps the warnings and errors of a build."""

    def __init__(self, app: Sphinx) -> None:
        super().__init__(logging.WARNING)
        self.addFilter(WarningLogRecordTranslator(app))  # which writes the place before the message
        self.outdir = Path(app.outdir)
        self.messages: list[str] = []
        self.places: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message; while a page is read, Sphinx holds it back and gives it a second time."""
        if getattr(record, "told", False):
            return
        record.told = True
        text = re.sub(r"\x1b\[[\d;]*m", "", record.getMessage())
        # what another handler has written before us ends with its kind already
        self.messages.append(re.sub(r"( \[[\w.]+\])\1$", r"\1", text))
        self.places.add(str(getattr(record, "location", "")).partition(":")[0])

    def write(self) -> None:
        """Let each page show the messages, and say the first of them on the terminal."""
        folder = self.outdir / "_static"
        folder.mkdir(parents=True, exist_ok=True)
        script = f"((messages) => {{{SHOW}}})({json.dumps(self.messages)});\n"
        (folder / SCRIPT).write_text(script, encoding="utf-8")
        for page in self.outdir.rglob("*.html"):
            text = page.read_text("utf-8")
            if SCRIPT not in text:
                up = "../" * (len(page.relative_to(self.outdir).parts) - 1)
                page.write_text(
                    text.replace("</body>", LOAD.replace("SCRIPT", f"{up}_static/{SCRIPT}"), 1),
                    encoding="utf-8",
                )
        lines = [line for message in self.messages for line in message.splitlines()[:2]]
        for line in lines[:ON_TERMINAL]:
            sys.stderr.write(f"{line}\n")
        if len(lines) > ON_TERMINAL:
            sys.stderr.write(f"... {len(self.messages)} messages in all; each page shows them.\n")


def collector_of(app: Sphinx) -> Collector | None:
    """Return what collects the messages of a build, if it is a preview."""
    found = (h for h in logging.getLogger("sphinx").handlers if isinstance(h, Collector))
    return next((handler for handler in found if handler.outdir == Path(app.outdir)), None)


def begin(app: Sphinx, config: Config) -> None:
    """Collect from now on."""
    if config.recomputed_preview:
        collector = Collector(app)
        logging.getLogger("sphinx").addHandler(collector)
        atexit.register(collector.write)


def troubled(app: Sphinx) -> Path:
    """Return the file that names the pages of which the last build had something to say."""
    return Path(app.doctreedir, "troubled.json")


def read_again(
    app: Sphinx, env: BuildEnvironment, added: Set[str], changed: Set[str], removed: Set[str]
) -> list[str]:
    """Let the pages that had messages be read again."""
    if collector_of(app) is None or not troubled(app).exists():
        return []
    names: list[str] = json.loads(troubled(app).read_text("utf-8"))
    return [name for name in names if name in env.found_docs]


def end(app: Sphinx, exception: Exception | None) -> None:
    """Note which pages had messages, and what has ended a build."""
    if collector := collector_of(app):
        if exception is not None:
            collector.messages.append(f"{type(exception).__name__}: {exception}")
        names = {app.env.path2doc(place) for place in collector.places if place} - {None}
        troubled(app).write_text(json.dumps(sorted(map(str, names))), encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Begin before code is executed."""
    app.connect("config-inited", begin, priority=50)
    app.connect("env-get-outdated", read_again)
    app.connect("build-finished", end, priority=950)
