"""What pages may load and run: said in each answer, and kept by every page in a real Chromium."""

import pytest

from gate.web.headers import DATA, PAGES, PLAIN, headers
from tests.gate.console.browsing import settle

pytestmark = [pytest.mark.system, pytest.mark.timeout(900)]


@pytest.mark.parametrize("policy", [PAGES, PLAIN, DATA])
def test_no_page_may_be_framed_rebased_or_load_a_plugin(policy):
    for said in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action"):
        assert said in policy


def test_what_has_no_script_may_run_none(browser, pages):
    context = browser.new_context()
    for path in ("/login", "/nowhere", "/api/v1/passages"):
        said = context.request.get(f"{pages.url}{path}").headers["content-security-policy"]
        assert "default-src 'none'" in said, path
        assert "script-src" not in said, path
    context.close()
    assert headers("/api/v1/passages")["Content-Security-Policy"] == DATA


def test_a_page_has_its_own_socket_and_gets_no_other(enter, pages):
    page = enter("guard")
    assert page.evaluate("window.socket.io.engine.transport.name") == "websocket"
    blocked = page.evaluate(
        """() => new Promise((done) => {
            document.addEventListener("securitypolicyviolation", (said) => done(said.blockedURI));
            try { new WebSocket("ws://elsewhere.example/"); } catch (error) { /* refused, too */ }
        })"""
    )
    assert blocked.startswith("ws://elsewhere.example")


def test_no_page_breaks_the_policy(enter, pages):
    page = enter("admin")
    broken = []
    page.on(
        "console",
        lambda said: broken.append(said.text) if "Content Security Policy" in said.text else None,
    )
    for path in pages.app.state.page_rights:
        page.goto(f"{pages.url}{path.format(number=1, passage='sample-000007')}")
        settle(page)
    page.goto(f"{pages.url}/nowhere")
    page.goto(f"{pages.url}/logout")
    assert broken == []
