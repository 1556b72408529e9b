// A chart as a file: what is seen, under its title and over where it is from. Fetched when it is first asked for.

export type Row = readonly (string | number | null | undefined)[];

const SPACE = 'http://www.w3.org/2000/svg';
const [TOP, BOTTOM, SIDE] = [34, 26, 12];
const SHARP = 2;
const STYLES = [
  'fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-opacity', 'stroke-dasharray', 'stroke-linecap', 'stroke-linejoin', 'opacity', 'font-family', 'font-size',
  'font-weight', 'font-style', 'text-anchor', 'dominant-baseline', 'paint-order', 'display', 'visibility',
];

/** A drawing of the page with all it has from style sheets written into it, so that it stands by itself. */
export function standalone(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = [svg, ...svg.querySelectorAll('*')];
  [copy, ...copy.querySelectorAll('*')].forEach((one, n) => {
    const style = getComputedStyle(originals[n] as Element);
    one.setAttribute('style', STYLES.map((name) => `${name}:${style.getPropertyValue(name)}`).join(';'));
    one.removeAttribute('class');
  });
  for (const one of copy.querySelectorAll('style')) one.remove();
  const { width, height } = svg.getBoundingClientRect();
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  return new XMLSerializer().serializeToString(copy);
}

/** A drawing under its title, with a line below that says where it is from. */
export function framed(svg: string, title: string, foot: string): string {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  // What style sheets in it say is written into the drawing itself, and the page's policy refuses them even where nothing is shown.
  const inner = new DOMParser().parseFromString(svg.replace(/<style[\s\S]*?<\/style>/g, ''), 'image/svg+xml').documentElement;
  const [width, height] = ['width', 'height'].map((name) => Number.parseFloat(inner.getAttribute(name) ?? '0'));
  const [wide, tall] = [(width ?? 0) + 2 * SIDE, (height ?? 0) + TOP + BOTTOM];
  inner.setAttribute('x', String(SIDE));
  inner.setAttribute('y', String(TOP));
  const outer = document.implementation.createDocument(SPACE, 'svg').documentElement;
  const add = (name: string, attributes: Record<string, string | number>, text = ''): void => {
    const one = outer.ownerDocument.createElementNS(SPACE, name);
    for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, String(value));
    one.textContent = text;
    outer.append(one);
  };
  for (const [key, value] of Object.entries({ width: wide, height: tall, viewBox: `0 0 ${wide} ${tall}`, 'font-family': style.fontFamily })) outer.setAttribute(key, String(value));
  add('rect', { width: wide, height: tall, fill: color('paper') });
  add('text', { x: SIDE, y: 22, fill: color('ink'), 'font-size': 15, 'font-weight': 650 }, title);
  outer.append(outer.ownerDocument.adoptNode(inner));
  add('text', { x: SIDE, y: tall - 9, fill: color('soft'), 'font-size': 11 }, foot);
  return new XMLSerializer().serializeToString(outer);
}

/** A drawing as a picture with two dots for each of the screen's. */
export async function png(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [SHARP * image.width, SHARP * image.height];
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error('png'))), 'image/png'));
}

/** Rows as a spreadsheet reads them, in any language. */
export function csv(rows: readonly Row[]): string {
  // What begins as a formula does would be reckoned by a spreadsheet.
  const cell = (value: Row[number]): string => {
    const text = typeof value === 'string' ? value.replace(/^[=+@\t\r]/, "'$&") : String(value ?? '');
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[one] ?? one);

/** What another page puts into itself to show the drawing: all of it, so that it needs this server only for the link. */
export const embedded = (svg: string, title: string, link: string): string =>
  `<figure>${svg}<figcaption><a href="${escaped(link)}">${escaped(title)} · copark</a></figcaption></figure>`;

export function save(content: Blob | string, name: string, type = 'text/plain'): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(typeof content === 'string' ? new Blob([content], { type }) : content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A title as the name of a file. */
export const fileName = (title: string): string => title.replace(/[\s/\\:*?"<>|]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 80) || 'chart';
