"""Look at all answers once more, before anything is written into the project."""

import sys

# Cookiecutter runs this from the shared temporary folder: import nothing from there.
sys.path[:1] = []

import json


def main() -> None:
    """Print a line for each wrong answer, and the command to run again; exit 1."""
    report = json.loads(r"""{{ cookiecutter | report | jsonify }}""")
    if report["problems"]:
        lines = [*report["problems"], f"Run again: {report['command']}"]
        sys.exit("\n".join(lines))


if __name__ == "__main__":
    main()
