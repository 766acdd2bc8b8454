"""Whatever fails: what the person sees, and the one line that the developer sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from playwright.sync_api import Page, Route, expect

from .rig import EMBED, ENDPOINT, PAGE, Rig

if TYPE_CHECKING:
    from collections.abc import Callable

NEEDS = (
    "This part of the page needs JavaScript. If nothing more appears here, allow "
    "scripts of this site, then reload the page."
)
BROKEN = "Something went wrong here. Please try again."
UNREACHABLE = (
    "This part of the page cannot be reached. Check your connection, then try again."
)
SIGNED_OUT = "You are signed out."
NO_EMAIL = "Your account has no email address. Add one, then try again."
NOT_ALLOWED = "Your account may not open this. Ask for access, then try again."
BLOCKED = "Your browser may block this part of the page. Allow it, then try again."
JSON = {"Content-Type": "application/json"}
OPEN = (
    "default-src 'none'; connect-src 'self'; frame-src {app}; script-src 'self' {app}"
)


class Fault(NamedTuple):
    """What goes wrong, and the signs of it: {app}, {endpoint} and {site} are filled in."""

    break_it: Callable[[Page, Rig], object]  # returns the page, if it is another
    text: str
    state: str | None
    line: str | None  # of ours; the browser's own where mount.js never runs
    is_late: bool = False  # told after 15 s


def policy(text: str) -> Callable[[Page, Rig], str]:
    return lambda page, host: host.page(EMBED, Content_Security_Policy=text)


def without(directive: str) -> Callable[[Page, Rig], str]:
    return policy("; ".join(p for p in OPEN.split("; ") if not p.startswith(directive)))


def faults(**kinds: Any) -> Callable[[Page, Rig], object]:
    return lambda page, host: host.faults(**kinds)


def answers(
    status: int, body: str = "", **headers: str
) -> Callable[[Page, Rig], object]:
    headers = headers or (JSON if body.startswith("{") else {})
    return lambda page, host: host.answer(status=status, body=body, headers=headers)


def aborted(
    pattern: str, error: str = "blockedbyclient"
) -> Callable[[Page, Rig], object]:
    return lambda page, host: page.route(pattern, lambda route: route.abort(error))


def swallowed(pattern: str) -> Callable[[Page, Rig], object]:
    return lambda page, host: page.route(pattern, lambda route: None)


def served(pattern: str, body: str, status: int = 200) -> Callable[[Page, Rig], object]:
    kind = "text/javascript"
    return lambda page, host: page.route(
        pattern, lambda r: r.fulfill(status=status, body=body, content_type=kind)
    )


def held_by_consent(page: Page, host: Rig) -> None:
    """A consent manager turns scripts into text until somebody agrees."""

    def hold(route: Route) -> None:
        answer = route.fetch()
        text = answer.text().replace("<script ", '<script type="text/plain" ')
        route.fulfill(response=answer, body=text)

    page.route("**/page/embed/", hold)


def evaluated(page: Page, host: Rig) -> str:
    """Something like Rocket Loader turns scripts into text, and evaluates them."""
    script = "fetch(\"{% static 'jupid_embed/mount.js' %}\").then((r) => r.text()).then(eval)"
    tag = "<jupid-embed><span>The page says.</span></jupid-embed>"
    return host.page(PAGE % ("", f"{tag}<script>{script}</script>"))


def tagged(attributes: str) -> Callable[[Page, Rig], str]:
    """A tag by hand."""
    start = "<script src=\"{% static 'jupid_embed/mount.js' %}\" async "
    tag = f"{start}{attributes}></script><jupid-embed></jupid-embed>"
    return lambda page, host: host.page(PAGE % ("", tag))


def forbidden_picture(page: Page, host: Rig) -> str:
    """The policy keeps another file of the app's origin out, and nobody is signed in."""
    host.answer(status=401, delay=0.5)
    ask = f"() => {{ new Image().src = '{host.app}/logo.svg'; }}"
    page.add_init_script(f"customElements.whenDefined('jupid-embed').then({ask})")
    return host.page(EMBED, Content_Security_Policy=OPEN)


LOST = "{app}/embed.js gives no JupidEmbed.mount. Is it blocked?"
SILENT = "{app} asks for no token. Does Jupid know this origin?"
LATE = "No token: late."
FAULTS = {
    # mount.js never runs
    "mount.js 404": Fault(served("**/mount.js", "", 404), NEEDS, None, "404"),
    "mount.js blocked": Fault(aborted("**/mount.js"), NEEDS, None, "ERR_BLOCKED"),
    "mount.js forbidden": Fault(
        policy("script-src 'none'"), NEEDS, None, "Content Security Policy"
    ),
    "mount.js held": Fault(held_by_consent, NEEDS, None, None),
    # embed.js
    "embed.js 404": Fault(faults(script="missing"), UNREACHABLE, "unreachable", LOST),
    "embed.js empty": Fault(faults(script="empty"), BROKEN, "broken", LOST),
    "embed.js throws": Fault(faults(script="broken"), BROKEN, "broken", LOST),
    "embed.js blocked": Fault(aborted("**/embed.js"), UNREACHABLE, "unreachable", LOST),
    "embed.js held": Fault(
        swallowed("**/embed.js"), UNREACHABLE, "unreachable", LOST, is_late=True
    ),
    "embed.js forbidden": Fault(
        policy("script-src 'self'"),
        BROKEN,
        "broken",
        "The policy lacks {app} in script-src.",
    ),
    "mount throws": Fault(
        served("**/embed.js", "JupidEmbed = { mount() { throw Error('No.') } };"),
        BROKEN,
        "broken",
        "Error: No.",
    ),
    "policies of Trusted Types": Fault(
        policy("require-trusted-types-for 'script'; trusted-types other"),
        BROKEN,
        "broken",
        'Policy "jupid-embed" disallowed',
    ),
    # the frame
    "frame forbidden": Fault(
        without("frame-src"), BROKEN, "broken", "The policy lacks {app} in frame-src."
    ),
    "frame blocked": Fault(
        aborted("**/embed/acme*"), BLOCKED, "blocked", SILENT, is_late=True
    ),
    # the token
    "token 401": Fault(
        answers(401, '{"error": "not_authenticated"}'),
        SIGNED_OUT,
        "signed-out",
        "{endpoint} answers 401, not_authenticated.",
    ),
    "token 401 of a gateway": Fault(
        answers(401, "Unauthorized", **JSON),
        SIGNED_OUT,
        "signed-out",
        "{endpoint} answers 401, no token.",
    ),
    "token 401 and a picture forbidden": Fault(
        forbidden_picture,
        SIGNED_OUT,
        "signed-out",
        "{endpoint} answers 401, no token.",
    ),
    "token 502 of a gateway": Fault(
        answers(502, "", **JSON),
        BROKEN,
        "broken",
        "{endpoint} answers 502, no token.",
    ),
    "token 403": Fault(
        answers(403, '{"error": "not_allowed"}'),
        NOT_ALLOWED,
        "not-allowed",
        "{endpoint} answers 403, not_allowed.",
    ),
    "token 403 of another site": Fault(
        answers(403, '{"error": "cross_site"}'),
        BROKEN,
        "broken",
        "{endpoint} answers 403, cross_site.",
    ),
    "token 422": Fault(
        answers(422, '{"error": "email_missing"}'),
        NO_EMAIL,
        "no-email",
        "{endpoint} answers 422, email_missing.",
    ),
    "token 422 email": Fault(
        answers(422, '{"error": "email_invalid"}'),
        NO_EMAIL,
        "no-email",
        "{endpoint} answers 422, email_invalid.",
    ),
    "token 500": Fault(
        answers(500, "<h1>Oops</h1>"),
        BROKEN,
        "broken",
        "{endpoint} answers 500, no token.",
    ),
    "token HTML": Fault(
        answers(200, "<h1>Hello</h1>"),
        BROKEN,
        "broken",
        "{endpoint} answers 200, no token.",
    ),
    "token redirected": Fault(
        answers(302, Location="/page/embed/"),
        SIGNED_OUT,
        "signed-out",
        "{endpoint} answers a redirect, no token.",
    ),
    "token redirected elsewhere": Fault(
        answers(302, Location="https://sso.example/login"),
        SIGNED_OUT,
        "signed-out",
        "{endpoint} answers a redirect, no token.",
    ),
    "token offline": Fault(
        aborted("**/embed-token", "internetdisconnected"),
        UNREACHABLE,
        "unreachable",
        "No token: TypeError: Failed to fetch.",
    ),
    "token swallowed": Fault(
        swallowed("**/embed-token"), UNREACHABLE, "unreachable", LATE, is_late=True
    ),
    "token forbidden": Fault(
        without("connect-src"),
        BROKEN,
        "broken",
        "The policy lacks 'self' in connect-src.",
    ),
    # the set-up
    "mount.js evaluated": Fault(
        evaluated,
        "This needs appUrl, partnerId, and endpoint or fetchToken.",
        "broken",
        "This needs appUrl, partnerId, and endpoint or fetchToken.",
    ),
    "nothing set": Fault(
        tagged(""),
        "This needs appUrl, partnerId, and endpoint or fetchToken.",
        "broken",
        "This needs appUrl, partnerId, and endpoint or fetchToken.",
    ),
    "no endpoint": Fault(
        tagged('data-app-url="{{ app }}" data-partner-id="acme" data-endpoint="//["'),
        "This needs appUrl, partnerId, and endpoint or fetchToken.",
        "broken",
        "This needs appUrl, partnerId, and endpoint or fetchToken.",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_the_person_and_the_developer_are_told(
    page: Page, host: Rig, console: list[str], name: str
) -> None:
    fault = FAULTS[name]
    url = fault.break_it(page, host)
    if not isinstance(url, str):
        url = f"{host.origin}/page/embed/"
    if fault.is_late:
        page.clock.install()
    page.goto(url, wait_until="commit")
    embed = page.locator("jupid-embed")
    if fault.is_late:
        expect(page.locator("script[src*='/embed.js']")).to_be_attached()
        if fault.state == "blocked":
            expect(page.locator("jupid-embed iframe")).to_be_attached()
        if fault.line == LATE:
            page.wait_for_function("!!window.JupidEmbed")
        page.clock.fast_forward(15_000)
    if fault.state:
        expect(embed).to_have_attribute("state", fault.state)
        expect(page.get_by_role("status")).to_have_text(fault.text)
        action = "a:visible" if fault.state == "signed-out" else "button:visible"
        expect(embed.locator(action)).to_be_in_viewport()
    else:
        expect(embed).to_have_text(fault.text)
        expect(embed).to_be_in_viewport()
        if fault.line and not any(fault.line in line for line in console):
            page.wait_for_event("console", lambda said: str(fault.line) in said.text)
    own = [line for line in console if "jupid_embed:" in line]
    if fault.state:
        endpoint = f"{host.origin}/api/jupid/embed-token"
        line = (fault.line or "").format(app=host.app, endpoint=endpoint)
        assert len(own) == 1, console
        assert own[0].startswith("warning: jupid_embed: ")
        assert line in own[0]
    else:
        assert own == []


def wrapped(body: str) -> Callable[[Page, Rig], object]:
    """Something on the page stands in front of fetch()."""
    wrapper = (
        f"const {{ fetch }} = window; window.fetch = (url, options) => {{ {body} }}"
    )
    return lambda page, host: page.add_init_script(wrapper)


def fetching(function: str) -> Callable[[Page, Rig], str]:
    """The page's own function brings the token."""
    script = f'document.querySelector("jupid-embed").fetchToken = {function}'
    tag = f"{{% jupid_embed %}}<script>{script}</script>"
    return lambda page, host: host.page(PAGE % ("", f"<main>{tag}</main>"))


def redirected(page: Page, host: Rig) -> str:
    host.answer("/token", status=301, headers={"Location": ENDPOINT})
    return fetching('() => fetch("/token")')(page, host)


def held_already(page: Page, host: Rig) -> str:
    """A token that the page has, so that its function need not wait for one."""
    token = page.request.get(f"{host.origin}{ENDPOINT}").json()["token"]
    return fetching(f'() => "{token}"')(page, host)


def typed(kind: str) -> Callable[[Page, Rig], object]:
    def answer(route: Route) -> None:
        route.fulfill(response=route.fetch(), headers={"Content-Type": kind})

    return lambda page, host: page.route(f"**{ENDPOINT}", answer)


ODD = {
    "a type in capitals": typed("Application/JSON; charset=UTF-8"),
    "fetch reads a text": wrapped("return url.includes('x') ? 0 : fetch(url, options)"),
    "fetch reads a request": wrapped(
        "return fetch(new Request(typeof url == 'string' ? url : url.url, options))"
    ),
    "a redirect that was followed": redirected,
    "a function that returns no promise": held_already,
    "a page whose objects inherit another function": lambda page, host: (
        page.add_init_script('Object.prototype.fetchToken = async () => "a.b.c"')
    ),
    "an app URL with its slash": tagged(
        'data-app-url="{{ app }}/" data-partner-id="acme"'
        f' data-endpoint="{ENDPOINT}"'
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_and_right_mounts(
    page: Page, host: Rig, console: list[str], name: str
) -> None:
    url = ODD[name](page, host)
    page.goto(url if isinstance(url, str) else f"{host.origin}/page/embed/")
    expect(page.locator("jupid-embed")).to_have_attribute("state", "mounted")
    session = page.frame_locator("jupid-embed iframe").locator(
        "[data-session=accepted]"
    )
    expect(session).to_be_attached()
    expect(page.get_by_role("status")).to_have_text("")
    assert console == []


def test_without_javascript_the_person_is_told(page: Page, host: Rig) -> None:
    browser = page.context.browser
    assert browser
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{host.origin}/page/embed/")
    expect(plain.locator("jupid-embed")).to_have_text(NEEDS)
    expect(plain.locator("jupid-embed")).to_be_in_viewport()
    context.close()


@pytest.mark.parametrize("pattern", ["**/embed.js", "**/embed-token", "**/embed/acme*"])
def test_what_is_slow_looks_so(page: Page, host: Rig, pattern: str) -> None:
    page.route(pattern, lambda route: None)
    page.goto(f"{host.origin}/page/embed/", wait_until="commit")
    expect(page.get_by_role("status")).to_have_text("Loading…")
    expect(page.locator("jupid-embed progress")).to_be_in_viewport()


def test_hidden_it_is_not_seen(page: Page, host: Rig) -> None:
    page.goto(f"{host.origin}/page/embed/")
    embed = page.locator("jupid-embed")
    expect(embed).to_have_attribute("state", "mounted")
    embed.evaluate("embed => { embed.hidden = true; }")
    expect(embed).to_be_hidden()
    embed.evaluate("embed => { embed.hidden = false; }")
    assert embed.evaluate("embed => embed.offsetHeight") == 720
