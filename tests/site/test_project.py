"""The files around the code agree: commands, versions, locks, checks."""

import importlib.metadata
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent.parent
LOCKS = ("docs", "tests")


def read(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


def shell_lines(markdown: str) -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", markdown, re.MULTILINE | re.DOTALL)
    return [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]


def sessions_in(text: str) -> list[str]:
    return re.findall(r"noxfile\.py -s (\w+)", text)


def sessions() -> set[str]:
    return set(re.findall(r"^@nox\.session\ndef (\w+)", read("noxfile.py"), re.MULTILINE))


def pins(lock: str) -> dict[str, str]:
    lines = [line for line in read(f"requirements/{lock}.txt").splitlines() if line[:1] != "#"]
    return dict(line.split("==") for line in lines)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def direct_dependencies(extra: str) -> set[str]:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    found, waiting = set(), [*project["dependencies"], f"ravine[{extra}]"]
    while waiting:
        name, extras = re.match(r"([\w.-]+)(?:\[(.*?)\])?", waiting.pop()).groups()
        if name == "ravine":
            for inner in extras.split(","):
                waiting += project["optional-dependencies"][inner]
        else:
            found.add(normal(name))
    return found


def test_the_readme_has_two_commands_and_they_are_sessions():
    commands = [line for line in shell_lines(read("README.md")) if line.startswith("python")]
    assert commands == ["python3 noxfile.py -s docs", "python3 noxfile.py -s tests"]
    assert set(sessions_in(read("README.md"))) <= sessions()


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", ".ci/run", "docs/about/authoring.md"])
def test_every_command_elsewhere_is_a_session(name):
    named = sessions_in(read(name))
    assert named
    assert set(named) <= sessions()


def test_ci_runs_every_check_the_quickest_first_and_the_readmes_two_commands():
    named = sessions_in(read(".ci/run"))
    assert named[:3] == ["lint", "docs", "tests"], "the tests take over what the site's build made"
    assert set(named) == {
        *("tests", "lint", "docs", "wheel", "engine", "browser", "mutants", "faults")
    }
    subprocess.run(["bash", "-n", ".ci/run"], cwd=REPOSITORY, check=True)


def commands_of(workflow: str) -> list[str]:
    return re.findall(r"^ +(?:- )?run: (.*)$", read(f".github/workflows/{workflow}"), re.MULTILINE)


def test_every_week_all_mutants_and_faults_are_tried_and_many_more_examples():
    assert commands_of("weekly.yml") == [
        "python3 noxfile.py -s tests -- --hypothesis-profile=thorough",
        "python3 noxfile.py -s mutants",
        "python3 noxfile.py -s faults",
    ]
    assert "schedule:" in read(".github/workflows/weekly.yml")


def test_the_public_workflow_runs_what_ci_runs_and_publishes_what_docs_builds():
    workflow = read(".github/workflows/site.yml")
    assert commands_of("site.yml") == ["bash .ci/run"]
    assert "path: docs/_build/html" in workflow
    assert 'SITE = BUILD / "html"' in read("noxfile.py")


def test_the_version_is_the_same_everywhere():
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    assert importlib.metadata.version("ravine") == version
    assert re.search(r"^version: (.*)$", read("CITATION.cff"), re.MULTILINE)[1] == version
    released = re.findall(r"^## \[(\d.*?)\]", read("CHANGELOG.md"), re.MULTILINE)
    assert released[0] == version
    assert f'version = release = "{version}"' in read("docs/conf.py")


def test_every_python_named_is_the_oldest_supported_one():
    project = tomllib.loads(read("pyproject.toml"))
    oldest = project["project"]["requires-python"].removeprefix(">=")
    assert f'# requires-python = ">={oldest}"' in read("noxfile.py")
    assert f'python-version: "{oldest}"' in read(".github/workflows/site.yml")
    assert project["tool"]["mypy"]["python_version"] == oldest
    assert project["tool"]["ruff"]["target-version"] == "py" + oldest.replace(".", "")


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_exact_pins_and_nothing_of_one_machine(lock):
    for line in read(f"requirements/{lock}.txt").splitlines()[1:]:
        assert re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", line), line
        assert not re.match(r"nvidia|cuda|triton", line), line


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_says_how_it_is_made(lock):
    assert sessions_in(read(f"requirements/{lock}.txt").splitlines()[0]) == ["lock"]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_every_direct_dependency(lock):
    missing = direct_dependencies(lock) - {normal(name) for name in pins(lock)}
    assert not missing


def test_what_both_locks_hold_has_one_version():
    docs, tests = pins("docs"), pins("tests")
    assert docs.items() <= tests.items()


def test_the_licences_are_there():
    assert read("LICENSE").startswith("BSD 3-Clause License")
    assert "CC BY 4.0" in read("LICENSE-text")
    readme = read("README.md")
    links = re.findall(r"\]\((?!http)([^)#]+)\)", readme)
    pictures = re.findall(r'src(?:set)?="([^"]+)"', readme)
    for name in links + pictures:
        assert (REPOSITORY / name).exists(), name
