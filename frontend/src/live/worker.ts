import { Blocks, type Question } from './blocks';
import { Kernel } from './kernel';
import type { Park } from './park';

/** What a worker is told: to begin, what is asked, which runs to make. */
export type Told =
  | { kind: 'begin'; module: ArrayBuffer; park: Park }
  | { kind: 'ask'; question: Question }
  | { kind: 'run'; id: number; first: number; last: number };

let blocks: Blocks | null = null;

self.onmessage = ({ data }: MessageEvent<Told>): void => {
  if (data.kind === 'begin') blocks = new Blocks(new Kernel(new WebAssembly.Module(data.module), data.park.head.layout), data.park);
  else if (data.kind === 'ask') blocks?.ask(data.question);
  else if (blocks) {
    const answer = blocks.run(data.first, data.last);
    const { codes, status, measures, onTheWay, paths } = answer;
    self.postMessage({ id: data.id, answer }, { transfer: [codes.buffer, status.buffer, measures.buffer, onTheWay.buffer, paths.buffer] });
  }
};
