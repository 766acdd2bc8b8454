/* In the frame: asks the parent page for the token, and trades it for a session. */
(() => {
  "use strict";

  const { origins, ...mount } = document.querySelector("main").dataset;
  const allowed = JSON.parse(origins);
  const tell = (message) => {
    document.querySelector("[role=status]").textContent = message;
  };

  async function openSession(token, origin) {
    const response = await fetch("/session", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...mount, token, origin }),
    });
    const hint = `The sandbox answers ${response.status}: is the token longer than 64 kB?`;
    const answer = await response.json().catch(() => ({ hint }));
    if (!response.ok) return tell(answer.hint);
    window.location.replace(answer.location);
  }

  if (window.parent === window) {
    tell("This page belongs in a frame: open your own site, and mount the embed there.");
    return;
  }
  const impatience = setTimeout(() => {
    tell("The page around this frame hands over no token. Was mount() called?");
  }, 10000);
  window.addEventListener("message", function receive({ source, origin, data }) {
    if (source !== window.parent || !allowed.includes(origin)) return;
    if (data?.type !== "jupid-sandbox:token") return;
    window.removeEventListener("message", receive);
    clearTimeout(impatience);
    const lost = () => tell("The sandbox cannot be reached: is it still running?");
    openSession(data.token, origin).catch(lost);
  });
  // Where the referrer names none, each is tried: the browser delivers to the right one.
  for (const origin of allowed) {
    window.parent.postMessage({ type: "jupid-sandbox:token-wanted" }, origin);
  }
})();
