import { LineChart, ScatterChart, CustomChart } from 'echarts/charts';
import { GridComponent, TooltipComponent, MarkLineComponent } from 'echarts/components';
import { connect, init, use, type EChartsType } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

use([LineChart, ScatterChart, CustomChart, GridComponent, TooltipComponent, MarkLineComponent, CanvasRenderer]);

export { connect, init, type EChartsType };

export const FONT = "'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',system-ui,sans-serif";

export interface Palette {
  ink: string;
  soft: string;
  line: string;
  paper: string;
  blue: string;
  grey: string;
  cut: string;
  mark: string;
  arms: string[];
  /** How dense the outer and inner bands are: on a dark ground more, to be seen as well. */
  outer: number;
  inner: number;
}

/** The colours of the page as it is painted now, for what is drawn on canvas. */
export function palette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: of('ink'), soft: of('soft'), line: of('line'), paper: of('paper'), blue: of('blue'), grey: of('grey'),
    cut: of('cut'), mark: of('mark'), arms: [of('grey'), of('blue'), of('orange'), of('green')], outer: Number(of('outer')), inner: Number(of('inner')),
  };
}
