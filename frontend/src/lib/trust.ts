import { t } from './app.svelte';
import type { LocalizedText, Trust } from './types';

/** What holds where nothing is said of it, in the page's language. */
function untold(): Trust {
  const said = (words: string): LocalizedText => ({ en: words, zh: words });
  const [label, meaning] = [said(t('trust_untold')), said(t('trust_untold_words'))];
  return { state: 'uncalibrated', kind: 'prior', label, meaning, renew: null, recorded: null, outcomes_shown: false };
}

/** The trust state of an answer or a case; what does not say it counts as uncalibrated. */
export const trustOf = (told: { trust?: Trust } | null | undefined): Trust => told?.trust ?? untold();

/** A sentence in parts, with commands that stand between backticks apart from words. */
export function commands(sentence: string): { words: string; isCommand: boolean }[] {
  return sentence.split('`').map((words, n) => ({ words, isCommand: n % 2 === 1 })).filter(({ words }) => words !== '');
}
