import { render } from 'svelte/server';
import { beforeAll, describe, expect, it, vi } from 'vitest';

import type { AnalysisInfo, Head, Page, RenderedCell as Cell, RenderedTable as Table, ResultInfo } from '../src/lib/api-types';
import { grouped, lookOf, newest, partsOf, unusual } from '../src/lib/document';
import { wordsOf } from '../src/texts';

const cell = (text: string, value: Cell['value'] = text, more: Partial<Cell> = {}): Cell => ({ text, value, low: null, high: null, sources: [], ...more });
const head = (key: string, kind: Head['kind'], numeric = false): Head => ({ key, title: key, head: key, unit: '', kind, numeric, meaning: '' });
const table: Table = {
  type: 'table', key: 'gains', title: 'Gains', columns: [head('setting', 'text'), head('gain', 'points', true), head('source', 'source')],
  rows: [
    [cell('a <b>'), cell('+14.0 (+0.9 to +27.1)', 0.14, { low: 0.009, high: 0.271 }), cell('', '', { sources: [{ key: 'law', text: 'law', listed: true }, { key: 'x', text: 'x (not listed)', listed: false }] })],
    [cell('c'), cell('−1.0', -0.01), cell('–', null)],
  ],
  groups: [{ title: 'First', rows: 1 }, { title: 'Second', rows: 1 }], note: 'Read it so.', folded: false, count: 2, empty: '', widths: [1, 1, 1],
};
const page: Page = {
  key: 'levers', lang: 'en', title: 'Levers of a park', headline: 'It gains +14.0 points.', trust: 'Parameters: assumed. Run `copark calibrate`.', trust_state: 'uncalibrated',
  sections: [
    { key: 'summary', title: 'Summary', folded: false, blocks: [
      { type: 'cards', cards: [{ title: 'Gain', cell: cell('+14.0 points', 0.14), note: 'over 100 runs' }], across: 1 },
      table, { ...table, key: 'long', title: 'Long', folded: true, rows: [] }, { type: 'caveat', text: 'Not a forecast.' },
      { type: 'chart', key: 'gains', title: 'Chart', alternative: 'alt', caption: 'Caption', wide: true, svg: '', numbers: { ...table, rows: [] } },
    ] },
    { key: 'limits', title: 'Limits', folded: true, blocks: [{ type: 'bullets', items: ['hidden until asked for'] }] },
  ],
  evidence: [{ key: 'law', text: 'A law', link: 'https://law.example/1' }], provenance: [{ title: 'Run ID', value: '0123456789abcdef' }],
};

describe('a table of a document', () => {
  it('has its rows under the heads of their groups', () => {
    expect(partsOf(table).map(({ title, rows }) => [title, rows.map((row) => row[0]?.text)])).toEqual([['First', ['a <b>']], ['Second', ['c']]]);
    expect(partsOf({ ...table, groups: [] }).map(({ title, rows }) => [title, rows.length])).toEqual([['', 2]]);
  });

  it('sets columns by their kind', () => {
    expect([head('a', 'share', true), head('a', 'quarter'), head('a', 'note'), head('a', 'flag')].map(lookOf)).toEqual(['n', 'd', 'w', '']);
  });
});

describe('a document', () => {
  let html = '';
  beforeAll(async () => {
    vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
    const { app } = await import('../src/lib/app.svelte');
    app.words = await wordsOf('en');
    const { default: Document } = await import('../src/parts/Document.svelte');
    html = render(Document, { props: { page, at: 'analyses/levers/0123456789abcdef' } }).body.replace(/<!--.*?-->/g, '');
  });

  it('shows every value with the characters it came with, escaped', () => {
    for (const shown of ['<h2', 'It gains +14.0 points.', '+14.0 (+0.9 to +27.1)', '−1.0', 'a &lt;b>', 'Read it so.', 'Not a forecast.', 'over 100 runs']) expect(html).toContain(shown);
    expect(html).not.toContain('0.009');
    expect(html).toMatch(/badge whole uncalibrated[^>]*>.*Parameters: assumed\. Run <code[^>]*>copark calibrate<\/code>\./);
  });

  it('links cells to the sources it lists', () => {
    expect(html).toContain('<a href="#source-law">law</a>; x (not listed)');
    expect(html).toMatch(/<li id="source-law"[^>]*>.*<a href="https:\/\/law\.example\/1" rel="noreferrer external"/);
  });

  it('asks for drawings when they come into sight, with what is folded made only when it is opened', () => {
    expect(html).toMatch(/Loading ….*<figcaption[^>]*>Caption/);
    expect(html.match(/<table/g)).toHaveLength(1);
    expect(html).not.toContain('hidden until asked for');
  });
});

describe('the menu', () => {
  it('keeps the order of groups and analyses', () => {
    const all = [['decide', 'levers'], ['explain', 'toy'], ['decide', 'robust']].map(([group, name]) => ({ group, name }) as AnalysisInfo);
    expect(grouped(all).map((group) => group.map(({ name }) => name))).toEqual([['levers', 'robust'], ['toy']]);
  });

  it('tells a stored result by what is not usual in it', () => {
    const form = [['case', 'case', null], ['draws', 'integer', 200], ['levers', 'list', []], ['seed', 'integer', 1]].map(([name, type, value]) => ({ name, type, default: value }) as never);
    const result = { params: { case: 'suzhou', draws: 20, levers: [], seed: 1 } } as unknown as ResultInfo;
    expect(unusual(form, result).map(({ field, value }) => [field.name, value])).toEqual([['draws', 20]]);
    const usual = { params: { ...result.params, draws: 200 } } as unknown as ResultInfo;
    expect(newest(form, [result, usual, { ...usual }])).toBe(usual);
    expect([newest(form, [result]), newest(form, [])]).toEqual([result, undefined]);
  });
});
