import { createHash } from 'node:crypto';
import { Html } from './html.ts';

/** The one stylesheet of all pages. It stands in the page, so that nothing else is loaded. */
const STYLE = `
:root {
  color-scheme: light dark;
  --page: #eef0f4;
  --card: #ffffff;
  --line: #d7dbe3;
  --text: #181c24;
  --soft: #565f6f;
  --field: #ffffff;
  --edge: #7d8798;
  --accent: #3448c5;
  --on-accent: #ffffff;
  --note: #fff5d9;
  --note-line: #e2c269;
  --bad: #b3261e;
  --bad-back: #fdeceb;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1116;
    --card: #171b22;
    --line: #2e3540;
    --text: #e8ebf1;
    --soft: #a3adbd;
    --field: #0e1116;
    --edge: #6c7788;
    --accent: #8ea2ff;
    --on-accent: #0b1030;
    --note: #2c2512;
    --note-line: #6d5a1f;
    --bad: #ff9d94;
    --bad-back: #331817;
  }
}
* { box-sizing: border-box; }
html { background: var(--page); font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh; padding: 1.5rem 1rem;
  display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 1.25rem;
  color: var(--text);
}
main {
  width: 100%; max-width: 27rem; padding: 2rem;
  background: var(--card); border: 1px solid var(--line); border-radius: 1rem;
  box-shadow: 0 1px 2px rgb(0 0 0 / 4%), 0 12px 32px rgb(0 0 0 / 7%);
}
header, footer { width: 100%; max-width: 27rem; color: var(--soft); font-size: .8125rem; }
header { display: flex; align-items: center; gap: .5rem; font-weight: 600; letter-spacing: .01em; }
header svg { color: var(--accent); }
header span { font-weight: 400; }
footer p { margin: 0; }
h1 { margin: 0 0 .75rem; font-size: 1.375rem; line-height: 1.3; letter-spacing: -.01em; text-wrap: balance; overflow-wrap: anywhere; }
p { margin: 0 0 1rem; overflow-wrap: anywhere; }
main > :last-child, form > :last-child { margin-bottom: 0; }
a { color: var(--accent); }
strong { font-weight: 600; }
.soft { color: var(--soft); font-size: .875rem; }
label { display: block; margin-bottom: .375rem; font-weight: 600; font-size: .875rem; }
input {
  display: block; width: 100%; padding: .75rem .875rem; margin-bottom: .5rem;
  font: 600 1.125rem/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; letter-spacing: .08em;
  color: var(--text); background: var(--field); border: 1px solid var(--edge); border-radius: .625rem;
}
input[aria-invalid='true'] { border-color: var(--bad); }
.buttons { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.25rem; }
button, .button {
  flex: 1 1 8rem; padding: .75rem 1rem; font: inherit; font-weight: 600; text-align: center; text-decoration: none;
  color: var(--text); background: transparent; border: 1px solid var(--edge); border-radius: .625rem; cursor: pointer;
}
button.main, .button.main { color: var(--on-accent); background: var(--accent); border-color: var(--accent); }
button:hover, .button:hover { filter: brightness(1.08); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
dl { margin: 0 0 1rem; border: 1px solid var(--line); border-radius: .75rem; }
dl div { padding: .5rem .875rem; }
dl div + div { border-top: 1px solid var(--line); }
dt, dd .soft { color: var(--soft); font-size: .8125rem; line-height: 1.4; }
dd .soft { display: block; }
dd { margin: 0; overflow-wrap: anywhere; }
dd ul { margin: 0; padding-left: 1.125rem; }
code { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.note, .alert { padding: .75rem .875rem; border: 1px solid; border-radius: .75rem; font-size: .875rem; }
.note { background: var(--note); border-color: var(--note-line); }
.alert { color: var(--bad); background: var(--bad-back); font-weight: 600; }
@media (max-width: 30rem) {
  body { justify-content: flex-start; padding: 1rem .75rem; }
  main { padding: 1.5rem 1.25rem; }
}
@media (forced-colors: active) { main, dl, .note, .alert { border-color: CanvasText; } }
`;

/** The stylesheet as it stands in a page, to the letter, or its hash would not be the one that is let in. */
export const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`);

/** The source expression that lets this stylesheet in and no other (CSP level 3, section 2.3.1). */
export const styleSource = (): string => `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;
