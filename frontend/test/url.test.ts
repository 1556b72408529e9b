import { describe, expect, it } from 'vitest';

import { AS_IT_IS, changed, OWN, pruned, put, reopened } from '../src/lib/scenario';
import { decoded, encoded, PLAIN, type View } from '../src/lib/url';

const round = (view: View): View => decoded(new URLSearchParams(encoded(view).toString()));

describe('the address', () => {
  it('holds the whole view', () => {
    const scenario = put(put(OWN, ['edits', 'equity'], [{ home: 3500, host: 6500, third: 0, from: '2015Q2' }]), ['parameters', 'host_growth_pull'], 1.5);
    const view: View = {
      case: 'suzhou', seed: 77, runs: 400, draws: 'prior', scenario, baseline: { ...AS_IT_IS, key: 'own', edits: { framework: 'off' } },
      compared: [AS_IT_IS, scenario], expert: true, chart: 'cash', samples: true, table: true, mark: { quarter: '2015Q2', key: 'visit/2015-05-10' }, version: '0.1.0:08aae48e:022404a7',
    };
    expect(round(view)).toEqual(view);
  });

  it('names the baseline even where it is the usual one', () => {
    expect(encoded(PLAIN).get('baseline')).toBe('as-it-is');
    expect(round(PLAIN)).toEqual(PLAIN);
  });

  it('is read as usual where it is nonsense', () => {
    const words = new URLSearchParams({ case: '../etc', seed: '-4', runs: '1e9', draws: 'x', scenario: '{"key":', baseline: '[]', compare: '7', chart: '<b>' });
    expect(decoded(words)).toEqual(PLAIN);
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
});
