import { describe, expect, it } from 'vitest';

import { csv, embedded, fileName } from '../src/lib/picture';

describe('what is taken away of a chart', () => {
  it('is rows that a spreadsheet reads as they are, and never as formulas', () => {
    expect(csv([['quarter', 'a, "b"'], ['2012Q3', 1.5, null], ['=HYPERLINK("x")', -2]])).toBe('\uFEFFquarter,"a, ""b"""\r\n2012Q3,1.5,\r\n"\'=HYPERLINK(""x"")",-2\r\n');
  });
  it('is code whose words cannot break out', () => {
    expect(embedded('<svg/>', '<b>"A" & B', 'http://x/?a=1&b="2"')).toBe('<figure><svg/><figcaption><a href="http://x/?a=1&amp;b=&quot;2&quot;">&lt;b&gt;&quot;A&quot; &amp; B · copark</a></figcaption></figure>');
  });
  it('is a file with a name that any system takes', () => {
    expect(fileName('Operating enterprises: median / 90 %')).toBe('Operating-enterprises-median-90-%');
    expect(fileName('///')).toBe('chart');
  });
});
