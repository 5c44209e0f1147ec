import { createHash } from 'node:crypto';
import { noop } from 'cockatiel';
import { Etcd3, type IRangeResponse } from 'etcd3';

/** What one member says about itself. */
export interface MemberAnswer {
  readonly memberId: string;
  readonly version: string;
  readonly leader: string;
  readonly revision: string;
}

/** The content of a member: every key, or a sample of a large store. */
export interface ContentAnswer {
  readonly keys: number;
  readonly read: number;
  /** SHA-256 over `hex(key) TAB mod_revision TAB hex(sha256(value)) LF`, ascending; null for a sample. */
  readonly keysHash: string | null;
}

/** A client of one member. */
export interface Asked {
  status(): Promise<MemberAnswer>;
  members(): Promise<readonly { readonly name: string; readonly peerUrls: readonly string[] }[]>;
  alarms(): Promise<readonly string[]>;
  hashKv(): Promise<{ readonly hash: string; readonly revision: string }>;
  content(atMost: number): Promise<ContentAnswer>;
  /** Puts and deletes one key of its own. */
  write(): Promise<void>;
  close(): void;
}

/** etcd3 names the method `hashKV`, gRPC made `HashKV`: the raw call has to be named. */
interface RawPool { exec<T>(service: string, method: string, payload: unknown): Promise<T> }

const page = 1000;

/** Opens a client without etcd3's circuit breaker, which would turn one failed question into many. */
export function ask(clientUrl: string): Asked {
  const client = new Etcd3({
    hosts: clientUrl, dialTimeout: 2000,
    grpcOptions: { 'grpc.max_receive_message_length': -1 },
    faultHandling: { host: () => noop, global: noop },
  });
  const pool = (client.maintenance as unknown as { readonly client: RawPool }).client;
  return {
    async status() {
      const answer = await client.maintenance.status();
      return { memberId: answer.header.member_id, version: answer.version, leader: answer.leader, revision: answer.header.revision };
    },
    async members() {
      // 3.3 to 3.7 all know the request; the library insists on an object.
      const list = await pool.exec<{ members: { name: string; peerURLs: string[] }[] }>('Cluster', 'MemberList', {});
      return list.members.map((member) => ({ name: member.name, peerUrls: member.peerURLs }));
    },
    async alarms() {
      const answer = await pool.exec<{ alarms?: { alarm: string }[] }>('Maintenance', 'Alarm', { action: 'GET' });
      return (answer.alarms ?? []).map((one) => String(one.alarm));
    },
    async hashKv() {
      const answer = await pool.exec<{ hash: number | string; header: { revision: string } }>('Maintenance', 'HashKV', { revision: 0 });
      return { hash: String(answer.hash), revision: answer.header.revision };
    },
    async content(atMost) {
      const lines: string[] = [];
      let start: Buffer = Buffer.from([0]);
      let keys = 0;
      let revision: string | null = null;
      for (let more = true; more && lines.length < atMost; ) {
        const query = client.getAll().inRange({ start, end: Buffer.from([0]) }).limit(page);
        const answer: IRangeResponse = await (revision === null ? query : query.revision(revision)).exec();
        revision ??= answer.header.revision;
        if (keys === 0) keys = Number(answer.count);
        for (const row of answer.kvs) lines.push(`${row.key.toString('hex')}\t${row.mod_revision}\t${createHash('sha256').update(row.value).digest('hex')}\n`);
        const last = answer.kvs[answer.kvs.length - 1];
        more = answer.more && last !== undefined;
        if (last !== undefined) start = Buffer.concat([last.key, Buffer.from([0])]);
      }
      const hash = createHash('sha256');
      for (const line of lines.sort()) hash.update(line);
      return { keys, read: lines.length, keysHash: lines.length === keys ? hash.digest('hex') : null };
    },
    async write() {
      await client.put('etcd-autopsy-rehearsal').value('a write commits');
      await client.delete().key('etcd-autopsy-rehearsal');
    },
    close: () => client.close(),
  };
}
