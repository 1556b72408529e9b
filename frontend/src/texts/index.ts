import type { Lang } from '../lib/types';
import type en from './en';

export type TextKey = keyof typeof en;
export type Texts = Record<TextKey, string>;

/** The words of a language, fetched when it is asked for: `npm run texts` makes them of the one dictionary. */
export const wordsOf = async (lang: Lang): Promise<Texts> => (await (lang === 'zh' ? import('./zh') : import('./en'))).default;
