import type { Lang, LocalizedText } from '../lib/types';
import type { Layout, Lengths } from './kernel';
import type { Meeting } from './meeting';

/** A place among the numbers of a park, and how many stand there. */
export type Place = [number, number];

/** Values of a parameter: a place among the numbers of a park, or words of 32 bits; one number, or one for each run. */
export type Values = Place | Int32Array<ArrayBuffer>;

export interface Patch {
  cells: Place;
  values: Place;
  /** Scale, place in its record, and the values: one, or one for each run. */
  parameters: [string, number, Place][];
}

export interface Choice extends Patch {
  key: string;
  kind: 'option' | 'structure' | 'scenario';
  group: string;
  since: string | null;
  title: LocalizedText;
  reason?: LocalizedText;
}

export interface Group {
  key: string;
  title: LocalizedText;
  reason?: LocalizedText;
  owner?: LocalizedText;
}

export interface Output {
  key: string;
  title: LocalizedText;
  unit: LocalizedText;
}

export interface Observed {
  quarter: string;
  value: number;
  high: number | null;
  bound: string;
  use: boolean;
}

/** What Python packed of a park (`copark/browser/payload.py`). */
export interface Head {
  layout: Layout;
  lengths: Lengths & { runs: number };
  kept: string[];
  keep: number[];
  shown: Output[];
  on_the_way: Output[];
  sides: { key: string; title: LocalizedText }[];
  outcomes: { key: string; title: LocalizedText; colour: string }[];
  quarters: string[];
  judged: number;
  pulled: Record<string, number>;
  weights: Record<string, Place>;
  levels: number[];
  band: number[];
  z: number;
  inputs: Place;
  draws: { submodels: [string, number][]; rows: number; row_of_run: Place; parameters: Place[]; addresses: Place[] };
  groups: Group[];
  choices: Choice[];
  refused: [string, string][];
  observed: Record<string, Observed[]>;
  events: { quarter: string; title: LocalizedText }[];
  case: string;
  park: LocalizedText;
  shows_outcomes: boolean;
  horizon: string;
  data_end: string;
  now: string;
  run_id: string;
  meeting: Meeting;
}

export interface Park {
  head: Head;
  /** All numbers; each is two words of 32 bits, so that whole numbers and fractions alike keep their bits. */
  numbers: ArrayBuffer;
}

export const say = (words: LocalizedText | undefined, lang: Lang): string => words?.[lang] ?? '';

export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let n = 0; n < text.length; n += 1) bytes[n] = text.charCodeAt(n);
  return bytes;
}

/** Reads a packed park: a head, then numbers whose bytes lie place by place. */
export async function parkOf(packed: Uint8Array<ArrayBuffer>): Promise<Park> {
  return readPark(await unpackedOf(packed));
}

export async function unpackedOf(packed: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(unpacked).arrayBuffer();
}

export const readPark = (content: ArrayBuffer): Park => readPacked<Head>(content);

/** Reads a head of any kind and its numbers. */
export function readPacked<H>(content: ArrayBuffer): { head: H; numbers: ArrayBuffer } {
  const length = new Uint32Array(content, 0, 1)[0] ?? 0;
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(content, 8, length))) as H;
  const planes = new Uint8Array(content, 8 + length);
  const count = planes.length / 8;
  const numbers = new Uint8Array(planes.length);
  for (let place = 0; place < 8; place += 1) {
    for (let n = 0; n < count; n += 1) numbers[8 * n + place] = planes[place * count + n] ?? 0;
  }
  return { head, numbers: numbers.buffer };
}

export const words = (park: Pick<Park, 'numbers'>, [at, count]: Place): Int32Array<ArrayBuffer> => new Int32Array(park.numbers, 8 * at, 2 * count);
export const fractions = (park: Pick<Park, 'numbers'>, [at, count]: Place): Float64Array<ArrayBuffer> => new Float64Array(park.numbers, 8 * at, count);
/** The lower halves of whole numbers, which are below 2³¹. */
export const wholes = (park: Pick<Park, 'numbers'>, place: Place): number[] => Array.from({ length: place[1] }, (_, n) => words(park, place)[2 * n] ?? 0);

/** Whether two choices may be made at once. */
export function goBeside(one: Choice, other: Choice): boolean {
  if (one.group === other.group || one.kind === 'scenario' || other.kind === 'scenario') return false;
  return one.since === null || other.since === null || one.since === other.since;
}

/** Patches of choices in the order in which they are put; null where the combination is not offered. */
export function patchesOf(park: Park, keys: readonly string[]): Patch[] | null {
  const { choices, refused } = park.head;
  const single = choices.filter(({ key }) => keys.includes(key));
  if (refused.some(([one, other]) => keys.includes(one) && keys.includes(other))) return null;
  const touches = new Map<string, number>();
  for (const cell of single.flatMap((choice) => touched(park, choice))) touches.set(cell, (touches.get(cell) ?? 0) + 1);
  return [...touches.values()].some((count) => count > 2) ? null : single;
}

function touched(park: Park, patch: Patch): string[] {
  return [...wholes(park, patch.cells).map(String), ...patch.parameters.map(([submodel, word]) => `${submodel} ${word}`)];
}

export interface Scenario {
  /** Inputs, as words of 32 bits. */
  inputs: Int32Array<ArrayBuffer>;
  parameters: [string, number, Values][];
}

/** Writes the values of patches into inputs. */
export function writePatches(park: Pick<Park, 'numbers'>, patches: readonly Pick<Patch, 'cells' | 'values'>[], inputs: Int32Array): void {
  for (const patch of patches) {
    const values = words(park, patch.values);
    wholes(park, patch.cells).forEach((cell, n) => {
      inputs[2 * cell] = values[2 * n] ?? 0;
      inputs[2 * cell + 1] = values[2 * n + 1] ?? 0;
    });
  }
}

/** The inputs of patches put into those of the case as it is, and the parameters they set. */
export function scenarioOf(park: Park, patches: readonly Patch[]): Scenario {
  const inputs = words(park, park.head.inputs).slice();
  writePatches(park, patches, inputs);
  return { inputs, parameters: patches.flatMap(({ parameters }) => parameters) };
}
