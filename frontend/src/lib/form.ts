import type { ChoicesAnswer, FieldInfo } from './api-types';
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
  for (const { name: key, type, closed } of form) {
    const value = type === 'case' ? name : (entered[key] ?? '');
    const given = typeof value === 'string' ? value.trim() : value;
    if (given === '') continue;
    // What is not chosen from a list may have blanks in it: P(self-standing) >= 0.9.
    if (type === 'list') params[key] = String(given).split(closed ? /[\s,;，；、]+/ : /\s*[,;，；、]\s*/).filter(Boolean);
    else params[key] = (type === 'integer' || type === 'number') && Number.isFinite(Number(given)) ? Number(given) : given;
  }
  return params;
}

/** The form with what may be chosen of this park. */
export const withChoices = (form: FieldInfo[], { choices }: ChoicesAnswer): FieldInfo[] =>
  form.map((field) => (field.keyed ? { ...field, choices: choices[field.name] ?? [] } : field));

/** Fields on which it may depend what may be chosen, as they are entered. */
export function settled(form: FieldInfo[], entered: Entered): Record<string, string> {
  const plain = form.filter(({ type, keyed }) => !keyed && (type === 'choice' || type === 'boolean'));
  return Object.fromEntries(plain.filter(({ name }) => name in entered && entered[name] !== '').map(({ name }) => [name, String(entered[name])]));
}

/** The keys that are entered in a list, of those there are. */
export const chosenOf = ({ choices }: FieldInfo, entered: string): string[] => {
  const keys = entered.split(', ');
  return choices.map(({ value }) => value).filter((value) => keys.includes(value));
};

/** A list of keys with one put in or taken out, in the order of the choices. */
export function toggled(field: FieldInfo, entered: string, key: string): string {
  const before = chosenOf(field, entered);
  const isOut = before.includes(key);
  return field.choices.map(({ value }) => value).filter((one) => (one === key ? !isOut : before.includes(one))).join(', ');
}

/** Faults of a field, to be shown beside it. */
export const faultsAt = (faults: Fault[], name: string): Fault[] =>
  faults.filter(({ field }) => field === `params.${name}` || field.startsWith(`params.${name}.`));
