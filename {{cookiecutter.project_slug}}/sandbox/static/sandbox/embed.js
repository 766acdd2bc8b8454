/*
 * The sandbox's stand-in for Jupid's embed.js: window.JupidEmbed.mount(options).
 *
 * It keeps to the documented options and is loud where the real one may be silent. How
 * token and frame talk is the sandbox's own; a site must not rely on it.
 */
(() => {
  "use strict";

  // An element of the page that is named "currentScript" must not answer.
  const ask = (name) => Reflect.get(Document.prototype, name, document);
  const ownOrigin = new URL(ask("currentScript").src).origin;
  const PATTERNS = {
    partnerId: /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
    token: /^[^]+$/,
    initialPath: /^\/(?![/\\])[^\\\s]*$/,
    shell: /^(topbar|sidebar)$/,
    chat: /^(enabled|disabled)$/,
    appUrl: /^https?:\/\/[^/?#]+\/?$/,
  };

  function check(holds, message) {
    if (!holds) throw new TypeError(`JupidEmbed.mount: ${message}`);
  }

  function mount(options) {
    check(Object(options) === options, "give one object of options.");
    const { partnerId, token, container, appUrl = ownOrigin, ...others } = options;
    check(container instanceof HTMLElement, "container is an HTML element.");
    check(container.isConnected, "container is not in the page.");
    check(window.origin !== "null", "a page without an origin cannot embed.");
    for (const [name, value] of Object.entries({ partnerId, token, appUrl, ...others })) {
      check(Object.hasOwn(PATTERNS, name), `there is no option ${name}.`);
      const isRight = typeof value === "string" && PATTERNS[name].test(value);
      const isLeftOut = value === undefined && name in others;
      check(isRight || isLeftOut, `${name} is missing, or not ${PATTERNS[name]}.`);
    }
    const app = new URL(appUrl).origin;
    const address = new URL(`/embed/${encodeURIComponent(partnerId)}`, app);
    for (const name of Object.keys(others)) {
      if (others[name] !== undefined) address.searchParams.set(name, others[name]);
    }
    const frame = ask("createElement").call(document, "iframe");
    frame.title = "Jupid";
    frame.style.cssText = "display: block; width: 100%; height: 100%; border: 0";
    // Whatever the page's own policy is: the sandbox says why where it must refuse.
    frame.referrerPolicy = "origin";
    frame.src = address.href;

    function answer({ source, origin, data }) {
      const isOurs = source === frame.contentWindow && origin === app;
      if (isOurs && data?.type === "jupid-sandbox:token-wanted") {
        source.postMessage({ type: "jupid-sandbox:token", token }, app);
      }
    }
    window.addEventListener("message", answer);
    container.append(frame);
    if (frame.offsetHeight === 0 && frame.offsetParent !== null) {
      console.warn("JupidEmbed.mount: the container has no height, so nothing shows.");
    }
    const destroy = () => {
      window.removeEventListener("message", answer);
      frame.remove();
    };
    return { destroy };
  }

  window.JupidEmbed = Object.freeze({ mount });
})();
