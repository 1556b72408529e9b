import type { FieldInfo } from './api-types';
import type { Fault } from './types';

/** What is entered in each field, as it is typed. */
export type Entered = Record<string, string | boolean>;

/** What stands in a field at first. */
export function usual({ type, default: value }: FieldInfo): string | boolean {
  if (type === 'boolean') return value === true;
  if (value === null || value === undefined) return '';
  return Array.isArray(value) ? value.join(', ') : String(value);
}

export const usualOf = (form: FieldInfo[]): Entered => Object.fromEntries(form.map((field) => [field.name, usual(field)]));

/** The parameters to be asked for: what is left empty is left to the server, and so is the judgement of what is wrong. */
export function paramsOf(form: FieldInfo[], entered: Entered, name: string): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  for (const { name: key, type } of form) {
    const value = type === 'case' ? name : (entered[key] ?? '');
    const given = typeof value === 'string' ? value.trim() : value;
    if (given === '') continue;
    if (type === 'list') params[key] = String(given).split(/[\s,;，；、]+/).filter(Boolean);
    else params[key] = (type === 'integer' || type === 'number') && Number.isFinite(Number(given)) ? Number(given) : given;
  }
  return params;
}

/** Faults of a field, to be shown beside it. */
export const faultsAt = (faults: Fault[], name: string): Fault[] =>
  faults.filter(({ field }) => field === `params.${name}` || field.startsWith(`params.${name}.`));
