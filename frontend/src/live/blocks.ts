import { Kernel, type Placed } from './kernel';
import { fractions, wholes, words, type Head, type Park, type Scenario, type Values } from './park';

/** Runs of one call: those of Python (`model/kernel.py: BLOCK`). */
export const BLOCK = 64;

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
}

const INPUTS = ['world', 'governments', 'company', 'enterprises', 'history', 'anchors', 'link_strength', 'link_delay'];

/** Runs of a park, block by block, and what is read of every run. */
export class Blocks {
  private readonly placed: Map<string, Placed>;
  private readonly head: Head;
  private readonly codes: Placed;
  private readonly measures: Placed;
  private readonly weights: Placed;
  private readonly outcomeColumns: Placed;
  private readonly measureColumns: Placed;
  private readonly rowOfRun: number[];
  private readonly closure: number;
  private question: Question | null = null;

  constructor(private readonly kernel: Kernel, private readonly park: Park) {
    this.head = park.head;
    const { lengths, layout, kept, keep } = this.head;
    this.placed = kernel.place('simulate', { ...lengths, runs: BLOCK });
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
    this.rowOfRun = wholes(park, this.head.draws.row_of_run);
    const enterprises = kernel.arguments('simulate').find(({ path }) => path === 'inputs.enterprises');
    this.closure = enterprises?.fields.closure?.[0] ?? 0;
  }

  private at(path: string): Placed {
    const placed = this.placed.get(path);
    if (!placed) throw new Error(path);
    return placed;
  }

  ask(question: Question): void {
    this.question = question;
    let from = 0;
    for (const name of INPUTS) {
      const argument = this.kernel.arguments('simulate').find(({ path }) => path === `inputs.${name}`);
      const { address, shape } = this.at(`inputs.${name}`);
      const count = ((argument?.item_bytes ?? 8) / 8) * shape.reduce((product, length) => product * length, 1);
      this.kernel.words(address, count).set(question.inputs.subarray(2 * from, 2 * (from + count)));
      from += count;
    }
    const weights = this.head.weights[question.since] ?? this.head.weights.start;
    if (weights) this.kernel.fractions(this.weights).set(fractions(this.park, weights));
  }

  /** Puts the draws of runs into the memory of a block. */
  private draw(first: number, count: number): void {
    const { rooms, parameters, addresses } = this.head.draws;
    const changed = new Map(this.question?.parameters.map(([room, word, values]): [string, Values] => [`${room} ${word}`, values]));
    let column = 0;
    for (const [room, width] of rooms) {
      const record = this.kernel.words(this.at(`draws.${room}`).address, count * width);
      for (let word = 0; word < width; word += 1, column += 1) {
        const change = changed.get(`${room} ${word}`);
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
    kernel.call('simulate', sized.set('first', 0).set('last', count));
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

  /** Whether the park is closed when outcomes are judged (`cases/model_inputs.py: is_closed`). */
  private isClosed(): boolean {
    const argument = this.kernel.arguments('simulate').find(({ path }) => path === 'inputs.enterprises');
    const width = (argument?.item_bytes ?? 8) / 8;
    const { address } = this.at('inputs.enterprises');
    return (new Float64Array(this.kernel.memory.buffer, address + 8 * (this.head.judged * width + this.closure), 1)[0] ?? 0) > 0.5;
  }
}
