import { expect, it } from 'vitest';

import { linkParts } from '../src/lib/shares';
import type { Answer } from '../src/lib/types';

const words = (en: string): { en: string; zh: string } => ({ en, zh: en });
const effect = { measure: 'self_standing', scenario: 'b', reference: 'a', quarter: '2036Q4', pairs: 240, both: 100, gained: 31, lost: 2, neither: 107, low: 0, high: 0.2 };
const answer = {
  study: { runs: 240 }, outcomes: [{ name: 'self_standing', good: true }, { name: 'failed', good: false }],
  scenarios: [{ outcomes: [{ name: 'failed' }, { name: 'self_standing' }] }], changes: [{ outcomes: [effect] }],
} as unknown as Answer;
const found = { since: '2026Q4', runs: 200, before: [0.5, 0.4], after: [0.4, 0.53], parts: [{ group: 'credit', change: [-0.1, 0.09], error: [0.01, 0.02] }, { group: 'rest', change: [0, 0.04], error: [0, 0.01] }] };
const groups = { credit: { title: words('credit'), links: ['credit_to_ledger'] }, rest: { title: words('rest'), links: [] } };

it('shares the change of the good outcome out, so that what is written sums to what the page shows', () => {
  const parts = linkParts(found, answer, groups);
  expect(parts[0]).toMatchObject({ group: 'credit', links: ['credit_to_ledger'], change: 0.09, low: expect.closeTo(0.07, 9), high: expect.closeTo(0.11, 9) });
  expect(parts.map(({ group }) => group)).toEqual(['credit', 'rest', 'other_runs']);
  expect(parts.reduce((sum, { change }) => sum + Math.round(1000 * change), 0)).toBe(Math.round((1000 * 29) / 240));
});
