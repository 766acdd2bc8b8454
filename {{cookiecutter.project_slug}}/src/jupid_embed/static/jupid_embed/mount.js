/**
 * Attributes choose looks alone: markup may smuggle one in. The script tag says the rest.
 * @typedef {HTMLElement & {appUrl?: string, partnerId?: string, endpoint?: string,
 *   loginUrl?: string, fetchToken?: () => string | Response | Promise<string | Response>}}
 *   JupidEmbedElement
 */
// Turbo runs this again.
if (!customElements.get("jupid-embed")) {
  const PATIENCE = 15000; // ms
  const EVENTS = ["pagehide", "pageshow", "message", "securitypolicyviolation"];
  const TEXTS = {
    loading: "Loading…",
    "signed-out": "You are signed out.",
    "sign-in": "Sign in again",
    "no-email": "Your account has no email address. Add one, then try again.",
    "not-allowed": "Your account may not open this. Ask for access, then try again.",
    unreachable:
      "This part of the page cannot be reached. Check your connection, then try again.",
    blocked: "Your browser may block this part of the page. Allow it, then try again.",
    broken: "Something went wrong here. Please try again.",
    retry: "Try again",
  };

  // Markup shadows what `document` has, and what `window` lacks.
  const ask = (name) => Reflect.get(Document.prototype, name, document);
  const own = (name) => (Object.hasOwn(window, name) ? Reflect.get(window, name) : undefined);
  const create = (tag, properties) =>
    Object.assign(ask("createElement").call(document, tag), properties);

  const tag = ask("currentScript"); // null in a module
  for (const name in TEXTS)
    TEXTS[name] = tag?.getAttribute(`data-text-${name}`) ?? TEXTS[name];

  // Not by <base>.
  const webUrl = (text) => {
    try {
      const url = text && new URL(text, location);
      if (/^https?:/.test(url.protocol)) return url;
    } catch {}
  };

  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const say = (line) => console.warn("jupid_embed:", line);
  const fault = (state, line, words) => ({ state, line, words });

  let sdk, policy, tries = 0;

  const loadSdk = async (origin) => {
    if (own("JupidEmbed")?.mount) return;
    const url = `${origin}/embed.js${tries++ ? `?try=${tries}` : ""}`;
    policy ??= own("trustedTypes")?.createPolicy("jupid-embed", { createScriptURL: String });
    const src = policy?.createScriptURL(url) ?? url;
    const script = create("script", { src, nonce: tag?.nonce ?? "" });
    const end = await new Promise((resolve) => {
      script.onload = script.onerror = resolve;
      setTimeout(resolve, PATIENCE);
      ask("head").append(script);
    });
    for (const link of ask("querySelectorAll").call(document, "link[data-jupid]"))
      link.remove();
    if (own("JupidEmbed")?.mount) return;
    script.remove();
    sdk = null;
    const line = `${url} gives no JupidEmbed.mount. Is it blocked?`;
    throw fault(end?.type === "load" ? "broken" : "unreachable", line);
  };

  const readToken = async (answer) => {
    if (answer && typeof answer === "string") return answer;
    const { headers, ok, redirected, status, url } = answer;
    const isJson = /^application\/json/i.test(headers.get("Content-Type"));
    const { error, token } = (isJson && (await answer.json().catch(String))) || {};
    if (ok && token && typeof token === "string") return token;
    let state = "broken";
    if (status === 401 || redirected || !status) state = "signed-out";
    else if (/^email/.test(error)) state = "no-email";
    else if (error === "not_allowed") state = "not-allowed";
    throw fault(state, `${url} answers ${status || "a redirect"}, ${error ?? "no token"}.`);
  };

  class Embed extends /** @type {new () => JupidEmbedElement} */ (HTMLElement) {
    #run;
    #violation;
    #embed;
    #container;
    #timer;
    #repairs = 0;
    #progress = create("progress");
    #status = create("output");
    #login = create("a", { hidden: true, textContent: TEXTS["sign-in"] });
    #retry = create("button", {
      hidden: true,
      type: "button",
      textContent: TEXTS.retry,
      onclick: () => this.#progress.hidden && this.#start(),
    });

    constructor() {
      super();
      const observer = new MutationObserver((records) => this.#tend(records));
      observer.observe(this, { childList: true, subtree: true });
      this.addEventListener("turbo:before-morph-element", this);
    }

    connectedCallback() {
      this.#show("loading");
      for (const type of EVENTS) addEventListener(type, this);
      this.#wake();
    }

    disconnectedCallback() {
      for (const type of EVENTS) removeEventListener(type, this);
      this.#stop();
    }

    connectedMoveCallback() {} // moveBefore() keeps the iframe

    handleEvent(event) {
      const { type, persisted, origin, blockedURI } = event;
      if (type === "pagehide") this.#stop();
      else if (persisted) this.#wake();
      else if (blockedURI) this.#note(event);
      else if (type !== "message") this.#run && event.preventDefault();
      else if (this.#timer && origin === webUrl(this.appUrl).origin) {
        this.#timer = clearTimeout(this.#timer);
        this.#show("mounted", "");
      }
    }

    // Once for many moves.
    #wake() {
      queueMicrotask(() => {
        const isPreview = ask("documentElement").hasAttribute("data-turbo-preview");
        if (this.isConnected && !this.#run && !isPreview) this.#start();
      });
    }

    async #start() {
      const run = new AbortController();
      const lost = (error = "late") => {
        throw fault("unreachable", `No token: ${error}.`);
      };
      try {
        this.#stop(run);
        this.#show("loading");
        const isReady = () =>
          this.appUrl && this.partnerId && (this.fetchToken || webUrl(this.endpoint));
        if (!isReady()) await sleep(1000); // a script may set it
        if (run !== this.#run) return;
        const line = "This needs appUrl, partnerId, and endpoint or fetchToken.";
        if (!isReady()) throw fault("broken", line, line);
        const options = { cache: "no-store", redirect: "manual", signal: run.signal };
        const answer = this.fetchToken?.() ?? fetch(webUrl(this.endpoint).href, options);
        const token = Promise.resolve(answer).then(readToken, lost);
        sdk ??= loadSdk(this.appUrl);
        const late = sleep(PATIENCE).then(lost);
        const [text] = await Promise.race([Promise.all([token, sdk]), late]);
        if (run === this.#run) this.#mount(text);
      } catch (error) {
        await sleep(0); // violations come late
        if (run === this.#run) this.#fail(this.#violation ?? error);
      }
    }

    #mount(token) {
      const get = (name) => this.getAttribute(name) ?? undefined;
      const container = create("div", { tabIndex: -1 });
      this.append((this.#container = container));
      this.#embed = own("JupidEmbed").mount({
        partnerId: this.partnerId,
        token,
        container,
        initialPath: get("initial-path"),
        shell: get("shell"),
        chat: get("chat"),
        appUrl: this.appUrl,
      });
      this.#show("mounted", "loading");
      this.#timer = setTimeout(() => {
        this.#show("blocked");
        say(`${this.appUrl} asks for no token. Does Jupid know this origin?`);
      }, PATIENCE);
    }

    #note({ blockedURI, disposition, effectiveDirective }) {
      const [kind] = effectiveDirective.split("-");
      const app = this.appUrl;
      const url = { script: app, frame: app, connect: webUrl(this.endpoint) }[kind];
      if (!blockedURI.startsWith(url) || disposition === "report") return;
      const line = `The policy lacks ${url === app ? app : "'self'"} in ${kind}-src.`;
      this.#violation = fault("broken", line);
      if (kind === "frame") this.#fail(this.#violation);
    }

    #tend(records) {
      const isWhole = this.contains(this.#retry) && this.contains(this.#container ?? this);
      const isEmptied = ({ target }) => target === this.#container && !target.firstChild;
      if (isWhole && !records.some(isEmptied)) return;
      const run = this.#run;
      if (!run) return this.#wake();
      sleep(60000).then(() => this.#repairs--);
      if (this.#repairs++ < 5) this.#start();
      else sleep(1000).then(() => run === this.#run && this.#fail("The page empties this."));
    }

    #fail(error) {
      const { state = "broken", line = error, words } = error;
      say(line);
      this.#show(state, words);
      this.#stop(this.#run);
    }

    #stop(run = null) {
      this.#run?.abort();
      this.#run = run;
      this.#timer = clearTimeout(this.#timer);
      this.#container?.remove();
      const embed = this.#embed;
      this.#embed = this.#container = null;
      embed?.destroy();
    }

    #show(state, words = state) {
      this.setAttribute("state", state);
      if (!this.contains(this.#retry)) {
        this.replaceChildren(create("div"));
        this.firstChild.append(this.#progress, this.#status, this.#login, this.#retry);
      }
      this.#progress.hidden = words !== "loading";
      this.#retry.ariaDisabled = !this.#progress.hidden;
      this.#status.textContent = TEXTS[words] ?? words;
      if (state === "loading") return; // the focus stays
      const login = state === "signed-out" ? webUrl(this.loginUrl) : undefined;
      const { origin, pathname, search } = location;
      const whole = login?.origin === origin ? "" : origin;
      login?.searchParams.set("next", whole + pathname + search);
      this.#login.href = login ?? "";
      this.#login.hidden = !login;
      const isOver = state === "mounted" || !!login;
      if (isOver && this.#retry.matches(":focus"))
        (login ? this.#login : this.#container)?.focus();
      this.#retry.hidden = isOver;
    }
  }

  const { appUrl, partnerId, endpoint, loginUrl } = tag?.dataset ?? {};
  Object.assign(Embed.prototype, { appUrl, partnerId, endpoint, loginUrl });
  Embed.prototype.fetchToken = null;
  customElements.define("jupid-embed", Embed);

  // The host's rules win over :where().
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :where(jupid-embed:not([hidden])) { display: grid; height: 100%; min-height: 720px;
      grid-template: minmax(0, 1fr) / minmax(0, 1fr); place-self: stretch; flex: 1; }
    :where(jupid-embed > *) { grid-area: 1 / 1; }
    :where(jupid-embed[state="blocked"] > :last-child) { margin-top: 16rem; }
    :where(jupid-embed > :first-child) { position: sticky; top: 1rem; max-width: 36ch;
      margin: min(12vh, 6rem) 1rem; display: grid; gap: 1rem; text-align: center;
      place-items: center; place-self: start center; text-wrap: balance; }
    :where(jupid-embed a, jupid-embed button) { color: inherit; font: inherit; }
    :where(jupid-embed button) { padding: 0.5em 1em; border: 1px solid; background: none; }
    jupid-embed > span, jupid-embed [hidden] { display: none !important; }
  `);
  ask("adoptedStyleSheets").push(sheet);
}
