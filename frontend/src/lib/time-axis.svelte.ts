import { app, t } from './app.svelte';
import { actingOf, marksOf, type TimeMark } from './marks';
import type { Said, Scenario } from './types';

/** What the page says, where something of a case has words in both languages. */
const spoken = (words: string): Said => ({ en: words, zh: words });

/** The marks on the time axis of the case that is open: its dated events, the end of its data, where a scenario's changes begin. */
export function timeMarks(quarters: readonly string[], dataEnd: string, scenario: Scenario): TimeMark[] {
  const name = app.view.case;
  const events = app.events?.case.name === name ? app.events.events : [];
  const levers = app.info?.case.name === name ? app.info.levers : [];
  const changes = actingOf(scenario, levers, quarters, spoken(t('scenario')));
  return marksOf({ quarters, events, changes, end: { quarter: dataEnd, words: spoken(t('record_ends')) } });
}
