// <nav data-contents> with links to "#anchor": lights the link of the section that is being read (aria-current).
function follow(nav) {
  const links = new Map([...nav.querySelectorAll('a[href^="#"]')].map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
  const heads = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  if (!heads.length) return;
  let lit = null;
  let waiting = false;

  function light() {
    waiting = false;
    const line = innerHeight / 4;
    const atEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
    const passed = heads.filter((head) => head.getBoundingClientRect().top <= line);
    const current = atEnd && scrollY > 0 ? heads.at(-1) : passed.at(-1) ?? null;
    const link = current && links.get(current.id);
    if (link === lit) return;
    lit?.removeAttribute("aria-current");
    link?.setAttribute("aria-current", "location");
    if (link && nav.scrollHeight > nav.clientHeight) {
      nav.scrollTop = link.offsetTop - nav.clientHeight / 2;
    }
    lit = link;
  }

  function soon() {
    if (!waiting) requestAnimationFrame(light);
    waiting = true;
  }
  addEventListener("scroll", soon, { passive: true });
  addEventListener("resize", soon);
  light();
}

document.querySelectorAll("[data-contents]").forEach(follow);
