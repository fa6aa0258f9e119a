// npm's ioredis@5 drives a server: node ioredis.mjs PORT. It speaks RESP2.
import assert from 'node:assert/strict';
import Redis from 'ioredis';
import { port, run, untilGone } from './testing.mjs';

const options = { port, host: '127.0.0.1', retryStrategy: () => null, maxRetriesPerRequest: 0 };
const client = new Redis(options);
client.on('error', () => {}); // the command that fails reports it

const tests = {
  async connection() {
    assert.equal(await client.ping(), 'PONG');
    assert.equal(await client.echo('hello'), 'hello');
    assert.equal(await client.client('SETNAME', 'ioredis'), 'OK');
    assert.equal(await client.client('GETNAME'), 'ioredis');
    assert.match(await client.info('server'), /redis_version:7\./);
    assert.deepEqual(await client.config('GET', 'maxmemory-policy'), ['maxmemory-policy', 'noeviction']);
  },
  async strings() {
    assert.equal(await client.set('s', 'value'), 'OK');
    assert.equal(await client.get('s'), 'value');
    assert.equal(await client.get('none'), null);
    assert.equal(await client.set('s', 'other', 'NX'), null);
    assert.equal(await client.set('s', 'other', 'GET'), 'value');
    assert.equal(await client.append('s', Buffer.from([0, 255])), 7);
    assert.deepEqual(await client.getrangeBuffer('s', 5, -1), Buffer.from([0, 255]));
    assert.equal(await client.setrange('s', 0, 'O'), 7);
    assert.equal(await client.strlen('s'), 7);
    assert.equal(await client.getset('s', ''), 'Other\0\ufffd');
    assert.equal(await client.getdel('s'), '');
    const big = 'x'.repeat(3_000_000);
    await client.set('big', big);
    assert.equal(await client.get('big'), big);
  },
  async numbers() {
    assert.equal(await client.incr('n'), 1);
    assert.equal(await client.incrby('n', 41), 42);
    assert.equal(await client.decrby('n', 2), 40);
    assert.equal(await client.incrbyfloat('n', 0.5), '40.5');
    await assert.rejects(client.incr('n'), /not an integer/);
  },
  async many_keys() {
    assert.equal(await client.mset({ a: 1, b: 2, c: 3 }), 'OK');
    assert.deepEqual(await client.mget('a', 'none', 'c'), ['1', null, '3']);
    assert.equal(await client.msetnx('c', 4, 'd', 4), 0);
    assert.equal(await client.exists('a', 'b', 'a', 'd'), 3);
    assert.equal(await client.del('a', 'd'), 1);
    assert.equal(await client.unlink('b'), 1);
    assert.equal(await client.dbsize(), 1);
  },
  async keys() {
    await client.set('from', 'v');
    assert.equal(await client.rename('from', 'to'), 'OK');
    assert.equal(await client.copy('to', 'copy'), 1);
    assert.equal(await client.renamenx('to', 'copy'), 0);
    assert.deepEqual((await client.keys('*o*')).sort(), ['copy', 'to']);
    assert.equal(await client.type('to'), 'string');
    assert.equal(await client.object('ENCODING', 'to'), 'embstr');
    assert.equal(await client.touch('to', 'none'), 1);
    await assert.rejects(client.rename('none', 'x'), /no such key/);
  },
  async expiry() {
    await client.set('e', 'v', 'EX', 100);
    const left = await client.ttl('e');
    assert.ok(left > 95 && left <= 100);
    assert.equal(await client.expire('e', 50, 'GT'), 0);
    assert.equal(await client.persist('e'), 1);
    assert.equal(await client.ttl('e'), -1);
    assert.equal(await client.getex('e', 'EXAT', 33_000_000_000), 'v');
    assert.equal(await client.expiretime('e'), 33_000_000_000);
    await client.psetex('short', 1, 'v');
    await untilGone(() => client.get('short'));
  },
  async scan() {
    const names = Array.from({ length: 2000 }, (_, i) => `scan:${i}`);
    await client.mset(names.flatMap((name) => [name, '']));
    await client.set('other', '');
    const seen = new Set();
    for await (const some of client.scanStream({ match: 'scan:*', count: 100, type: 'string' })) {
      for (const name of some) seen.add(name);
    }
    assert.deepEqual([...seen].sort(), names.sort());
  },
  async pipelines() {
    const pipeline = client.pipeline();
    for (let i = 0; i < 5000; i++) pipeline.set(`p:${i}`, i).incr(`p:${i}`);
    const replies = await pipeline.exec();
    assert.deepEqual(replies.map(([, reply]) => reply),
                     Array.from({ length: 5000 }, (_, i) => ['OK', i + 1]).flat());
    const mixed = await client.pipeline().set('x', 'y').incr('x').get('x').exec();
    assert.equal(mixed[0][1], 'OK');
    assert.match(mixed[1][0].message, /not an integer/);
    assert.equal(mixed[2][1], 'y');
  },
  async automatic_pipelining() {
    const other = new Redis({ ...options, enableAutoPipelining: true });
    const replies = await Promise.all(Array.from({ length: 1000 }, () => other.incr('auto')));
    assert.deepEqual(replies, Array.from({ length: 1000 }, (_, i) => i + 1));
    other.disconnect();
  },
  async databases() {
    const second = new Redis({ ...options, db: 2 });
    await client.set('k', 'of 0');
    await second.set('k', 'of 2');
    assert.equal(await client.get('k'), 'of 0');
    await client.swapdb(0, 2);
    assert.equal(await client.get('k'), 'of 2');
    await second.flushdb();
    assert.equal(await second.dbsize(), 0);
    second.disconnect();
  },
};

await run(tests, () => client.flushall());
