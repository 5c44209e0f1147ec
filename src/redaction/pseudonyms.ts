/** What `--redact` can hide. */
export const redactionKinds = ['hosts', 'ips', 'names'] as const;
export type RedactionKind = (typeof redactionKinds)[number];

/** One real word and what stands in its place; the list is private and never part of the output. */
export interface Pseudonym {
  readonly kind: RedactionKind;
  readonly real: string;
  readonly shown: string;
}

/** How often one rule changed one file. */
export interface RedactionCount {
  readonly rule: RedactionKind;
  readonly artifact: string;
  readonly count: number;
}

/** Replaces real words by pseudonyms: the same word always by the same one, in the order of first use. */
export interface Redactor {
  /** `artifact` is the file that the text belongs to, for the report. */
  redact(text: string, artifact: string): string;
  readonly map: readonly Pseudonym[];
  readonly counts: readonly RedactionCount[];
}

const ipv4 = /(?<![\w.])(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![\w.]*\d)/g;
const ipv6 = /(?<![\w:.])(?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}){1,6}(?![\w:])/gi;
/** Addresses that say nothing about anyone. */
const harmless = /^(127\.|0\.0\.0\.0$|255\.255\.255\.255$|::1$)/;
/** A clock reading such as 02:30:01 is not an IPv6 address. */
const clock = /^\d{1,2}:\d{2}:\d{2}$/;

const escapeRegExp = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Words of one kind, longest first, so that `master10` is not taken for `master1`. */
function wordPattern(words: readonly string[]): RegExp | null {
  const useful = [...new Set(words)].filter((w) => w.length > 1).sort((a, b) => b.length - a.length);
  return useful.length === 0 ? null : new RegExp(`(?<![A-Za-z0-9_])(?:${useful.map(escapeRegExp).join('|')})(?![A-Za-z0-9_])`, 'g');
}

export interface RedactionWords {
  readonly hosts: readonly string[];
  readonly names: readonly string[];
}

/**
 * A redactor for the chosen kinds. IPv4 addresses become addresses of the documentation network
 * 198.18.0.0/15 (RFC 2544), so that commands keep their form; hosts `host-N`, names `name-N`.
 */
export function redactor(kinds: readonly RedactionKind[], words: RedactionWords): Redactor {
  const byReal = new Map<string, Pseudonym>();
  const used = new Map<RedactionKind, number>();
  const counts = new Map<string, number>();
  const nameOf = (kind: RedactionKind, n: number, real: string): string =>
    kind === 'hosts' ? `host-${n}` : kind === 'names' ? `name-${n}` : real.includes(':') ? `2001:db8::${n.toString(16)}` : `198.18.${n >> 8}.${n & 255}`;
  const stand = (kind: RedactionKind, real: string, artifact: string): string => {
    let pseudonym = byReal.get(`${kind}\n${real}`);
    if (pseudonym === undefined) {
      const n = (used.get(kind) ?? 0) + 1;
      used.set(kind, n);
      pseudonym = { kind, real, shown: nameOf(kind, n, real) };
      byReal.set(`${kind}\n${real}`, pseudonym);
    }
    const key = `${kind}\n${artifact}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    return pseudonym.shown;
  };
  const hosts = kinds.includes('hosts') ? wordPattern(words.hosts) : null;
  const names = kinds.includes('names') ? wordPattern(words.names) : null;
  return {
    redact(text, artifact) {
      let out = text;
      if (kinds.includes('ips')) {
        const address = (real: string): string => (harmless.test(real) || clock.test(real) ? real : stand('ips', real, artifact));
        out = out.replace(ipv4, address).replace(ipv6, address);
      }
      if (hosts !== null) out = out.replace(hosts, (real) => stand('hosts', real, artifact));
      if (names !== null) out = out.replace(names, (real) => stand('names', real, artifact));
      return out;
    },
    get map() {
      return [...byReal.values()];
    },
    get counts() {
      return [...counts].map(([key, count]) => {
        const [rule = 'hosts', artifact = ''] = key.split('\n');
        return { rule: rule as RedactionKind, artifact, count };
      });
    },
  };
}
