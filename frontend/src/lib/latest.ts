/**
 * The latest question wins: a new one aborts the one on its way, and an answer that comes late is dropped.
 *
 * While a question is on its way, at most one more waits if `patient` is asked for: dragging a slider then shows every
 * answer the server manages to give instead of none.
 */
export class Latest<Asked, Answered> {
  private number = 0;
  private controller: AbortController | null = null;
  private waiting: Asked | null = null;

  constructor(
    private readonly ask: (asked: Asked, signal: AbortSignal) => Promise<Answered>,
    private readonly done: (answered: Answered, asked: Asked) => void,
    private readonly failed: (error: unknown, asked: Asked) => void,
  ) {}

  get busy(): boolean {
    return this.controller !== null;
  }

  /** Ask at once; what is on its way is aborted. */
  now(asked: Asked): void {
    this.waiting = null;
    this.controller?.abort();
    void this.send(asked);
  }

  /** Ask as soon as nothing is on its way; of several that wait the last one is asked. */
  patient(asked: Asked): void {
    if (this.controller) this.waiting = asked;
    else void this.send(asked);
  }

  stop(): void {
    this.waiting = null;
    this.number += 1;
    this.controller?.abort();
    this.controller = null;
  }

  private async send(asked: Asked): Promise<void> {
    const number = (this.number += 1);
    const controller = new AbortController();
    this.controller = controller;
    try {
      const answered = await this.ask(asked, controller.signal);
      if (number !== this.number) return;
      this.done(answered, asked);
    } catch (error) {
      if (number !== this.number) return;
      if (!controller.signal.aborted) this.failed(error, asked);
    }
    this.controller = null;
    const next = this.waiting;
    this.waiting = null;
    if (next !== null) void this.send(next);
  }
}
