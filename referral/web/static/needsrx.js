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
    });
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

  foldMenu();
  focusErrors();
  guardForms();
  startRefreshing();
  showCountdowns();
  setInterval(showCountdowns, 1000);
})();
