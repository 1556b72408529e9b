/** A section of a report: its name within the page, and its title. */
export interface Section {
  id: string;
  title: string;
}

/** What no report goes out without: what it cannot tell, where its numbers are from, and how to make it again. */
export const KEPT: readonly string[] = ['summary', 'limits', 'sources', 'provenance'];

/** The sections of a report, in the order of its contents. */
export function sectionsOf(page: Document): Section[] {
  return [...page.querySelectorAll('nav a[href^="#"]')].map((one) => ({ id: (one.getAttribute('href') ?? '').slice(1), title: one.textContent ?? '' }));
}

/** The report without some sections; its contents no longer name them. */
export function without(html: string, dropped: ReadonlySet<string>): string {
  const page = new DOMParser().parseFromString(html, 'text/html');
  for (const id of dropped) {
    if (KEPT.includes(id)) continue;
    page.getElementById(id)?.remove();
    for (const link of page.querySelectorAll(`a[href="#${CSS.escape(id)}"]`)) {
      const item = link.closest('nav li');
      if (item) item.remove();
      else link.replaceWith(...link.childNodes);
    }
  }
  return `<!doctype html>\n${page.documentElement.outerHTML}\n`;
}
