import { use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

import { init, type EChartsType } from './chart';

use([SVGRenderer]);

/** What a chart shows, as SVG. */
export function drawn(option: Parameters<EChartsType['setOption']>[0], width: number, height: number): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption(option);
  const found = chart.renderToSVGString();
  chart.dispose();
  return found;
}
