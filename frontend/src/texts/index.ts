import { en } from './en';
import { zh } from './zh';

export type TextKey = keyof typeof en;
export const texts: Record<'en' | 'zh', Record<TextKey, string>> = { en, zh };
