import { words, type Place, type Values } from '../live/park';
import { changed } from './scenario';
import type { LinkChange, Rival, Scenario, Shares, Step } from './types';

/** Cells of the inputs that take the values of a lever (`copark/browser/sliders.py`). */
export interface SliderCells {
  key: string;
  /** From when its change holds; null for the start. */
  since: string | null;
  first: number;
  /** Whose rival park; null of other levers. */
  side: string | null;
  slots: Record<string, Place>;
  /** What follows from a share, by the positions of its slider. */
  tables: { side: 'home' | 'host' | 'third'; points: Place; columns: [Place, Place][] }[];
}

/** Levers that can be dragged beside a scenario. */
export interface Draggable {
  sliders: SliderCells[];
  /** Scale of a parameter and its place in the record. */
  parameters: Record<string, [string, number]>;
}

/** A scenario as it was when a lever was grabbed: its inputs, what it sets, and what can be dragged beside it. */
export interface Held extends Draggable {
  scenario: Scenario;
  inputs: Int32Array<ArrayBuffer>;
  changes: [string, number, Values][];
  /** The numbers that the cells of the levers are places among. */
  numbers: ArrayBuffer;
}

export interface Dragged {
  inputs: Int32Array<ArrayBuffer>;
  parameters: [string, number, Values][];
}

/** What is written into cells: a number as it stands, or two words that were packed. */
type Writing = [Place, number | readonly [number, number]];

const bitsOf = (value: number): Int32Array<ArrayBuffer> => new Int32Array(new Float64Array([value]).buffer);

/** A scenario in which one lever has been moved since it was grabbed, as inputs; null where that was not packed. */
export function draggedTo(held: Held, scenario: Scenario): Dragged | null {
  const key = movedLever(held.scenario, scenario);
  if (key === null) return null;
  if (key === '') return { inputs: held.inputs, parameters: held.changes };
  if (key.startsWith('parameters.')) {
    const name = key.slice('parameters.'.length);
    const place = held.parameters[name];
    const value = scenario.parameters?.[name];
    return place && typeof value === 'number' ? { inputs: held.inputs, parameters: [...held.changes, [...place, bitsOf(value)]] } : null;
  }
  const writings = writingsOf(held, key, scenario);
  if (!writings) return null;
  const inputs = held.inputs.slice();
  for (const [place, value] of writings) {
    const [low = 0, high = 0] = typeof value === 'number' ? bitsOf(value) : value;
    const cells = words(held, place);
    for (let n = 0; n < place[1]; n += 1) {
      const cell = cells[2 * n] ?? 0;
      inputs[2 * cell] = low;
      inputs[2 * cell + 1] = high;
    }
  }
  return { inputs, parameters: held.changes };
}

/** The one lever in which two scenarios differ; empty where they do not, null where they differ in more. */
export function movedLever(before: Scenario, after: Scenario): string | null {
  const changesOf = (scenario: Scenario): Map<string, string> => new Map(changed(scenario).map(([key, value]) => [key, JSON.stringify(value)]));
  const old = changesOf(before);
  const now = changesOf(after);
  const moved = [...new Set([...old.keys(), ...now.keys()])].filter((key) => old.get(key) !== now.get(key));
  return moved.length > 1 ? null : (moved[0] ?? '');
}

function writingsOf(held: Held, key: string, scenario: Scenario): Writing[] | null {
  const sliders = held.sliders.filter((one) => one.key === key);
  if (key.startsWith('links.')) {
    const name = key.slice('links.'.length);
    const before = held.scenario.links?.[name];
    const after = scenario.links?.[name];
    if (!after || [before, after].some((change: LinkChange | undefined) => change?.delay !== undefined || change?.to !== undefined)) return null;
    return slotWritings(sliders.find(({ first }) => first === (after.from ?? 0)), { strength: after.strength ?? 1 });
  }
  const edits: Record<string, unknown> = { ...scenario.edits };
  const edit = onlyEntry(edits[key.slice('edits.'.length)]);
  if (!edit) return null;
  const dated = sliders.filter(({ since }) => since === (edit.from ?? null));
  if (key === 'edits.rivals') {
    const rival = edit as unknown as Rival & { to?: string };
    const before = held.scenario.edits?.rivals;
    const isOther = before !== undefined && (before.length !== 1 || before[0]?.side !== rival.side);
    return isOther || rival.to !== undefined ? null : slotWritings(dated.find(({ side }) => side === rival.side), { size: rival.size, stake: rival.stake });
  }
  if (key === 'edits.equity') {
    const shares = edit as unknown as Shares;
    const slider = dated[0];
    const direct = shares.unallocated ? null : slotWritings(slider, { home: shares.home, host: shares.host, third: shares.third });
    const followed = slider?.tables.map((table) => partsWritings(held, table, shares[table.side]));
    return direct && followed?.every((rows) => rows !== null) ? [...direct, ...followed.flat()] : null;
  }
  return slotWritings(dated[0], { value: (edit as unknown as Step).value });
}

/** The one entry of a list; nothing where there are more or fewer. */
function onlyEntry(entries: unknown): { from?: string } | null {
  return Array.isArray(entries) && entries.length === 1 ? (entries[0] as { from?: string }) : null;
}

/** The values of a lever in the cells that take them as they stand; null where there is no such slider. */
function slotWritings(slider: SliderCells | undefined, values: Record<string, number>): Writing[] | null {
  return slider ? Object.entries(slider.slots).map(([name, place]): Writing => [place, values[name] ?? NaN]) : null;
}

/** What follows from a share, in its cells; null where the share is at no position of its slider. */
function partsWritings(held: Held, { points, columns }: SliderCells['tables'][number], share: number): Writing[] | null {
  const positions = words(held, points);
  for (let row = 0; row < points[1]; row += 1) {
    if (positions[2 * row] !== share) continue;
    return columns.map(([cells, values]): Writing => {
      const all = words(held, values);
      return [cells, [all[2 * row] ?? 0, all[2 * row + 1] ?? 0]];
    });
  }
  return null;
}
