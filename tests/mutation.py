"""How much the tests are worth: each small change to the code must fail one of them.

    python tests/mutation.py            both runs, an hour or more on two cores
    python tests/mutation.py embed      jupid_embed, by its own tests and embed/portable
    python tests/mutation.py answers    jupid_answers, by the tests of it and of what it writes,
                                        but the fuzzer, which takes minutes for each change

mutmut makes the changes. It leaves decorated functions alone, so they are written
without the decorator's sign first. Fails below 95 %, and for a survivor that
mutation.toml beside this file does not explain.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
MUTMUT = [sys.executable, "-m", "mutmut"]
ENOUGH = 95

CONFIGURATION = {
    "embed": """
[tool.mutmut]
source_paths = ["src/jupid_embed/"]
do_not_mutate = ["src/jupid_embed/tests/*"]
also_copy = ["example", "manage.py", ".env"]
pytest_add_cli_args = ["-p", "no:cacheprovider", "-q"]
pytest_add_cli_args_test_selection = ["src"]
""",
    "answers": """
[tool.mutmut]
source_paths = ["jupid_answers/"]
also_copy = ["cookiecutter.json", "hooks", "tests", "{{cookiecutter.project_slug}}"]
timeout_multiplier = 2
pytest_add_cli_args = [
    "-p", "no:cacheprovider", "-q", "-n0", "-k", "not read_anew and not read_back",
    "-W", "ignore:Model:RuntimeWarning",
]
pytest_add_cli_args_test_selection = [
    "tests/answers/test_paths.py", "tests/answers/test_rules.py",
    "tests/answers/test_together.py", "tests/answers/test_shape.py",
    "tests/answers/test_extension.py", "tests/answers/test_hostile_settings.py",
    "tests/answers/test_written.py",
]
""",
}


class Survivor(NamedTuple):
    """A change that no test noticed: where, and the text before and after."""

    where: str
    was: str
    now: str


def without_signs(source: str) -> str:
    """Write ``@d`` above ``def f`` as ``f = d(f)`` below it, which means the same."""
    lines = source.splitlines()
    functions = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.decorator_list
    ]
    for function in sorted(functions, key=lambda node: -node.lineno):
        signs = function.decorator_list
        pad = " " * function.col_offset
        call = function.name
        for sign in reversed(signs):
            call = f"{ast.unparse(sign)}({call})"
        end = function.end_lineno or 0
        lines.insert(end, f"{pad}{function.name} = {call}")
        del lines[signs[0].lineno - 1 : function.lineno - 1]
    return "\n".join(lines) + "\n"


def prepare(what: str, folder: Path) -> Path:
    """Copy what is to be changed, and the tests that should notice, into ``folder``."""
    if what == "embed":
        command = [
            sys.executable,
            "-m",
            "cookiecutter",
            "--no-input",
            "-o",
            str(folder),
        ]
        env = {**os.environ, "HOME": str(folder), "USERPROFILE": str(folder)}
        subprocess.run(
            [*command, str(ROOT)], check=True, env=env, stdout=subprocess.DEVNULL
        )
        project = folder / "jupid-integration"
        for module in (ROOT / "tests/embed/portable").glob("*.py"):
            shutil.copy(module, project / "src/jupid_embed/tests")
        sources = [
            file
            for file in (project / "src/jupid_embed").rglob("*.py")
            if "tests" not in file.parts[len(project.parts) :]
        ]
    else:
        project = folder / "template"
        ignored = shutil.ignore_patterns(
            ".git", ".venv", "benchmarks", "__pycache__", ".*cache"
        )
        shutil.copytree(ROOT, project, ignore=ignored)
        sources = list((project / "jupid_answers").glob("*.py"))
    for file in sources:
        file.write_text(without_signs(file.read_text("utf-8")), "utf-8")
    with open(project / "pyproject.toml", "a", encoding="utf-8") as settings:
        settings.write(CONFIGURATION[what])
    return project


def mutmut(project: Path, *arguments: str) -> str:
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"}
    done = subprocess.run(
        [*MUTMUT, *arguments],
        cwd=project,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        sys.exit(f"mutmut {' '.join(arguments)} failed:\n{done.stdout[-5000:]}")
    return done.stdout


def survivor(project: Path, name: str) -> Survivor:
    diff = mutmut(project, "show", name).splitlines()
    texts = {
        sign: " ".join(
            line[1:].strip()
            for line in diff
            if line.startswith(sign) and not line.startswith(sign * 3)
        )
        for sign in "-+"
    }
    where = re.sub(r"\.x_|\.xǁ", ".", name.rpartition("__mutmut_")[0])
    return Survivor(where.replace("ǁ", "."), texts["-"], texts["+"])


def explained(entries: list[dict[str, Any]], found: Survivor) -> bool:
    """Whether an entry names the place, the text before and, if it says so, after."""
    return any(
        entry["where"] == found.where
        and found.was in entry["was"]
        and found.now in entry.get("now", [found.now])
        for entry in entries
    )


def run(what: str, folder: Path) -> bool:
    """Make every change, print the score and the survivors; return whether it is good."""
    project = prepare(what, folder)
    mutmut(project, "run")
    results = dict(
        re.findall(
            r"^\s*(\S+): (.+)$", mutmut(project, "results", "--all", "true"), re.M
        )
    )
    noticed = ("killed", "timeout", "segfault")
    killed = [name for name, end in results.items() if end in noticed]
    left = [survivor(project, name) for name in results if name not in killed]
    entries = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))[
        what
    ]
    unexplained = [found for found in left if not explained(entries, found)]
    score = 100 * len(killed) / len(results)
    print(f"{what}: {len(killed)} of {len(results)} changes noticed, {score:.1f} %")
    for found in unexplained:
        print(f"  {found.where}\n    - {found.was}\n    + {found.now}")
    print(f"  {len(left)} survivors, {len(unexplained)} of them not explained")
    return score >= ENOUGH and not unexplained


def main() -> None:
    chosen = sys.argv[1:] or list(CONFIGURATION)
    with tempfile.TemporaryDirectory() as folder:
        good = [run(what, Path(folder) / what) for what in chosen]
    sys.exit(not all(good))


if __name__ == "__main__":
    main()
