"""The whole flow of the protocol in a real browser, from the sign-in to the claims."""

import json
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Response, Route, expect

from example import people
from jupid_embed.tests import users

from .conftest import Sandbox

pytestmark = pytest.mark.browser


def test_a_user_signs_in_and_sees_the_claims_inside_the_embed(
    page: Page, site: str, sandbox: Sandbox, console: list[str]
) -> None:
    user = users.make_user("ada")
    user.set_password(people.PASSWORD)
    user.save()
    page.goto(site)
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(people.PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    expect(page.locator("jupid-embed")).to_have_attribute("state", "mounted")
    frame = page.frame_locator("jupid-embed iframe")
    expect(frame.locator("body")).to_have_attribute("data-session", "accepted")
    claims = frame.locator("table.claims")
    for value in expected_texts(users.expected_claims(user)):
        expect(claims).to_contain_text(value)
    assert sandbox.sessions()[0]["accepted"]
    assert sandbox.sessions()[0]["mount"]["origin"] == site
    assert sandbox.effects() == {
        "scripts": 1,
        "frames": 1,
        "sessions": 1,
        "accepted": 1,
    }
    assert console == []


def expected_texts(claims: Any) -> list[str]:
    """Each text and number in the claims, as JSON writes it."""
    if isinstance(claims, dict):
        return [text for value in claims.values() for text in expected_texts(value)]
    return [json.dumps(claims, ensure_ascii=False, default=str).strip('"')]


def test_a_return_lands_on_the_initial_path(
    page: Page, site: str, ada: Any, console: list[str]
) -> None:
    landing = page.frame_locator("jupid-embed iframe").locator("[data-landing]")
    page.goto(f"{site}/pages/embed/")
    expect(landing).to_have_attribute("data-landing", "connect")
    page.reload()
    expect(landing).to_have_attribute("data-landing", "/reports?year=2026")
    assert console == []


def test_options_reach_jupid(
    page: Page, site: str, sandbox: Sandbox, ada: Any, console: list[str]
) -> None:
    page.goto(f"{site}/pages/options/")
    session = page.frame_locator("jupid-embed iframe").locator("[data-session]")
    expect(session).to_be_attached()
    mount = sandbox.sessions()[0]["mount"]
    assert (mount["initial_path"], mount["shell"], mount["chat"]) == (
        "/reports",
        "topbar",
        "disabled",
    )
    assert console == []


def test_options_left_out_stay_out(
    page: Page, site: str, sandbox: Sandbox, ada: Any
) -> None:
    page.goto(site)
    session = page.frame_locator("jupid-embed iframe").locator("[data-session]")
    expect(session).to_be_attached()
    mount = sandbox.sessions()[0]["mount"]
    assert (mount["initial_path"], mount["shell"], mount["chat"]) == ("/", "", "")


@pytest.mark.parametrize("policy", ["origin", "no-referrer"])
def test_a_page_and_a_browser_that_send_no_referrer_are_served_too(
    page: Page, site: str, sandbox: Sandbox, ada: Any, console: list[str], policy: str
) -> None:
    """The frame asks for it, and else all origins that are allowed are tried."""
    own = 'frame.referrerPolicy = "origin"'

    def ask_for(route: Route) -> None:
        script = route.fetch().text()
        assert own in script
        body = script.replace(own, own.replace("origin", policy))
        route.fulfill(body=body, content_type="text/javascript")

    page.route("**/embed.js", ask_for)
    page.goto(f"{site}/pages/silent/")
    frame = page.frame_locator("jupid-embed iframe")
    expect(frame.locator("body")).to_have_attribute("data-session", "accepted")
    assert sandbox.sessions()[0]["mount"]["origin"] == site
    assert console == []


@pytest.mark.parametrize(
    ("fault", "failed"),
    [
        ({"deny_origin": True}, "origin"),
        ({"wrong_secret": True}, "signature"),
        ({"clock_skew": 3600}, "expiration"),
    ],
    ids=["origin-denied", "wrong-secret", "expired"],
)
def test_a_refused_token_is_explained_in_the_frame(
    page: Page,
    site: str,
    sandbox: Sandbox,
    ada: Any,
    console: list[str],
    fault: dict[str, Any],
    failed: str,
) -> None:
    sandbox.set_faults(**fault)
    page.goto(site)
    frame = page.frame_locator("jupid-embed iframe")
    expect(frame.locator("body")).to_have_attribute("data-session", "refused")
    verdicts = frame.locator("li[data-verdict=failed]")
    expect(verdicts).to_have_count(1)
    expect(verdicts).to_have_attribute("data-check", failed)
    assert sandbox.sessions()[0]["user"] is None
    assert console == []


def test_an_origin_that_jupid_does_not_know_is_named(
    page: Page, site: str, sandbox: Sandbox, ada: Any
) -> None:
    sandbox.reset("https://other.example")
    page.goto(site)
    origin = page.frame_locator("jupid-embed iframe").locator("li[data-check=origin]")
    expect(origin).to_have_attribute("data-verdict", "failed")
    expect(origin).to_contain_text(site)


def test_a_user_without_relations_lacks_what_is_behind_them_alone(
    page: Page, site: str, sign_in: Callable[[Any], None]
) -> None:
    sign_in(users.make_user_without_relations())
    page.goto(site)
    state = "mounted"
    if "sub" in users.BEHIND_RELATIONS:
        state = "broken"
    if "email" in users.BEHIND_RELATIONS:
        state = "no-email"
    expect(page.locator("jupid-embed")).to_have_attribute("state", state)


def test_embed_js_and_the_token_come_at_the_same_time(
    page: Page, site: str, ada: Any
) -> None:
    asked: list[Route] = []

    def hold(route: Route) -> None:
        """Let neither go on before both are asked for."""
        asked.append(route)
        if len(asked) == 2:
            for each in asked:
                each.continue_()

    page.route(re.compile(r"/(embed-token|embed\.js)$"), hold)
    page.goto(site, wait_until="commit")
    expect(page.locator("jupid-embed")).to_have_attribute("state", "mounted")
    assert len(asked) == 2


def test_the_token_stands_in_no_url_console_log_or_storage(
    page: Page,
    site: str,
    sandbox: Sandbox,
    ada: Any,
    console: list[str],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    urls: list[str] = []
    tokens: list[str] = []

    def keep_token(response: Response) -> None:
        if response.url.endswith("/embed-token"):
            tokens.append(response.json()["token"])

    page.on("request", lambda request: urls.append(request.url))
    page.on("framenavigated", lambda frame: urls.append(frame.url))
    page.on("response", keep_token)
    with caplog.at_level(logging.DEBUG):
        page.goto(site)
        session = page.frame_locator("jupid-embed iframe").locator("[data-session]")
        expect(session).to_be_attached()

    seen = [*urls, *console, caplog.text, *capfd.readouterr()]
    seen += [sandbox.log.read_text("utf-8"), page.content()]
    for frame in page.frames:
        seen.append(
            frame.evaluate(
                """async () => {
                    const found = [document.cookie, history.state];
                    // A frame of another site may have no storage at all.
                    try {
                        found.push({ ...localStorage }, { ...sessionStorage });
                        found.push(await indexedDB.databases());
                    } catch {}
                    return JSON.stringify(found);
                }"""
            )
        )
    seen.append(json.dumps(page.context.cookies()))
    assert len(tokens) == 1
    for part in tokens[0].split("."):
        assert not [text for text in seen if part in text]
    # The jti is there to trace the token by.
    assert sandbox.sessions()[0]["claims"]["jti"] in caplog.text
