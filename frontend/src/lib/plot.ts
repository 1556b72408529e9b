import { polygons } from './bands';
import type { Drawing, Name, Rule } from './fan';
import { ticksOf, type Tick } from './marks';
import type { Numbers, ObservedPoint } from './types';

/** From quarters and values to points of a drawing of some size. */
export interface Plot {
  left: number;
  right: number;
  top: number;
  bottom: number;
  x: (quarter: number) => number;
  y: (value: number) => number;
}

const [LEFT, RIGHT, TOP, BOTTOM] = [44, 12, 10, 22];
const [LARGE_RIGHT, LARGE_TOP] = [76, 26];
/** Height of the lane of events below the axis, and the room that a tick takes at least: small, and large. */
const LANES = { small: 9, large: 17 };
const ROOMS = { small: 8, large: 19 };
/** Between two rows of words above the plot. */
const WORDS = 14;

const point = (x: number, y: number): string => `${x.toFixed(1)},${y.toFixed(1)}`;

export function plotOf({ quarters, range: [low, high], isLarge, rules, events, names }: Drawing, width: number, height: number): Plot {
  const besides = names ? Math.max(0, ...names.flatMap(({ lines }) => lines.map(widthOf))) + 2 * NAME_GAP : LARGE_RIGHT;
  const [left, right] = [LEFT, Math.max(LEFT + 1, width - (isLarge ? besides : RIGHT))];
  const x = (quarter: number): number => left + ((right - left) * quarter) / Math.max(1, quarters.length - 1);
  const rows = Math.max(0, ...headsOf(rules, quarters, x).map(({ row }) => row));
  const lane = events.length ? LANES[isLarge ? 'large' : 'small'] : 0;
  const [top, bottom] = [(isLarge ? LARGE_TOP : TOP) + WORDS * rows, height - BOTTOM - lane];
  return { left, right, top, bottom, x, y: (value) => bottom - ((bottom - top) * (value - low)) / (high - low || 1) };
}

/** About how wide words of 12 px are. */
const widthOf = (words: string): number => [...words].reduce((sum, letter) => sum + (letter > '\u2fff' ? 12 : 6.3), 0);

/** Between the end of a line and its name, and from line to line of a name. */
const [NAME_GAP, NAME_LINE] = [7, 13];

/** A name at the end of its line; where it stands far from there, a thin line leads to it. */
export interface PlacedName {
  name: Name;
  x: number;
  /** Of its first line. */
  y: number;
  leader: string | null;
}

/** Names at the ends of lines, moved up or down as little as keeps them apart. */
export function namesAt(drawing: Drawing, plot: Plot): PlacedName[] {
  const placed = (drawing.names ?? []).map((name) => {
    const size = NAME_LINE * name.lines.length;
    return { name, x: plot.x(name.at) + NAME_GAP, width: Math.max(...name.lines.map(widthOf)), size, top: plot.y(name.value) - size / 2 };
  });
  const ROUNDS = 60;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const one of placed) {
      for (const other of placed) {
        if (one === other || one.x > other.x + other.width || other.x > one.x + one.width) continue;
        const [upper, lower] = one.top + one.size / 2 <= other.top + other.size / 2 ? [one, other] : [other, one];
        const overlap = upper.top + upper.size + 2 - lower.top;
        if (overlap <= 0) continue;
        upper.top -= overlap / 2;
        lower.top += overlap / 2;
      }
    }
    for (const one of placed) one.top = Math.min(Math.max(one.top, plot.top - 8), plot.bottom - one.size + 4);
  }
  return placed.map(({ name, x, top, size }) => {
    const [end, middle] = [plot.y(name.value), top + size / 2];
    const leader = Math.abs(end - middle) > NAME_LINE ? `M${point(plot.x(name.at), end)}L${point(x - 2, middle)}` : null;
    return { name, x, y: top + 10, leader };
  });
}

/** Words above lines from top to bottom, each in the lowest row where it does not run into another. */
export function headsOf(rules: readonly Rule[], quarters: readonly string[], x: (quarter: number) => number): { rule: Rule; x: number; row: number }[] {
  const heads: { rule: Rule; x: number; row: number }[] = [];
  for (const rule of rules) {
    if (!rule.words) continue;
    const at = x(quarters.indexOf(rule.quarter));
    const isNear = (other: (typeof heads)[number]): boolean => Math.abs(other.x - at) < (widthOf(rule.words ?? '') + widthOf(other.rule.words ?? '')) / 2 + 8;
    const taken = new Set(heads.filter(isNear).map(({ row }) => row));
    let row = 0;
    while (taken.has(row)) row += 1;
    heads.push({ rule, x: at, row });
  }
  return heads;
}

/** Where the words of a row stand. */
export const headAt = (row: number, plot: Plot): number => plot.top - 6 - WORDS * row;

/** A tick and its box in the lane below the axis. */
export interface DrawnTick extends Tick {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Width of a tick in a large drawing, where it holds a number, and the least between two. */
const [TICK, GAP] = [15, 2];

/** The events of a drawing as ticks; in a small one they are as close as they can be told apart. */
export function drawnTicks(drawing: Drawing, plot: Plot): DrawnTick[] {
  const size = drawing.isLarge ? 'large' : 'small';
  let free = -Infinity;
  return ticksOf(drawing.events, drawing.quarters, plot.x, ROOMS[size]).map((tick) => {
    const [from, to] = [plot.x(tick.from), plot.x(tick.to)];
    const width = drawing.isLarge ? TICK : to - from + 2.5;
    // In the middle of its events, or as near to it as the tick before leaves room.
    const x = Math.max((from + to - width) / 2, free);
    free = x + width + (drawing.isLarge ? GAP : 0);
    return { ...tick, x, y: plot.bottom + 3, width, height: LANES[size] - 3 };
  });
}

/** The outline of what lies between two rows. */
export const areaPath = (low: Numbers, high: Numbers, plot: Plot): string =>
  polygons(low, high).map((outline) => `M${outline.map(([quarter, value]) => point(plot.x(quarter), plot.y(value))).join('L')}Z`).join('');

/** A row as a line, broken where a number is missing. */
export function linePath(row: Numbers, plot: Plot): string {
  let isDrawn = false;
  return row.map((value, quarter) => {
    const command = isDrawn ? 'L' : 'M';
    isDrawn = value !== null;
    return value === null ? '' : command + point(plot.x(quarter), plot.y(value));
  }).join('');
}

/** The mark of an observation: a dot, a diamond for what is about so much, bars with arrows to where the value may lie. */
export function markPath(one: ObservedPoint, quarters: string[], plot: Plot): string {
  const x = plot.x(quarters.indexOf(one.quarter));
  const y = plot.y(one.value);
  const at = (...points: [number, number][]): string => `M${points.map(([dx, dy]) => point(x + dx, y + dy)).join('L')}`;
  switch (one.bound) {
    case 'about': return `${at([0, -4.5], [4.5, 0], [0, 4.5], [-4.5, 0])}Z`;
    case 'at-least': return at([-5, 0], [5, 0]) + at([0, 0], [0, -10]) + at([-3, -7], [0, -10], [3, -7]);
    case 'at-most': return at([-5, 0], [5, 0]) + at([0, 0], [0, 10]) + at([-3, 7], [0, 10], [3, 7]);
    case 'range': {
      const up = plot.y(one.high ?? one.value) - y;
      return at([-4, 0], [4, 0]) + at([0, 0], [0, up]) + at([-4, up], [4, up]);
    }
    default: return `M${point(x - 3, y)}a3,3 0 1 0 6,0a3,3 0 1 0 -6,0Z`;
  }
}

/** Years between two labels of the axis. */
const SPANS = [5, 10, 20, 50];
const ROOM = 36;

/** Quarters that the axis names: first ones of years that are round enough not to crowd. */
export function years(quarters: string[], plot: Plot): { quarter: number; year: string }[] {
  const width = (4 * (plot.right - plot.left)) / Math.max(1, quarters.length - 1);
  const span = SPANS.find((one) => one * width >= ROOM) ?? 100;
  return quarters.flatMap((name, quarter) => {
    const year = name.slice(0, 4);
    return name.endsWith('Q1') && Number(year) % span === 0 ? [{ quarter, year }] : [];
  });
}

/** Ages that the axis names, in years. */
export function ages(quarters: string[], plot: Plot): { quarter: number; year: string }[] {
  const width = (4 * (plot.right - plot.left)) / Math.max(1, quarters.length - 1);
  const span = [1, ...SPANS].find((one) => one * width >= ROOM) ?? 100;
  return quarters.flatMap((_, quarter) => (quarter % (4 * span) === 0 ? [{ quarter, year: String(quarter / 4) }] : []));
}

/** Values that lines of the grid are drawn at; what is next to 0 is 0. */
export function levels({ range: [low, high], step }: Drawing): number[] {
  return Array.from({ length: Math.floor((high - low) / step + 1e-9) + 1 }, (_, n) => {
    const value = low + n * step;
    return Math.abs(value) < 1e-9 * step ? 0 : Number(value.toPrecision(12));
  });
}
