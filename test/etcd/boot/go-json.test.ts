import { describe, expect, it } from 'vitest';
import { goJsonError } from '../../../src/etcd/boot/go-json.js';

describe("the words of Go's JSON decoder", () => {
  it.each([
    ['{"id":1,"peerURLs":["http://a:1"],"isLearner":true}', null],
    ['\0"id":1}', "invalid character '\\x00' looking for beginning of value"],
    ['{"id":1', 'unexpected end of JSON input'],
    ['{id:1}', "invalid character 'i' looking for beginning of object key string"],
    ['{"id"=1}', "invalid character '=' after object key"],
    ['{"id":1;"name":""}', "invalid character ';' after object key:value pair"],
    ['["a" "b"]', `invalid character '"' after array element`],
    ['{"id":1}x', "invalid character 'x' after top-level value"],
    ['{"name":"a\tb"}', "invalid character '\\t' in string literal"],
    ['{"a":trux}', "invalid character 'x' in literal true (expecting 'e')"],
    ['{"a":"\\q"}', "invalid character 'q' in string escape code"],
    ['{"a":1.}', "invalid character '}' after decimal point in numeric literal"],
  ])('%j', (text, error) => {
    expect(goJsonError(text)).toBe(error);
  });

  it('agrees with the platform about what is JSON, for texts with one byte changed', () => {
    const good = '{"id":10276657743932975437,"peerURLs":["http://localhost:2380"],"name":"default","clientURLs":["http://127.0.0.1:2379"],"n":-1.5e3}';
    for (let at = 0; at < good.length; at++) {
      for (const mask of [1, 2, 4, 16, 32, 64]) {
        const text = good.slice(0, at) + String.fromCharCode(good.charCodeAt(at) ^ mask) + good.slice(at + 1);
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        expect(goJsonError(text) === null, text).toBe(valid);
      }
    }
  });
});
