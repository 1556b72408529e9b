import { post } from './api';
import { app } from './app.svelte';
import { extent } from './bands';
import { Latest } from './latest';
import { OUTPUTS } from './outputs';
import { changed } from './scenario';
import type { Answer, Why } from './types';
import { drawsOf, PLAIN, type View } from './url';

/** Runs while a lever is dragged: few enough that every position is answered. */
export const DRAGGED = 200;
const SAMPLES = 20;
/** Milliseconds after which the old picture is faded: sooner it would flicker at every move. */
const SLOW = 400;
const WHY_RUNS = 1000;

interface Asked {
  view: View;
  runs: number;
  final: boolean;
}

type Ranges = Record<string, [number, number]>;

/** Whether anything is changed against the baseline. */
export const isEdited = (view: View): boolean => changed(view.scenario).length > 0;

function question(view: View, runs: number, parts: object): object {
  const { case: name, seed, scenario, baseline } = view;
  const arms = isEdited(view) ? { scenario, baseline } : { scenario: baseline, baseline: null };
  return { case: name, seed, runs, ...drawsOf(view), ...arms, outputs: OUTPUTS, parts };
}

/** The question about a park as it is recorded: the one asked here before anything is changed, so that both have one answer. */
export const asRecorded = (name: string, seed: number, runs: number): object => question({ ...PLAIN, case: name, seed }, runs, {});

/** Least and greatest of what a chart shows: its bands and the record. */
export function rangesOf(answer: Answer): Ranges {
  const last = answer.quarters.at(-1) ?? '';
  return Object.fromEntries(
    OUTPUTS.map((name) => {
      const rows = answer.arms.flatMap((one) => [one.bands[name]?.[0] ?? [], one.bands[name]?.[4] ?? []]);
      const seen = (answer.observed[name] ?? []).filter((one) => one.use && one.quarter <= last);
      return [name, extent(rows, seen.flatMap((one) => [one.value, one.high]))];
    }),
  );
}

/** The questions of the first page: the latest wins, the old picture stays, and axes keep still while a lever moves. */
export class Asking {
  answer = $state.raw<Answer | null>(null);
  error = $state.raw<unknown>(null);
  /** Whether the picture belongs to a view with changes; that of the answer, not of the view as it is now. */
  edited = $state(false);
  ranges = $state.raw<Ranges>({});
  busy = $state(false);
  slow = $state(false);
  seconds = $state<number | null>(null);
  why = $state.raw<Why | null>(null);
  whyBusy = $state(false);
  target = $state<string>('operating');
  private held = false;
  private begun = 0;
  private slowly: ReturnType<typeof setTimeout> | undefined;

  private latest = new Latest<Asked, Answer>(
    (asked, signal) => post<Answer>('simulate', question(asked.view, asked.runs, asked.final && asked.view.samples ? { samples: SAMPLES } : {}), signal),
    (found, asked) => {
      if (asked.final) this.held = false;
      if (!this.held) this.ranges = rangesOf(found);
      this.answer = found;
      this.edited = isEdited(asked.view);
      this.error = null;
      this.seconds = (performance.now() - this.begun) / 1000;
      this.settle();
      if (!asked.final) return;
      app.made(found.made);
      this.explain();
    },
    (problem) => {
      this.error = problem;
      this.held = false;
      this.settle();
    },
  );

  private reasons = new Latest<object, Answer>(
    (asked, signal) => post<Answer>('simulate', asked, signal),
    (found) => {
      this.why = found.why;
      this.whyBusy = false;
    },
    () => {
      this.why = null;
      this.whyBusy = false;
    },
  );

  /** Axes keep still from here to the next full answer. */
  hold(): void {
    this.held = true;
  }

  ask(runs: number, final: boolean): void {
    this.begun = performance.now();
    this.busy = true;
    clearTimeout(this.slowly);
    this.slowly = setTimeout(() => (this.slow = true), SLOW);
    const asked = { view: app.view, runs, final };
    if (final) this.latest.now(asked);
    else this.latest.patient(asked);
  }

  explain(): void {
    if (!isEdited(app.view)) {
      this.reasons.stop();
      this.why = null;
      this.whyBusy = false;
      return;
    }
    this.whyBusy = true;
    this.reasons.now(question(app.view, Math.min(app.view.runs, WHY_RUNS), { why: this.target }));
  }

  stop(): void {
    clearTimeout(this.slowly);
    this.latest.stop();
    this.reasons.stop();
  }

  private settle(): void {
    clearTimeout(this.slowly);
    this.busy = this.slow = false;
  }
}
