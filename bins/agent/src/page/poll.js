(() => {
  const EVERY = 30000;
  const pause = document.getElementById("pause");
  let paused = false;
  const refresh = async () => {
    if (paused || document.hidden) return;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (!answer.ok) return;
      const next = new DOMParser().parseFromString(await answer.text(), "text/html");
      const open = new Set([...document.querySelectorAll("details[open]")].map((d) => d.dataset.key));
      const typing = document.activeElement && document.activeElement.closest(".filter");
      if (typing) return;
      for (const id of ["main", "ages"]) {
        const mine = document.getElementById(id), theirs = next.getElementById(id);
        if (mine && theirs) mine.replaceChildren(...theirs.childNodes);
      }
      for (const d of document.querySelectorAll("details")) if (open.has(d.dataset.key)) d.open = true;
    } catch { /* the age on the page tells that nothing new came */ }
  };
  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.textContent = paused ? "Resume" : "Pause";
    pause.setAttribute("aria-pressed", String(paused));
    refresh();
  });
  document.addEventListener("visibilitychange", refresh);
  setInterval(refresh, EVERY);
})();
