import type { KnownMember } from './membership.js';

function child(node: unknown, name: string): unknown {
  if (typeof node !== 'object' || node === null) return undefined;
  const children = (node as { Children?: unknown }).Children;
  return typeof children === 'object' && children !== null ? (children as Record<string, unknown>)[name] : undefined;
}

function names(node: unknown): string[] {
  const children = typeof node === 'object' && node !== null ? (node as { Children?: unknown }).Children : undefined;
  return typeof children === 'object' && children !== null ? Object.keys(children) : [];
}

function valueOf(node: unknown): string {
  const value = typeof node === 'object' && node !== null ? (node as { Value?: unknown }).Value : undefined;
  return typeof value === 'string' ? value : '';
}

function json(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []);

/** What the v2 store of a `.snap` file says. */
export interface V2Store {
  readonly version: string | null;
  readonly members: ReadonlyMap<bigint, KnownMember>;
  /** Whether clients of API v2 stored anything (membership/storev2.go IsMetaStoreOnly of 3.6). */
  readonly hasContent: boolean;
}

/** A node whose name begins with `_` is hidden from whoever lists its parent (v2store/node.go IsHidden). */
const isSeen = (name: string): boolean => !name.startsWith('_');

/** Below `/0` lie members and version; below `/2` empty folders for users and roles may have stayed; anything else is a client's. */
function hasContent(root: unknown): boolean {
  return names(root).filter(isSeen).some((name) => {
    const below = child(root, name);
    if (name === '0') return false;
    const seen = names(below).filter(isSeen);
    return name === '2' ? seen.some((part) => names(child(below, part)).some(isSeen)) : seen.length > 0;
  });
}

/** Reads the v2 store of a `.snap` file; null when its JSON cannot be read. */
export function readV2Store(bytes: Uint8Array): V2Store | null {
  let root: unknown;
  try {
    root = (JSON.parse(Buffer.from(bytes).toString('utf8')) as { Root?: unknown }).Root;
  } catch {
    return null;
  }
  const cluster = child(root, '0');
  const members = new Map<bigint, KnownMember>();
  const list = child(cluster, 'members');
  for (const id of names(list)) {
    if (!/^[0-9a-f]{1,16}$/.test(id)) continue;
    const member = child(list, id);
    const { name } = json(valueOf(child(member, 'attributes')));
    members.set(BigInt(`0x${id}`), { name: typeof name === 'string' ? name : '', peerUrls: texts(json(valueOf(child(member, 'raftAttributes')))['peerURLs']) });
  }
  const version = valueOf(child(cluster, 'version'));
  return { version: version === '' ? null : version, members, hasContent: hasContent(root) };
}
