import { idle } from './app.svelte';

let line: Promise<unknown> = Promise.resolve();

/** Do something when all that was asked for before is done and the browser has nothing else to do. */
export function inTurn(work: () => Promise<unknown>): void {
  line = line.then(idle).then(work).catch(() => undefined);
}
