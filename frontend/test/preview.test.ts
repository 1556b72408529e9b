import { expect, it } from 'vitest';

import { apartOf, levelsOfMedian, previewed, type Drawn } from '../src/lib/preview';
import { changeOf } from '../src/lib/shares';
import type { Answer } from '../src/lib/types';

const words = (en: string): { en: string; zh: string } => ({ en, zh: en });
const scenario = (key: string, share: number, median: number): object => ({
  key, title: words(key), runs: 1000, finished: 1000,
  outcomes: [{ name: 'failed', count: 1000 * share, total: 1000, share, low: share - 0.03, high: share + 0.03 }],
  headlines: { jobs: { low: 1, value: median, high: 9, shown: words(''), middle: words('of the server'), band: words(''), planned: words('plan') } },
  land: { title: words('land'), middle: words('40%'), band: words('') },
  bands: { jobs: [[0, 1], [0, 2], [0, median], [0, 4], [0, 5]] }, samples: { jobs: [[1, 2]] }, sentences: { jobs: words('of the server') },
});
const answer = { identity: 'aaaaaaaaaaaaaaaa', quarters: ['2036Q3', '2036Q4'], judged: '2036Q4', scenarios: [scenario('before', 0.5, 100)], changes: [], summary: words('of the server'), outputs: { jobs: { unit: 'persons', unit_title: words('persons') } } } as unknown as Answer;
const drawn: Drawn = {
  runs: 64, finished: [64, 60], shown: ['jobs'], compared: ['jobs'], outcomes: ['failed'], judged: 1,
  bands: [[[[0, 10], [0, 20], [0, 30], [0, 40], [0, 50]]], [[[0, 11], [0, 21], [0, 31], [0, 41], [0, 51]]]],
  shares: [{ reference_share: 0.5, scenario_share: 0.4, scenario_low: 0.3, scenario_high: 0.5, change: -0.1, change_low: -0.2, change_high: 0 }],
  effects: [{ low: -1, median: 1, high: 3 }],
};
const spoken = { band: (low: string, high: string) => `${low} to ${high}`, sentence: (quarter: string, median: string) => `${quarter} ${median}`, summary: 'a preview', lang: 'en' } as const;

it('puts numbers of the browser in the place of the server’s, and says no more than it computed', () => {
  const seen = previewed(answer, drawn, true, spoken);
  expect(seen.scenarios.map((one) => one.bands.jobs?.[2]?.[1])).toEqual([30, 31]);
  expect(seen.scenarios[1]?.outcomes[0]).toMatchObject({ share: 0.4, low: 0.3, high: 0.5, count: 24, total: 60 });
  expect(seen.scenarios[1]?.headlines.jobs).toMatchObject({ value: 31, middle: words('31 persons'), band: words('11 to 51 persons'), planned: null });
  expect(seen.scenarios[1]?.samples).toEqual({});
  expect(seen.scenarios[1]?.land?.middle.en).toBe('–');
  expect(seen.changes[0]?.outcomes[0]).toMatchObject({ measure: 'failed', pairs: 64, low: -0.2, high: 0 });
  expect(seen.changes[0]?.outcomes.map(changeOf)).toEqual([expect.closeTo(-0.1, 12)]);
  expect(seen.changes[0]?.headlines.jobs?.shown.en).toBe('+1 persons (−1 to +3)');
  expect(seen.summary.en).toBe('a preview');
  expect(JSON.stringify(seen)).not.toContain('of the server');
});

it('has no second scenario and no change where nothing is changed', () => {
  const seen = previewed(answer, drawn, false, spoken);
  expect(seen.scenarios).toHaveLength(1);
  expect(seen.changes).toEqual([]);
});

it('finds a difference where it is larger than the error of as many runs', () => {
  const medians = (low: number, here: number, high: number): { outputs: string[]; values: number[][] } => ({ outputs: ['jobs'], values: [[low, here, high]] });
  expect(apartOf(answer, { outcomes: ['failed'], shares: [{ scenario_share: 0.52 }] }, medians(95, 101, 105))).toEqual([]);
  const found = apartOf(answer, { outcomes: ['failed'], shares: [{ scenario_share: 0.56 }] }, medians(110, 120, 130));
  expect(found).toEqual([{ name: 'failed', kind: 'share', here: 0.56, there: 0.5 }, { name: 'jobs', kind: 'median', here: 120, there: 100 }]);
  const [low, , high] = levelsOfMedian(1000, 1.96);
  expect([low, high]).toEqual([expect.closeTo(0.469, 3), expect.closeTo(0.531, 3)]);
});
