import type { Draft } from '../case/draft.js';
import { reason, type Judged } from './judged.js';

/**
 * Members whose directories are whole and contradict each other cannot all be right, and no start notices. One that
 * contradicts all others, which agree, is damaged and out; where the others do not agree either, each of them only
 * says so.
 */
export function markDiffering(judged: readonly Judged[], draft: Draft): readonly Judged[] {
  const whole = judged.filter(({ beside }) => beside === 'whole');
  const pairs = whole.length < 2 || draft.differing === undefined ? [] : draft.differing(new Set(whole.map(({ one }) => one.candidate.id)));
  if (pairs.length === 0) return judged;
  const against = (id: string): typeof pairs => pairs.filter(({ ids }) => ids.includes(id));
  const isOdd = (id: string): boolean => whole.length > 2 && against(id).length === whole.length - 1 && pairs.length === whole.length - 1;
  const someIsOdd = whole.some(({ one }) => isOdd(one.candidate.id));
  return judged.map((own) => {
    const [first] = against(own.one.candidate.id);
    if (!whole.includes(own) || first === undefined || (someIsOdd && !isOdd(own.one.candidate.id))) return own;
    const other = whole.find(({ one }) => one !== own.one && first.ids.includes(one.candidate.id))?.one.candidate.path ?? '?';
    const params = { path: other, revision: first.fork === null ? '?' : Number(first.fork.revision), key: first.fork?.key ?? '?' };
    return someIsOdd ? { ...own, use: null, beside: null, reasons: [reason('differs', params)] } : { ...own, beside: null, reasons: [...own.reasons, reason('contradicts', params)] };
  });
}
