"""Run benchmarks and keep what they measured in results.new.json, with the machine and the date.

`python3 noxfile.py -s bench` calls it for each benchmark, in the environment that has what it needs, and puts
the file in the place of results.json when all are done: the page on performance quotes that one, and a build
that is measured meanwhile must find what the ledger knows.
"""

import importlib
import json
import os
import platform
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

RESULTS = Path(__file__).parent / "results.json"
DRAFT = RESULTS.with_suffix(".new.json")
COMPARED = (
    "numpy",
    "torch",
    "scipy",
    "jax",
    "optax",
    "optimistix",
    "numba",
    "matplotlib",
    "sphinx",
)


def processor() -> str:
    """Name the processor, as far as the system does."""
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in told.splitlines() if "model name" in line]
    return names[0] if names else platform.machine()


def machine() -> dict[str, str | int]:
    """Say what the benchmarks ran on."""
    return {
        "processor": processor(),
        "cores": os.cpu_count() or 1,
        "system": platform.system(),
        "python": platform.python_version(),
    }


def versions() -> dict[str, str]:
    """Return the versions of those packages that are installed here."""
    found = {}
    for name in COMPARED:
        try:
            found[name] = version(name).partition("+")[0]
        except PackageNotFoundError:
            continue
    return found


def main() -> None:
    """Measure each benchmark that is named, and take its numbers into the draft."""
    for name in sys.argv[1:]:
        began = time.perf_counter()
        measured = importlib.import_module(name).measure()
        results = json.loads((DRAFT if DRAFT.exists() else RESULTS).read_text("utf-8"))
        results[name] = measured
        results["machine"] = machine()
        results["date"] = datetime.now(UTC).date().isoformat()
        results["versions"] = results.get("versions", {}) | versions()
        DRAFT.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        print(f"{name}: measured in {time.perf_counter() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
