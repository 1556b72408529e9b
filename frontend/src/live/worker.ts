import type { Told } from './messages';
import { Runner } from './runner';

const runner = new Runner((answered, transfer) => self.postMessage(answered, { transfer }));

self.onmessage = ({ data }: MessageEvent<Told>): void => runner.hear(data);
