import { describe, expect, it } from 'vitest';

import { AS_IT_IS, changed, OWN, pruned, put, reopened, written } from '../src/lib/scenario';
import { encoded, parsed, PLAIN, type View } from '../src/lib/url';

const round = (view: View): View => {
  const { view: found, unread } = parsed(new URLSearchParams(encoded(view).toString()));
  expect(unread).toEqual([]);
  return found;
};

describe('the address', () => {
  it('holds the whole view', () => {
    const scenario = put(put(OWN, ['edits', 'equity'], [{ home: 3500, host: 6500, third: 0, from: '2015Q2' }]), ['parameters', 'host_growth_pull'], 1.5);
    const view: View = {
      case: 'suzhou', seed: 77, runs: 400, draws: 'prior', cut: '2020Q4', now: '2027Q1', scenario, baseline: { ...AS_IT_IS, key: 'own', edits: { framework: 'off' } },
      compared: [AS_IT_IS, scenario], parks: ['suzhou', 'my.park_2'], axis: 'age', expert: true, chart: 'cash', samples: true, table: true, mark: { quarter: '2015Q2', key: 'visit/2015-05-10' }, version: '0.1.0:08aae48e:022404a7', tour: 3, present: true, run: '0123456789abcdef',
    };
    expect(round(view)).toEqual(view);
  });

  it('names the baseline even where it is the usual one', () => {
    expect(encoded(PLAIN).get('baseline')).toBe('as-it-is');
    expect(round(PLAIN)).toEqual(PLAIN);
  });

  it('is read as usual where it is nonsense, and says which parts are', () => {
    const bad = { case: '../etc', seed: '-4', runs: '1e9', draws: 'x', cut: '2020', now: 'soon', scenario: '{"key":', baseline: '[]', compare: '7', parks: 'suzhou~suzhou', axis: 'size', mode: 'easy', chart: '<b>', show: 'samples.tabel', mark: '2015', v: '?', tour: '9', present: 'no', run: '../etc', lang: 'xx' };
    const { view, unread } = parsed(new URLSearchParams(bad));
    expect(view).toEqual(PLAIN);
    expect(Object.fromEntries(unread.map(({ part, given }) => [part, given]))).toEqual(bad);
  });

  it('is told whole where one scenario of several is bad', () => {
    const given = JSON.stringify([AS_IT_IS, { key: 'x' }]);
    expect(parsed(new URLSearchParams({ compare: given, utm_source: 'mail' }))).toEqual({ view: PLAIN, unread: [{ part: 'compare', given }] });
  });

  it('refuses scenarios whose parts are of another kind', () => {
    for (const wrong of [{ edits: { equity: 'all' } }, { edits: { drop: 5 } }, { edits: { partners: ['x'] } }, { edits: [] }, { links: 'x' }, { title: 'x' }]) {
      expect(parsed(new URLSearchParams({ scenario: JSON.stringify({ ...OWN, ...wrong }) })).unread.map(({ part }) => part)).toEqual(['scenario']);
    }
  });
});

describe('a scenario', () => {
  it('is read from the server in the words of the levers', () => {
    const title = { en: 'Mine', zh: 'Mine' };
    const terms = { cost: { home: 0, host: 0, third: 0 }, market: { home: 0.2, host: 0, third: 0 } };
    const kept = { key: 'other', title, edits: { narrow_until: '1000-01-01', terms, drop: [] } };
    expect(reopened(kept)).toEqual({ key: OWN.key, title, edits: { narrow_until: 'never', terms: { ...terms, cost: 'off' } } });
    expect(reopened({ edits: { narrow_until: '2999-12-31' } }).edits).toEqual({ narrow_until: 'forever' });
    expect(reopened({ edits: { narrow_until: '2015-07' } }).edits).toEqual({ narrow_until: '2015Q3' });
    expect(reopened({})).toEqual(OWN);
  });

  it('forgets what is put back', () => {
    const there = put(OWN, ['edits', 'partners', 'duisport'], 'drop');
    expect(there.edits?.partners).toEqual({ duisport: 'drop' });
    expect(put(there, ['edits', 'partners', 'duisport'], undefined)).toEqual(OWN);
  });

  it('keeps zero and false, which say something', () => {
    expect(pruned({ a: 0, b: false, c: [], d: { e: undefined } })).toEqual({ a: 0, b: false });
  });

  it('tells what is changed', () => {
    expect(changed(put(OWN, ['edits', 'depth', 'credit'], false))).toEqual([['edits.depth', { credit: false }]]);
    expect(changed(OWN)).toEqual([]);
  });

  it('is written with its units: shares in per cent, amounts, quarters by name', () => {
    const told = (place: string, value: unknown, unit = ''): string =>
      written(value, place, { word: (key) => `<${key}>`, number: String, unit, quarter: (at) => `Q${at}`, comma: ', ', semicolon: '; ' });
    expect(told('edits.equity', [{ home: 5100, host: 4900, third: 0, from: '2015Q2' }], 'basis points')).toBe('<home> 51%, <host> 49%, <third> 0%, <from> <2015Q2>');
    expect(told('edits.quota', [{ value: 6667 }], 'basis points')).toBe('66.67%');
    expect(told('edits.profit_tax', 0.15)).toBe('15%');
    expect(told('edits.plan', [{ value: 683 }], 'ha')).toBe('683 ha');
    expect(told('edits.rivals', [{ side: 'host', size: 1.5, stake: 0.65 }])).toBe('<side> <host>, <size> 1.5, <stake> 65%');
    expect(told('levers.world.growth', [{ value: 2, from: 8 }], 'x')).toBe('2 x, <from> Q8');
    expect(told('links.plan_to_land', { strength: 0.5, delay: 4 })).toBe('<strength> 0.5, <delay> 4');
    expect(told('edits.depth', { credit: false })).toBe('<credit> <false>');
  });
});

describe('a scenario of the server', () => {
  it('has quarters for the months that begin them, and whole dates as they are', () => {
    const kept = { edits: { equity: [{ home: 5000, host: 5000, third: 0, from: '2025-01' }], framework: { to: '2024-10' }, shareholders: { a: { from: '2012-08-27' } } } };
    expect(reopened(kept).edits).toEqual({ equity: [{ home: 5000, host: 5000, third: 0, from: '2025Q1' }], framework: { to: '2024Q4' }, shareholders: { a: { from: '2012-08-27' } } });
  });
});
