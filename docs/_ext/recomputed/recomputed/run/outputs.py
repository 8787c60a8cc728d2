"""The outputs of a cell in the order in which they come, as a notebook holds them.

Text that Python writes, text that child processes and C libraries write, displays, results and figures all
end up in one list, `Outputs.now`. What is written to the file descriptors 1 and 2 goes to two files; before
each output of Python's own, and at the end of a cell, their new text is taken. So a child process that has
ended before the next ``print`` stands before it, as on a terminal.
"""

import base64
import io
import os
import re
import sys
from codecs import getincrementaldecoder
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, from_dict, v4


class Outputs:
    """The outputs of the cell that runs, and those of earlier cells that a display may still change."""

    def __init__(self, folder: Path) -> None:
        self.now: list[NotebookNode] = []
        self._clear_at_next = False
        self._shown: dict[str, list[NotebookNode]] = {}
        self._files = [_File(1, "stdout", folder), _File(2, "stderr", folder)]
        self.streams = {file.name: Stream(self, file.name, file.number) for file in self._files}

    def begin(self) -> None:
        """Begin a cell."""
        self.now = []
        self._clear_at_next = False

    def end(self) -> list[NotebookNode]:
        """Return the outputs of the cell, with streams as a terminal would show them."""
        self.take_written()
        for output in self.now:
            if output.output_type == "stream":
                output.text = as_shown(output.text)
        return [o for o in self.now if o.output_type != "stream" or o.text]

    def take_written(self) -> None:
        """Take what child processes and C libraries have written since."""
        for own in (sys.__stdout__, sys.__stderr__):
            if own is not None:
                own.flush()
        for file in self._files:
            if text := file.new_text():
                self._write(file.name, text)

    def write(self, name: str, text: str) -> None:
        """Add text to a stream."""
        self.take_written()
        self._write(name, text)

    def _write(self, name: str, text: str) -> None:
        self._begin_output()
        last = self.now[-1] if self.now else None
        if last is not None and last.output_type == "stream" and last.name == name:
            last.text += text
        else:
            self.now.append(v4.new_output("stream", name=name, text=text))

    def add(self, output: NotebookNode) -> None:
        """Add a display, a result, a figure or an error."""
        self.take_written()
        self._begin_output()
        self.now.append(output)

    def display(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any],
        display_id: str | None,
        *,
        update: bool,
    ) -> None:
        """Show something, or show it in the place of what had the same id, on this cell or an earlier one."""
        if update and display_id is not None:
            for output in self._shown.get(display_id, ()):
                output.data, output.metadata = from_dict(sendable(data)), from_dict(metadata)
            return
        output = v4.new_output("display_data", data=sendable(data), metadata=metadata)
        self.add(output)
        if display_id is not None:
            self._shown.setdefault(display_id, []).append(output)

    def clear(self, *, wait: bool) -> None:
        """Forget the outputs of this cell, at once or when the next one comes."""
        self.take_written()
        if wait:
            self._clear_at_next = True
        else:
            self.now.clear()

    def _begin_output(self) -> None:
        if self._clear_at_next:
            self._clear_at_next = False
            self.now.clear()


class _File:
    """A file that a descriptor of this process leads to."""

    def __init__(self, number: int, name: str, folder: Path) -> None:
        self.number, self.name = number, name
        file = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(file, number)
        os.close(file)
        self._written = (folder / name).open("rb", buffering=0)
        self._decoder = getincrementaldecoder("utf-8")("replace")

    def new_text(self) -> str:
        """Return what was written since this was last asked."""
        return self._decoder.decode(self._written.read())


class Stream(io.TextIOBase):
    """What ``sys.stdout`` and ``sys.stderr`` are for the code of a page, from its first cell to its last."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, outputs: Outputs, name: str, number: int) -> None:
        self.outputs, self.name, self._number, self._process = (
            outputs,
            f"<{name}>",
            number,
            os.getpid(),
        )
        self._stream = name

    def write(self, text: str) -> int:
        """Write text; a process that was forked from this one writes to the descriptor."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if os.getpid() == self._process:
            self.outputs.write(self._stream, text)
        else:
            os.write(self._number, text.encode("utf-8", "replace"))
        return len(text)

    def writable(self) -> bool:
        """Say that it is there to be written to."""
        return True

    def fileno(self) -> int:
        """Return the descriptor, for child processes; what they write there arrives here, too."""
        return self._number


def sendable(data: dict[str, Any]) -> dict[str, Any]:
    """Return a display's forms as a notebook holds them: bytes, those of a PNG for example, in base64."""
    return {
        kind: base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value
        for kind, value in data.items()
    }


def as_shown(text: str) -> str:
    r"""Return text as a terminal shows it: a carriage return goes back to the start of the line.

    >>> as_shown("1 of 3\r2 of 3\r3 of 3\n"), as_shown("done \x08!\r\n")
    ('3 of 3\n', 'done!\n')
    """
    if "\r" not in text and "\x08" not in text:
        return text
    lines = text.replace("\x1b[2K", "").replace("\r\n", "\n").split("\n")
    return "\n".join(map(_line_as_shown, lines))


def _line_as_shown(line: str) -> str:
    while "\x08" in line:  # a backspace takes what is before it
        line = re.sub(r"[^\x08]?\x08", "", line, count=1)
    shown = ""
    for written in line.split("\r"):
        shown = written + shown[len(written) :]
    return shown


def take_streams(outputs: Outputs) -> None:
    """Let everything that is written in this process from now on go to the outputs."""
    sys.stdout, sys.stderr = outputs.streams["stdout"], outputs.streams["stderr"]
