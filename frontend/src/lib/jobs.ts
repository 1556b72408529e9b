import { post, text } from './api';
import type { Job } from './types';

export const isOver = (job: Job): boolean => job.state !== 'queued' && job.state !== 'running';

/** Follow a job until it is over or what is given back is called. */
export function follow(id: string, told: (job: Job) => void): () => void {
  const stream = new EventSource(`/api/v1/jobs/${id}/events`);
  const tell = (event: MessageEvent<string>): void => told(JSON.parse(event.data) as Job);
  stream.addEventListener('progress', tell);
  stream.addEventListener('end', (event) => { tell(event); stream.close(); });
  return () => stream.close();
}

/** Seconds a report is waited for; one that takes longer, or fails, is looked after among the jobs. */
const PATIENCE = 60;

/** Have the report of a study written: its page, or nothing where it is not there in time. */
export async function reportOf(asked: object): Promise<string | null> {
  const job = await post<Job>('jobs', { ...asked, report: true });
  const over = await new Promise<Job | null>((done) => {
    const timer = setTimeout(() => { stop(); done(null); }, 1000 * PATIENCE);
    const stop = follow(job.id, (one) => { if (isOver(one)) { clearTimeout(timer); done(one); } });
  });
  return over?.has_page ? text(`jobs/${job.id}/page`) : null;
}
