"""The explorer's numbers are the library's, in Node and in the script that the pages load."""

import dataclasses
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from ravine_site import explorer, formulas
from ravine_site.javascript import function, literal
from recomputed.show.katex import node_program

from tests.small import REPOSITORY


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All modules, the generated ones, the golden runs, and the tests in one folder."""
    folder = tmp_path_factory.mktemp("explorer")
    for source in (REPOSITORY / "docs/_explorer").glob("*.js"):
        shutil.copy(source, folder)
    for test in (REPOSITORY / "tests/explorer").glob("*.mjs"):
        shutil.copy(test, folder)
    (folder / "generated.js").write_text(formulas.module(), encoding="utf-8")
    golden = [dataclasses.asdict(run) for run in formulas.golden_runs()]
    (folder / "golden.json").write_text(json.dumps(golden, allow_nan=False), encoding="utf-8")
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "name", sorted(path.name for path in (REPOSITORY / "tests/explorer").glob("*.mjs"))
)
def test_in_node(modules, name):
    command = [node_program(), "--test", "--test-reporter=tap", name]
    done = subprocess.run(command, cwd=modules, capture_output=True, text=True, check=False)
    failed = [line for line in done.stdout.splitlines() if line.lstrip().startswith("not ok")]
    assert done.returncode == 0, "\n".join(failed)[:2000] + done.stderr
    assert "# pass 0" not in done.stdout


def modules_of(names: str) -> list[str]:
    return names.replace("|", " ").split()


def test_every_module_is_in_a_script_after_those_it_imports():
    in_scripts = {name for names in explorer.SCRIPTS.values() for name in modules_of(names)}
    assert in_scripts == {path.stem for path in explorer.MODULES.glob("*.js")} | {"generated"}
    for names in explorer.SCRIPTS.values():
        before: set[str] = set()
        for name in modules_of(names):
            imported = {match[1] for match in explorer._IMPORT.findall(explorer.source(name))}
            assert imported <= before, name
            before.add(name)


@pytest.mark.parametrize("names", explorer.SCRIPTS.values(), ids=explorer.SCRIPTS)
def test_a_script_is_one_valid_classic_script(tmp_path, names):
    script = tmp_path / "script.js"
    script.write_text(explorer.bundle(names), encoding="utf-8")
    subprocess.run([node_program(), "--check", str(script)], check=True)
    text = script.read_text("utf-8")
    assert "\nimport " not in text
    assert "\nexport " not in text


def test_a_formula_keeps_its_operations_and_their_order():
    code = function(lambda x, y: (x - 1) * (x - 1) / 3 + -y, ["x", "y"])
    assert "const t0 = x - 1;\n  const t1 = t0 * t0;\n  const t2 = t1 / 3;" in code


@pytest.mark.parametrize("value", [float("nan"), float("inf"), True, "x", None])
def test_a_formula_holds_finite_numbers_only(value):
    with pytest.raises(TypeError, match="finite numbers"):
        literal(value)
