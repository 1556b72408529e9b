import type { Question } from '../live/blocks';
import { Engine, workersHere } from '../live/engine';
import { Kernel, type Layout } from '../live/kernel';
import { readPacked, unpackedOf, words, writePatches, type Head, type Park, type Patch } from '../live/park';
import { firstOf, Readings, type Runs } from '../live/readings';
import LiveWorker from '../live/worker?worker';
import { bytes, fetched } from './api';
import { draggedTo, type Draggable, type Dragged, type Held } from './dragging';
import { packedName, packedSettings } from './packed-settings';
import { levelsOfMedian, type Drawn, type Medians } from './preview';
import { AS_IT_IS, changed, pruned, same } from './scenario';
import type { Scenario } from './types';
import type { View } from './url';

export { apartOf, previewed } from './preview';

const MODULE = (stamp: string): string => `/assets/kernel-${stamp}.wasm`;

type PageHead = Head & Draggable & { case_hash: string };
interface ScenarioHead extends Draggable {
  case_hash: string;
  patch: Patch;
}

/** Whether this browser can run the kernel at all, and its user pays for no byte. */
export function canDraw(): boolean {
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  return typeof WebAssembly === 'object' && typeof Worker === 'function' && typeof DecompressionStream === 'function' && connection?.saveData !== true;
}

/** Draws what a lever is dragged to where it is dragged: the kernel and the packed park of one case, seed and time. */
export class Drawing {
  /** The scenario and the baseline at hand; neither is there until the server has packed it. */
  private held: Held | null = null;
  private reference: Held | null = null;
  private before: Runs | null = null;
  /** What was drawn last, so that more runs of it follow those that were made. */
  private drawn: { held: Held; scenario: Scenario; dragged: Dragged } | null = null;
  private readonly readings: Readings;

  private constructor(private readonly name: string, private readonly park: Park & { head: PageHead }, module: ArrayBuffer, private readonly engine: Engine) {
    this.readings = new Readings(new Kernel(new WebAssembly.Module(module), park.head.layout), park.head);
  }

  static async open(view: View): Promise<Drawing> {
    const layout = (await (await fetched('/kernel.json')).json()) as Layout & { made_of: string };
    const query = new URLSearchParams(Object.entries(packedSettings(view)).map(([key, value]) => [key, String(value)]));
    const [module, packed] = await Promise.all([fetched(MODULE(layout.made_of)).then((found) => found.arrayBuffer()), bytes('GET', `cases/${view.case}/packed?${query}`)]);
    const { head, numbers } = readPacked<PageHead>(await unpackedOf(packed));
    const park = { head: { ...head, layout }, numbers };
    const pulled = Math.max(0, ...head.sliders.flatMap(({ since, first }) => (since === null ? [] : [first])));
    return new Drawing(packedName(view), park, module, new Engine(park, module, () => new LiveWorker(), workersHere(), pulled));
  }

  /** Whether it is of this case, seed and time. */
  isOf(view: View): boolean {
    return this.name === packedName(view);
  }

  /** Whether it is of the facts that an answer is of. */
  isOfFacts(caseHash: string): boolean {
    return this.park.head.case_hash === caseHash;
  }

  /** Asks for what the scenario and the baseline of a view change, unless that is there, and makes so many runs of both: what they are when a lever is pulled is kept. */
  async prepare(view: View, runs: number): Promise<void> {
    if (!this.reference || !same(this.reference.scenario, view.baseline)) {
      this.before = null;
      this.reference = await this.heldOf(view, view.baseline);
    }
    // What was held until now serves until the new one is there: a lever may move on from where it was let go.
    if (!this.held || !same(this.held.scenario, view.scenario)) this.held = await this.heldOf(view, view.scenario);
    const before = await this.baseline(Math.min(runs, this.park.head.lengths.runs));
    // Unless a lever is moving already: it is not to be held up.
    if (before && this.engine.isIdle && !same(view.scenario, view.baseline)) await this.engine.run(questionOf({ inputs: this.held.inputs, parameters: this.held.changes }), before.count);
  }

  private async heldOf(view: View, scenario: Scenario): Promise<Held> {
    const { head, numbers } = this.park;
    const inputs = words(this.park, head.inputs).slice();
    if (!changed(scenario).length || same(scenario, AS_IT_IS)) return { scenario, inputs, changes: [], sliders: head.sliders, parameters: head.parameters, numbers };
    const { key: _key, title: _title, ...content } = pruned(scenario);
    const packed = await bytes('POST', `cases/${view.case}/packed`, { ...packedSettings(view), scenario: content });
    const answer = readPacked<ScenarioHead>(await unpackedOf(packed));
    writePatches(answer, [answer.head.patch], inputs);
    const changes = answer.head.patch.parameters.map(([submodel, word, place]): Held['changes'][number] => [submodel, word, Array.isArray(place) ? words(answer, place).slice() : place]);
    return { scenario, inputs, changes, sliders: answer.head.sliders, parameters: answer.head.parameters, numbers: answer.numbers };
  }

  /** Whether a view can be drawn here. */
  canDraw(view: View): boolean {
    return this.isOf(view) && this.held !== null && this.reference !== null && same(this.reference.scenario, view.baseline) && draggedTo(this.held, view.scenario) !== null;
  }

  /** Runs of the scenario of a view beside those of its baseline; nothing where another question came or it was not packed. */
  private async both(view: View, runs: number): Promise<[Runs, Runs] | null> {
    const dragged = this.isOf(view) ? this.draggedTo(view.scenario) : null;
    if (!dragged) return null;
    // Nothing is awaited where the baseline is there: workers begin before the page follows the lever.
    const before = this.before && this.before.count >= runs ? this.before : await this.baseline(runs);
    if (!before) return null;
    const after = await this.engine.run(questionOf(dragged, false), runs);
    return after && [before.count > after.count ? firstOf(before, after.count) : before, after];
  }

  private draggedTo(scenario: Scenario): Dragged | null {
    const { held, drawn } = this;
    if (!held) return null;
    if (drawn?.held === held && same(drawn.scenario, scenario)) return drawn.dragged;
    const dragged = draggedTo(held, scenario);
    if (dragged) this.drawn = { held, scenario, dragged };
    return dragged;
  }

  private async baseline(runs: number): Promise<Runs | null> {
    if (this.before && this.before.count >= runs) return this.before;
    const reference = this.reference;
    const found = reference && (await this.engine.run(questionOf({ inputs: reference.inputs, parameters: reference.changes }), runs));
    if (found && reference === this.reference) this.before = found;
    return found;
  }

  async draw(view: View, runs: number): Promise<Drawn | null> {
    const found = await this.both(view, Math.min(runs, this.park.head.lengths.runs));
    if (!found) return null;
    const { head } = this.park;
    const [before, after] = found;
    return {
      runs: after.count,
      finished: [finishedOf(before), finishedOf(after)],
      shown: head.shown.map(({ key }) => key), compared: head.on_the_way.map(({ key }) => key), outcomes: head.outcomes.map(({ key }) => key),
      judged: head.judged,
      bands: [this.readings.bands(before), this.readings.bands(after)],
      shares: this.readings.shares(before, after),
      effects: this.readings.effects(before, after, 'onTheWay'),
    };
  }

  /** What the server's answer of as many runs is held against; nothing where there are not as many draws here. */
  async check(view: View): Promise<{ drawn: Pick<Drawn, 'outcomes' | 'shares'>; medians: Medians } | null> {
    const { head } = this.park;
    const found = view.runs <= head.lengths.runs ? await this.both(view, view.runs) : null;
    if (!found) return null;
    const [before, after] = found;
    const values = this.readings.quantilesIn(after, head.judged, levelsOfMedian(finishedOf(after), head.z));
    return {
      drawn: { outcomes: head.outcomes.map(({ key }) => key), shares: this.readings.shares(before, after) },
      medians: { outputs: head.shown.map(({ key }) => key), values },
    };
  }

  /** Leaves the processors to others. */
  rest(): void {
    this.engine.stop();
  }

  end(): void {
    this.engine.end();
  }
}

// Measures of Simulate are read at the end alone; from when levers are pulled plays no part in them.
const questionOf = (dragged: { inputs: Int32Array<ArrayBuffer>; parameters: Question['parameters'] }, keeps = true): Question => ({ ...dragged, since: 'start', keeps });

const finishedOf = (runs: Runs): number => runs.codes.reduce((sum, code) => sum + (code >= 0 ? 1 : 0), 0);
