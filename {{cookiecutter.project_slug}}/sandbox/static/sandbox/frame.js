/* In the frame: asks the parent page for the token, and trades it for a session. */
(() => {
  "use strict";

  const { origins, ...mount } = document.querySelector("main").dataset;
  const allowed = JSON.parse(origins);
  const tell = (message) => {
    document.querySelector("[role=status]").textContent = message;
  };

  async function openSession({ origin, data: { token } }) {
    const response = await fetch("/session", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...mount, token, origin }),
    });
    const answer = await response.json();
    if (response.ok) {
      window.location.replace(answer.location);
    } else {
      tell(answer.hint);
    }
  }

  if (window.parent === window) {
    tell("This page belongs in a frame: open your own site, and mount the embed there.");
    return;
  }
  const impatience = setTimeout(() => {
    tell("The page around this frame hands over no token. Was mount() called?");
  }, 10000);
  window.addEventListener("message", function receive(event) {
    const isParent = event.source === window.parent && allowed.includes(event.origin);
    if (isParent && event.data?.type === "jupid-sandbox:token") {
      window.removeEventListener("message", receive);
      clearTimeout(impatience);
      openSession(event).catch(() => tell("The sandbox cannot be reached: is it running?"));
    }
  });
  // Where the referrer names none, each is tried: the browser delivers to the right one.
  for (const origin of allowed) {
    window.parent.postMessage({ type: "jupid-sandbox:token-wanted" }, origin);
  }
})();
