import { polygons } from './bands';
import type { Drawing } from './fan';
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

export function plotOf({ quarters, range: [low, high], isLarge }: Drawing, width: number, height: number): Plot {
  const [left, right] = [LEFT, Math.max(LEFT + 1, width - (isLarge ? LARGE_RIGHT : RIGHT))];
  const [top, bottom] = [isLarge ? LARGE_TOP : TOP, height - BOTTOM];
  return {
    left, right, top, bottom,
    x: (quarter) => left + ((right - left) * quarter) / Math.max(1, quarters.length - 1),
    y: (value) => bottom - ((bottom - top) * (value - low)) / (high - low || 1),
  };
}

const point = (x: number, y: number): string => `${x.toFixed(1)},${y.toFixed(1)}`;

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

/** Values that lines of the grid are drawn at; what is next to 0 is 0. */
export function levels({ range: [low, high], step }: Drawing): number[] {
  return Array.from({ length: Math.floor((high - low) / step + 1e-9) + 1 }, (_, n) => {
    const value = low + n * step;
    return Math.abs(value) < 1e-9 * step ? 0 : Number(value.toPrecision(12));
  });
}
