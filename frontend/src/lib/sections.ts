// A report is read as text: parsed as a document of this page, its inline styles would be refused by the page's policy.

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
