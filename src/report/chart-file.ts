import type { Svg } from './charts/svg.js';

const light = '--ink:#171b22;--ink2:#48505e;--ink3:#616a79;--hair:#dee2e8;--line:#848d9b;--paper:#fff;--accent:#2a4bc0;--bar:#778294;--ok:#17663f;--ok-tint:#e8f4ed;--bad:#a8261c;--bad-tint:#fbecea;--warn:#7a4c00';
const dark = '--ink:#e8ebf0;--ink2:#b4bcc8;--ink3:#939dac;--hair:#2b313b;--line:#6b7483;--paper:#161a20;--accent:#93acff;--bar:#7c8696;--ok:#6fcf9b;--ok-tint:#14271e;--bad:#ff9085;--bad-tint:#331b1a;--warn:#e5b25a';

/** A chart as a file of its own, with its colours for light and dark and a ground. */
export function chartFileText(svg: Svg): string {
  const style = `<style>svg{${light};background:var(--paper)}@media (prefers-color-scheme:dark){svg{${dark}}}</style>`;
  return `${svg.replace('>', `>${style}`)}\n`;
}
