import { address, get, post, Refused, remove, upload } from './api';
import type { Job, Lang } from './types';

/** Milliseconds between two looks at a job. */
const OFTEN = 500;

export const isOver = (job: Job): boolean => job.state !== 'queued' && job.state !== 'running';

/** Follow a job until it is over or what is given back is called; `lost` where it is not to be had any more. */
export function follow(id: string, told: (job: Job) => void, lost: () => void = () => undefined): () => void {
  let wanted = true;
  async function ask(): Promise<void> {
    try {
      const job = await get<Job>(`jobs/${id}`);
      if (!wanted) return;
      told(job);
      if (isOver(job)) return;
    } catch (error) {
      if (error instanceof Refused && (error.problem?.status === 404 || error.problem?.status === 401)) return lost();
    }
    if (wanted) setTimeout(() => void ask(), OFTEN);
  }
  void ask();
  return () => { wanted = false; };
}

/** An analysis that is made as a job: begun here, or found where it was begun before, and followed until it is over. */
export class Work {
  job = $state.raw<Job | null>(null);
  error = $state.raw<unknown>(null);
  private stop: (() => void) | null = null;

  constructor(private readonly done: (job: Job) => void) {}

  async start(analysis: string, params: object, lang: Lang): Promise<void> {
    await this.tried(async () => this.attend(await post<Job>('jobs/analyses', { analysis, params, lang })));
  }

  /** Begin an analysis of a workbook. */
  async bring(analysis: string, query: Record<string, string>, file: File): Promise<void> {
    await this.tried(async () => this.attend(await upload<Job>(address(`jobs/analyses/${analysis}`, query).replace('/api/v1/', ''), file)));
  }

  /** Go on following a job of this browser that is not over yet. */
  async resume(analysis: string, name: string): Promise<void> {
    this.leave();
    const turn = (this.turn += 1);
    await this.tried(async () => {
      const { jobs } = await get<{ jobs: Job[] }>('jobs');
      const begun = jobs.find((one) => one.analysis === analysis && one.case === name && !isOver(one));
      if (begun && !this.job && turn === this.turn) this.attend(begun);
    });
  }

  async cancel(): Promise<void> {
    const { job } = this;
    if (job) await this.tried(() => remove(`jobs/${job.id}`));
  }

  leave(): void {
    this.turn += 1;
    this.stop?.();
    this.job = this.error = null;
  }

  private turn = 0;

  private attend(begun: Job): void {
    this.stop?.();
    this.job = begun;
    this.stop = follow(begun.id, (told) => {
      this.job = told;
      if (told.state === 'done') this.done(told);
    });
  }

  private async tried(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }
}

/** Have the report of a study written, however long it takes: its job, or nothing where it failed or cannot be followed. */
export async function reportOf(asked: object, told: (job: Job) => void = () => undefined): Promise<Job | null> {
  const job = await post<Job>('jobs', { ...asked, report: true });
  told(job);
  const over = await new Promise<Job | null>((done) => {
    follow(job.id, (one) => { told(one); if (isOver(one)) done(one); }, () => done(null));
  });
  return over?.has_page ? over : null;
}

/** The address of a job's report, without some of its sections. */
export const pageOf = (job: Job, dropped: Iterable<string> = []): string =>
  address(`jobs/${job.id}/page`) + (new URLSearchParams([...dropped].map((name) => ['leave_out', name])).toString().replace(/^(?=.)/, '?'));
