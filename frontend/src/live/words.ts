import type { Lang } from '../lib/types';

/** Words of the page by key, in both languages (`texts/live.yaml`). */
export type Words = Record<string, Record<Lang, string>>;

export function wordIn(words: Words, lang: Lang, key: string, values: Record<string, string | number> = {}): string {
  const sentence = words[`page.${key}`]?.[lang] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
