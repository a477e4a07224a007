(() => {
  const EVERY = 30000;
  const by = (id) => document.getElementById(id);
  const pause = by("pause");
  let paused = false, answered = new Date();

  // Changes what differs and leaves the rest: focus, selection and the place on the page stay.
  const sync = (mine, theirs) => {
    const [old, fresh] = [[...mine.childNodes], [...theirs.childNodes]];
    fresh.forEach((node, at) => {
      const was = old[at];
      if (!was) mine.append(node);
      else if (was.nodeName !== node.nodeName || was.dataset?.key !== node.dataset?.key) was.replaceWith(node);
      else if (node.nodeType !== Node.ELEMENT_NODE) { if (was.data !== node.data) was.data = node.data; }
      else if (!was.isEqualNode(node)) {
        for (const { name } of [...was.attributes]) if (name !== "open" && !node.hasAttribute(name)) was.removeAttribute(name);
        for (const { name, value } of node.attributes) if (was.getAttribute(name) !== value) was.setAttribute(name, value);
        sync(was, node);
      }
    });
    old.slice(fresh.length).forEach((node) => node.remove());
  };

  const show = (next) => {
    const all = () => [...document.querySelectorAll("details")];
    const open = new Set(all().filter((one) => one.open).map((one) => one.dataset.key));
    const focused = document.activeElement;
    const key = focused?.closest("details")?.dataset.key;
    sync(by("ages"), next.getElementById("ages"));
    // Whoever writes a filter is left alone.
    if (!focused?.closest(".filter")) sync(by("main"), next.getElementById("main"));
    for (const one of all()) one.open = open.has(one.dataset.key);
    if (key && document.activeElement !== focused) {
      all().find((one) => one.dataset.key === key)?.querySelector("summary").focus({ preventScroll: true });
    }
  };

  const refresh = async () => {
    if (paused || document.hidden) return;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      const next = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!answer.ok || !next.getElementById("main")) throw new Error("not the page");
      if (paused) return;
      show(next);
      answered = new Date();
      by("unanswered").textContent = "";
    } catch {
      by("unanswered").textContent = "No answer since " + answered.toLocaleTimeString();
    }
  };

  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.textContent = paused ? "Resume" : "Pause";
    refresh();
  });
  document.addEventListener("visibilitychange", refresh);
  setInterval(refresh, EVERY);
})();
