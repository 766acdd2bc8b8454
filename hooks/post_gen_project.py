"""Write .env with a fresh development secret, and say what to do next."""

import sys

# Cookiecutter runs this from the shared temporary folder: import nothing from there.
sys.path[:1] = []

import binascii
import codecs
import os
import stat

URL_SAFE = bytes.maketrans(b"+/", b"-_")

NEXT_STEPS = """
Your Jupid Embed integration is in {folder}. Next, in that folder:

  1. Run its tests:     uv run pytest
  2. See it work:       uv run manage.py demo
  3. Wire it in:        README.md, "Adopt it in your project"
  4. Ask Jupid for your staging values: partner ID, app URL and secret
"""

# What must not be committed: patterns of .gitignore, with files that they are for.
PRIVATE = {
    ".env*": (".env", ".env.production"),
    "*.sqlite*": ("db.sqlite3", "db.sqlite3-wal"),
}

AGAIN = "remove it, and make a secret as README.md says"


def write_secret() -> None:
    """Write a secret of 48 random bytes to .env, for its owner alone.

    An .env that is there already stays as it is. The secret is url-safe as
    ``secrets.token_urlsafe`` makes it, whose import every bake would wait for.
    """
    try:
        handle = os.open(".env", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    if os.name == "posix":
        try:
            os.fchmod(handle, 0o600)  # the umask may have taken the owner's rights, too
        except OSError:
            pass  # this file system keeps no modes
    random = binascii.b2a_base64(os.urandom(48)).translate(URL_SAFE)
    try:
        with open(handle, "wb") as file:
            file.write(b"JUPID_EMBED_SECRET=dev-" + random)
    except OSError:
        os.remove(".env")  # on a full disk it is empty, and the next run would keep it
        raise


def strange_env() -> list[str]:
    """Return a line for each way in which .env is not a file with a secret."""
    lines = []
    if os.path.islink(".env"):
        lines.append(".env is a link: see to it that git ignores what it leads to.")
    try:
        mode = os.stat(".env").st_mode
        if not stat.S_ISREG(mode):
            kind = "a directory" if stat.S_ISDIR(mode) else "no file"
            return [f".env is {kind}: {AGAIN}."]
        with open(".env", "rb") as file:
            content = file.read(100_000)
    except FileNotFoundError:
        return [f".env is a link to nothing: {AGAIN}."]
    except OSError as error:
        return [*lines, f".env cannot be read: {error.strerror}."]
    if os.name == "posix" and mode & 0o077:
        mode = stat.S_IMODE(mode)
        lines.append(f".env is open to others (mode {mode:04o}): chmod 600 .env")
    try:
        text, _ = codecs.utf_8_decode(content)  # the last character may be cut
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        lines.append(".env is not in UTF-8: save it in that encoding.")
    elif not has_secret(text.removeprefix("\ufeff")):
        lines.append(".env holds no JUPID_EMBED_SECRET: make one as README.md says.")
    return lines


def has_secret(text: str) -> bool:
    """Whether the last line of .env that sets the secret sets it to something."""
    found = ""
    for line in text.splitlines():
        name, _, value = line.partition("=")
        if name.strip().removeprefix("export ").strip() == "JUPID_EMBED_SECRET":
            found = value.partition(" #")[0].strip().strip("'\"")
    return found != ""


def unignored() -> list[str]:
    """Return a line for what git would take: .gitignore may be older than this run."""
    folder = os.getcwd()
    while not os.path.lexists(os.path.join(folder, ".git")):
        if folder == os.path.dirname(folder):
            return advice(gitignore())
        folder = os.path.dirname(folder)
    # Imported where there is something to ask: every bake would wait for it.
    import subprocess

    # A shell in which git runs this, as a hook of its own, names that repository.
    elsewhere = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")
    env = {name: value for name, value in os.environ.items() if name not in elsewhere}

    def git(*command: str) -> subprocess.CompletedProcess[bytes]:
        # The folder above may be anybody's, and its configuration names programs.
        git = ["git", "-c", "core.fsmonitor=false", *command]
        return subprocess.run(git, capture_output=True, check=False, env=env)

    try:
        if git("ls-files", "--error-unmatch", ".env").returncode == 0:
            return [".env is tracked by git: git rm --cached .env, and a new secret."]
        names = [name for names in PRIVATE.values() for name in names]
        asked = git("check-ignore", *names)
    except OSError:
        return advice(gitignore())
    if asked.returncode > 1:  # it takes this for nobody's repository
        return advice(gitignore())
    ignored = set(asked.stdout.decode().split())
    return advice([p for p, names in PRIVATE.items() if ignored.issuperset(names)])


def gitignore() -> list[str]:
    """Return the patterns of .gitignore."""
    try:
        with open(".gitignore", encoding="utf-8", errors="replace") as file:
            return [line.strip().lstrip("/") for line in file]
    except OSError:
        return []


def advice(patterns: list[str]) -> list[str]:
    missing = [pattern for pattern in PRIVATE if pattern not in patterns]
    if not missing:
        return []
    return [f"Add {' and '.join(missing)} to .gitignore: secrets and data lie there."]


def main() -> None:
    """Finish the project; a terminal that cannot be written to loses nothing."""
    write_secret()
    message = NEXT_STEPS.format(folder=os.path.basename(os.getcwd()))
    placeholders = "{{ cookiecutter | placeholders }}"
    if placeholders:
        message += f"     Placeholders to replace then: {placeholders}\n"
    notes = strange_env() + unignored()
    if notes:
        message += "\n" + "\n".join(notes) + "\n"
    try:
        os.write(1, message.encode("ascii", "backslashreplace"))
    except OSError:
        pass  # the project is complete; only nobody reads this


if __name__ == "__main__":
    main()
