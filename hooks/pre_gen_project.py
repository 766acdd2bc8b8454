"""Look at all answers once more, before anything is written into the project."""

import sys

# Cookiecutter runs this from the shared temporary folder: import nothing from there.
sys.path[:1] = []


def main() -> None:
    """Print a line for each wrong answer, and the command to run again; exit 1."""
    refusal = bytes.fromhex("{{ cookiecutter | refusal | hexed }}").decode()
    if refusal:
        sys.exit(refusal)


if __name__ == "__main__":
    main()
