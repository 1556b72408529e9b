import { describe, expect, it } from 'vitest';

import { OWN, put } from '../src/lib/scenario';
import { STOPS, viewOf } from '../src/lib/tour';
import type { StudyInfo } from '../src/lib/types';

const off = { ...put(OWN, ['edits', 'framework'], 'off'), key: 'no-framework' };
const studies = [{ name: 'without-framework', case: 'great-stone', scenarios: [off] }] as unknown as StudyInfo[];

describe('a step of the tour', () => {
  it('shows the change it speaks of, from wherever it is opened', () => {
    for (const [n, stop] of STOPS.entries()) {
      const view = viewOf(n + 1, studies, true);
      expect(view.scenario).toEqual(stop.isChanged ? off : OWN);
      expect([view.tour, view.present]).toEqual([n + 1, true]);
    }
    expect(STOPS.filter((stop) => stop.isChanged).map(({ name }) => name)).toEqual(['what_if', 'why']);
  });

  it('shows the case as it is until the studies are there', () => {
    expect(viewOf(3, [], false).scenario).toEqual(OWN);
  });
});
