import type { EvidenceDrawer } from './evidence.js';

const facts = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('tr.event, .rows > li, tr.pick')];

function step(by: number): void {
  const all = facts();
  const at = all.findIndex((f) => f.contains(document.activeElement));
  const next = all[Math.max(0, Math.min(all.length - 1, at + by))];
  if (next === undefined) return;
  next.tabIndex = -1;
  next.focus();
  next.scrollIntoView({ block: 'center' });
}

/** Single keys: `/` search, `j` `k` next and previous fact, `e` its evidence, Esc closes the drawer. */
export function handleKey(event: KeyboardEvent, drawer: EvidenceDrawer | null): void {
  if (event.key === 'Escape' && drawer?.isOpen === true) return drawer.close();
  const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
  if (typing || event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem('single-keys') === 'off') return;
  const act = {
    '/': () => document.querySelector<HTMLInputElement>('input[type=search]')?.focus(),
    j: () => step(1),
    k: () => step(-1),
    e: () => document.activeElement?.querySelector<HTMLElement>('button.chip')?.click(),
  }[event.key];
  if (act === undefined) return;
  event.preventDefault();
  act();
}
