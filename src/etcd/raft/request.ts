import { permissionSchema } from '../stored-messages.js';
import { allBytesIn, bytesIn, decodeStrictly, numberIn, type MessageSchema, type ProtobufDialect, type StrictMessage } from '../../formats/protobuf/strict.js';

const none = new Uint8Array();

export interface PutRequest {
  readonly kind: 'put';
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly lease: bigint;
  readonly prevKv: boolean;
  readonly ignoreValue: boolean;
  readonly ignoreLease: boolean;
}

export interface DeleteRangeRequest {
  readonly kind: 'delete-range';
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  readonly prevKv: boolean;
}

/** Read operations do not change anything, but the right to read them is checked. */
export interface RangeRequest {
  readonly kind: 'range';
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  readonly revision: bigint;
}

export type CompareTarget = 'version' | 'create' | 'mod' | 'value' | 'lease';

export interface Compare {
  readonly result: 'equal' | 'greater' | 'less' | 'not-equal' | 'unknown';
  readonly target: CompareTarget | 'unknown';
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  readonly number: bigint;
  readonly value: Uint8Array;
}

export interface TxnRequest {
  readonly kind: 'txn';
  readonly compare: readonly Compare[];
  readonly success: readonly TxnOperation[];
  readonly failure: readonly TxnOperation[];
}

export type TxnOperation = PutRequest | DeleteRangeRequest | RangeRequest | TxnRequest | { readonly kind: 'empty' };

export interface Permission {
  /** 0 read, 1 write, 2 both. */
  readonly type: number;
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
}

/** Changes of users, roles and the switch itself. Passwords are never decoded. */
export type AuthRequest =
  | { readonly kind: 'auth-enable' | 'auth-disable' | 'auth-read' }
  | { readonly kind: 'user-add' | 'user-delete' | 'user-password'; readonly user: string; readonly noPassword: boolean; readonly passwordGiven: boolean }
  | { readonly kind: 'user-grant' | 'user-revoke'; readonly user: string; readonly role: string }
  | { readonly kind: 'role-add' | 'role-delete'; readonly role: string }
  | { readonly kind: 'role-grant' | 'role-revoke'; readonly role: string; readonly permission: Permission };

export type RaftOperation =
  | PutRequest
  | DeleteRangeRequest
  | TxnRequest
  | AuthRequest
  | { readonly kind: 'compaction'; readonly revision: bigint; readonly physical: boolean }
  | { readonly kind: 'lease-grant'; readonly lease: bigint; readonly ttl: bigint }
  | { readonly kind: 'lease-revoke'; readonly lease: bigint }
  | { readonly kind: 'lease-checkpoint' }
  | { readonly kind: 'alarm'; readonly action: 'get' | 'activate' | 'deactivate' | 'other'; readonly memberId: bigint; readonly alarm: number }
  | { readonly kind: 'authenticate' }
  | { readonly kind: 'cluster-version'; readonly version: string }
  | { readonly kind: 'member-attributes'; readonly memberId: bigint; readonly name: string; readonly clientUrls: readonly string[] }
  | { readonly kind: 'downgrade'; readonly enabled: boolean; readonly version: string }
  | { readonly kind: 'range' }
  /** A v2 request: since 3.0 only a member's own attributes, the cluster version, and old clients. */
  | { readonly kind: 'v2'; readonly method: string; readonly path: string; readonly value: string }
  /** Field numbers of a request that no known version has. */
  | { readonly kind: 'unknown'; readonly fields: readonly number[] };

/** What an entry asks for, and for whom. */
export interface RaftRequest {
  readonly user: string;
  readonly authRevision: bigint;
  /** False when neither the request nor a header in it has an id: etcd ends as it looks for one. */
  readonly identified: boolean;
  readonly operation: RaftOperation;
}

type Kind = MessageSchema['fields'][number];
const varint = (name: string): Kind => ({ name, kind: 'varint' });
const bytes = (name: string): Kind => ({ name, kind: 'bytes' });
const message = (name: string, inner: MessageSchema): Kind => ({ name, kind: 'message', message: inner });
const schema = (name: string, fields: MessageSchema['fields']): MessageSchema => ({ name, fields });

const header = schema('RequestHeader', { 1: varint('ID'), 2: bytes('Username'), 3: varint('AuthRevision') });
const range = schema('RangeRequest', { 1: bytes('Key'), 2: bytes('RangeEnd'), 3: varint('Limit'), 4: varint('Revision'), 5: varint('SortOrder'), 6: varint('SortTarget'), 7: varint('Serializable'), 8: varint('KeysOnly'), 9: varint('CountOnly') });
const put = schema('PutRequest', { 1: bytes('Key'), 2: bytes('Value'), 3: varint('Lease'), 4: varint('PrevKv'), 5: varint('IgnoreValue'), 6: varint('IgnoreLease') });
const deleteRange = schema('DeleteRangeRequest', { 1: bytes('Key'), 2: bytes('RangeEnd'), 3: varint('PrevKv') });
const compare = schema('Compare', { 1: varint('Result'), 2: varint('Target'), 3: bytes('Key'), 4: varint('Version'), 5: varint('CreateRevision'), 6: varint('ModRevision'), 7: bytes('Value'), 8: varint('Lease'), 64: bytes('RangeEnd') });
const txnFields: Record<number, Kind> = { 1: message('Compare', compare) };
const txn = schema('TxnRequest', txnFields);
const requestOp = schema('RequestOp', { 1: message('RequestRange', range), 2: message('RequestPut', put), 3: message('RequestDeleteRange', deleteRange), 4: message('RequestTxn', txn) });
txnFields[2] = message('Success', requestOp);
txnFields[3] = message('Failure', requestOp);

const internal = schema('InternalRaftRequest', {
  1: varint('ID'), 2: bytes('V2'), 3: message('Range', range), 4: message('Put', put), 5: message('DeleteRange', deleteRange), 6: message('Txn', txn),
  7: bytes('Compaction'), 8: bytes('LeaseGrant'), 9: bytes('LeaseRevoke'), 10: bytes('Alarm'), 11: bytes('LeaseCheckpoint'), 100: message('Header', header),
  ...Object.fromEntries([1000, 1011, 1012, 1013, 1100, 1101, 1102, 1103, 1104, 1105, 1106, 1107, 1200, 1201, 1202, 1203, 1204, 1300, 1301, 1302, 9900].map((field) => [field, bytes(`Field${field}`)])),
});
const numbers = (name: string): MessageSchema => schema(name, { 1: varint('A'), 2: varint('B'), 3: varint('C') });
const texts = (name: string): MessageSchema => schema(name, { 1: bytes('A'), 2: bytes('B'), 3: bytes('C'), 4: bytes('D') });

const text = (value: Uint8Array | null): string => Buffer.from(value ?? none).toString('utf8');

function decodePut(from: StrictMessage): PutRequest {
  const is = (field: number): boolean => numberIn(from, field) !== 0n;
  return { kind: 'put', key: bytesIn(from, 1) ?? none, value: bytesIn(from, 2) ?? none, lease: BigInt.asIntN(64, numberIn(from, 3)), prevKv: is(4), ignoreValue: is(5), ignoreLease: is(6) };
}

function decodeDelete(from: StrictMessage): DeleteRangeRequest {
  return { kind: 'delete-range', key: bytesIn(from, 1) ?? none, rangeEnd: bytesIn(from, 2) ?? none, prevKv: numberIn(from, 3) !== 0n };
}

const results = ['equal', 'greater', 'less', 'not-equal'] as const;
const targets = ['version', 'create', 'mod', 'value', 'lease'] as const;

function decodeCompare(raw: Uint8Array): Compare {
  const from = decodeStrictly(raw, compare);
  const target = targets[Number(numberIn(from, 2))] ?? 'unknown';
  // The union holds one member only: a number of another target counts as zero.
  const last = [...from.fields].reverse().find(({ field }) => field >= 4 && field <= 8)?.field ?? 0;
  const wanted = { version: 4, create: 5, mod: 6, value: 7, lease: 8, unknown: 0 }[target];
  return {
    result: results[Number(numberIn(from, 1))] ?? 'unknown',
    target,
    key: bytesIn(from, 3) ?? none,
    rangeEnd: bytesIn(from, 64) ?? none,
    number: last === wanted ? BigInt.asIntN(64, numberIn(from, wanted)) : 0n,
    value: last === 7 ? (bytesIn(from, 7) ?? none) : none,
  };
}

function decodeOperation(raw: Uint8Array): TxnOperation {
  const from = decodeStrictly(raw, requestOp);
  const last = from.fields.at(-1);
  if (last === undefined || typeof last.value === 'bigint') return { kind: 'empty' };
  if (last.field === 2) return decodePut(decodeStrictly(last.value, put));
  if (last.field === 3) return decodeDelete(decodeStrictly(last.value, deleteRange));
  if (last.field === 4) return decodeTxn(last.value);
  if (last.field !== 1) return { kind: 'empty' };
  const asked = decodeStrictly(last.value, range);
  return { kind: 'range', key: bytesIn(asked, 1) ?? none, rangeEnd: bytesIn(asked, 2) ?? none, revision: BigInt.asIntN(64, numberIn(asked, 4)) };
}

function decodeTxn(raw: Uint8Array): TxnRequest {
  const from = decodeStrictly(raw, txn);
  return { kind: 'txn', compare: allBytesIn(from, 1).map(decodeCompare), success: allBytesIn(from, 2).map(decodeOperation), failure: allBytesIn(from, 3).map(decodeOperation) };
}

/** authpb.Permission, as requests and the rows of roles carry it. */
export function decodePermission(raw: Uint8Array | null): Permission {
  const from = decodeStrictly(raw ?? none, permissionSchema);
  return { type: Number(numberIn(from, 1)), key: bytesIn(from, 2) ?? none, rangeEnd: bytesIn(from, 3) ?? none };
}

function decodeAuth(field: number, raw: Uint8Array): RaftOperation {
  const from = decodeStrictly(raw, texts('Auth'));
  const [first, second] = [text(bytesIn(from, 1)), text(bytesIn(from, 2))];
  switch (field) {
    case 1000: return { kind: 'auth-enable' };
    case 1011: return { kind: 'auth-disable' };
    case 1012: return { kind: 'authenticate' };
    case 1100: {
      const options = decodeStrictly(bytesIn(from, 3) ?? none, numbers('UserAddOptions'));
      return { kind: 'user-add', user: first, noPassword: numberIn(options, 1) !== 0n, passwordGiven: (bytesIn(from, 2) ?? none).length + (bytesIn(from, 4) ?? none).length > 0 };
    }
    case 1101: return { kind: 'user-delete', user: first, noPassword: false, passwordGiven: false };
    case 1103: return { kind: 'user-password', user: first, noPassword: false, passwordGiven: true };
    case 1104: return { kind: 'user-grant', user: first, role: second };
    case 1105: return { kind: 'user-revoke', user: first, role: second };
    case 1200: return { kind: 'role-add', role: first };
    case 1201: return { kind: 'role-delete', role: first };
    case 1203: return { kind: 'role-grant', role: first, permission: decodePermission(bytesIn(from, 2)) };
    case 1204: return { kind: 'role-revoke', role: first, permission: { type: 0, key: bytesIn(from, 2) ?? none, rangeEnd: bytesIn(from, 3) ?? none } };
    default: return { kind: 'auth-read' };
  }
}

function decodeMembership(field: number, raw: Uint8Array): RaftOperation {
  if (field === 1300) return { kind: 'cluster-version', version: text(bytesIn(decodeStrictly(raw, texts('ClusterVersionSetRequest')), 1)) };
  if (field === 1302) {
    const from = decodeStrictly(raw, schema('DowngradeInfoSetRequest', { 1: varint('Enabled'), 2: bytes('Ver') }));
    return { kind: 'downgrade', enabled: numberIn(from, 1) !== 0n, version: text(bytesIn(from, 2)) };
  }
  const from = decodeStrictly(raw, schema('ClusterMemberAttrSetRequest', { 1: varint('MemberID'), 2: bytes('Attributes') }));
  const attributes = decodeStrictly(bytesIn(from, 2) ?? none, texts('Attributes'));
  return { kind: 'member-attributes', memberId: numberIn(from, 1), name: text(bytesIn(attributes, 1)), clientUrls: allBytesIn(attributes, 2).map(text) };
}

function decodeField(field: number, raw: Uint8Array): RaftOperation {
  const plain = (): StrictMessage => decodeStrictly(raw, numbers('Request'));
  switch (field) {
    case 3: return { kind: 'range' };
    case 4: return decodePut(decodeStrictly(raw, put));
    case 5: return decodeDelete(decodeStrictly(raw, deleteRange));
    case 6: return decodeTxn(raw);
    case 7: { const from = plain(); return { kind: 'compaction', revision: BigInt.asIntN(64, numberIn(from, 1)), physical: numberIn(from, 2) !== 0n }; }
    case 8: { const from = plain(); return { kind: 'lease-grant', ttl: BigInt.asIntN(64, numberIn(from, 1)), lease: BigInt.asIntN(64, numberIn(from, 2)) }; }
    case 9: return { kind: 'lease-revoke', lease: BigInt.asIntN(64, numberIn(plain(), 1)) };
    case 10: { const from = plain(); return { kind: 'alarm', action: (['get', 'activate', 'deactivate'] as const)[Number(numberIn(from, 1))] ?? 'other', memberId: numberIn(from, 2), alarm: Number(numberIn(from, 3)) }; }
    case 11: return { kind: 'lease-checkpoint' };
    case 1300: case 1301: case 1302: return decodeMembership(field, raw);
    default: return field >= 1000 && field < 1300 ? decodeAuth(field, raw) : { kind: 'unknown', fields: [field] };
  }
}

const v2Request = (raw: Uint8Array): StrictMessage => decodeStrictly(raw, schema('Request', { 1: varint('ID'), 2: bytes('Method'), 3: bytes('Path'), 4: bytes('Val'), 5: varint('Dir'), 6: bytes('PrevValue'), 7: varint('PrevIndex'), 8: varint('PrevExist'), 9: varint('Expiration'), 10: varint('Wait'), 11: varint('Since'), 12: varint('Recursive'), 13: varint('Sorted'), 14: varint('Quorum'), 15: varint('Time'), 16: varint('Stream'), 17: varint('Refresh') }));

const v2Operation = (from: StrictMessage): RaftOperation => ({ kind: 'v2', method: text(bytesIn(from, 2)), path: text(bytesIn(from, 3)), value: text(bytesIn(from, 4)) });

/**
 * Decodes the data of a normal entry: etcdserverpb.InternalRaftRequest, or else, up to 3.6, a v2 Request, tried in that
 * order as etcd does. 3.7 knows no v2 request (server/etcdserver/apply/apply.go Apply; field 2 is reserved), not even the
 * ones by which members up to 3.5 publish their attributes and the version of the cluster. Null for the leader's empty
 * entry; `error` when etcd would panic on it. Byte fields are views into `data`.
 */
export function decodeRequest(data: Uint8Array, dialect: ProtobufDialect): { readonly request: RaftRequest | null; readonly error: string | null } {
  if (data.length === 0) return { request: null, error: null };
  const from = decodeStrictly(data, internal, dialect);
  if (from.error !== null) {
    // The words are those of the second attempt.
    const old = dialect === 'gogo' ? v2Request(data) : from;
    if (old.error !== null) return { request: null, error: `unmarshal should never fail (${old.error})` };
    return { request: { user: '', authRevision: 0n, identified: true, operation: v2Operation(old) }, error: null };
  }
  const head = decodeStrictly(bytesIn(from, 100) ?? none, header);
  const v2 = dialect === 'gogo' ? bytesIn(from, 2) : null;
  const first = v2 === null ? from.fields.find(({ field, value }) => field > 2 && field !== 100 && typeof value !== 'bigint') : undefined;
  const inside = v2 === null ? null : v2Request(v2);
  const operation = inside !== null ? (inside.error === null ? v2Operation(inside) : { kind: 'unknown' as const, fields: [2] }) : first === undefined ? { kind: 'unknown' as const, fields: [] } : decodeField(first.field, first.value as Uint8Array);
  const identified = v2 !== null || numberIn(from, 1) !== 0n || bytesIn(from, 100) !== null;
  return { request: { user: text(bytesIn(head, 2)), authRevision: numberIn(head, 3), identified, operation }, error: null };
}
