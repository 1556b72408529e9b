import type { ArrowInfo, EdgeInfo, NetworkAnswer, NodeInfo } from './api-types';
import type { LocalizedText } from './types';

export type Actor = Pick<NodeInfo, 'key' | 'layer' | 'title' | 'side' | 'role' | 'x' | 'row' | 'weight' | 'spans' | 'source'>;
export type Bond = EdgeInfo;
export type Arrow = Pick<ArrowInfo, 'link' | 'title' | 'source_layer' | 'target_layer' | 'unit_title'>;
export type Net = { layers: Pick<NetworkAnswer['layers'][number], 'key' | 'title'>[]; nodes: Actor[]; edges: Bond[]; arrows: Arrow[] };

export const WIDTH = 1240;
const LEFT = 130;
const RIGHT = 880;
export const FLOWS = 925;
export const SPACE = 27;
const LINE = 14;
const PAD = 18;
const GAP = 10;

export interface Drawn {
  height: number;
  layers: { key: string; title: LocalizedText; top: number; height: number }[];
  places: Map<string, { x: number; y: number; r: number; lines: string[] }>;
}

/** A label on lines of at most so many letters, which together are the label; Chinese letters are as wide as two. */
export function wrapped(title: string, most: number): string[] {
  const isWide = /[\u3000-\u9fff]/.test(title);
  const words = isWide ? [...title] : title.split(/(?<=[ –-])/);
  const limit = isWide ? Math.floor(most / 2) : most;
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || (last + word).trimEnd().length > limit) lines.push(word);
    else lines[lines.length - 1] = last + word;
  }
  return lines;
}

export const radius = (weight: number): number => 5 + 9 * Math.sqrt(weight);

/** Fixed places of all actors: a row is as high as its longest label needs, so that no label is cut or lies on another. */
export function layout(net: Net, say: (said: LocalizedText) => string): Drawn {
  const places: Drawn['places'] = new Map();
  const layers: Drawn['layers'] = [];
  let top = 0;
  for (const layer of net.layers) {
    let y = top + PAD;
    const members = net.nodes.filter((one) => one.layer === layer.key);
    const rows = [...new Set(members.map((one) => one.row))].sort((a, b) => a - b);
    for (const row of rows) {
      const here = members.filter((one) => one.row === row);
      const room = Math.floor((RIGHT - LEFT) / Math.max(here.length, 4) / 6.6);
      const labels = here.map((one) => wrapped(say(one.title), room));
      const size = Math.max(...here.map((one) => radius(one.weight)));
      here.forEach((one, n) => {
        places.set(one.key, { x: LEFT + one.x * (RIGHT - LEFT), y: y + size, r: radius(one.weight), lines: labels[n] ?? [] });
      });
      y += 2 * size + LINE * Math.max(...labels.map((one) => one.length)) + PAD;
    }
    const height = Math.max(y - top, 70);
    layers.push({ ...layer, top, height });
    top += height + GAP;
  }
  return { height: top - GAP, layers, places };
}

export interface Pair {
  key: string;
  from: string;
  to: string;
  arrows: Arrow[];
}

/** Arrows by the two scales they join, those that go down first. */
export function pairs(net: Net): Pair[] {
  const order = net.layers.map((one) => one.key);
  const found = new Map<string, Pair>();
  for (const one of net.arrows) {
    const key = `${one.source_layer}-${one.target_layer}`;
    const here = found.get(key) ?? { key, from: one.source_layer, to: one.target_layer, arrows: [] };
    here.arrows.push(one);
    found.set(key, here);
  }
  const isUp = (one: Pair): boolean => order.indexOf(one.from) > order.indexOf(one.to);
  return [...found.values()].sort((a, b) => Number(isUp(a)) - Number(isUp(b)) || order.indexOf(a.from) - order.indexOf(b.from) || order.indexOf(a.to) - order.indexOf(b.to));
}

/** Outline of a flow: a shaft as wide as it carries much, and a head that is wider. */
export function flowPath(drawn: Drawn, pair: Pair, n: number, weight: number): string {
  const from = drawn.layers.find((one) => one.key === pair.from);
  const to = drawn.layers.find((one) => one.key === pair.to);
  if (!from || !to) return '';
  const x = FLOWS + n * SPACE;
  const middle = (one: { top: number; height: number }): number => one.top + one.height / 2;
  const isSame = pair.from === pair.to;
  const sign = isSame || middle(from) < middle(to) ? 1 : -1;
  const start = isSame ? middle(from) - 30 : middle(from) + 14 * sign;
  const end = isSame ? middle(to) + 30 : middle(to) - 14 * sign;
  const w = 0.6 + 8 * weight;
  const head = w + 4;
  const neck = end - sign * 12;
  const at = (...points: [number, number][]): string => points.map(([a, b]) => `${a.toFixed(1)},${b.toFixed(1)}`).join('L');
  return `M${at([x - w, start], [x - w, neck], [x - head, neck], [x, end], [x + head, neck], [x + w, neck], [x + w, start])}Z`;
}
