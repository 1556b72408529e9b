import { describe, expect, it } from 'vitest';

import type { FieldInfo } from '../src/lib/api-types';
import { chosenOf, faultsAt, paramsOf, settled, toggled, usualOf, withChoices } from '../src/lib/form';
import type { Fault } from '../src/lib/types';

const words = { en: '', zh: '' };
const field = (name: string, type: string, more: Partial<FieldInfo> = {}): FieldInfo =>
  ({ name, type, title: words, help: words, required: false, default: null, minimum: null, maximum: null, choices: [], usual: null, keyed: false, closed: true, ...more });
const FORM = [
  field('case', 'case', { required: true }), field('draws', 'integer', { default: 200 }), field('rate', 'number', { default: 0.05 }),
  field('levers', 'list', { default: [] }), field('since', 'choice', { default: 'start' }), field('parameters', 'choice'),
  field('paired', 'boolean', { default: true }), field('note', 'string'),
];

describe('the form of an analysis', () => {
  it('begins with what is usual, and asks for just that', () => {
    const entered = usualOf(FORM);
    expect(entered).toEqual({ case: '', draws: '200', rate: '0.05', levers: '', since: 'start', parameters: '', paired: true, note: '' });
    expect(paramsOf(FORM, entered, 'suzhou')).toEqual({ case: 'suzhou', draws: 200, rate: 0.05, since: 'start', paired: true });
    expect(usualOf([field('levers', 'list', { default: ['tax', 'equity'] })])).toEqual({ levers: 'tax, equity' });
  });

  it('sends each value as its type, with zero and no', () => {
    const entered = { ...usualOf(FORM), draws: '0', rate: ' 0.1 ', levers: 'equity，tax、 land', parameters: 'prior', paired: false, note: ' 20 ' };
    expect(paramsOf(FORM, entered, 'u-1')).toEqual({
      case: 'u-1', draws: 0, rate: 0.1, levers: ['equity', 'tax', 'land'], since: 'start', parameters: 'prior', paired: false, note: '20',
    });
  });

  it('keeps blanks within what is written and not chosen', () => {
    const target = field('target', 'list', { keyed: true, closed: false });
    expect(paramsOf([target], { target: 'P(failed) <= 0.05, jobs>=5000@2030；' }, '')).toEqual({ target: ['P(failed) <= 0.05', 'jobs>=5000@2030'] });
  });

  it('leaves what is no number to the server to refuse', () => {
    expect(paramsOf([field('draws', 'integer')], { draws: 'many' }, '')).toEqual({ draws: 'many' });
    expect(paramsOf([field('draws', 'integer')], { draws: '2.5' }, '')).toEqual({ draws: 2.5 });
  });

  it('offers the keys of the park, in their order', () => {
    const levers = field('levers', 'list', { keyed: true });
    const choices = { levers: ['equity', 'tax', 'land'].map((value) => ({ value, title: words })) };
    const [found = levers, other] = withChoices([levers, field('since', 'choice')], { choices, refused: null });
    expect([found.choices.length, other?.choices.length]).toEqual([3, 0]);
    const two = toggled(found, toggled(found, '', 'land'), 'equity');
    expect([two, toggled(found, two, 'land'), chosenOf(found, 'tax, gone')]).toEqual(['equity, land', 'equity', ['tax']]);
    expect(settled(FORM, { ...usualOf(FORM), since: 'now', parameters: '' })).toEqual({ since: 'now', paired: 'true' });
  });

  it('finds the faults of a field, also those of a part of it', () => {
    const faults = ['params.draws', 'params.levers.1', 'params.drawsmen', 'case'].map((at) => ({ field: at }) as Fault);
    const found = (name: string): string[] => faultsAt(faults, name).map((one) => one.field);
    expect([found('draws'), found('levers'), found('case')]).toEqual([['params.draws'], ['params.levers.1'], []]);
  });
});
