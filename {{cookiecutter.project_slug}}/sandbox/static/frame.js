/* In the frame: asks the parent page for the token, and trades it for a session. */
(() => {
  "use strict";

  const PATIENCE_MILLISECONDS = 10000;
  const { dataset } = document.querySelector("main");
  const status = document.querySelector("[role=status]");

  function tell(message) {
    status.textContent = message;
    document.body.dataset.state = "stopped";
  }

  /*
   * Where the parent may be: the browser knows exactly, or its referrer says so. Where
   * neither does (an old browser, a page that sends no referrer) each allowed origin is
   * tried, and the browser delivers to the right one alone.
   */
  function parentOrigins() {
    if (window.location.ancestorOrigins?.length) {
      return [window.location.ancestorOrigins[0]];
    }
    if (document.referrer) {
      return [new URL(document.referrer).origin];
    }
    return JSON.parse(dataset.origins);
  }

  async function openSession(token, origin) {
    const { partnerId, initialPath, shell, chat } = dataset;
    const response = await fetch("/session", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token, origin, partnerId, initialPath, shell, chat }),
    });
    const answer = await response.json();
    if (!response.ok) {
      tell(answer.hint);
      return;
    }
    window.location.replace(answer.location);
  }

  if (window.parent === window) {
    tell("This page belongs in a frame: open your own site, and mount the embed there.");
    return;
  }
  const origins = parentOrigins();
  if (origins.includes("null")) {
    tell("The page around this frame has no origin: serve it from your site.");
    return;
  }

  const impatience = setTimeout(() => {
    tell("The page around this frame hands over no token. Was mount() called?");
  }, PATIENCE_MILLISECONDS);

  window.addEventListener("message", function receive(event) {
    const isParent = event.source === window.parent && origins.includes(event.origin);
    if (!isParent || event.data?.type !== "jupid-sandbox:token") {
      return;
    }
    window.removeEventListener("message", receive);
    clearTimeout(impatience);
    openSession(event.data.token, event.origin).catch(() => {
      tell("The sandbox cannot be reached: is it still running?");
    });
  });
  for (const origin of origins) {
    window.parent.postMessage({ type: "jupid-sandbox:token-wanted" }, origin);
  }
})();
