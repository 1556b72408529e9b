import { BLOCK, type BlockAnswer, type Question } from './blocks';
import type { Park } from './park';
import { joined, type Runs } from './readings';
import type { Told } from './worker';

/** Makes runs on workers, block by block; a newer question takes the place of an older one. */
export class Engine {
  private readonly workers: { worker: Worker; busy: boolean; asked: number }[];
  private waiting: { first: number; last: number }[] = [];
  private done: BlockAnswer[] = [];
  private question: Question | null = null;
  private id = 0;
  private runs = 0;
  private settle: ((runs: Runs | null) => void) | null = null;

  constructor(park: Park, module: ArrayBuffer, makeWorker: () => Worker, count: number) {
    this.workers = Array.from({ length: count }, () => {
      const own = { worker: makeWorker(), busy: false, asked: 0 };
      own.worker.onmessage = ({ data }: MessageEvent<{ id: number; answer: BlockAnswer }>) => {
        own.busy = false;
        if (data.id === this.id) this.done.push(data.answer);
        this.next();
      };
      tell(own.worker, { kind: 'begin', module, park });
      return own;
    });
  }

  /** Runs a question; null if another was asked meanwhile. */
  run(question: Question, runs: number): Promise<Runs | null> {
    this.settle?.(null);
    this.id += 1;
    this.question = question;
    this.runs = runs;
    this.done = [];
    const blocks = Math.ceil(runs / BLOCK);
    // Few runs are shared among all workers, too.
    const size = Math.min(BLOCK, Math.ceil(runs / Math.max(this.workers.length, blocks)));
    this.waiting = [];
    for (let first = 0; first < runs; first += size) this.waiting.push({ first, last: Math.min(first + size, runs) });
    return new Promise((settle) => {
      this.settle = settle;
      this.next();
    });
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
    for (const { worker } of this.workers) worker.terminate();
  }

  private next(): void {
    for (const own of this.workers) {
      const block = own.busy ? undefined : this.waiting.shift();
      if (!block || !this.question) continue;
      if (own.asked !== this.id) tell(own.worker, { kind: 'ask', question: this.question });
      own.asked = this.id;
      own.busy = true;
      tell(own.worker, { kind: 'run', id: this.id, ...block });
    }
    const made = this.done.reduce((sum, { first, last }) => sum + last - first, 0);
    if (made === this.runs && this.settle) {
      const settle = this.settle;
      this.settle = null;
      settle(joined(this.done));
    }
  }
}

const tell = (worker: Worker, told: Told): void => worker.postMessage(told);
