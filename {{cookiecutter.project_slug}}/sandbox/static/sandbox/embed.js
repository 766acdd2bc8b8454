/*
 * The sandbox's stand-in for Jupid's embed.js: window.JupidEmbed.mount(options).
 *
 * It keeps to the documented options and is loud where the real one may be silent. How
 * token and frame talk is the sandbox's own; a site must not rely on it.
 */
(() => {
  "use strict";

  const scriptOrigin = new URL(document.currentScript.src).origin;
  const OPTIONS = {
    partnerId: "required",
    token: "required",
    container: "required",
    initialPath: "optional",
    shell: "optional",
    chat: "optional",
    appUrl: "optional",
  };
  const CHOICES = { shell: ["topbar", "sidebar"], chat: ["enabled", "disabled"] };

  function check(holds, message) {
    if (!holds) {
      throw new TypeError(`JupidEmbed.mount: ${message}`);
    }
  }

  function checkOptions(options) {
    check(options !== null && typeof options === "object", "give one object of options.");
    for (const name of Object.keys(options)) {
      check(Object.hasOwn(OPTIONS, name), `there is no option ${JSON.stringify(name)}.`);
    }
    for (const [name, need] of Object.entries(OPTIONS)) {
      const value = options[name];
      check(need === "optional" || value !== undefined, `the option ${name} is missing.`);
      const isRight = name === "container" || typeof value === "string";
      check(value === undefined || isRight, `${name} is a text.`);
    }
    const { partnerId, token, container, initialPath } = options;
    check(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(partnerId),
      "partnerId is not a partner ID.",
    );
    check(token !== "", "token is empty.");
    check(container instanceof HTMLElement, "container is an HTML element.");
    check(window.origin !== "null", "a page without an origin cannot embed: serve it.");
    check(container.isConnected, "container is not in the page.");
    check(
      initialPath === undefined || /^\/(?![/\\])[^\\\s]*$/.test(initialPath),
      "initialPath is a path from the root: it starts with one '/'.",
    );
    for (const [name, choices] of Object.entries(CHOICES)) {
      const value = options[name];
      check(
        value === undefined || choices.includes(value),
        `${name} is ${choices.join(" or ")}.`,
      );
    }
  }

  function appOrigin(appUrl) {
    let url = null;
    try {
      url = new URL(appUrl);
    } catch {
      // Told below.
    }
    const isOrigin = url !== null && url.origin === appUrl.replace(/\/$/, "");
    check(isOrigin, "appUrl is an origin: scheme, host and port.");
    return url.origin;
  }

  function mount(options) {
    checkOptions(options);
    const { partnerId, token, container, appUrl = scriptOrigin } = options;
    const app = appOrigin(appUrl);

    const address = new URL(`/embed/${encodeURIComponent(partnerId)}`, app);
    for (const name of ["initialPath", "shell", "chat"]) {
      if (options[name] !== undefined) {
        address.searchParams.set(name, options[name]);
      }
    }
    const frame = document.createElement("iframe");
    frame.title = "Jupid";
    // Whatever the page's own policy is: the sandbox says why where it must refuse.
    frame.referrerPolicy = "origin";
    frame.style.cssText = "display: block; width: 100%; height: 100%; border: 0";
    frame.src = address.href;

    function answer(event) {
      const isOurs = event.source === frame.contentWindow && event.origin === app;
      if (isOurs && event.data?.type === "jupid-sandbox:token-wanted") {
        frame.contentWindow.postMessage({ type: "jupid-sandbox:token", token }, app);
      }
    }
    window.addEventListener("message", answer);
    container.append(frame);
    if (frame.offsetHeight === 0 && frame.offsetParent !== null) {
      console.warn("JupidEmbed.mount: the container has no height, so nothing shows.");
    }

    return {
      destroy() {
        window.removeEventListener("message", answer);
        frame.remove();
      },
    };
  }

  window.JupidEmbed = Object.freeze({ mount });
})();
