"""The users that Jupid made for a partner's users, kept in an SQLite file."""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .partner import SettingError

TABLE = """
create table if not exists users (
    partner_id text not null,
    sub text not null,
    email text not null,
    name text not null,
    payload text not null,
    visits integer not null,
    primary key (partner_id, sub)
)
"""


@dataclass(frozen=True)
class User:
    """One mapped user, as it stands after this visit."""

    partner_id: str
    sub: str
    email: str
    name: str
    visits: int

    @property
    def first_visit(self) -> bool:
        return self.visits == 1


class Users:
    """Finds or creates users by (partner_id, sub); safe to call from any thread."""

    def __init__(self, database: str | Path) -> None:
        self._lock = threading.Lock()
        try:
            self._connection = sqlite3.connect(
                database, check_same_thread=False, isolation_level=None
            )
            self._connection.execute(TABLE)
        except sqlite3.Error as error:
            raise SettingError(
                f"--database {str(database)!r} cannot be used: {error}."
            ) from None

    def visit(self, claims: dict[str, Any]) -> User:
        """The user of those verified claims. An existing one keeps its first email."""
        key = (claims["iss"], claims["sub"])
        told = (claims["email"], claims["name"], json.dumps(claims["payload"]))
        with self._lock:
            self._connection.execute(
                "insert into users values (?, ?, ?, ?, ?, 1)"
                " on conflict (partner_id, sub) do update set"
                " name = excluded.name, payload = excluded.payload,"
                " visits = visits + 1",
                (*key, *told),
            )
            found = self._connection.execute(
                "select partner_id, sub, email, name, visits from users"
                " where partner_id = ? and sub = ?",
                key,
            ).fetchone()
        return User(*found)

    def close(self) -> None:
        """Close the file. SQLite would crash under a visit that is still on its way."""
        with self._lock:
            self._connection.close()
