/** States that can be gone back to and forward again. */
export class History<T> {
  private past: string[] = [];
  private future: string[] = [];

  constructor(
    private here: T,
    private readonly most = 200,
  ) {}

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** Remember a state; the same one again is nothing new. Whether it is. */
  commit(state: T): boolean {
    const before = JSON.stringify(this.here);
    if (JSON.stringify(state) === before) return false;
    this.past.push(before);
    if (this.past.length > this.most) this.past.shift();
    this.future = [];
    this.here = state;
    return true;
  }

  /** Be at a state that was reached in another way: a step back or forward where it is the next one, else something new. */
  visit(state: T): void {
    const there = JSON.stringify(state);
    if (this.past.at(-1) === there) this.undo();
    else if (this.future.at(-1) === there) this.redo();
    else this.commit(state);
  }

  undo(): T {
    return this.step(this.past, this.future);
  }

  redo(): T {
    return this.step(this.future, this.past);
  }

  private step(from: string[], to: string[]): T {
    const found = from.pop();
    if (found !== undefined) {
      to.push(JSON.stringify(this.here));
      this.here = JSON.parse(found) as T;
    }
    return this.here;
  }
}
