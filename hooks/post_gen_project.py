"""Write .env with a fresh development secret, and say what to do next."""

import sys

# Cookiecutter runs this from the shared temporary folder: import nothing from there.
sys.path[:1] = []

import binascii
import os

URL_SAFE = bytes.maketrans(b"+/", b"-_")

NEXT_STEPS = """
Your Jupid Embed integration is in {folder}. Next, in that folder:

  1. Run its tests:     uv run pytest
  2. See it work:       uv run manage.py demo
  3. Wire it in:        README.md, "Adopt it in your project"
  4. Ask Jupid for your staging values: partner ID, app URL and secret
"""


def write_secret() -> None:
    """Write a secret of 48 random bytes to .env, for its owner alone.

    An .env that is there already stays as it is. The secret is url-safe as
    ``secrets.token_urlsafe`` makes it, whose import every bake would wait for.
    """
    try:
        handle = os.open(".env", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    random = binascii.b2a_base64(os.urandom(48)).translate(URL_SAFE)
    try:
        with open(handle, "wb") as file:
            file.write(b"JUPID_EMBED_SECRET=dev-" + random)
    except OSError:
        os.remove(".env")  # on a full disk it is empty, and the next run would keep it
        raise


def is_ignored() -> bool:
    """Whether .gitignore, which may be older than this run, names .env."""
    try:
        with open(".gitignore", "rb") as file:
            return any(line.strip() in (b".env", b"/.env") for line in file)
    except OSError:
        return False


def main() -> None:
    """Finish the project; a terminal that cannot be written to loses nothing."""
    write_secret()
    message = NEXT_STEPS.format(folder=os.path.basename(os.getcwd()))
    placeholders = "{{ cookiecutter | placeholders }}"
    if placeholders:
        message += f"     Placeholders to replace then: {placeholders}\n"
    if not is_ignored():
        message += "\nAdd .env to .gitignore: it holds a secret.\n"
    try:
        os.write(1, message.encode("ascii", "backslashreplace"))
    except OSError:
        pass  # the project is complete; only nobody reads this


if __name__ == "__main__":
    main()
