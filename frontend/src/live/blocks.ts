import { Kernel, type Placed } from './kernel';
import { fractions, wholes, words, type Head, type Park, type Scenario, type Values } from './park';

/** Runs of one call: few enough that a newer question is not waited for, and that workers share a frame evenly. */
export const BLOCK = 16;
/** Runs while a lever moves. */
export const FEW = 64;

/** What is read of some runs; paths are by run, output shown and quarter. */
export interface BlockAnswer {
  first: number;
  last: number;
  codes: Int32Array<ArrayBuffer>;
  /** Code of how each run ended, and the quarter of a fault. */
  status: Int32Array<ArrayBuffer>;
  measures: Float64Array<ArrayBuffer>;
  onTheWay: Float64Array<ArrayBuffer>;
  paths: Float64Array<ArrayBuffer>;
}

export interface Question extends Scenario {
  since: string;
  /** Whether what runs are in the quarter from which levers are pulled is kept, for what is asked next; a lever that moves only uses it. */
  keeps: boolean;
}

/** A part of the inputs: its address in memory, its place and length among all, and how many of its numbers are read before runs are resumed. */
interface Part {
  address: number;
  from: number;
  count: number;
  past: number;
}

/** What runs of a block are at the beginning of the quarter from which levers are pulled (`copark/model/resuming.py`). */
interface Kept {
  last: number;
  values: Float64Array;
  places: Int32Array;
}

/** What is kept of the runs of a question, by the first run of a block: it serves whatever differs from that question only later. */
interface Past {
  question: Question;
  kept: Map<number, Kept>;
  bytes: number;
}

/** Numbers of a run that room is made for; a park that needs more is run from its first quarter. */
const RESUMABLE = 16_384;
/** What each worker keeps at most: pasts, those used last, and bytes of them all. */
const MOST_PASTS = 2;
const MOST_BYTES = 48 << 20;

const INPUTS = ['world', 'governments', 'company', 'enterprises', 'history', 'anchors', 'link_strength', 'link_delay'];

/** Runs of a park, block by block, and what is read of every run. */
export class Blocks {
  private readonly placed: Map<string, Placed>;
  private readonly head: Head;
  private readonly parts: readonly Part[];
  private readonly codes: Placed;
  private readonly measures: Placed;
  private readonly weights: Placed;
  private readonly outcomeColumns: Placed;
  private readonly measureColumns: Placed;
  private readonly rowOfRun: number[];
  private readonly closure: number;
  private question: Question | null = null;
  /** Pasts of questions, the one used last in front. */
  private pasts: Past[] = [];
  /** That of the question. */
  private past: Past | null = null;

  /** Runs of a past that was run before are resumed from a quarter on; 0 where none is. */
  constructor(private readonly kernel: Kernel, private readonly park: Park, private readonly resumed: number) {
    this.head = park.head;
    const { lengths, layout, kept, keep } = this.head;
    this.placed = kernel.place('simulate', { ...lengths, runs: BLOCK, places: BLOCK + 1, resumable: BLOCK * RESUMABLE });
    this.codes = kernel.array(BLOCK);
    this.measures = kernel.array(BLOCK, layout.measures.length);
    this.weights = kernel.array(lengths.quarters ?? 0);
    const columns = (names: string[]): Placed => {
      const placed = kernel.array(names.length);
      kernel.setWholes(placed, names.map((name) => kept.indexOf(name)));
      return placed;
    };
    this.outcomeColumns = columns(layout.outcome_outputs);
    this.measureColumns = columns(layout.measure_outputs);
    kernel.setWholes(this.at('keep'), keep);
    this.parts = this.partsOf();
    this.rowOfRun = wholes(park, this.head.draws.row_of_run);
    const enterprises = kernel.arguments('simulate').find(({ path }) => path === 'inputs.enterprises');
    this.closure = enterprises?.fields.closure?.[0] ?? 0;
  }

  private partsOf(): Part[] {
    let from = 0;
    return INPUTS.map((name) => {
      const argument = this.kernel.arguments('simulate').find(({ path }) => path === `inputs.${name}`);
      const { address, shape } = this.at(`inputs.${name}`);
      const count = ((argument?.item_bytes ?? 8) / 8) * shape.reduce((product, length) => product * length, 1);
      const part = { address, from, count, past: argument?.shape[0] === 'quarters' ? (count / (shape[0] ?? 1)) * this.resumed : count };
      from += count;
      return part;
    });
  }

  /** Whether two questions differ in nothing that a run reads before the quarter in which it is resumed. */
  private hasPastOf(one: Question, other: Question): boolean {
    const written = ({ parameters }: Question): string => parameters.map(([submodel, word, values]) => `${submodel} ${word} ${values.join(' ')}`).join('\n');
    return this.parts.every(({ from, past }) => {
      for (let word = 2 * from; word < 2 * (from + past); word += 1) if (one.inputs[word] !== other.inputs[word]) return false;
      return true;
    }) && written(one) === written(other);
  }

  private at(path: string): Placed {
    const placed = this.placed.get(path);
    if (!placed) throw new Error(path);
    return placed;
  }

  ask(question: Question): void {
    this.question = question;
    for (const { address, from, count } of this.parts) this.kernel.words(address, count).set(question.inputs.subarray(2 * from, 2 * (from + count)));
    this.past = this.pasts.find((one) => this.hasPastOf(question, one.question)) ?? null;
    if (!this.past && question.keeps && this.resumed > 0) this.past = { question, kept: new Map(), bytes: 0 };
    const { past } = this;
    if (past) this.pasts = [past, ...this.pasts.filter((one) => one !== past)].slice(0, MOST_PASTS);
    const weights = this.head.weights[question.since] ?? this.head.weights.start;
    if (weights) this.kernel.fractions(this.weights).set(fractions(this.park, weights));
  }

  /** Puts the draws of runs into the memory of a block. */
  private draw(first: number, count: number): void {
    const { submodels, parameters, addresses } = this.head.draws;
    const changed = new Map(this.question?.parameters.map(([submodel, word, values]): [string, Values] => [`${submodel} ${word}`, values]));
    let column = 0;
    for (const [submodel, width] of submodels) {
      const record = this.kernel.words(this.at(`draws.${submodel}`).address, count * width);
      for (let word = 0; word < width; word += 1, column += 1) {
        const change = changed.get(`${submodel} ${word}`);
        // A change is of all runs, or of each by its number; what was drawn is of each draw.
        if (change) this.fill(record, width, word, change, first, count, (run) => run);
        else this.fill(record, width, word, parameters[column], first, count, (run) => this.rowOfRun[run] ?? 0);
      }
    }
    const record = this.kernel.words(this.at('draws.addresses').address, count * addresses.length);
    addresses.forEach((place, word) => this.fill(record, addresses.length, word, place, first, count, (run) => run));
  }

  private fill(record: Int32Array, width: number, word: number, given: Values | undefined, first: number, count: number, row: (run: number) => number): void {
    if (!given) return;
    const values = given instanceof Int32Array ? given : words(this.park, given);
    for (let n = 0; n < count; n += 1) {
      const from = values.length === 2 ? 0 : row(first + n);
      const to = 2 * (n * width + word);
      record[to] = values[2 * from] ?? 0;
      record[to + 1] = values[2 * from + 1] ?? 0;
    }
  }

  run(first: number, last: number): BlockAnswer {
    const { kernel, head } = this;
    const count = last - first;
    const quarters = head.quarters.length;
    const kept = head.kept.length;
    const sized = new Map<string, Placed | number>(this.placed);
    for (const [path, { address, shape }] of this.placed) {
      if (shape[0] === BLOCK && (path.startsWith('draws.') || path === 'out' || path === 'status')) sized.set(path, { address, shape: [count, ...shape.slice(1)] });
    }
    this.draw(first, count);
    const resumed = this.resume(first, last);
    sized.set('since', this.past ? this.resumed : 0).set('resumed', resumed ? 1 : 0);
    kernel.call('simulate', sized.set('first', 0).set('last', count));
    if (this.past && !resumed) this.keep(this.past, first, last);
    const of = (path: string): Placed => sized.get(path) as Placed;
    const codes = { address: this.codes.address, shape: [count] };
    const measures = { address: this.measures.address, shape: [count, head.layout.measures.length] };
    const runs: [string, Placed][] = [['out', of('out')], ['status', of('status')], ['codes', codes]];
    kernel.call('read_outcomes', new Map<string, Placed | number>([...runs, ['columns', this.outcomeColumns], ['judged', head.judged], ['closed', this.isClosed() ? 1 : 0]]));
    const pulled = head.pulled[this.question?.since ?? 'start'] ?? 0;
    kernel.call('read_measures', new Map<string, Placed | number>([...runs, ['columns', this.measureColumns], ['weights', this.weights], ['first', pulled], ['values', measures]]));
    const status = kernel.wholes(of('status'), 3 * count);
    const out = kernel.fractions(of('out'));
    const measured = kernel.fractions(measures).slice() as Float64Array<ArrayBuffer>;
    const paths = new Float64Array(count * head.shown.length * quarters);
    const ways = head.on_the_way.length;
    const onTheWay = new Float64Array(count * (ways + 1));
    const alive = head.layout.measures.length - 1;
    for (let run = 0; run < count; run += 1) {
      head.shown.forEach(({ key }, n) => {
        const from = (run * kept + head.kept.indexOf(key)) * quarters;
        paths.set(out.subarray(from, from + quarters), (run * head.shown.length + n) * quarters);
      });
      head.on_the_way.forEach(({ key }, n) => {
        onTheWay[run * (ways + 1) + n] = out[(run * kept + head.kept.indexOf(key)) * quarters + quarters - 1] ?? NaN;
      });
      onTheWay[run * (ways + 1) + ways] = measured[run * (alive + 1) + alive] ?? NaN;
    }
    return { first, last, codes: kernel.wholes(codes, count) as Int32Array<ArrayBuffer>, status: status as Int32Array<ArrayBuffer>, measures: measured, onTheWay, paths };
  }

  /** Puts what is kept of runs into memory; false where not all of them are kept. */
  private resume(first: number, last: number): boolean {
    const kept = this.past?.kept.get(first);
    if (!kept || kept.last < last) return false;
    this.kernel.setWholes(this.at('places'), kept.places);
    this.kernel.fractions(this.at('kept'), kept.values.length).set(kept.values);
    return true;
  }

  /** Keeps what runs were that have just been made, if there is room; what was used last before goes first. */
  private keep(past: Past, first: number, last: number): void {
    const places = this.kernel.wholes(this.at('places'), last - first + 1);
    const size = places.at(-1) ?? -1;
    if (size < 0) return;
    const more = 8 * size - (past.kept.get(first)?.values.byteLength ?? 0);
    const bytesOf = (pasts: Past[]): number => pasts.reduce((sum, { bytes }) => sum + bytes, more);
    if (bytesOf(this.pasts) > MOST_BYTES) this.pasts = [past];
    if (bytesOf(this.pasts) > MOST_BYTES) return;
    past.bytes += more;
    past.kept.set(first, { last, places, values: this.kernel.fractions(this.at('kept'), size).slice() });
  }

  /** Whether the park is closed when outcomes are judged (`cases/model_inputs.py: is_closed`). */
  private isClosed(): boolean {
    const argument = this.kernel.arguments('simulate').find(({ path }) => path === 'inputs.enterprises');
    const width = (argument?.item_bytes ?? 8) / 8;
    const { address } = this.at('inputs.enterprises');
    return (new Float64Array(this.kernel.memory.buffer, address + 8 * (this.head.judged * width + this.closure), 1)[0] ?? 0) > 0.5;
  }
}
