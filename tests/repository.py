"""The template in git repositories of its own, offline, as a partner would get it."""

from __future__ import annotations

from pathlib import Path

from . import helpers


def git_environment(home: Path, served: Path | None = None) -> dict[str, str]:
    """An environment in which GitHub is the folder ``served``, and git knows who we are."""
    home.mkdir(parents=True, exist_ok=True)
    lines = ["[user]", "name = Ada", "email = ada@example.com", "[init]"]
    lines += ["defaultBranch = main", "[commit]", "gpgsign = false"]
    if served:
        lines += [f'[url "{served.as_uri()}/"]', "insteadOf = https://github.com/"]
    (home / "gitconfig").write_text("\n".join(lines), "utf-8")
    return helpers.environment(
        home,
        GIT_CONFIG_GLOBAL=str(home / "gitconfig"),
        GIT_CONFIG_NOSYSTEM="1",
        GIT_TERMINAL_PROMPT="0",
    )


def commit(repository: Path, env: dict[str, str], tag: str = "") -> None:
    """Commit all that stands in ``repository``, and tag it."""
    helpers.must("git", "add", "-A", cwd=repository, env=env)
    helpers.must("git", "commit", "-qm", tag or "A change", cwd=repository, env=env)
    if tag:
        helpers.must("git", "tag", tag, cwd=repository, env=env)


def make_repository(folder: Path, env: dict[str, str]) -> Path:
    """Commit the template as it stands as ``v1`` of the repository ``folder``."""
    helpers.copy_template(folder)
    helpers.must("git", "init", "-q", cwd=folder, env=env)
    commit(folder, env, "v1")
    return folder


def replace(file: Path, old: str, new: str) -> None:
    """Replace the one place in ``file`` where ``old`` stands."""
    text = file.read_text("utf-8")
    assert text.count(old) == 1, f"{file} holds {text.count(old)} times: {old}"
    file.write_text(text.replace(old, new), "utf-8")
