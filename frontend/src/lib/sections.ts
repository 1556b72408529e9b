// A report is worked on as text: parsed as a document of this page, its inline styles would be refused by the page's policy.

/** A section of a report: its name within the page, and its title. */
export interface Section {
  id: string;
  title: string;
}

/** What no report goes out without: what it cannot tell, where its numbers are from, and how to make it again. */
export const KEPT: readonly string[] = ['summary', 'limits', 'evidence', 'provenance'];

const ITEM = /<li>\s*<a href="#([\w-]+)">([^<]*)<\/a>\s*<\/li>/g;
const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#34': '"' };

/** The sections of a report, in the order of its contents. */
export function sectionsOf(html: string): Section[] {
  const contents = /<nav[\s\S]*?<\/nav>/.exec(html)?.[0] ?? '';
  return [...contents.matchAll(ITEM)].map(([, id = '', title = '']) => ({
    id,
    title: title.replace(/&([\w#]+);/g, (whole, name: string) => NAMED[name] ?? whole),
  }));
}

/** Where a section begins and ends, sections within it included. */
function span(html: string, id: string): [number, number] | null {
  const start = html.indexOf(`<section id="${id}"`);
  if (start < 0) return null;
  const tags = /<(\/?)section\b/g;
  tags.lastIndex = start;
  let depth = 0;
  for (let tag = tags.exec(html); tag; tag = tags.exec(html)) {
    depth += tag[1] ? -1 : 1;
    if (depth === 0) return [start, html.indexOf('>', tag.index) + 1];
  }
  return null;
}

/** The report without some sections; nothing leads to them any more. */
export function without(html: string, dropped: ReadonlySet<string>): string {
  let found = html;
  for (const { id } of sectionsOf(html)) {
    const place = dropped.has(id) && !KEPT.includes(id) ? span(found, id) : null;
    if (!place) continue;
    found = found.slice(0, place[0]) + found.slice(place[1]);
    found = found.replace(new RegExp(`<li>\\s*<a href="#${id}">[^<]*</a>\\s*</li>\\s*`, 'g'), '');
    found = found.replace(new RegExp(`<a href="#${id}"[^>]*>([\\s\\S]*?)</a>`, 'g'), '$1');
  }
  return found;
}
