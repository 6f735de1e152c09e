/* What a script adds to the console: keys to move with, a filter of the list,
   questions before what cannot be undone, and a session that does not end
   under somebody's hands while they write.

   Every page works without it. It makes no markup, evaluates nothing, stores
   nothing, and asks the network for one thing only: /alive. */
"use strict";

(() => {
    const ALIVE_EVERY_MS = 4 * 60 * 1000;
    const WARN_AFTER_MS = 13 * 60 * 1000;
    const LOCKED_AFTER_MS = 15.5 * 60 * 1000;

    const find = (selector, within = document) => within.querySelector(selector);
    const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];
    const show = (selector, shown) => {
        const element = find(selector);
        if (element) element.hidden = !shown;
    };

    document.documentElement.classList.add("script");

    /* Questions. A form or link that asks is stopped once, and goes on when the dialog says yes. */

    function ask(dialog, answered) {
        dialog.returnValue = "";
        dialog.addEventListener("close", () => answered(dialog.returnValue === "yes"), { once: true });
        dialog.showModal();
        // The answer that changes nothing is under the finger first.
        find("button[value=no]", dialog)?.focus();
    }

    function copyInto(dialog, name, text) {
        const target = find(`[data-copy=${name}]`, dialog);
        if (target) target.textContent = text;
    }

    const agreed = new WeakSet();

    for (const form of findAll("form[data-confirm]")) {
        form.addEventListener("submit", (event) => {
            if (agreed.has(form)) return;
            const dialog = document.getElementById(form.dataset.confirm);
            const text = form.elements.namedItem("text");
            // An empty reply needs no question: the server names what is missing.
            if (!dialog || (text && !text.value.trim())) return;
            event.preventDefault();
            if (text) {
                copyInto(dialog, "text", text.value);
                const chosen = find("input[name=state]:checked + label strong", form);
                copyInto(dialog, "state", chosen ? chosen.textContent : "");
            }
            ask(dialog, (yes) => {
                if (!yes) return;
                const confirmed = document.createElement("input");
                confirmed.type = "hidden";
                confirmed.name = "confirmed";
                confirmed.value = "yes";
                form.append(confirmed);
                agreed.add(form);
                form.requestSubmit();
            });
        });
    }

    for (const link of findAll("a[data-dangerous]")) {
        link.addEventListener("click", (event) => {
            const dialog = find("#confirm-download");
            if (!dialog || agreed.has(link)) {
                agreed.delete(link);
                return;
            }
            event.preventDefault();
            copyInto(dialog, "name", link.textContent);
            ask(dialog, (yes) => {
                if (!yes) return;
                agreed.add(link);
                link.click();
            });
        });
    }

    /* A second press of a button must not do a thing twice. */

    for (const form of findAll("form[method=post]")) {
        form.addEventListener("submit", (event) => {
            if (event.defaultPrevented) return;
            if (form.dataset.sent) {
                event.preventDefault();
                return;
            }
            form.dataset.sent = "yes";
            const button = event.submitter ?? find("button", form);
            button?.setAttribute("aria-disabled", "true");
            if (button && form.dataset.busy) button.textContent = form.dataset.busy;
        });
    }
    // Back in the browser's cache: the forms are fresh again.
    addEventListener("pageshow", () => {
        for (const form of findAll("form[data-sent]")) {
            delete form.dataset.sent;
            find("[aria-disabled]", form)?.removeAttribute("aria-disabled");
        }
    });

    /* The filter of the list. Letters that a keyboard may lack are folded. */

    const FOLDED = { "ә": "а", "ғ": "г", "қ": "к", "ң": "н", "ө": "о", "ұ": "у", "ү": "у", "һ": "х", "і": "и", i: "и", "ё": "е" };
    const fold = (text) => text.toLowerCase().normalize("NFC").replace(/[әғқңөұүһіiё]/gu, (each) => FOLDED[each]);

    const filter = find("#find");
    if (filter) {
        const rows = findAll("#cases .row").map((row) => [row, fold(row.textContent)]);
        filter.addEventListener("input", () => {
            const words = fold(filter.value).split(/\s+/u).filter(Boolean);
            let left = 0;
            for (const [row, text] of rows) {
                row.hidden = !words.every((word) => text.includes(word));
                if (!row.hidden) left += 1;
            }
            show("#found-nothing", left === 0);
        });
    }

    /* Keys. They do nothing while somebody types, and nothing with a modifier. */

    const steps = () => findAll("[data-step], .said").filter((each) => each.offsetParent !== null);

    function step(by) {
        const all = steps();
        if (all.length === 0) return;
        const here = all.indexOf(document.activeElement);
        const next = here === -1 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + by, 0), all.length - 1);
        const target = all[next];
        if (!target.matches("a")) target.tabIndex = -1;
        target.focus({ focusVisible: true });
        target.scrollIntoView({ block: "nearest" });
    }

    function go(selector) {
        const target = find(selector);
        if (!target) return false;
        target.focus({ focusVisible: true });
        target.scrollIntoView({ block: "center" });
        return true;
    }

    const keys = {
        j: () => step(1),
        k: () => step(-1),
        u: () => find("#back")?.click(),
        s: () => find("#sync")?.requestSubmit(),
        r: () => go("#reply textarea"),
        "/": () => go("#find"),
        "?": () => find("#keys")?.showModal(),
    };
    // The same places on a Russian or Kazakh keyboard.
    const places = { KeyJ: "j", KeyK: "k", KeyU: "u", KeyS: "s", KeyR: "r" };

    addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
        if (find("dialog[open]")) return;
        const typing = event.target instanceof Element && event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select");
        if (typing) {
            if (event.key === "Escape") event.target.blur();
            return;
        }
        const press = keys[event.key] ?? (event.shiftKey ? undefined : keys[places[event.code]]);
        if (!press) return;
        event.preventDefault();
        press();
    });

    find("#show-keys")?.addEventListener("click", () => find("#keys")?.showModal());

    /* The session ends after 15 idle minutes. Writing is not idle. When it has ended, what a
       stranger wrote must not stay on the screen; what the reviewer wrote must not be lost. */

    const alive = document.body.dataset.alive;
    let toldAt = performance.now();
    let typed = false;

    const isUnsent = () => findAll("textarea").some((area) => area.value !== area.defaultValue);

    function lock() {
        if (!isUnsent()) {
            location.replace("/login");
            return;
        }
        document.documentElement.classList.add("locked");
        show("#locking", false);
        show("#locked", true);
    }

    async function askServer() {
        typed = false;
        try {
            const answer = await fetch(alive, { credentials: "same-origin", cache: "no-store", redirect: "error" });
            if (answer.ok) toldAt = performance.now();
            if (answer.status === 401) lock();
        } catch {
            // The network failed, not the session: the warning comes in time.
        }
    }

    function watch() {
        const idle = performance.now() - toldAt;
        if (typed && idle >= ALIVE_EVERY_MS) askServer();
        if (idle >= LOCKED_AFTER_MS) lock();
        else show("#locking", idle >= WARN_AFTER_MS);
    }

    if (alive) {
        addEventListener("input", () => {
            typed = true;
        });
        // Back from sleep, from another window, or out of the browser's cache: is it still ours?
        document.addEventListener("visibilitychange", () => {
            if (document.visibilityState === "visible") askServer();
        });
        addEventListener("pageshow", (event) => {
            if (event.persisted) askServer();
        });
        setInterval(watch, 20 * 1000);
    }

    find("#error-summary")?.focus();
})();
