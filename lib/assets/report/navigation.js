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
  const watch = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) visible.add(target);
        else visible.delete(target);
      }
      const current = sections.find((section) => visible.has(section));
      if (current) mark(links, current.id);
    },
    { rootMargin: "-20% 0px -60% 0px" },
  );
  for (const section of sections) watch.observe(section);
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
