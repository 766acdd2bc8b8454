"""Reading the answers back from what was made of them."""

from __future__ import annotations

import ast
import json
import os
import re
import sys
import types
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock
from urllib.parse import urlsplit

from dotenv import dotenv_values

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Mapping


def in_any_order(claims: Mapping[str, object]) -> str:
    """The payload's claims and paths; in the code they stand by their relations."""
    return ",".join(sorted(f"{claim}={path}" for claim, path in claims.items()))


def itself(name: str, answer: str) -> str:
    """The good answer as it must come back: the same, but for what may be tidied."""
    answer = answer.strip()
    if name == "app_url":
        url = urlsplit(answer)
        host = f"[{url.hostname}]" if ":" in str(url.hostname) else url.hostname
        default = {"https": 443, "http": 80}[url.scheme]
        port = "" if url.port in (None, default) else f":{url.port}"
        return f"{url.scheme}://{host}{port}"
    if name == "payload_fields":
        items = [] if answer.lower() == "none" else "".join(answer.split()).split(",")
        pairs = [item.rpartition("=") for item in items]
        claims = {
            claim or path.removesuffix("()").split(".")[-1]: path
            for claim, _, path in pairs
        }
        return in_any_order(claims)
    return "".join(answer.split()) if name.endswith("_field") else answer


class User:
    """Stands for a user: each value that is read from it is the path that led there."""

    def __init__(self, path: str = "") -> None:
        self.__path = path

    def __getattr__(self, name: str) -> User:
        return User(f"{self.__path}.{name}".lstrip("."))

    def __call__(self) -> User:
        return User(f"{self.__path}()")

    def __str__(self) -> str:
        return self.__path


def execute(code: bytes | str, name: str = "<rendered>") -> dict[str, Any]:
    """Run rendered Python code, with nothing of the environment and no Django."""
    exceptions = types.ModuleType("django.core.exceptions")
    vars(exceptions)["ObjectDoesNotExist"] = LookupError
    vars(exceptions)["ImproperlyConfigured"] = Exception
    names_of_django = ("django", "django.conf", "django.core", "django.http")
    modules = {name: mock.Mock() for name in names_of_django}
    names: dict[str, Any] = {}
    with (
        mock.patch.dict(sys.modules, {**modules, "django.core.exceptions": exceptions}),
        mock.patch.dict(os.environ, clear=True),
    ):
        exec(compile(code, name, "exec"), names)  # noqa: S102
    return names


def read_identity(code: bytes | str) -> dict[str, str]:
    """Return the answers by which identity.py reads a user."""
    names = execute(code, "identity.py")
    return {
        "user_id_field": names["build_jupid_sub"](User()),
        "email_field": names["build_jupid_email"](User()),
        "name_field": names["build_jupid_name"](User()),
        "payload_fields": in_any_order(names["build_jupid_payload"](User())),
    }


class Balanced(HTMLParser):
    """Fails for a tag that is not closed by its own."""

    void = ("br", "hr", "img", "input", "link", "meta")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open += [tag] * (tag not in self.void)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def check_html(text: str) -> None:
    """Fail unless ``text``, without what Django takes out, closes what it opens."""
    parser = Balanced()
    parser.feed(re.sub(r"\{[{%#].*?[}%#]\}", "", text))
    assert not parser.open, text


def read_back(project: Path) -> dict[str, str]:
    """Parse every file of a baked project, and read the answers that it was made with."""
    for file in project.rglob("*"):
        if file.suffix == ".py":
            ast.parse(file.read_bytes())
        elif file.suffix == ".json":
            json.loads(file.read_bytes())
        elif file.suffix == ".toml":
            tomllib.loads(file.read_text("utf-8"))
        elif file.suffix == ".html":
            check_html(file.read_text("utf-8"))
    app = project / "src/jupid_embed"
    read = execute((app / "conf.py").read_bytes())["DEFAULTS"]
    answers = {
        "project_slug": project.name,
        "partner_id": read["JUPID_EMBED_PARTNER_ID"],
        "audience": read["JUPID_EMBED_AUDIENCE"],
        "app_url": read["JUPID_EMBED_APP_URL"],
        **read_identity((app / "identity.py").read_bytes()),
    }
    assert read["JUPID_EMBED_SECRET"] == ""
    readme = (project / "README.md").read_text("utf-8")
    snippets = re.findall(r"^```html\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    for snippet in snippets:
        check_html(snippet)
    for name, attribute in {"app_url": "appUrl", "partner_id": "partnerId"}.items():
        value = answers[name]
        data = f' data-{name.replace("_", "-")}="{value}"'
        assert sum(data in snippet for snippet in snippets) == 2
        # In React, and in Vue.
        assert readme.count(f' {attribute}="{value}"') == 1
        assert readme.count(f""" .{attribute}="'{value}'\"""") == 1
    assert dotenv_values(project / ".env.example") == {
        "JUPID_EMBED_PARTNER_ID": answers["partner_id"],
        "JUPID_EMBED_AUDIENCE": answers["audience"],
        "JUPID_EMBED_APP_URL": answers["app_url"],
        "JUPID_EMBED_SECRET": "",
    }
    assert list(dotenv_values(project / ".env")) == ["JUPID_EMBED_SECRET"]
    return answers


def check_refusal(line: str, name: str, answer: str) -> None:
    """Fail unless ``line`` is one printable line that quotes ``answer``."""
    assert line.isprintable()
    assert len(line) < 500
    assert line.startswith(f'{name} "')
    assert line.endswith(".")
    start = re.match(r"[ -~]{0,57}", answer)
    assert line.startswith(f'{name} "{start[0] if start else ""}')
    if start and start[0] == answer:
        assert line.startswith(f'{name} "{answer}": ')
