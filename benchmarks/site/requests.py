"""Time requests through Django's WSGI handler: prints times and queries as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any
from wsgiref.util import setup_testing_defaults

import jwt
from django.core.wsgi import get_wsgi_application

from ..measure import costing, take_turns
from .sessions import sign_in

PATHS = {
    "ours": "/api/jupid/embed-token",
    "documented": "/documented/embed-token",
    "bare": "/bare",
}


def start_response(*_: Any) -> Callable[[bytes], object]:
    return BytesIO().write


def caller(cookie: str) -> Callable[[str], bytes]:
    """Return a function that gets a path as a WSGI server would."""
    application = get_wsgi_application()

    def get(path: str) -> bytes:
        environ: dict[str, Any] = {
            "PATH_INFO": path,
            "HTTP_COOKIE": cookie,
            "HTTP_HOST": "localhost",
            # As the browser sends it for mount.js: our view looks at the second.
            "HTTP_ACCEPT": "application/json",
            "HTTP_SEC_FETCH_SITE": "same-origin",
            "wsgi.input": BytesIO(),
        }
        setup_testing_defaults(environ)
        response = application(environ, start_response)
        body = b"".join(response)
        response.close()
        assert response.status_code == 200, (path, response.status_code, body)
        return body

    return get


def count_queries(call: Callable[[], object]) -> int:
    from django.db import connection

    queries: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        queries.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        call()
    return len(queries)


def claims_of(body: bytes) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(
        json.loads(body)["token"], options={"verify_signature": False}
    )
    return {name: claims[name] for name in claims if name not in ("iat", "exp", "jti")}


def main(rounds: int) -> None:
    get = caller(sign_in())
    assert claims_of(get(PATHS["ours"])) == claims_of(get(PATHS["documented"]))
    sides = {name: partial(get, path) for name, path in PATHS.items()}
    queries = {name: count_queries(side) for name, side in sides.items()}
    timed = {name: costing(side) for name, side in sides.items()}
    costs = take_turns(timed, rounds, warm_up=50)
    figures = {
        clock: {name: [getattr(cost, clock) for cost in costs[name]] for name in costs}
        for clock in ("wall", "cpu")
    }
    print(json.dumps({"queries": queries, **figures}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
