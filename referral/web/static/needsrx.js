// Small comforts on top of pages that work without any script.
(() => {
  "use strict";

  const phoneSize = window.matchMedia("(max-width: 48rem)");

  // The error summary takes the focus, so that a screen reader starts there.
  const focusErrors = () => document.getElementById("error-summary")?.focus();

  // A second press of a button must not send the form twice. The button that was pressed still belongs
  // to the request, so it is switched off only after the browser has read the form.
  const guardForms = () => {
    document.addEventListener("submit", (event) => {
      const form = event.target;
      if (form.getAttribute("method") !== "post" || "repeatable" in form.dataset) return;
      if ("sent" in form.dataset) {
        event.preventDefault();
        return;
      }
      form.dataset.sent = "";
      // Back then leads to a page that says what came of the form, instead of asking to send it again.
      const back = event.submitter?.dataset.back;
      if (back) history.replaceState(null, "", back);
      setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }), 0);
    });
    // A page that comes back from the browser's memory has its buttons again.
    window.addEventListener("pageshow", () => {
      document.querySelectorAll("form[data-sent]").forEach((form) => {
        delete form.dataset.sent;
        form.querySelectorAll("button").forEach((button) => { button.disabled = false; });
      });
    });
  };

  // A security key is asked by the browser: options from us, its answer into the form, then the form goes as any other.
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const letters = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const askKey = async (form) => {
    const token = form.elements.csrf_token?.value ?? "";
    const reply = await fetch(form.dataset.options, { method: "POST", headers: { "X-CSRFToken": token, Accept: "application/json" } });
    if (!reply.ok) throw new Error(String(reply.status));
    const options = await reply.json();
    options.challenge = bytes(options.challenge);
    for (const list of [options.excludeCredentials, options.allowCredentials]) {
      for (const known of list ?? []) known.id = bytes(known.id);
    }
    const adding = form.dataset.key === "add";
    if (adding) options.user.id = bytes(options.user.id);
    const credential = adding
      ? await navigator.credentials.create({ publicKey: options })
      : await navigator.credentials.get({ publicKey: options });
    const response = { clientDataJSON: letters(credential.response.clientDataJSON) };
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[part]) response[part] = letters(credential.response[part]);
    }
    return JSON.stringify({ id: credential.id, rawId: letters(credential.rawId), type: credential.type, response });
  };
  const offerKeys = () => {
    document.querySelectorAll("form[data-key]").forEach((form) => {
      form.querySelector("[data-without-script]")?.remove();
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        event.stopPropagation();
        const trouble = form.querySelector(".error[role=alert]");
        trouble.hidden = true;
        try {
          form.elements.answer.value = await askKey(form);
          form.submit();
        } catch {
          trouble.textContent = form.dataset.failed;
          trouble.hidden = false;
        }
      });
    });
  };

  // On a phone the menu starts closed; without the script it stays open.
  const foldMenu = () => {
    const menu = document.querySelector(".site-menu");
    if (!menu) return;
    const fit = () => { menu.open = !phoneSize.matches; };
    phoneSize.addEventListener("change", fit);
    fit();
  };

  // Ends are kept by element: the count follows the clock, not the number of ticks.
  const ends = new WeakMap();
  const showCountdowns = () => {
    document.querySelectorAll("[data-countdown]").forEach((element) => {
      if (!ends.has(element)) ends.set(element, Date.now() + Number(element.dataset.countdown) * 1000);
      const left = Math.max(0, Math.round((ends.get(element) - Date.now()) / 1000));
      element.textContent = left
        ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`
        : element.dataset.done;
      if (!left) turnOver(element.closest("[data-turns]"));
    });
  };

  // What could be done until then gives way to what can be done now.
  const turnOver = (both) => {
    const [until, then] = ["[data-until]", "[data-then]"].map((name) => both?.querySelector(name));
    if (!until || until.hidden) return;
    const held = until.contains(document.activeElement);
    until.hidden = true;
    then.hidden = false;
    if (held) then.querySelector("a")?.focus();
  };

  // An element with an id and data-refresh="seconds" is fetched anew while the page is looked at.
  // It is left alone while the focus is inside, so that nobody loses a place or a half-typed word.
  const refresh = async (id, seconds) => {
    const old = document.getElementById(id);
    if (!old) return;
    if (!document.hidden && !old.contains(document.activeElement)) {
      try {
        const answer = await fetch(location.href, { headers: { "X-Refresh": id }, cache: "no-store" });
        if (answer.redirected) return;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = answer.ok && page.getElementById(id);
        const shown = document.getElementById(id);
        if (fresh && shown && !shown.contains(document.activeElement) && fresh.innerHTML !== shown.innerHTML) {
          shown.replaceWith(document.adoptNode(fresh));
        }
      } catch {
        // The network is away: the next round tries again.
      }
    }
    setTimeout(refresh, seconds * 1000, id, seconds);
  };
  const startRefreshing = () => {
    document.querySelectorAll("[data-refresh][id]").forEach((element) => {
      const seconds = Math.max(2, Number(element.dataset.refresh) || 10);
      setTimeout(refresh, seconds * 1000, element.id, seconds);
    });
  };

  // A text area is copied by a button that only the script shows.
  const offerCopying = () => {
    if (!navigator.clipboard) return;
    document.querySelectorAll("[data-copy]").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", async () => {
        const text = document.getElementById(button.dataset.copy);
        text.select();
        await navigator.clipboard.writeText(text.value);
        button.textContent = button.dataset.copied;
      });
    });
  };

  foldMenu();
  offerCopying();
  focusErrors();
  guardForms();
  offerKeys();
  startRefreshing();
  showCountdowns();
  setInterval(showCountdowns, 1000);
})();
