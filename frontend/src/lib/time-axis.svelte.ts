import { app, t } from './app.svelte';
import { actingOf, marksOf, type Acting, type TimeMark } from './marks';
import type { LocalizedText, Scenario } from './types';

/** What the page says, where something of a case has words in both languages. */
const spoken = (words: string): LocalizedText => ({ en: words, zh: words });

/** What a scenario of the case that is open changes, and from when that acts. */
export function scenarioActs(scenario: Scenario, quarters: readonly string[]): Acting[] {
  const levers = app.info?.case.name === app.view.case ? app.info.levers : [];
  return actingOf(scenario, levers, quarters, spoken(t('scenario')));
}

/** What all options of Decide have in common: the quarter from which they act. */
export const optionsAct = (quarter: string): Acting[] => [{ key: 'change/options', title: spoken(t('options_all')), quarter }];

/** The marks on the time axis of the case that is open: its events, the end of its data, the present where it is told, changes. */
export function timeMarks(quarters: readonly string[], dataEnd: string, changes: readonly Acting[], now: string | null = null): TimeMark[] {
  const events = app.events?.case.name === app.view.case ? app.events.events : [];
  return marksOf({
    quarters, events, changes,
    end: { quarter: dataEnd, words: spoken(t('record_ends')) },
    now: now === null ? null : { quarter: now, words: spoken(t('now')) },
  });
}
