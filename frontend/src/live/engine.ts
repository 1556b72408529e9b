import { BLOCK, type BlockAnswer, type Question } from './blocks';
import type { Answered, Told } from './messages';
import type { Park } from './park';
import { joined, type Runs } from './readings';
import { Runner } from './runner';

interface Span {
  first: number;
  last: number;
}

/** Who makes runs: a worker, or the thread of the page. */
interface Hand {
  tell: (told: Told) => void;
  end: () => void;
  /** The question it was told last. */
  asked: number;
  /** Blocks it has been told to make, and of which question. */
  busy: (Span & { id: number })[];
}

const MOST_WORKERS = 4;
/** Blocks that a worker is told at once: it need not wait for the next one. */
const AT_ONCE = 2;

/** How many workers share runs here. */
export const workersHere = (): number => Math.max(1, Math.min(MOST_WORKERS, navigator.hardwareConcurrency || 2));

/**
 * Makes runs on workers, block by block; a newer question takes the place of an older one. A run depends on nothing but
 * the question and its number, so that who makes it changes no bit; a block goes to the same worker each time, which may
 * have kept what its runs were.
 */
export class Engine {
  private readonly hands: Hand[] = [];
  private waiting: Span[] = [];
  private done: BlockAnswer[] = [];
  private question: Question | null = null;
  private id = 0;
  private runs = 0;
  private settle: ((runs: Runs | null) => void) | null = null;

  /** Runs are resumed from a quarter on where their past was run before; from 0 on nothing is. */
  constructor(private readonly park: Park, private readonly module: ArrayBuffer, makeWorker: () => Worker, count: number, private readonly resumed: number) {
    for (let n = 0; n < count; n += 1) this.begin(makeWorker);
    if (!this.hands.length) this.beginHere();
  }

  /** Who makes runs. */
  get workers(): number {
    return this.hands.length;
  }

  /** Whether nothing is being made. */
  get isIdle(): boolean {
    return this.settle === null;
  }

  private begin(makeWorker: () => Worker): void {
    let worker: Worker;
    try {
      worker = makeWorker();
    } catch {
      return;
    }
    const hand = this.handOf((told) => worker.postMessage(told), () => worker.terminate());
    worker.onmessage = ({ data }: MessageEvent<Answered>) => this.heard(hand, data);
    // One that cannot be started, or stops, leaves its runs to the others.
    worker.onerror = (event) => {
      event.preventDefault();
      this.lose(hand);
    };
  }

  /** Where there is no worker, runs are made between two turns of the page. */
  private beginHere(): void {
    const later = (done: () => void): unknown => setTimeout(done);
    const runner = new Runner((answered) => later(() => this.heard(hand, answered)));
    const hand = this.handOf((told) => later(() => runner.hear(told)), () => undefined);
  }

  private handOf(tell: Hand['tell'], end: Hand['end']): Hand {
    const hand: Hand = { tell, end, asked: 0, busy: [] };
    this.hands.push(hand);
    tell({ kind: 'begin', module: this.module, park: this.park, resumed: this.resumed });
    return hand;
  }

  private heard(hand: Hand, { id, block }: Answered): void {
    hand.busy = hand.busy.filter((one) => one.id !== id || one.first !== block.first);
    if (id === this.id && this.isWanted(block)) this.done.push(block);
    this.next();
  }

  private lose(hand: Hand): void {
    const at = this.hands.indexOf(hand);
    if (at < 0) return;
    this.hands.splice(at, 1);
    hand.end();
    this.waiting.unshift(...hand.busy.filter((one) => one.id === this.id && this.isWanted(one)));
    if (!this.hands.length) this.beginHere();
    this.next();
  }

  /** Runs a question; null if another was asked meanwhile. Of a question that is asked again, only what it lacks is run. */
  run(question: Question, runs: number): Promise<Runs | null> {
    this.settle?.(null);
    if (!this.isAskedAgain(question)) {
      this.id += 1;
      this.done = [];
    }
    this.question = question;
    this.runs = runs;
    this.done = this.done.filter((one) => this.isWanted(one));
    const begun = [...this.done, ...this.hands.flatMap(({ busy }) => busy.filter((one) => one.id === this.id && this.isWanted(one)))];
    const firsts = new Set(begun.map(({ first }) => first));
    this.waiting = [];
    for (let first = 0; first < runs; first += BLOCK) if (!firsts.has(first)) this.waiting.push({ first, last: this.endOf(first) });
    return new Promise((settle) => {
      this.settle = settle;
      this.next();
    });
  }

  private isAskedAgain({ inputs, parameters, since, keeps }: Question): boolean {
    const { question } = this;
    return question !== null && inputs === question.inputs && parameters === question.parameters && since === question.since && keeps === question.keeps;
  }

  /** Where the block that begins with a run ends. */
  private endOf(first: number): number {
    return Math.min(first + BLOCK, this.runs);
  }

  /** Whether a block is one of the runs that are asked for, as long as it is now. */
  private isWanted({ first, last }: Span): boolean {
    return first < this.runs && last === this.endOf(first);
  }

  /** Makes no further block of what was asked last. */
  stop(): void {
    this.settle?.(null);
    this.settle = null;
    this.waiting = [];
    this.id += 1;
  }

  /** Ends the workers; nothing can be run any more. */
  end(): void {
    this.stop();
    for (const { end } of this.hands.splice(0)) end();
  }

  private next(): void {
    for (const hand of this.hands) while (hand.busy.length < AT_ONCE && this.tellNext(hand)) { /* until it has enough */ }
    const made = this.done.reduce((sum, { first, last }) => sum + last - first, 0);
    if (made === this.runs && this.settle) {
      const settle = this.settle;
      this.settle = null;
      settle(joined(this.done));
    }
  }

  /** Tells a worker a block of its own, or one of another's where it has nothing to do. */
  private tellNext(hand: Hand): boolean {
    const own = this.hands.indexOf(hand);
    let at = this.waiting.findIndex(({ first }) => (first / BLOCK) % this.hands.length === own);
    if (at < 0 && !hand.busy.length) at = this.waiting.length - 1;
    const [block] = at < 0 ? [] : this.waiting.splice(at, 1);
    if (!block || !this.question) return false;
    if (hand.asked !== this.id) hand.tell({ kind: 'ask', question: this.question });
    hand.asked = this.id;
    hand.busy.push({ id: this.id, ...block });
    hand.tell({ kind: 'run', id: this.id, first: block.first, last: block.last });
    return true;
  }
}
