// What a page's own elements can't do in Streamlit: the document's language, the words that it has
// in English only, a drawer that closes on a choice, a link that is copied, a part that is landed on.
(() => {
  "use strict";
  const WORDED = [
    "[data-testid=stSkipToContent]",
    "[data-testid=stMainMenuPopover] button",
    "[data-testid=stMainMenuPopover] [data-testid=stMainMenuItemLabel]",
  ].join(",");
  const NAMED = "button[aria-label], section[aria-label], [role=menu][aria-label], [role=group][aria-label], [aria-label][data-testid]";
  const PHONE = "(max-width: 767px)";
  let waits = false;
  let landedOn = null;

  const words = () => {
    const told = document.querySelector(".cx-words");
    if (!told) return null;
    document.documentElement.lang = told.lang;
    return JSON.parse(told.dataset.words || "{}");
  };

  const translateNode = (node, known) => {
    for (const child of node.childNodes) {
      const said = child.nodeType === Node.TEXT_NODE && known[child.nodeValue.trim()];
      if (said) child.nodeValue = said;
    }
  };

  const mend = () => {
    waits = false;
    const known = words();
    if (!known) return;
    document.querySelectorAll(WORDED).forEach((node) => translateNode(node, known));
    document.querySelectorAll(NAMED).forEach((node) => {
      const said = known[node.getAttribute("aria-label")];
      if (said) node.setAttribute("aria-label", said);
    });
    // Signs stand beside words that say the same: no "favorite icon" for those who listen.
    document.querySelectorAll("[data-testid=stIconMaterial][aria-label]").forEach((sign) => {
      sign.removeAttribute("aria-label");
      sign.removeAttribute("role");
      sign.setAttribute("aria-hidden", "true");
    });
    // It has a name, and a place in the order of the keyboard: no mere decoration.
    document.querySelectorAll("[data-testid=stFileUploaderDropzone][role=presentation]").forEach(
      (place) => place.setAttribute("role", "group"),
    );
    // A table that is wider than its place is scrolled by the keyboard, too.
    document.querySelectorAll("[data-testid=stMarkdownContainer] table:not([tabindex])").forEach(
      (table) => table.scrollWidth > table.clientWidth && table.setAttribute("tabindex", "0"),
    );
    // On a phone a row is a card: each cell stands with the name of its column.
    document.querySelectorAll("[data-testid=stTable] table").forEach((table) => {
      const names = [...table.querySelectorAll("thead th")].map((name) => name.innerText);
      table.querySelectorAll("tbody tr").forEach((row) =>
        [...row.cells].forEach((cell, place) => {
          if (cell.dataset.name !== names[place]) cell.dataset.name = names[place] ?? "";
        }),
      );
    });
    land();
  };

  // A finger on a chart scrolls the page; a tap reaches the chart as a click.
  addEventListener(
    "touchstart",
    (event) => event.target.closest("[data-testid=stPlotlyChart]") && event.stopPropagation(),
    { capture: true, passive: true },
  );

  // A link to a part of a page shows that part, not the top of the page.
  const land = () => {
    if (landedOn === location.pathname) return;
    const app = document.querySelector("[data-testid=stApp]");
    if (!app || app.dataset.testScriptState !== "notRunning") return;
    const asked = new URLSearchParams(location.search);
    const part = asked.get("part");
    const opened = ["how", "data"].map((it) => asked.get(it) && `.st-key-${it}-${CSS.escape(asked.get(it))}`);
    const place =
      document.querySelector(opened.find(Boolean) || ":not(*)") ||
      (part && (document.getElementById(part) || document.querySelector("[class*=st-key-part_tabs]")));
    if (part && !place) return;
    landedOn = location.pathname;
    if (place) place.scrollIntoView({ block: "start" });
  };

  // Charts have the width of the screen: on paper they are scaled to that of the sheet.
  const drawings = () => document.querySelectorAll("[data-testid=stPlotlyChart] .main-svg");
  addEventListener("beforeprint", () =>
    drawings().forEach((it) => {
      const [wide, high] = [it.getAttribute("width"), it.getAttribute("height")];
      it.setAttribute("viewBox", `0 0 ${wide} ${high}`);
    }),
  );
  addEventListener("afterprint", () => drawings().forEach((it) => it.removeAttribute("viewBox")));

  const copy = async (text) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  };

  const copyLink = (button) => {
    copy(location.href).then(() => {
      button.dataset.told = document.querySelector(".cx-words")?.dataset.copied ?? "";
      setTimeout(() => delete button.dataset.told, 2000);
    });
  };

  addEventListener(
    "click",
    (event) => {
      const link = event.target.closest("[class*=st-key-copy_link] button");
      if (link) {
        event.preventDefault();
        event.stopImmediatePropagation();
        copyLink(link);
      }
      const chosen = event.target.closest("[data-testid=stSidebar] a");
      if (chosen && matchMedia(PHONE).matches) {
        setTimeout(() => document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click());
      }
    },
    true,
  );

  // The steps of a meeting by keys, as presenters and their clickers have them.
  const STEPS = {
    ArrowRight: "next",
    ArrowDown: "next",
    PageDown: "next",
    ArrowLeft: "back",
    ArrowUp: "back",
    PageUp: "back",
    Home: "first",
    End: "last",
  };
  addEventListener("keydown", (event) => {
    const step = !event.altKey && !event.ctrlKey && !event.metaKey && STEPS[event.key];
    const button = step && document.querySelector(`.st-key-meeting_${step} button`);
    if (!button || event.target.closest("input, textarea, select, [contenteditable], [role=combobox]")) return;
    event.preventDefault();
    if (!button.disabled) button.click();
  });

  const soon = () => {
    if (!waits) {
      waits = true;
      requestAnimationFrame(mend);
    }
  };
  new MutationObserver(soon).observe(document.documentElement, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["data-test-script-state"],
  });
  soon();
})();
