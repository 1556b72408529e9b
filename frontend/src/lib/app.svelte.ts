import type { AnalysesAnswer, AnalysisInfo, Cases, DeletedCase } from './api-types';
import { address, get, Refused } from './api';
import { wordsOf, type TextKey, type Texts } from '../texts';
import { History } from './history';
import { spelled } from './quarters';
import { OWN, pruned } from './scenario';
import { store, stored } from './stored';
import { encoded, LOOKS, parsed, PLAIN, type Looks, type Unread, type View } from './url';
import type { CaseAnswer, CaseName, Evidence, Fault, Lang, Made, LocalizedText, Scenario, StudyInfo } from './types';

export const PAGES = [
  'home', 'decide', 'simulate', 'compare', 'network', 'analyses', 'evidence', 'parks', 'coupling', 'jobs', 'report', 'method', 'interface',
] as const;
export type Page = (typeof PAGES)[number];

type Name = Exclude<Page, 'home'> | 'claims';

/** The groups of the menu. Every page but the first is in one of them; the analysis of claims also has an address of its own. */
const GROUPS = {
  decide: ['decide', 'report'],
  explore: ['simulate', 'compare', 'network', 'coupling', 'analyses'],
  evidence: ['evidence', 'parks', 'claims', 'method'],
  more: ['jobs', 'interface'],
} as const satisfies Record<string, readonly Name[]>;
export type Group = keyof typeof GROUPS;

/** What the menu names. */
export const MENU: readonly { name: Name; page: Page; part: string; group: Group }[] = (Object.keys(GROUPS) as Group[]).flatMap((group) =>
  GROUPS[group].map((name) => (name === 'claims' ? { name, page: 'analyses' as const, part: 'claims', group } : { name, page: name, part: '', group })),
);
export const groups: readonly Group[] = Object.keys(GROUPS) as Group[];

function spoken(words: URLSearchParams): Lang {
  const asked = words.get('lang') ?? stored('lang');
  if (asked === 'en' || asked === 'zh') return asked;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

/** The page at a path, nothing where there is none, and the name of the analysis below it. */
function placeOf(path: string): { page: Page | null; part: string } {
  const name = path.replace(/^\/|\/$/g, '');
  const [, part = ''] = /^analyses\/([a-z][a-z0-9-]*)$/.exec(name) ?? [];
  if (part) return { page: 'analyses', part };
  const entry = MENU.find((one) => one.name === name && one.part);
  if (entry) return entry;
  return { page: name === '' ? 'home' : (PAGES.find((one) => one === name && one !== 'home') ?? null), part };
}

/** A view that looks as another does. */
function looking(view: View, like: View): View {
  return { ...view, ...Object.fromEntries(LOOKS.map((name) => [name, like[name]])) };
}

/** What a picture is made from, however it is looked at. */
const picture = (view: View): View => ({
  ...looking(view, PLAIN), scenario: pruned(view.scenario), baseline: pruned(view.baseline), compared: view.compared.map(pruned),
});

const dark = matchMedia('(prefers-color-scheme: dark)');

/** When the browser has nothing else to do, at the latest after a second. */
export function idle(): Promise<void> {
  return new Promise((done) => {
    if ('requestIdleCallback' in globalThis) requestIdleCallback(() => done(), { timeout: 1000 });
    else setTimeout(done, 200);
  });
}

/** What all pages share: language, page, the view that the address holds, and what was fetched once. */
class App {
  lang = $state<Lang>('en');
  /** The words of the language, which are there before anything is drawn. */
  words = $state.raw({} as Texts);
  /** Nothing at a path that has no page. */
  page = $state<Page | null>('home');
  /** Name of the analysis that is open; empty elsewhere. */
  part = $state('');
  view = $state.raw<View>(PLAIN);
  theme = $state<'light' | 'dark'>('light');
  cases = $state.raw<CaseName[]>([]);
  /** Parks of this browser that were deleted and can still be restored. */
  deleted = $state.raw<DeletedCase[]>([]);
  private turn = 0;
  info = $state.raw<CaseAnswer | null>(null);
  evidence = $state.raw<Evidence | null>(null);
  /** Of the evidence the events alone, which time axes mark: they come long before somebody looks at the rest. */
  events = $state.raw<Evidence | null>(null);
  studies = $state.raw<StudyInfo[]>([]);
  /** The menu of analyses; empty until somebody needs it. */
  analyses = $state.raw<AnalysisInfo[]>([]);
  problem = $state.raw<Refused | null>(null);
  /** The versions a link was made with, where they are not those of this server. */
  otherwise = $state<string | null>(null);
  /** Parts of the link that could not be read. */
  unread = $state.raw<Unread[]>([]);
  /** The park whose shares of outcomes were asked for though its parameters are not calibrated to it. */
  assumed = $state<string | null>(null);
  undoable = $state(false);
  redoable = $state(false);
  private history = new History<View>(PLAIN);

  async start(): Promise<void> {
    const words = this.spell(spoken(new URLSearchParams(location.search)));
    this.read();
    const theme = stored('theme');
    this.theme = theme === 'dark' || theme === 'light' ? theme : dark.matches ? 'dark' : 'light';
    dark.addEventListener('change', () => {
      if (!stored('theme')) this.theme = dark.matches ? 'dark' : 'light';
    });
    addEventListener('popstate', () => {
      this.read();
      this.history.visit(picture(this.view));
      this.marks();
      void this.spell(spoken(new URLSearchParams(location.search)));
    });
    this.history = new History(picture(this.view));
    void this.fetch();
    await words;
  }

  private read(): void {
    const words = new URLSearchParams(location.search);
    ({ page: this.page, part: this.part } = placeOf(location.pathname));
    const before = this.view.case;
    ({ view: this.view, unread: this.unread } = parsed(words, stored('park')));
    if (this.info && before !== this.view.case) void this.open(this.view.case);
  }

  async fetch(): Promise<void> {
    this.problem = null;
    await this.open(this.view.case);
    // The lists fill menus: on the first page they wait until what is seen first has been drawn.
    if (this.page === 'simulate' || this.page === 'decide') await idle();
    await this.fetchCases().catch(() => undefined);
    await this.fetchStudies().catch(() => undefined);
  }

  async open(name: string): Promise<void> {
    try {
      this.evidence = this.events = null;
      const info = await get<CaseAnswer>(`cases/${name}`);
      if (name !== this.view.case) return;
      this.info = info;
      this.problem = null;
    } catch (error) {
      // A park that this browser remembers may be gone; where the address does not ask for it, that is no trouble.
      const isRemembered = name === stored('park') && new URLSearchParams(location.search).get('case') === null;
      if (isRemembered && error instanceof Refused && error.problem?.status === 404) return this.choose(PLAIN.case);
      if (name === this.view.case) this.problem = error instanceof Refused ? error : new Refused(null);
    }
  }

  async fetchStudies(): Promise<void> {
    if (!this.studies.length) this.studies = (await get<{ studies: StudyInfo[] }>('studies')).studies;
  }

  async fetchAnalyses(): Promise<void> {
    if (!this.analyses.length) this.analyses = (await get<AnalysesAnswer>('analyses')).analyses;
  }

  /** Where the page does what a command does: the report of a run, or an analysis, of the park that it names. */
  placeOf(command: string): { page: Page; part: string; view: View } | null {
    const [, name = '', about = ''] = /^copark ([a-z-]+)(?: ([a-z0-9][a-z0-9_.-]*))?/.exec(command) ?? [];
    const isRun = name === 'run';
    if (!isRun && !this.analyses.some((one) => one.name === name)) return null;
    const view = this.cases.some((one) => one.name === about) && about !== this.view.case ? { ...PLAIN, case: about } : this.view;
    return { page: isRun ? 'report' : 'analyses', part: isRun ? '' : name, view };
  }

  /** The list of cases; an answer that was overtaken by a later question is dropped. */
  async fetchCases(): Promise<void> {
    const turn = ++this.turn;
    const { cases, deleted } = await get<Cases>('cases');
    if (turn === this.turn) [this.cases, this.deleted] = [cases, deleted];
  }

  async fetchEvidence(): Promise<void> {
    const name = this.view.case;
    if (this.evidence?.case.name === name) return;
    const found = await get<Evidence>(address('evidence', { case: name }).replace('/api/v1/', ''));
    if (name === this.view.case) this.evidence = found;
  }

  async fetchEvents(): Promise<void> {
    const name = this.view.case;
    if (this.events?.case.name === name) return;
    const found = await get<Evidence>(address('evidence', { case: name, events: 'true' }).replace('/api/v1/', ''));
    if (name === this.view.case) this.events = found;
  }

  /** Another case: its levers are its own, so the scenario begins anew, or as one that was made for it. */
  choose(name: string, scenario: Scenario = OWN): void {
    this.otherwise = null;
    const { seed, expert, tour, present, parks, axis } = this.view;
    store('park', name);
    this.commit({ ...PLAIN, case: name, seed, expert, tour, present, parks, axis, scenario });
    void this.open(name);
  }

  /** Change the view without a step to go back to, as while dragging. */
  preview(view: View): void {
    this.view = view;
  }

  /** Change what the picture is made from: the browser's Back undoes it, as `back` does. */
  commit(view: View): void {
    this.view = view;
    const isAnother = this.history.commit(picture(view));
    this.marks();
    this.write(isAnother);
  }

  /** Show the same picture in another way: no step to go back to. */
  look(looks: Looks): void {
    this.view = { ...this.view, ...looks };
    this.write(false);
  }

  back(): void {
    this.restore(this.history.undo());
  }

  forward(): void {
    this.restore(this.history.redo());
  }

  private restore(view: View): void {
    const before = this.view.case;
    this.view = looking(view, this.view);
    this.marks();
    this.write(true);
    if (before !== view.case) void this.open(view.case);
  }

  private marks(): void {
    this.undoable = this.history.canUndo;
    this.redoable = this.history.canRedo;
  }

  address(page: Page | null = this.page, part = page === this.page ? this.part : '', view = this.view): string {
    const isHere = page === this.page && part === this.part;
    const words = encoded(isHere ? view : { ...view, run: null });
    words.set('lang', this.lang);
    const path = page === 'home' ? '' : part ? `${page}/${part}` : page;
    return `${page === null ? location.pathname : `/${path}`}?${words}`;
  }

  private write(anew: boolean): void {
    const there = this.address();
    if (anew) history.pushState(null, '', there);
    else history.replaceState(null, '', there);
  }

  /** Another page, with another view where one is given. */
  go(page: Page, part = '', view = this.view): void {
    const before = this.view.case;
    this.view = page !== this.page || part !== this.part ? { ...view, run: null } : view;
    this.history.commit(picture(view));
    this.marks();
    this.page = page;
    this.part = part;
    this.write(true);
    if (before !== view.case) void this.open(view.case);
    scrollTo(0, 0);
    document.getElementById('main')?.focus({ preventScroll: true });
  }

  /** Change the language when its words are there, not before. */
  private async spell(lang: Lang): Promise<void> {
    this.words = await wordsOf(lang);
    this.lang = lang;
  }

  async speak(lang: Lang): Promise<void> {
    try {
      await this.spell(lang);
    } catch {
      this.problem = new Refused(null);
      return;
    }
    store('lang', lang);
    this.write(false);
  }

  paint(theme: 'light' | 'dark'): void {
    this.theme = theme;
    store('theme', theme);
  }

  /** The version that made an answer goes into the address. */
  made(by: Made): void {
    const version = `${by.code_version}:${by.model_version}:${by.case_hash.slice(0, 8)}`;
    if (this.view.version === version) return;
    if (this.view.version) this.otherwise = this.view.version;
    this.view = { ...this.view, version };
    this.write(false);
  }
}

export const app = new App();

/** Words in the page's language; {names} are filled in. Chinese prose spells quarters out, but for what was typed. */
export function t(key: TextKey, values: Record<string, string | number> = {}): string {
  const isProse = app.lang === 'zh' && !key.startsWith('link_');
  return app.words[key].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = String(values[name] ?? whole);
    return isProse ? spelled(value) : value;
  });
}

export function say(said: LocalizedText | null | undefined): string {
  return said ? said[app.lang] : '';
}

/** Several things in one line, as the language writes a list. */
export const enumerated = (things: string[]): string => things.join(app.lang === 'zh' ? '、' : ', ');

/** What something is, after its name. */
export const named = (name: string, what: string): string => (app.lang === 'zh' ? `${name}：${what}` : `${name}: ${what}`);

/** A problem as sentences. */
export function trouble(error: unknown): { title: string; faults: Fault[] } {
  if (error instanceof Refused && error.problem) {
    const { cause, repair, faults } = error.problem;
    return { title: `${say(cause)} ${say(repair)}`, faults };
  }
  return { title: t('unreachable'), faults: [] };
}
