/** The bar of sections: the one on the screen is marked, and its link kept in sight. */

export function startNavigation() {
  const links = new Map(
    [...document.querySelectorAll("nav a")].map((link) => [
      link.getAttribute("href")?.slice(1) ?? "",
      /** @type {HTMLElement} */ (link),
    ]),
  );
  const visible = /** @type {Set<Element>} */ (new Set());
  const sections = [...links.keys()].map((id) => document.getElementById(id)).filter((section) => section !== null);
  const { documentElement: root } = document;
  const update = () => {
    // The last section may be too short to come up to where the reader looks.
    const atEnd = root.scrollTop + root.clientHeight >= root.scrollHeight - 2;
    const current = atEnd ? sections.at(-1) : sections.find((section) => visible.has(section));
    if (current) mark(links, current.id);
  };
  const watch = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) visible.add(target);
        else visible.delete(target);
      }
      update();
    },
    { rootMargin: "-20% 0px -60% 0px" },
  );
  for (const section of sections) watch.observe(section);
  document.addEventListener("scroll", update, { passive: true });
}

/**
 * @param {ReadonlyMap<string, HTMLElement>} links
 * @param {string} id
 */
function mark(links, id) {
  for (const [name, link] of links) {
    if (name === id) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  const link = links.get(id);
  const strip = link?.closest("ul");
  if (!link || !strip) return;
  // Not scrollIntoView, which would move the page too.
  strip.scrollLeft = link.offsetLeft - strip.offsetLeft - (strip.clientWidth - link.offsetWidth) / 2;
}
