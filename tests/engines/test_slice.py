"""Every state, retry, teardown, history and policy, in Firefox and in WebKit."""

from __future__ import annotations

from typing import Any

import pytest

from ..pages.rig import PAGE, Rig
from .driver import ENTER, TAB, Engine

# Keeps what we say on the console, which no remote control tells in all engines.
KEEP = (
    "<script>window.said = []; console.warn = (...line) => said.push(line.join(' '));"
    "</script>"
)
LINKS = '<a id="to-{0}" href="/page/{0}/">{0}</a>'
EMBED = PAGE % (
    KEEP,
    "<h1>Embed</h1><main>{% jupid_embed initial_path='/a?b=c' %}</main>",
)
FRAMES = "document.querySelectorAll('iframe').length"
BUTTON = "jupid-embed button"
JSON = {"Content-Type": "application/json"}


def embed(host: Rig, **headers: str) -> str:
    return host.page(EMBED, "embed", **headers)


def expect_session(engine: Engine, host: Rig, mounts: int = 1) -> None:
    """The embed shows a session of Jupid's, and each mount has cost one token."""
    engine.state("mounted")
    engine.wait(f"{FRAMES} === 1 && !document.querySelector('output').textContent")
    for _ in range(200):
        if host.effects()["accepted"] == mounts:
            break
    assert host.effects()["accepted"] == mounts
    assert host.effects()["scripts"] == 1
    assert host.tokens() == mounts


def test_the_whole_flow(engine: Engine, host: Rig) -> None:
    engine.open(embed(host))
    expect_session(engine, host)
    [session] = host.sessions()
    assert session["claims"]["email"] == "ada@example.com"
    assert session["mount"]["origin"] == host.origin
    assert session["mount"]["initial_path"] == "/a?b=c"
    assert engine.run("said") == []
    assert engine.run("document.querySelector('iframe').offsetHeight") >= 720


ANSWERS: dict[str, tuple[int, str, str]] = {
    "signed-out": (401, '{"error": "not_authenticated"}', "You are signed out."),
    "no-email": (
        422,
        '{"error": "email_missing"}',
        "Your account has no email address.",
    ),
    "not-allowed": (403, '{"error": "not_allowed"}', "Your account may not open this."),
    "broken": (500, "<h1>Oops</h1>", "Something went wrong here."),
}


@pytest.mark.parametrize("state", ANSWERS)
def test_each_answer_has_its_state(engine: Engine, host: Rig, state: str) -> None:
    status, body, text = ANSWERS[state]
    headers = JSON if body.startswith("{") else {}
    host.answer(status=status, body=body, headers=headers)
    engine.open(embed(host))
    engine.state(state)
    assert engine.text().startswith(text)
    [line] = engine.run("said")
    assert line.startswith(f"jupid_embed: {host.origin}/api/jupid/embed-token answers")
    host.answer()
    if state == "signed-out":
        assert engine.run("document.querySelector('jupid-embed a').href") == (
            f"{host.origin}/page/login/?next=%2Fpage%2Fembed%2F"
        )
        return
    engine.click(BUTTON)
    engine.state("mounted")


@pytest.mark.parametrize("where", ["/page/login/", "https://sso.example/login"])
def test_a_redirect_means_signed_out(engine: Engine, host: Rig, where: str) -> None:
    host.answer(status=302, headers={"Location": where})
    engine.open(embed(host))
    engine.state("signed-out")


@pytest.mark.parametrize(
    ("script", "state"),
    [("missing", "unreachable"), ("empty", "broken"), ("broken", "broken")],
)
def test_embed_js_fails_and_then_loads(
    engine: Engine, host: Rig, script: str, state: str
) -> None:
    host.faults(script=script)
    engine.open(embed(host))
    for _ in range(2):
        engine.state(state)
        engine.run("said.length = 0")
        engine.click(BUTTON)
        engine.wait("said.length === 1")
    host.faults()
    engine.click(BUTTON)
    engine.state("mounted")


def test_a_text_stands_where_mount_js_never_runs(engine: Engine, host: Rig) -> None:
    host.answer("/static/jupid_embed/mount.js", status=404)
    engine.open(embed(host))
    assert "needs JavaScript" in engine.run("document.body.innerText")


def test_five_clicks_cost_one_token(engine: Engine, host: Rig) -> None:
    host.answer(status=500)
    engine.open(embed(host))
    engine.state("broken")
    host.answer(status=500, delay=1)
    engine.run(
        "[1, 2, 3, 4, 5].forEach(() => document.querySelector('button').click())"
    )
    assert engine.run("document.querySelector('button').ariaDisabled") == "true"
    engine.state("broken")
    assert engine.run("document.querySelector('button').ariaDisabled") == "false"
    assert host.tokens() == 2


def test_a_keyboard_is_enough(engine: Engine, host: Rig) -> None:
    host.answer(status=500)
    engine.open(embed(host))
    engine.state("broken")
    engine.press(TAB)
    assert engine.run("document.activeElement.localName") == "button"
    host.answer(status=401)
    engine.press(ENTER)
    engine.state("signed-out")
    assert engine.run("document.activeElement.localName") == "a"


def test_a_retry_that_mounts_leaves_the_focus_on_the_embed(
    engine: Engine, host: Rig
) -> None:
    host.answer(status=500)
    engine.open(embed(host))
    engine.state("broken")
    engine.run("document.querySelector('button').focus()")
    host.answer()
    engine.press(ENTER)
    engine.state("mounted")
    assert engine.run("!!document.activeElement.closest('jupid-embed')")


def test_it_ends_when_it_is_removed_and_starts_when_it_is_back(
    engine: Engine, host: Rig
) -> None:
    engine.open(embed(host))
    expect_session(engine, host)
    engine.run("(window.kept = document.querySelector('jupid-embed')).remove()")
    assert engine.run(FRAMES) == 0
    engine.run("document.body.append(kept)")
    expect_session(engine, host, mounts=2)
    # By the page's own script: WebKit's driver runs microtasks within ours.
    moves = "for (let i = 0; i < 5; i++) document.body.append(kept)"
    script = "Object.assign(document.createElement('script'), { text: arguments[0] })"
    engine.run(f"document.head.append({script})", moves)
    expect_session(engine, host, mounts=3)


@pytest.mark.parametrize("children", ["", "<span>The page says.</span>"])
def test_a_morph_does_not_leave_it_empty(
    engine: Engine, host: Rig, children: str
) -> None:
    engine.open(embed(host))
    expect_session(engine, host)
    engine.run(
        "document.querySelector('jupid-embed').innerHTML = arguments[0]", children
    )
    expect_session(engine, host, mounts=2)


def test_move_before_keeps_the_frame(engine: Engine, host: Rig) -> None:
    engine.open(embed(host))
    expect_session(engine, host)
    if not engine.run("'moveBefore' in document.body"):
        pytest.skip(f"{engine.name} has no moveBefore yet: a move mounts anew.")
    engine.run("document.body.moveBefore(document.querySelector('jupid-embed'), null)")
    expect_session(engine, host)


@pytest.mark.parametrize("still_signed_in", [True, False])
def test_back_from_the_browsers_cache(
    engine: Engine, host: Rig, still_signed_in: bool
) -> None:
    engine.open(embed(host))
    expect_session(engine, host)
    engine.run("window.isTheSamePage = true")
    other = "sign-in/ada" if still_signed_in else "sign-out"
    engine.open(f"{host.origin}/{other}/")
    engine.back()
    engine.wait("!!document.querySelector('jupid-embed')")
    if still_signed_in:
        engine.state("mounted")
        engine.wait(f"{FRAMES} === 1")
        assert host.tokens() == 2
    else:
        engine.state("signed-out")
        assert engine.run(FRAMES) == 0


STRICT = "default-src 'none'; connect-src 'self'; frame-src {app}; img-src data:; "
SAID = "script-src 'nonce-{nonce}'"


@pytest.mark.parametrize(
    "script",
    [
        SAID,
        SAID + " 'strict-dynamic'",
        "script-src 'self' 'unsafe-inline' {app}",
        SAID + "; require-trusted-types-for 'script'; trusted-types jupid-embed",
    ],
    ids=["nonce", "strict-dynamic", "allow-list", "trusted-types"],
)
def test_it_mounts_under_a_strict_policy(
    engine: Engine, host: Rig, script: str
) -> None:
    html = EMBED.replace("<script>", '<script nonce="{{ nonce }}">')
    engine.open(host.page(html, "embed", Content_Security_Policy=STRICT + script))
    expect_session(engine, host)
    assert engine.run("said") == []


FORBIDDEN = {
    "script-src": ("script-src 'self' 'unsafe-inline'", "{app} in script-src"),
    "frame-src": ("frame-src 'none'", "{app} in frame-src"),
    "connect-src": ("connect-src 'none'", "'self' in connect-src"),
}


@pytest.mark.parametrize("directive", FORBIDDEN)
@pytest.mark.parametrize("by", ["header", "meta"])
def test_a_policy_that_forbids_something_is_named(
    engine: Engine, host: Rig, directive: str, by: str
) -> None:
    policy, lacks = (text.replace("{app}", host.app) for text in FORBIDDEN[directive])
    if by == "header":
        url = embed(host, Content_Security_Policy=policy)
    else:
        meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        url = host.page(EMBED.replace("<title>", f"{meta}<title>"), "embed")
    engine.open(url)
    engine.state("broken")
    assert engine.run("said") == [f"jupid_embed: The policy lacks {lacks}."]
    assert engine.run(FRAMES) == 0


def test_markup_takes_nothing_over(engine: Engine, host: Rig) -> None:
    names = ("currentScript", "createElement", "head", "adoptedStyleSheets")
    markup = "".join(
        f'<img name="{name}"><form name="{name}"></form>' for name in names
    )
    markup += '<a id="JupidEmbed"></a><form id="trustedTypes"><input name="createPolicy"></form>'
    markup += (
        '<jupid-embed endpoint="/evil" app-url="http://evil.example"></jupid-embed>'
    )
    html = PAGE % ("", markup + "<main>{% jupid_embed %}</main>")
    engine.open(host.page(html))
    engine.wait("document.querySelector('main jupid-embed').matches('[state=mounted]')")
    assert engine.run("document.querySelector('main iframe').src").startswith(host.app)


LIBRARIES = {
    "turbo": (
        '<script type="module" src="/npm/@hotwired/turbo/dist/turbo.es2017-esm.js">'
        "</script>",
        "<main>%s</main>",
    ),
    "htmx": (
        '<script src="/npm/htmx.org/dist/htmx.min.js"></script>',
        '<main hx-boost="true">%s</main>',
    ),
}


@pytest.mark.parametrize("name", LIBRARIES)
def test_visits_of_a_library(engine: Engine, host: Rig, name: str) -> None:
    head, around = LIBRARIES[name]
    links = LINKS.format("embed") + LINKS.format("other")
    for page, tag in (("embed", "{% jupid_embed %}"), ("other", "")):
        host.page(PAGE % (KEEP + head, around % (f"<h1>{page}</h1>{links}{tag}")), page)
    engine.open(f"{host.origin}/page/other/")
    for visit in range(1, 5):
        engine.click("#to-embed")
        expect_session(engine, host, visit)
        engine.click("#to-other")
        engine.wait(f"{FRAMES} === 0")
    engine.back()
    expect_session(engine, host, 5)


def test_a_page_that_fetches_the_token_itself(engine: Engine, host: Rig) -> None:
    script = (
        '<script src="{% static \'jupid_embed/mount.js\' %}" data-app-url="{{ app }}"'
        ' data-partner-id="acme"></script><jupid-embed></jupid-embed><script>'
        "document.querySelector('jupid-embed').fetchToken = async () => {"
        "const { token } = await (await fetch('/api/jupid/embed-token')).json();"
        "return token; }</script>"
    )
    engine.open(host.page(PAGE % (KEEP, script)))
    expect_session(engine, host)


@pytest.mark.parametrize("size", [(460, 900), (640, 450), (844, 390)])
def test_a_message_is_in_sight(engine: Engine, host: Rig, size: Any) -> None:
    host.answer(status=500)
    engine.sized(*size)
    engine.open(embed(host))
    engine.state("broken")
    box = engine.run(
        "{ ...document.querySelector('button').getBoundingClientRect().toJSON(),"
        " height: innerHeight, wide: document.documentElement.scrollWidth > innerWidth }".replace(
            "{ ", "({ "
        ).replace(" }", " })")
    )
    engine.sized(1280, 900)
    assert 0 <= box["top"] < box["bottom"] <= box["height"]
    assert not box["wide"]
