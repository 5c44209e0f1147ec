import type { Case } from '../../case/model.js';
import type { StoredCase } from './api.js';
import { h } from './dom.js';
import { toneGlyph, type Tone } from './marks.js';
import { runbookLength } from './runbook-view.js';
import { count, t } from './words.js';

const stateTone: Readonly<Record<Case['members'][number]['state'], Tone>> = { running: 'ok', failing: 'bad', stopped: 'warn', unknown: 'plain' };

/** The hosts with an etcd, each with the state of its member; other hosts by name alone. */
function hostList(value: Case): readonly (HTMLElement | false)[] {
  if (value.hosts.length === 0) return [];
  const line = (name: string): HTMLElement => {
    const member = value.members.find((one) => one.host === name);
    const tone = member === undefined ? 'plain' : stateTone[member.state];
    return h('li', {}, h('span', { class: `mark ${tone}` }, toneGlyph(tone)), name, member !== undefined && h('span', { class: 'visually-hidden' }, ` ${t(`web.member.${member.state}`)}`));
  };
  return [h('h3', {}, t('web.hosts')), h('ul', { class: 'host-list' }, ...value.hosts.slice(0, 12).map((one) => line(one.name)))];
}

/** Marks the section that is read: the last one whose head has passed the top. */
function followReading(links: ReadonlyMap<string, HTMLElement>): void {
  let waiting = false;
  const mark = (): void => {
    waiting = false;
    const passed = [...links.keys()].filter((id) => (document.getElementById(id)?.getBoundingClientRect().top ?? Number.POSITIVE_INFINITY) < 160).at(-1) ?? [...links.keys()][0];
    for (const [id, link] of links) {
      if (id === passed) link.setAttribute('aria-current', 'location');
      else link.removeAttribute('aria-current');
    }
  };
  const onScroll = (): void => {
    if (![...links.values()].some((link) => link.isConnected)) return document.removeEventListener('scroll', onScroll);
    if (!waiting) requestAnimationFrame(mark);
    waiting = true;
  };
  document.addEventListener('scroll', onScroll, { passive: true });
  requestAnimationFrame(mark);
}

/** The sections of a case, its hosts, and the keys. */
export function sideNav(stored: StoredCase): HTMLElement {
  const { value } = stored;
  const entries: readonly (readonly [string, number | null])[] = [
    ['overview', null], ['runbook', runbookLength(value)], ['timeline', value.events.length], ['candidates', value.candidates.length],
    ['causes', value.causes.length], ['findings', value.findings.length], ['unchecked', value.notChecked.length], ['notes', null],
  ];
  const links = new Map(entries.map(([id, n]) => [id, h('a', { href: `#/cases/${stored.entry.id}/${id}` }, t(`web.nav.${id}`), n !== null && h('span', { class: 'note' }, count(n)))] as const));
  followReading(links);
  const keys = [['/', 'search'], ['j k', 'next'], ['e', 'evidence'], ['Esc', 'close']] as const;
  return h('nav', { class: 'side-nav', 'aria-label': t('web.contents') },
    h('ul', {}, ...[...links.values()].map((link) => h('li', {}, link))),
    ...hostList(value),
    h('h3', {}, t('web.keys-help')), h('dl', { class: 'keys' }, ...keys.flatMap(([key, word]) => [h('dt', {}, ...key.split(' ').map((one) => h('kbd', {}, one))), h('dd', {}, t(`web.key.${word}`))])));
}
