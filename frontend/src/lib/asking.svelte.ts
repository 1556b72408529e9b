import { post } from './api';
import { app, idle, t } from './app.svelte';
import { extent } from './bands';
import type * as drawings from './drawing';
import { Latest } from './latest';
import { OUTPUTS } from './outputs';
import { packedName } from './packed-settings';
import type { Apart, Drawn } from './preview';
import { changed } from './scenario';
import type { Answer, Why } from './types';
import { drawsOf, PLAIN, type View } from './url';

/** Runs of the server while a lever is dragged, and of the browser once it is let go: few enough that they are seen at once. */
export const DRAGGED = 200;
/** Runs while the browser's own kernel draws: one block of it. */
const DRAWN = 64;
const SAMPLES = 20;
/** Milliseconds after which the old picture is faded: sooner it would flicker at every move. */
const SLOW = 400;
const WHY_RUNS = 1000;
/**
 * Milliseconds that the server's answer is waited for before the browser makes as many runs as were asked for: sooner,
 * a browser on the server's own machine would take its processors from it.
 */
const GRACE = 500;

interface Asked {
  view: View;
  runs: number;
  final: boolean;
}

type Ranges = Record<string, [number, number]>;

/** Whether anything is changed against the baseline. */
export const isEdited = (view: View): boolean => changed(view.scenario).length > 0;

/** Nobody sees the bands of differences here, a third of an answer; of a view that is not edited there are none. */
function question(view: View, runs: number, parts: object): object {
  const { case: name, seed, scenario, baseline } = view;
  const edited = isEdited(view);
  const scenarios = edited ? { scenario, baseline } : { scenario: baseline, baseline: null };
  return { case: name, seed, runs, ...drawsOf(view), ...scenarios, outputs: OUTPUTS, parts: edited ? { differences: false, ...parts } : parts };
}

/** The question about a park as it is recorded: the one asked here before anything is changed, so that both have one answer. */
export const asRecorded = (name: string, seed: number, runs: number): object => question({ ...PLAIN, case: name, seed }, runs, {});

/** Least and greatest of what a chart shows: its bands and the record. */
export function rangesOf(answer: Answer): Ranges {
  const last = answer.quarters.at(-1) ?? '';
  return Object.fromEntries(
    OUTPUTS.map((name) => {
      const rows = answer.scenarios.flatMap((one) => [one.bands[name]?.[0] ?? [], one.bands[name]?.[4] ?? []]);
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
  /** Runs of the browser's preview that is shown; 0 where what is shown is the server's answer. */
  preview = $state(0);
  /** Whether the browser can draw whichever lever is dragged next; the one that was dragged last it draws before. */
  isReady = $state(false);
  /** How many previews have been drawn. */
  drawings = $state(0);
  /** Where the server's answer and what the browser makes of the same runs differ by more than their error. */
  apart = $state.raw<Apart[]>([]);
  private drawing: drawings.Drawing | null = null;
  /** What draws, fetched when a hand or the keyboard first comes to the levers: who only reads does not wait or pay for it. */
  private drawingModule: typeof drawings | null = null;
  /** Name of the packed park that the browser could not be given, or for which it has no kernel. */
  private unavailable = '';
  private readyTurn = 0;
  private isWanted = false;
  /** The last whole answer, which the browser is made ready beside. */
  private whole: { found: Answer; view: View; wasPreviewed: boolean } | null = null;
  private isStopped = false;
  /** Makes as many runs as were asked for in the browser, where the server has not answered by then. */
  private graceTimer: ReturnType<typeof setTimeout> | undefined;
  private held = false;
  private begun = 0;
  private slowly: ReturnType<typeof setTimeout> | undefined;

  private latest = new Latest<Asked, Answer>(
    (asked, signal) => post<Answer>('simulate', question(asked.view, asked.runs, asked.final && asked.view.samples ? { samples: SAMPLES } : {}), signal),
    (found, asked) => {
      const wasPreviewed = this.preview > 0;
      this.drawn.stop();
      this.drawing?.rest();
      if (asked.final) this.held = false;
      if (!this.held) this.ranges = rangesOf(found);
      this.answer = found;
      this.preview = 0;
      this.edited = isEdited(asked.view);
      this.error = null;
      this.seconds = (performance.now() - this.begun) / 1000;
      this.settle();
      if (!asked.final) return;
      app.made(found.made);
      this.explain();
      this.whole = { found, view: asked.view, wasPreviewed };
      if (this.isWanted) void this.ready(found, asked.view, wasPreviewed);
    },
    (problem) => {
      this.error = problem;
      this.held = false;
      this.settle();
    },
  );

  /** What the browser's kernel draws; whatever goes wrong there, the server's answer is on its way or comes with the next move. */
  private drawn = new Latest<{ view: View; runs: number }, Drawn | null>(
    async ({ view, runs }) => (await this.drawing?.draw(view, runs)) ?? null,
    (found, { view }) => {
      if (!found || !this.answer || !this.drawingModule) return;
      const edited = isEdited(view);
      this.answer = this.drawingModule.previewed(this.answer, found, edited, {
        band: (low, high) => t('preview_band', { low, high }),
        sentence: (quarter, median, band) => t('preview_sentence', { quarter, median, band }),
        summary: t('preview_summary', { runs: found.runs.toLocaleString('en-GB') }),
        lang: app.lang,
      });
      this.edited = edited;
      this.preview = found.runs;
      this.drawings += 1;
      this.slow = false;
      clearTimeout(this.slowly);
    },
    () => this.endDrawing(),
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

  /** Fetches what draws in the browser, once somebody comes to the levers. */
  want(): void {
    if (this.isWanted) return;
    this.isWanted = true;
    if (this.whole) void this.ready(this.whole.found, this.whole.view, this.whole.wasPreviewed);
  }

  ask(runs: number, final: boolean): void {
    this.begun = performance.now();
    this.busy = true;
    clearTimeout(this.slowly);
    this.slowly = setTimeout(() => (this.slow = true), SLOW);
    clearTimeout(this.graceTimer);
    this.apart = [];
    const asked = { view: app.view, runs, final };
    const isDrawn = this.drawing?.canDraw(asked.view) ?? false;
    if (final) {
      this.latest.now(asked);
      if (!isDrawn || !this.preview) return;
      this.drawn.now({ view: asked.view, runs: Math.min(DRAGGED, runs) });
      // Where the server is far away, the browser is the first to have made as many runs.
      if (runs > DRAGGED) this.graceTimer = setTimeout(() => this.drawn.now({ view: asked.view, runs }), GRACE);
    } else if (isDrawn) {
      this.latest.stop();
      this.drawn.patient({ view: asked.view, runs: DRAWN });
    } else this.latest.patient(asked);
  }

  /** Makes the browser ready for the next lever when nothing else is to be done, and holds an answer against what it makes of the same runs. */
  private async ready(found: Answer, view: View, wasPreviewed: boolean): Promise<void> {
    const turn = ++this.readyTurn;
    this.isReady = false;
    const isOver = (): boolean => turn !== this.readyTurn || this.busy;
    try {
      await idle();
      if (isOver()) return;
      const drawing = await this.drawingOf(view);
      if (!drawing?.isOfFacts(found.made.case_hash) || isOver()) return;
      if (wasPreviewed) {
        const made = await drawing.check(view);
        if (isOver()) return;
        if (made && this.drawingModule) this.apart = this.drawingModule.apartOf(found, made.drawn, made.medians);
      }
      await drawing.prepare(view, Math.min(DRAGGED, view.runs));
      this.isReady = !isOver();
    } catch {
      // Without it the server answers every move, as it did before.
    }
  }

  private async drawingOf(view: View): Promise<drawings.Drawing | null> {
    if (this.drawing?.isOf(view)) return this.drawing;
    const name = packedName(view);
    if (this.unavailable === name) return null;
    this.endDrawing();
    this.unavailable = name;
    this.drawingModule ??= await import('./drawing');
    if (!this.drawingModule.canDraw()) return null;
    const opened = await this.drawingModule.Drawing.open(view);
    if (this.isStopped) {
      opened.end();
      return null;
    }
    this.drawing = opened;
    this.unavailable = '';
    return opened;
  }

  private endDrawing(): void {
    this.drawing?.end();
    this.drawing = null;
    this.isReady = false;
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
    this.isStopped = true;
    this.readyTurn += 1;
    clearTimeout(this.slowly);
    clearTimeout(this.graceTimer);
    this.latest.stop();
    this.reasons.stop();
    this.drawn.stop();
    this.endDrawing();
  }

  private settle(): void {
    clearTimeout(this.slowly);
    clearTimeout(this.graceTimer);
    this.busy = this.slow = false;
  }
}
