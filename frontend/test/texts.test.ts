import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { texts } from '../src/texts';
import { percent, points, shown } from '../src/lib/numbers';

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((one) => {
    const path = join(folder, one.name);
    return one.isDirectory() ? sources(path) : /\.(svelte|ts)$/.test(one.name) && !path.includes('texts') ? [path] : [];
  });
}

describe('texts', () => {
  const keys = Object.keys(texts.en);

  it('are the same in both languages, and none is empty', () => {
    expect(Object.keys(texts.zh)).toEqual(keys);
    expect(keys.filter((key) => !texts.en[key as 'share'] || !texts.zh[key as 'share'])).toEqual([]);
  });

  it('name the same values', () => {
    const names = (said: string): string[] => [...said.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
    expect(keys.filter((key) => names(texts.en[key as 'share']).join() !== names(texts.zh[key as 'share']).join())).toEqual([]);
  });

  it('are all used', () => {
    const code = sources(join(import.meta.dirname, '../src')).map((path) => readFileSync(path, 'utf8')).join('\n');
    const families = ['page.', 'scale_', 'grade_', 'role_', 'kind_', 'document_', 'calibration_', 'table_', 'link_', 'trust_'];
    expect(keys.filter((key) => !code.includes(`'${key}'`) && !families.some((one) => key.startsWith(one)))).toEqual([]);
  });
});

describe('numbers', () => {
  it('have about three digits and a true minus sign', () => {
    expect([1234.5, 12.345, 0.01234, -5, null].map((one) => shown(one, 'en'))).toEqual(['1,235', '12.3', '0.0123', '−5', '–']);
    expect(points(-0.117)).toBe('−11.7');
    expect(points(0.02)).toBe('+2.0');
    expect(percent(0.5)).toBe('50%');
  });
});
