import type { MessageSchema } from '../formats/protobuf/strict.js';

const userOptions: MessageSchema = { name: 'UserAddOptions', fields: { 1: { name: 'NoPassword', kind: 'varint' } } };

/** authpb.Permission. */
export const permissionSchema: MessageSchema = { name: 'Permission', fields: { 1: { name: 'PermType', kind: 'varint' }, 2: { name: 'Key', kind: 'bytes' }, 3: { name: 'RangeEnd', kind: 'bytes' } } };

/** Messages that stand in the buckets of a database (etcd api/mvccpb/kv.proto, lease/leasepb/lease.proto, etcdserverpb/rpc.proto, authpb/auth.proto). */
export const storedMessages = {
  keyValue: {
    name: 'KeyValue',
    fields: {
      1: { name: 'Key', kind: 'bytes' }, 2: { name: 'CreateRevision', kind: 'varint' }, 3: { name: 'ModRevision', kind: 'varint' },
      4: { name: 'Version', kind: 'varint' }, 5: { name: 'Value', kind: 'bytes' }, 6: { name: 'Lease', kind: 'varint' },
    },
  },
  lease: { name: 'Lease', fields: { 1: { name: 'ID', kind: 'varint' }, 2: { name: 'TTL', kind: 'varint' }, 3: { name: 'RemainingTTL', kind: 'varint' } } },
  alarm: { name: 'AlarmMember', fields: { 1: { name: 'MemberID', kind: 'varint' }, 2: { name: 'Alarm', kind: 'varint' } } },
  user: {
    name: 'User',
    fields: { 1: { name: 'Name', kind: 'bytes' }, 2: { name: 'Password', kind: 'bytes' }, 3: { name: 'Roles', kind: 'bytes' }, 4: { name: 'Options', kind: 'message', message: userOptions } },
  },
  role: { name: 'Role', fields: { 1: { name: 'Name', kind: 'bytes' }, 2: { name: 'KeyPermission', kind: 'message', message: permissionSchema } } },
} as const satisfies Readonly<Record<string, MessageSchema>>;
