// <jupid-embed>: loads Jupid's embed.js and fetches a token at the same time, then
// mounts the embed. Its `state` attribute says how that went: loading, mounted,
// signed-out, no-email, unreachable or broken. The texts for them are attributes too.
(() => {
  // Turbo and htmx may run this file again.
  if (customElements.get("jupid-embed")) return;

  const TIMEOUT = 15000; // ms, for embed.js and for the token
  // Where embed.js comes from, and the nonce that lets it pass the page's CSP. Both are
  // the script tag's: an element may be markup that somebody smuggled into the page.
  const { dataset, nonce } = document.currentScript;
  const { appUrl } = dataset;
  let sdk; // one load of embed.js, shared by the whole page
  let tries = 0;

  // What fails throws the state that it leads to.
  const loadSdk = () =>
    (sdk ??= new Promise((resolve, reject) => {
      if (window.JupidEmbed?.mount) return resolve(); // not an element of that ID
      const script = document.createElement("script");
      const end = (failure) => {
        clearTimeout(timer);
        // One that was given up may fail while the next is on its way.
        script.onerror = script.onload = null;
        if (!failure) return resolve();
        // A script that failed never loads again: the next try makes a new one.
        script.remove();
        sdk = null;
        reject(failure);
      };
      const timer = setTimeout(end, TIMEOUT, "unreachable");
      script.onerror = () => end("unreachable");
      script.onload = () => end(window.JupidEmbed?.mount ? "" : "broken");
      script.nonce = nonce;
      // The browser would let the same URL wait for the one that hangs.
      script.src = `${appUrl}/embed.js${tries++ ? `?try=${tries}` : ""}`;
      document.head.append(script);
    }));

  const fetchToken = async (url, signal) => {
    const response = await fetch(url, {
      cache: "no-store",
      credentials: "same-origin",
      headers: { Accept: "application/json" },
      redirect: "manual", // a redirect leads to a login page
      signal,
    }).catch(() => {
      throw "unreachable";
    });
    const { headers, ok, status, type } = response;
    if (status === 401 || type === "opaqueredirect") throw "signed-out";
    const isJson = /^application\/json\b/.test(headers.get("Content-Type"));
    const { error, token } = isJson ? await response.json() : {};
    if (error === "email_missing") throw "no-email";
    if (!ok || !token || typeof token !== "string") throw "broken";
    return token;
  };

  class JupidEmbedElement extends HTMLElement {
    #run; // the AbortController of the latest start: an answer to another is late
    #embed;
    #container;
    #message = document.createElement("div");
    #status = document.createElement("output"); // screen readers announce it
    #login = document.createElement("a");
    #retry = document.createElement("button");

    constructor() {
      super();
      this.#message.append(this.#status, this.#login, this.#retry);
      this.#retry.type = "button";
      this.#retry.onclick = () => this.#start();
    }

    connectedCallback() {
      // Turbo's snapshots hold copies of an earlier message and iframe.
      this.replaceChildren(this.#message);
      this.#login.textContent = this.getAttribute("text-sign-in");
      this.#retry.textContent = this.getAttribute("text-retry");
      this.#login.hidden = this.#retry.hidden = true;
      addEventListener("pagehide", this);
      addEventListener("pageshow", this);
      this.#start();
    }

    disconnectedCallback() {
      removeEventListener("pagehide", this);
      removeEventListener("pageshow", this);
      this.#stop();
    }

    // The page may come back from the browser's cache after a logout.
    handleEvent({ type, persisted }) {
      if (type === "pagehide") this.#stop();
      else if (persisted) this.#start();
    }

    async #start() {
      this.#stop();
      const run = (this.#run = new AbortController());
      const timer = setTimeout(() => run.abort(), TIMEOUT);
      const get = (name) => this.getAttribute(name) ?? undefined;
      let state = "mounted";
      this.#show("loading");
      try {
        const [token] = await Promise.all([
          fetchToken(get("endpoint"), run.signal),
          loadSdk(),
        ]);
        if (run !== this.#run) return;
        this.#container = document.createElement("div");
        this.append(this.#container);
        this.#embed = JupidEmbed.mount({
          partnerId: get("partner-id"),
          token,
          container: this.#container,
          initialPath: get("initial-path"),
          shell: get("shell"),
          chat: get("chat"),
          appUrl,
        });
      } catch (error) {
        const other = run.signal.aborted ? "unreachable" : "broken";
        state = typeof error === "string" ? error : other;
      } finally {
        clearTimeout(timer);
      }
      if (run !== this.#run) return;
      if (state !== "mounted") this.#container?.remove();
      this.#show(state);
    }

    #stop() {
      this.#run?.abort();
      this.#run = null;
      this.#embed?.destroy();
      this.#embed = null;
      this.#container?.remove();
    }

    #show(state) {
      this.setAttribute("state", state);
      this.#status.textContent = this.getAttribute("text-" + state);
      // While it loads again, the button stays, and with it the reader's focus.
      if (state === "loading") return;
      const { href, pathname, search } = location;
      const login = new URL(this.getAttribute("login-url"), href);
      login.searchParams.set("next", pathname + search);
      this.#login.href = login;
      this.#login.hidden = state !== "signed-out";
      this.#retry.hidden = /mounted|signed-out/.test(state);
    }
  }

  customElements.define("jupid-embed", JupidEmbedElement);

  // The requests are on their way; now the looks. A style sheet made here passes any
  // CSP, and :where() weighs nothing: any rule of the host's own wins, but on [hidden].
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :where(jupid-embed) {
      /* A grid gives the iframe a height even where the page has none to give. */
      display: grid;
      grid-template: minmax(0, 1fr) / minmax(0, 1fr);
      height: 100%;
      min-height: 720px;
    }
    :where(jupid-embed > *) {
      grid-area: 1 / 1;
    }
    :where(jupid-embed > :first-child) {
      display: grid;
      gap: 1rem;
      place-self: center;
      justify-items: center;
      max-width: 36ch;
      margin: 1rem;
      text-align: center;
    }
    jupid-embed > :first-child > [hidden] {
      display: none !important;
    }
    :where(jupid-embed a, jupid-embed button) {
      color: inherit;
      font: inherit;
    }
    :where(jupid-embed button) {
      padding: 0.5em 1em;
      border: 1px solid;
      border-radius: 0.5em;
      background: none;
      cursor: pointer;
    }
  `);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
})();
