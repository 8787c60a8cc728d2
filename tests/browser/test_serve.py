"""The live preview, as an author uses it: save, and look at the browser, which nobody has to touch."""

import os
import runpy
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from .conftest import REPOSITORY

PATIENCE = 300_000
"""Milliseconds. No test is about time, but a preview that says nothing says nothing for ever."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(folder):
    """Serve a repository as an author does; give the address, once it answers, and what the terminal says."""
    port, log = free_port(), folder / "said.txt"
    command = [sys.executable, "noxfile.py", "-s", "serve", "--", "--port", str(port)]
    with (
        log.open("w") as said,
        subprocess.Popen(
            command, cwd=folder, stdout=said, stderr=subprocess.STDOUT, start_new_session=True
        ) as server,
    ):
        try:
            address = f"http://127.0.0.1:{port}/index.html"
            until = time.monotonic() + PATIENCE / 1000
            while not answers(address):
                assert server.poll() is None, log.read_text("utf-8")
                assert time.monotonic() < until, log.read_text("utf-8")
                time.sleep(0.1)
            yield address, log
        finally:
            os.killpg(server.pid, signal.SIGTERM)


def answers(address):
    try:
        urllib.request.urlopen(address).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """A small course in a repository, never built by `docs`."""
    folder = tmp_path_factory.mktemp("served") / "ravine"
    folder.mkdir()
    helpers = runpy.run_path(str(REPOSITORY / "tests/faults/run.py"))
    helpers["copy_small_site"](folder)
    helpers["write_ledger"](folder)
    return folder


def change(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_an_edit_an_error_and_its_mending_are_seen_without_a_touch(repository, chromium):
    with serving(repository) as (address, log):
        look(repository, address, log, chromium)
    with serving(repository):
        """It begins again from its own preview, without a site that `docs` has built."""


def look(folder, address, log, chromium):
    source, script = folder / "docs/index.md", folder / "gallery/lecture_0/plot_0_1_line.py"
    page = chromium.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    expect(page.locator("article")).to_contain_text("The sum is", timeout=PATIENCE)
    wrong = page.locator("aside.recomputed-messages")
    expect(wrong).to_have_count(0, timeout=PATIENCE)

    change(source, "The sum is", "Seen at once, the sum is")
    expect(page.locator("article")).to_contain_text("Seen at once", timeout=PATIENCE)

    before = len(log.read_text("utf-8").splitlines())
    change(source, "{val}`total:.2f`", "{val}`totl:.2f`")
    expect(wrong).to_contain_text("index.md:9", timeout=PATIENCE)
    expect(wrong).to_contain_text("did you mean 'total'", timeout=PATIENCE)
    time.sleep(1)  # what else the terminal would say
    said = log.read_text("utf-8").splitlines()[before:]
    assert len(said) <= 10, said
    assert any("did you mean 'total'" in line for line in said)

    other = folder / "docs/other.md"
    change(
        other, "# Other", "# Other\n\nAn edit elsewhere."
    )  # what is wrong stays, until it is mended
    page.wait_for_load_state()
    expect(wrong).to_contain_text("did you mean 'total'", timeout=PATIENCE)

    change(source, "{val}`totl:.2f`", "{val}`total:.2f`")
    expect(wrong).to_have_count(0, timeout=PATIENCE)

    change(script, "slope = 2.0", "slope = 2.0 / 0")
    expect(wrong).to_contain_text("plot_0_1_line.py:9", timeout=PATIENCE)
    expect(wrong).to_contain_text("ZeroDivisionError", timeout=PATIENCE)
    change(script, "slope = 2.0 / 0", "slope = 2.0")
    expect(wrong).to_have_count(0, timeout=PATIENCE)

    script.rename(script.with_name("plot_0_2_line.py"))
    expect(wrong).to_contain_text("did you mean 'plot_0_2_line'", timeout=PATIENCE)
    script.with_name("plot_0_2_line.py").rename(script)
    expect(wrong).to_have_count(0, timeout=PATIENCE)
    assert "sphinx-err" not in log.read_text("utf-8"), "Sphinx has crashed"
    page.close()
