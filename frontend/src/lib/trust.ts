import { texts } from '../texts';
import type { Trust } from './types';

/** What holds where nothing is said of it. */
const UNTOLD: Trust = {
  state: 'uncalibrated',
  label: { en: texts.en.trust_untold, zh: texts.zh.trust_untold },
  meaning: { en: texts.en.trust_untold_words, zh: texts.zh.trust_untold_words },
  renew: null,
  recorded: null,
  outcomes_shown: false,
};

/** The trust state of an answer or a case; what does not say it counts as uncalibrated. */
export const trustOf = (told: { trust?: Trust } | null | undefined): Trust => told?.trust ?? UNTOLD;

/** A sentence in parts, with commands that stand between backticks apart from words. */
export function commands(sentence: string): { words: string; isCommand: boolean }[] {
  return sentence.split('`').map((words, n) => ({ words, isCommand: n % 2 === 1 })).filter(({ words }) => words !== '');
}
