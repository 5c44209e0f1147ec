import { choiceOf, outcomeOf } from '../../case/no-restore.js';
import { lostTime, openLimit } from './loss.js';
import type { Rich } from './rich.js';
import { ms } from './times.js';
import type { Reading } from './reading.js';

/** A number that a manager reads first, with its name and one line below. */
export interface Headline {
  readonly name: string;
  readonly value: string;
  readonly below: string;
}

export interface Header {
  readonly title: string;
  readonly subtitle: Rich;
  readonly facts: readonly { readonly term: string; readonly value: string }[];
  readonly headlines: readonly Headline[];
}

const etcdHosts = (r: Reading): readonly string[] => [...new Set(r.case.members.map((m) => m.host ?? m.name ?? '?'))];

function subtitle(r: Reading): Rich {
  const hosts = etcdHosts(r);
  if (hosts.length === 0) return r.rich('report.subtitle.none');
  const params = { n: hosts.length, hosts: hosts.slice(0, 5).join(r.t('report.comma')) + (hosts.length > 5 ? ' …' : '') };
  return r.rich(hosts.length === 1 ? 'report.subtitle.one' : 'report.subtitle.many', params);
}

/** `1 h 40 min to 55 h 52 min`: the outage as far as its ends are proven. */
export function outageLength(r: Reading): { readonly value: string; readonly below: string } {
  const { start, end, collectedAt } = r.case.outage;
  const from = ms(start.notBefore);
  const until = ms(start.notAfter);
  const over = end === null ? null : (ms(end.best) ?? ms(end.notAfter));
  const last = over ?? ms(collectedAt.best) ?? ms(collectedAt.notAfter) ?? ms(collectedAt.notBefore);
  if (from === null && until === null) return { value: r.t('report.unknown'), below: r.t('report.outage.unproven') };
  if (last === null) return { value: r.t('report.unknown'), below: r.t('report.outage.no-end') };
  const least = until === null ? null : Math.max(0, (last - until) / 1000);
  const most = from === null ? null : Math.max(0, (last - from) / 1000);
  const value =
    least !== null && most !== null
      ? most - least < 60 ? r.span(most) : r.t('report.range', { from: r.span(least), to: r.span(most) })
      : least !== null ? r.t('report.at-least', { value: r.span(least) }) : r.t('report.at-most', { value: r.span(most ?? 0) });
  const state = r.t(over === null ? 'report.outage.still' : 'report.outage.ended', { time: r.clock.time(last) });
  const vague = least === null || most === null || most - least >= 60;
  return { value, below: vague ? `${state}${r.t('report.semicolon')}${r.t('report.outage.start-unknown')}` : state };
}

function lossHeadline(r: Reading): Headline {
  const { loss, kind } = r.case.recommendation;
  const name = r.t('report.headline.loss');
  if (outcomeOf(r.case.recommendation) === 'healthy') return { name, value: r.t('report.nothing'), below: r.t('report.headline.healthy-below') };
  if (kind === 'none') return { name, value: r.t('report.unknown'), below: r.t('report.headline.no-choice') };
  if (loss === null && kind === 'repair-without-restore') return { name, value: r.t('report.nothing'), below: r.t('report.headline.no-restore') };
  if (loss === null) return { name, value: r.t('report.unknown'), below: r.t('report.headline.loss-unknown') };
  const revisions = loss.revisions === null ? null : r.t('report.revisions', { n: r.number(loss.revisions) });
  const limit = openLimit(r);
  if (limit !== null) return { name, value: limit, below: r.t('report.headline.revisions-unknown') };
  if (loss.revisions === 0) return { name, value: r.t('report.nothing'), below: r.t('report.headline.nothing-below') };
  const time = lostTime(r, loss);
  return { name, value: time ?? revisions ?? r.t('report.unknown'), below: time === null ? r.t('report.headline.time-unknown') : (revisions ?? r.t('report.headline.revisions-unknown')) };
}

export const confidenceCells = { proven: 3, likely: 2, possible: 1, rejected: 0 } as const;

function collected(r: Reading): string {
  const { collectedAt } = r.case.outage;
  return `${r.clock.window(collectedAt)} ${r.clock.offset}`;
}

export function headerView(r: Reading): Header {
  const { case: c } = r;
  const clusters = [...new Set(c.members.flatMap((m) => (m.clusterId === null ? [] : [m.clusterId])))];
  const bytes = c.manifest.reduce((sum, f) => sum + f.size, 0);
  const outage = outageLength(r);
  return {
    title: c.title,
    subtitle: subtitle(r),
    facts: [
      { term: r.t('report.fact.cluster'), value: clusters.length === 0 ? r.t('report.unknown') : clusters.join(', ') },
      { term: 'etcd', value: [c.installation.etcdVersion?.value ?? r.t('report.version-unknown'), r.t(`report.installation.${c.installation.id}`), r.t(`report.runs-as.${c.installation.etcdRunsAs}`)].join(r.t('report.comma')) },
      { term: r.t('report.fact.collected'), value: collected(r) },
      { term: r.t('report.fact.input'), value: r.t(c.inputUnchanged ? 'report.input.unchanged' : 'report.input.changed', { n: r.number(c.manifest.length), size: fileSize(bytes), manifest: c.manifestSha256.slice(0, 8) }) },
    ],
    headlines: [
      { name: r.t(c.outage.end === null ? 'report.headline.outage-so-far' : 'report.headline.outage'), ...outage },
      lossHeadline(r),
      {
        name: r.t('report.headline.recommendation'),
        value: r.t(`report.kind.${choiceOf(c)}.short`),
        below: [r.t(`report.confidence.${c.recommendation.confidence}.below`), r.t(`report.rehearsed.${rehearsed(r)}`)].join(r.t('report.comma')),
      },
    ],
  };
}

export function rehearsed(r: Reading): 'not' | 'passed' | 'failed' {
  const { rehearsal } = r.case;
  return rehearsal === null ? 'not' : rehearsal.passed ? 'passed' : 'failed';
}

/** `8.2 MB`, decimal units. */
export function fileSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return `${step === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[step] ?? ''}`;
}
