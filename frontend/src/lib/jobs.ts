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
