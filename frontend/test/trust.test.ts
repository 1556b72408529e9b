import { beforeAll, expect, it, vi } from 'vitest';

import type { Trust } from '../src/lib/types';
import { wordsOf } from '../src/texts';

vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
const { app } = await import('../src/lib/app.svelte');
const { commands, trustOf } = await import('../src/lib/trust');
beforeAll(async () => { app.words = await wordsOf('zh'); });

it('counts what is not said as uncalibrated, with outcomes on request only', () => {
  for (const told of [null, undefined, {}]) {
    expect(trustOf(told)).toMatchObject({ state: 'uncalibrated', outcomes_shown: false });
    expect(trustOf(told).label).toMatchObject({ zh: '未校准：参数取假定区间' });
  }
});

it('is what the server says', () => {
  const trust = { state: 'calibrated', outcomes_shown: true } as Trust;
  expect(trustOf({ trust })).toBe(trust);
});

it('tells commands from words', () => {
  expect(commands('`copark calibrate x` fits it.')).toEqual([{ words: 'copark calibrate x', isCommand: true }, { words: ' fits it.', isCommand: false }]);
  expect(commands('运行 `a` 可更新。').map(({ words }) => words)).toEqual(['运行 ', 'a', ' 可更新。']);
});
