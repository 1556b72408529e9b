import { describe, expect, it } from 'vitest';

import { placesOf, presetsOf, QUESTIONS } from '../src/lib/questions';
import { AS_IT_IS, OWN, put, titleOf } from '../src/lib/scenario';
import type { Lever, StudyInfo } from '../src/lib/types';

const off = put(OWN, ['edits', 'framework'], 'off');
const study = (name: string, scenarios: [string, typeof OWN][], park = 'great-stone'): StudyInfo => ({
  name, title: { en: name, zh: name }, about: { en: name, zh: name }, case: park, runs: 1, draws: 'posterior', scenarios: scenarios.map(([key, scenario]) => ({ ...scenario, key })),
});

describe('what is prepared for a park', () => {
  it('has each thing once: named questions first, then all others by study', () => {
    const found = presetsOf([
      study('loan-only', [['as-it-is', AS_IT_IS], ['no-framework', off], ['loan', put(OWN, ['edits', 'quota'], 5001)]]),
      study('without-framework', [['as-it-is', AS_IT_IS], ['no-framework', off]]),
      study('suzhou-swap', [['swap', put(OWN, ['edits', 'quota'], 6001)]], 'suzhou'),
    ], 'great-stone');
    expect(found.questions.map(({ question }) => question)).toEqual(['framework']);
    expect(found.groups.map(({ study: { name }, presets }) => [name, presets.map(({ place }) => place)])).toEqual([['loan-only', ['loan-only/loan']]]);
    expect([...placesOf(found).keys()]).toEqual(['without-framework/no-framework', 'loan-only/loan']);
    expect(new Set(QUESTIONS.map(([name]) => name)).size).toBe(8);
  });
});

describe('a scenario that nobody has named', () => {
  const levers = ['edits.framework', 'edits.quota', 'edits.plan', 'edits.threshold'].map((key) => ({ key, title: { en: key, zh: `${key}！` } })) as Lever[];
  it('is called by what it changes, by three things at most', () => {
    expect(titleOf(off, levers)).toEqual({ en: 'edits.framework', zh: 'edits.framework！' });
    const many = ['quota', 'plan', 'threshold'].reduce((one, name) => put(one, ['edits', name], 1), off);
    expect(titleOf(many, levers).en).toBe('edits.framework, edits.quota, edits.plan, …');
    expect(titleOf(OWN, levers)).toEqual(OWN.title);
  });
});
