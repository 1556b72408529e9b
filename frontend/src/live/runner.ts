import { Blocks } from './blocks';
import { Kernel } from './kernel';
import type { Answered, Told } from './messages';

/** Does what an engine tells: in a worker, or where none can be started on the thread of the page. */
export class Runner {
  private blocks: Blocks | null = null;

  constructor(private readonly answer: (answered: Answered, transfer: ArrayBuffer[]) => void) {}

  hear(told: Told): void {
    if (told.kind === 'begin') this.blocks = new Blocks(new Kernel(new WebAssembly.Module(told.module), told.park.head.layout), told.park, told.resumed);
    else if (told.kind === 'ask') this.blocks?.ask(told.question);
    else if (this.blocks) {
      const block = this.blocks.run(told.first, told.last);
      const { codes, status, measures, onTheWay, paths } = block;
      this.answer({ id: told.id, block }, [codes.buffer, status.buffer, measures.buffer, onTheWay.buffer, paths.buffer]);
    }
  }
}
