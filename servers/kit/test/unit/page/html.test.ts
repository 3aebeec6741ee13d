import { expect } from 'chai';
import { html, plainName } from '../../../src/page/html.ts';

const EVIL = `"><script>alert(1)</script>'&`;

describe('HTML', () => {
  it('escapes every value that is not HTML already', () => {
    expect(html`<a title="${EVIL}">${EVIL}</a>`.text).to.equal(
      '<a title="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39;&amp;">&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39;&amp;</a>',
    );
  });

  it('nests, and leaves out what is not there', () => {
    const items = ['a', '<'].map((it) => html`<li>${it}</li>`);
    const list = html`<ul>
      ${items}${undefined}
    </ul>`;
    expect(list.text.replaceAll(/\s/g, '')).to.equal('<ul><li>a</li><li>&lt;</li></ul>');
  });
});

describe('A name that a stranger has chosen', () => {
  it('is shown without what is not seen or turns the text', () => {
    expect(plainName('Cla\u202eude\u200b\u0000 \n Code\u2028')).to.equal('Claude Code');
  });

  it('is cut where it would take over the page', () => {
    expect(plainName('x'.repeat(500))).to.equal(`${'x'.repeat(59)}…`);
    expect(plainName('😀'.repeat(70), 4)).to.equal('😀😀😀…');
  });
});
