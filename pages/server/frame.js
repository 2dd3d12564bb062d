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
  const HIGH = 200;
  const PHONE = "(max-width: 767px)";
  let waits = false;
  let landedOn = null;
  let asked = null;

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

  // Figures and pictures are drawn for a light or a dark ground: when the system turns, they are
  // drawn again, once a list that lies over the page has been closed.
  const drawAgain = (app, scheme) => {
    const drawnFor = document.querySelector(".cx-words")?.dataset.ground;
    const rests = app?.dataset.testScriptState === "notRunning" && !document.querySelector("section[role=dialog]");
    if (!drawnFor || scheme === drawnFor) asked = null;
    else if (rests && scheme !== asked) {
      asked = scheme;
      document.querySelector(".st-key-draw_again button")?.click();
    }
  };

  const mend = () => {
    waits = false;
    // What opens over the page stands beside the app, which alone knows of light and dark.
    const app = document.querySelector("[data-testid=stApp]");
    const scheme = app && getComputedStyle(app).colorScheme;
    if (scheme && document.documentElement.style.colorScheme !== scheme) {
      document.documentElement.style.colorScheme = scheme;
    }
    drawAgain(app, scheme);
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
    // Parts that stand high on the page are in view with its title.
    if (place && place.getBoundingClientRect().top > HIGH) place.scrollIntoView({ block: "start" });
  };

  // What is dark on a screen is printed dark on white: each colour has its light counterpart.
  const COLOURED = ["color", "background-color", ...["top", "right", "bottom", "left"].map((it) => `border-${it}-color`)];
  const PAPER_INK = "#1d2b33";
  let turned = [];

  const onPaper = (colour, isGround, known) => {
    const [red, green, blue, alpha = 1] = (colour.match(/[\d.]+/g) || []).map(Number);
    if (blue === undefined || !alpha) return null;
    const hex = `#${[red, green, blue].map((it) => it.toString(16).padStart(2, "0")).join("")}`;
    const light = known[hex];
    if (light && alpha === 1) return light;
    if (light) return `${light}${Math.round(alpha * 255).toString(16).padStart(2, "0")}`;
    const bright = (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
    if (isGround) return bright < 0.35 ? "transparent" : null;
    return bright > 0.6 ? PAPER_INK : null;
  };

  const toPaper = () => {
    const app = document.querySelector("[data-testid=stApp]");
    const told = document.querySelector(".cx-words")?.dataset.paper;
    if (turned.length || !app || !told || /255, 255, 255/.test(getComputedStyle(app).backgroundColor)) return;
    const known = JSON.parse(told);
    const places = [document.body, app, ...app.querySelectorAll("*")];
    const wanted = places.flatMap((place) => {
      const look = getComputedStyle(place);
      const names = place.ownerSVGElement ? ["fill", "stroke"] : COLOURED;
      return names
        .map((name) => [place, name, onPaper(look.getPropertyValue(name), name === "background-color", known)])
        .filter(([, , light]) => light);
    });
    turned = wanted.map(([place, name, light]) => {
      const before = [place, name, place.style.getPropertyValue(name), place.style.getPropertyPriority(name)];
      place.style.setProperty(name, light, "important");
      return before;
    });
    document.querySelectorAll(".cx-sketch img").forEach((picture) => {
      const [head, drawn] = picture.src.split("base64,");
      if (!drawn) return;
      turned.push([picture, null, picture.src]);
      picture.src = `${head}base64,${btoa(atob(drawn).replace(/#[0-9a-f]{6}/gi, (it) => known[it.toLowerCase()] || it))}`;
    });
  };

  const toScreen = () => {
    turned.forEach(([place, name, value, priority]) =>
      name ? place.style.setProperty(name, value, priority) : (place.src = value),
    );
    turned = [];
  };
  addEventListener("beforeprint", toPaper);
  addEventListener("afterprint", toScreen);
  matchMedia("print").addEventListener("change", (it) => (it.matches ? toPaper() : toScreen()));

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

  // Escape closes a dialog also from within a table, which keeps the key for itself, and when what
  // was in focus is gone; what lies over the dialog (a list of options, a search) closes by itself.
  addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      const dialog = [...document.querySelectorAll("section[role=dialog]")].pop();
      const at = event.target;
      const isKept = at === document.body || (dialog?.contains(at) && at.matches("[data-testid=stDataFrame] :not(input)"));
      const close = isKept && dialog?.querySelector("button[aria-label]:not([data-testid])");
      if (!close) return;
      event.stopPropagation();
      close.click();
    },
    true,
  );

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
  // Streamlit follows the system's ground with classes alone, a moment later.
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTimeout(soon, 200));
  soon();
})();
