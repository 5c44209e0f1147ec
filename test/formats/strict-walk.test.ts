import { describe, expect, it } from 'vitest';
import { storedMessages } from '../../src/etcd/stored-messages.js';
import { Death } from '../../src/formats/death.js';
import { decodeStrictly } from '../../src/formats/protobuf/strict.js';
import { walkStrictly, type MessageSchema } from '../../src/formats/protobuf/strict-walk.js';

const garbage = 'proto: cannot parse invalid wire-format data';
const longest = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];

describe('what the two libraries say of a KeyValue', () => {
  it.each([
    ['a key and a lease', [0x0a, 1, 0x61, 0x30, 7], null, null],
    ['a length that is cut', [0x0a, 3, 0x61], 'unexpected EOF', garbage],
    ['a length of 2^63-1, which overflows an int with what comes before it', [0x0a, ...longest], 'proto: negative length found during unmarshaling', garbage],
    ['a varint of eleven bytes', [0x10, 0xff, ...longest.slice(0, 8), 0x80, 0x80, 0x01], 'proto: integer overflow', garbage],
    ['a known field with a wrong wire type, which google takes for an unknown one', [0x08, 1], 'proto: wrong wireType = 0 for field Key', null],
    ['a tag of more than 32 bits, of which gogo takes the lower ones', [0x88, 0x80, 0x80, 0x80, 0x80, 0x01, 0x01], 'proto: wrong wireType = 0 for field Key', garbage],
    ['field 0', [0x00, 1], 'proto: KeyValue: illegal tag 0 (wire type 0)', garbage],
    ['an unknown group', [0x3b, 0x08, 1, 0x3c], null, null],
    ['a group that another one ends', [0x3b, 0x44], null, garbage],
    ['the end of no group', [0x3c], 'proto: KeyValue: wiretype end group for non-group', garbage],
    ['a wire type that is none', [0x47], 'proto: illegal wireType 7', garbage],
  ])('%s', (_, bytes, gogo, google) => {
    expect([walkStrictly(Uint8Array.from(bytes), storedMessages.keyValue, 'gogo'), walkStrictly(Uint8Array.from(bytes), storedMessages.keyValue, 'google')]).toEqual([gogo, google]);
  });
});

it('a message inside is decoded on the way, and fields before an error are kept', () => {
  const user = Uint8Array.from([0x0a, 1, 0x61, 0x22, 2, 0x0a, 0, 0x1a, 1, 0x62]);
  expect(decodeStrictly(user, storedMessages.user)).toEqual({ fields: [{ field: 1, value: Uint8Array.of(0x61) }], error: 'proto: wrong wireType = 2 for field NoPassword' });
});

it('a list of numbers may be packed or not', () => {
  const schema: MessageSchema = { name: 'ConfState', fields: { 1: { name: 'Voters', kind: 'varints' } } };
  expect(decodeStrictly(Uint8Array.from([0x0a, 3, 1, 0x80, 1, 0x08, 5]), schema).fields.map(({ value }) => value)).toEqual([1n, 128n, 5n]);
});

it('a message that goes on where the file ends is a read behind the map', () => {
  expect(() => walkStrictly(Uint8Array.from([0x0a, 9, 0x61]), storedMessages.keyValue, 'gogo', undefined, 20)).toThrow(Death);
});
