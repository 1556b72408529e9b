import type { EventInfo } from './api-types';
import { before, quarterOf } from './quarters';
import { changed } from './scenario';
import type { Lever, LocalizedText, Scenario } from './types';

/** What stands at a quarter of the time axis: a dated event, changes that begin to act, the end of the data, the present. */
export interface TimeMark {
  key: string;
  kind: 'event' | 'change' | 'end' | 'now';
  quarter: string;
  /** The day or month, where more than the quarter is known. */
  date: string;
  words: LocalizedText;
}

/** All that the time axis of a case may mark. */
export interface Marked {
  quarters: readonly string[];
  events: readonly Pick<EventInfo, 'key' | 'date' | 'quarter' | 'event'>[];
  changes: readonly Acting[];
  /** The last quarter of the data, and what that is called. */
  end: { quarter: string; words: LocalizedText } | null;
  /** The quarter that is the present, where it is told. */
  now?: { quarter: string; words: LocalizedText } | null;
}

/** A lever that is moved, and the quarter from which that acts. */
export interface Acting {
  key: string;
  title: LocalizedText;
  quarter: string;
}

const ORDER = ['end', 'now', 'change', 'event'] as const;

/** The marks on the time axis, in the order of time: the one place where they are listed. */
export function marksOf({ quarters, events, changes, end, now }: Marked): TimeMark[] {
  const at = (kind: TimeMark['kind'], key: string, quarter: string, words: LocalizedText): TimeMark => ({ key, kind, quarter, date: quarter, words });
  const found: TimeMark[] = [
    ...(end ? [at('end', 'end', end.quarter, end.words)] : []),
    ...(now ? [at('now', 'now', now.quarter, now.words)] : []),
    ...changes.map((one) => at('change', one.key, one.quarter, one.title)),
    ...events.map((one) => ({ ...at('event', one.key, one.quarter, one.event), date: one.date })),
  ];
  const place = (one: TimeMark): number => quarters.indexOf(one.quarter);
  return found
    .filter((one) => place(one) >= 0)
    .sort((a, b) => place(a) - place(b) || ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || a.date.localeCompare(b.date));
}

/** The quarter from which something at a place of a scenario acts; nothing where that cannot be told. */
function actsFrom(value: unknown, key: string, lever: Lever | undefined, quarters: readonly string[]): string | undefined {
  const first = quarters[0];
  const named = (one: string): string | undefined => lever?.options.find((option) => option.key === one)?.date ?? undefined;
  switch (key) {
    // What is left out would have been there from its date on.
    case 'edits.drop':
      return earliest((value as string[]).map((one) => dated(named(one), quarters) ?? first));
    case 'edits.partners':
    case 'edits.shareholders':
      return earliest(Object.entries(value as Record<string, unknown>).map(([one, word]) => {
        if (typeof word === 'object' && word !== null) return since(word as Record<string, unknown>, quarters);
        const [arrival, leave] = lever?.options.find((option) => option.key === one)?.spans[0] ?? [undefined, undefined];
        return dated(word === 'drop' ? arrival : (leave ?? undefined), quarters) ?? first;
      }));
    // The list is narrow until then in one of two histories, so that they differ from the earlier end on.
    case 'edits.narrow_until': {
      const ends = [dated(String(value), quarters), dated(named('narrow_until'), quarters)];
      return value === 'never' ? first : (earliest(ends) ?? first);
    }
    default:
  }
  if (Array.isArray(value) && value.every((one) => typeof one === 'object')) {
    return earliest(value.map((one) => since(one as Record<string, unknown>, quarters)));
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? since(value as Record<string, unknown>, quarters) : first;
}

/** From when a dated value holds: what only ends acts when it has ended, what has no date acts from the start. */
function since(value: Record<string, unknown>, quarters: readonly string[]): string | undefined {
  const first = quarters[0];
  const parts = Object.values(value).filter((one): one is Record<string, unknown> => typeof one === 'object' && one !== null && !Array.isArray(one));
  if (value.from === undefined && parts.some((one) => 'from' in one || 'to' in one)) return earliest(parts.map((one) => since(one, quarters)));
  if (typeof value.from === 'number') return quarters[value.from];
  if (typeof value.from === 'string') return dated(value.from, quarters);
  if (typeof value.to === 'number') return quarters[value.to + 1];
  if (typeof value.to === 'string') return quarters.find((one) => before(quarters, one) === quarterOf(value.to as string));
  return first;
}

/** The quarter of a date on a clock: the first one for what was before it, nothing for what comes later or has no date. */
function dated(date: string | undefined, quarters: readonly string[]): string | undefined {
  if (date === undefined || !/^\d{4}/.test(date)) return undefined;
  const quarter = quarterOf(date);
  return quarter < (quarters[0] ?? '') ? quarters[0] : quarters.find((one) => one === quarter);
}

const earliest = (found: (string | undefined)[]): string | undefined => found.filter((one) => one !== undefined).sort()[0];

/** What a scenario changes, and from which quarter on each change acts. */
export function actingOf(scenario: Scenario, levers: readonly Lever[], quarters: readonly string[], untitled: LocalizedText): Acting[] {
  const known = new Map(levers.map((one) => [one.key, one]));
  return changed(scenario).flatMap(([key, value]) => {
    const lever = known.get(key);
    const quarter = actsFrom(value, key, lever, quarters);
    return quarter === undefined ? [] : [{ key: `change/${key}`, title: lever?.title ?? untitled, quarter }];
  });
}

/** Marks that stand so close that they are drawn as one. */
export interface Tick {
  /** The first and the last quarter, counted from 0. */
  from: number;
  to: number;
  marks: TimeMark[];
}

/** Events as ticks: those that would stand nearer than some room are one. */
export function ticksOf(marks: readonly TimeMark[], quarters: readonly string[], x: (quarter: number) => number, room: number): Tick[] {
  const ticks: Tick[] = [];
  for (const mark of marks) {
    if (mark.kind !== 'event') continue;
    const quarter = quarters.indexOf(mark.quarter);
    const open = ticks.at(-1);
    if (open && x(quarter) - x(open.from) < room) {
      open.to = quarter;
      open.marks.push(mark);
    } else ticks.push({ from: quarter, to: quarter, marks: [mark] });
  }
  return ticks;
}
