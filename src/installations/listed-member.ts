import type { Fact, MemberFact } from '../artifacts/fact.js';

const addressIn = (url: string): string => url.replace(/^https?:\/\//, '').replace(/^\[([^\]]*)\].*$/, '$1').replace(/:\d+$/, '');

/**
 * The row of a member list that speaks of `host`, where the host's own files do not name the peer URL
 * (embedded etcd, static pods that only a listing shows): by the member's `name` when it is known, else
 * by an address of the host's interfaces, else by the host's name, to which k3s and RKE2 add eight hex
 * digits. Null when it is not exactly one.
 */
export function listedMember(facts: readonly Fact[], host: string | null, name: string | null): MemberFact | null {
  const rows = [...new Map(facts.flatMap((fact) => (fact.kind === 'member' ? [[fact.memberId, fact] as const] : []))).values()];
  const named = rows.filter((row) => row.name === name);
  if (name !== null) return named.length === 1 ? named[0]! : null;
  if (host === null) return null;
  const addresses = new Set(facts.flatMap((fact) => (fact.kind === 'address' && fact.host === host && fact.interfaceName !== null ? [fact.address.replace(/\/\d+$/, '')] : [])));
  const byAddress = rows.filter((row) => row.peerUrls.some((url) => addresses.has(addressIn(url))));
  if (byAddress.length === 1) return byAddress[0]!;
  const byName = rows.filter((row) => row.name === host || (row.name.startsWith(`${host}-`) && /^[0-9a-f]{8}$/.test(row.name.slice(host.length + 1))));
  return byAddress.length === 0 && byName.length === 1 ? byName[0]! : null;
}
