// npm's redis@5 drives a server in RESP2 and RESP3: node node_redis.mjs PORT.
import assert from 'node:assert/strict';
import { createClient } from 'redis';
import { port, run, untilGone } from './testing.mjs';

async function connect(RESP, database = 0) {
  const client = createClient({ RESP, database, socket: { port, host: '127.0.0.1', reconnectStrategy: false } });
  client.on('error', () => {}); // the command that fails reports it
  return client.connect();
}

const tests = {
  async connection(client, RESP) {
    assert.equal(await client.ping(), 'PONG');
    assert.equal(await client.echo('hello'), 'hello');
    assert.equal(await client.clientSetName('node'), 'OK');
    assert.equal(await client.clientGetName(), 'node');
    assert.match(await client.info('server'), /tcp_port:\d+/);
    const policy = await client.configGet('maxmemory-policy');
    assert.equal(policy['maxmemory-policy'], 'noeviction');
    const hello = await client.hello(RESP);
    assert.equal(hello.proto, RESP);
    assert.equal(hello.server, 'redis');
  },
  async strings(client, RESP) {
    assert.equal(await client.set('s', 'value'), 'OK');
    assert.equal(await client.get('s'), 'value');
    assert.equal(await client.get('none'), null);
    assert.equal(await client.set('s', 'other', { condition: 'NX' }), null);
    assert.equal(await client.set('s', 'other', { GET: true }), 'value');
    assert.equal(await client.append('s', '!'), 6);
    assert.equal(await client.getRange('s', 1, 2), 'th');
    assert.equal(await client.setRange('s', 0, 'O'), 6);
    assert.equal(await client.strLen('s'), 6);
    assert.equal(await client.getDel('s'), 'Other!');
    const big = 'x'.repeat(3_000_000);
    await client.set('big', big);
    assert.equal(await client.get('big'), big);
  },
  async numbers(client, RESP) {
    assert.equal(await client.incr('n'), 1);
    assert.equal(await client.incrBy('n', 41), 42);
    assert.equal(await client.decrBy('n', 2), 40);
    assert.equal(await client.incrByFloat('n', 0.5), '40.5');
    await assert.rejects(client.incr('n'), /not an integer/);
  },
  async lcs(client, RESP) {
    await client.mSet({ '{t}1': 'ohmytext', '{t}2': 'mynewtext' });
    assert.equal(await client.lcs('{t}1', '{t}2'), 'mytext');
    const found = await client.lcsIdx('{t}1', '{t}2');
    assert.equal(found.len, 6);
    assert.equal(found.matches.length, 2);
  },
  async many_keys(client, RESP) {
    assert.equal(await client.mSet({ a: '1', b: '2', c: '3' }), 'OK');
    assert.deepEqual(await client.mGet(['a', 'none', 'c']), ['1', null, '3']);
    assert.equal(Number(await client.mSetNX({ c: '4', d: '4' })), 0);
    assert.equal(await client.exists(['a', 'b', 'a', 'd']), 3);
    assert.equal(await client.del(['a', 'd']), 1);
    assert.equal(await client.unlink('b'), 1);
    assert.equal(await client.dbSize(), 1);
  },
  async keys(client, RESP) {
    await client.set('from', 'v');
    assert.equal(await client.rename('from', 'to'), 'OK');
    assert.equal(Number(await client.copy('to', 'copy')), 1);
    assert.equal(Number(await client.renameNX('to', 'copy')), 0);
    assert.deepEqual((await client.keys('*o*')).sort(), ['copy', 'to']);
    assert.equal(await client.type('to'), 'string');
    assert.equal(await client.objectEncoding('to'), 'embstr');
    assert.ok(['to', 'copy'].includes(await client.randomKey()));
    await assert.rejects(client.rename('none', 'x'), /no such key/);
  },
  async expiry(client, RESP) {
    await client.set('e', 'v', { expiration: { type: 'EX', value: 100 } });
    const left = await client.ttl('e');
    assert.ok(left > 95 && left <= 100);
    assert.equal(Number(await client.expire('e', 50, 'GT')), 0);
    assert.equal(Number(await client.persist('e')), 1);
    assert.equal(await client.ttl('e'), -1);
    assert.equal(await client.ttl('none'), -2);
    assert.equal(await client.getEx('e', { type: 'EXAT', value: 33_000_000_000 }), 'v');
    assert.equal(await client.expireTime('e'), 33_000_000_000);
    await client.pSetEx('short', 1, 'v');
    await untilGone(() => client.get('short'));
  },
  async scan(client, RESP) {
    const names = Array.from({ length: 2000 }, (_, i) => `scan:${i}`);
    await client.mSet(names.map((name) => [name, '']));
    await client.set('other', '');
    const seen = new Set();
    for await (const some of client.scanIterator({ MATCH: 'scan:*', COUNT: 100, TYPE: 'string' })) {
      for (const name of some) seen.add(name);
    }
    assert.deepEqual([...seen].sort(), names.sort());
  },
  async lists(client, RESP) {
    assert.equal(await client.rPush('l', ['b', 'c', '7']), 3);
    assert.equal(await client.lPush('l', 'a'), 4);
    assert.deepEqual(await client.lRange('l', 0, -1), ['a', 'b', 'c', '7']);
    assert.equal(await client.lIndex('l', -1), '7');
    assert.equal(await client.lInsert('l', 'BEFORE', 'c', 'x'), 5);
    assert.equal(await client.lSet('l', 0, 'A'), 'OK');
    assert.equal(await client.lPos('l', '7'), 4);
    assert.equal(await client.lRem('l', 1, 'x'), 1);
    assert.equal(await client.lPop('l'), 'A');
    assert.deepEqual(await client.rPopCount('l', 2), ['7', 'c']);
    assert.equal(await client.lMove('l', 'm', 'LEFT', 'RIGHT'), 'b');
    assert.equal(await client.exists('l'), 0);
    await assert.rejects(client.get('m'), /WRONGTYPE/);
  },
  async sets(client, RESP) {
    assert.equal(await client.sAdd('s', ['1', '2', 'three']), 3);
    assert.deepEqual([...await client.sMembers('s')].sort(), ['1', '2', 'three']);
    assert.equal(Number(await client.sIsMember('s', 'three')), 1);
    assert.deepEqual((await client.smIsMember('s', ['1', '4'])).map(Number), [1, 0]);
    await client.sAdd('t', ['2', '4']);
    assert.deepEqual([...await client.sInter(['s', 't'])], ['2']);
    assert.deepEqual([...await client.sUnion(['s', 't'])].sort(), ['1', '2', '4', 'three']);
    assert.equal(await client.sDiffStore('u', ['s', 't']), 2);
    assert.equal(Number(await client.sMove('s', 't', 'three')), 1);
    assert.equal(await client.sCard('t'), 3);
    assert.equal(await client.sRem('s', ['1', 'none']), 1);
    assert.deepEqual([].concat(await client.sPop('s')), ['2']);
  },
  async hashes(client, RESP) {
    assert.equal(await client.hSet('h', { a: '1', b: 'two' }), 2);
    assert.deepEqual({ ...await client.hGetAll('h') }, { a: '1', b: 'two' });
    assert.deepEqual(await client.hmGet('h', ['a', 'none']), ['1', null]);
    assert.equal(await client.hIncrBy('h', 'a', 5), 6);
    assert.equal(await client.hLen('h'), 2);
    assert.deepEqual((await client.hKeys('h')).sort(), ['a', 'b']);
    assert.equal(await client.hDel('h', ['a', 'none']), 1);
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`f${i}`, String(i)]));
    await client.hSet('many', many);
    const seen = {};
    for await (const some of client.hScanIterator('many')) {
      for (const { field, value } of some) seen[field] = value;
    }
    assert.deepEqual(seen, many);
  },
  async sorted_sets(client, RESP) {
    assert.equal(await client.zAdd('z', [{ score: 1, value: 'a' }, { score: 2.5, value: 'b' }]), 2);
    assert.deepEqual((await client.zRangeWithScores('z', 0, -1)).map(({ score, value }) => [score, value]),
                     [[1, 'a'], [2.5, 'b']]);
    assert.equal(await client.zIncrBy('z', 2, 'a'), 3);
    assert.equal(await client.zRank('z', 'a'), 1);
    assert.equal(await client.zScore('z', 'none'), null);
    assert.equal(await client.zCard('z'), 2);
    assert.equal(await client.zCount('z', 0, 2.5), 1);
    assert.equal((await client.zPopMin('z')).value, 'b');
    assert.equal(await client.zRem('z', ['a', 'none']), 1);
  },
  async streams(client, RESP) {
    const first = await client.xAdd('x', '*', { a: '1', b: 'two' });
    const second = await client.xAdd('x', '*', { a: '2' });
    assert.equal(await client.xLen('x'), 2);
    const all = await client.xRange('x', '-', '+');
    assert.deepEqual(all.map(({ id, message }) => [id, { ...message }]),
                     [[first, { a: '1', b: 'two' }], [second, { a: '2' }]]);
    assert.equal(await client.xGroupCreate('x', 'g', '0'), 'OK');
    await assert.rejects(client.xGroupCreate('x', 'g', '0'), /BUSYGROUP/);
    await client.xReadGroup('g', 'alice', { key: 'x', id: '>' }, { COUNT: 1 });
    assert.equal((await client.xPending('x', 'g')).pending, 1);
    assert.equal(await client.xAck('x', 'g', first), 1);
    assert.equal((await client.xInfoStream('x')).length, 2);
    assert.equal(await client.xDel('x', first), 1);
  },
  async bits(client, RESP) {
    assert.equal(await client.setBit('b', 7, 1), 0);
    assert.equal(await client.getBit('b', 7), 1);
    await client.set('c', 'a');
    assert.equal(await client.bitCount('c', { start: 0, end: -1, mode: 'BYTE' }), 3);
    assert.equal(await client.bitPos('c', 1), 1);
    assert.equal(await client.bitOp('OR', 'd', ['b', 'c']), 1);
    assert.deepEqual(await client.bitField('f', [{ operation: 'INCRBY', encoding: 'u2', offset: 0, increment: 5 },
                                                 { operation: 'GET', encoding: 'u2', offset: 0 }]), [1, 1]);
    assert.deepEqual(await client.bitFieldRo('f', [{ encoding: 'u2', offset: 0 }]), [1]);
  },
  async hyperloglogs(client, RESP) {
    assert.equal(Number(await client.pfAdd('p', ['a', 'b'])), 1);
    assert.equal(await client.pfCount(['p', 'none']), 2);
    assert.equal(await client.pfMerge('q', ['p']), 'OK');
  },
  async geo(client, RESP) {
    const palermo = { longitude: 13.361389, latitude: 38.115556, member: 'Palermo' };
    const catania = { longitude: 15.087269, latitude: 37.502669, member: 'Catania' };
    assert.equal(await client.geoAdd('g', [palermo, catania]), 2);
    assert.equal(await client.geoDist('g', 'Palermo', 'Catania', 'km'), 166.2742);
    assert.deepEqual(await client.geoHash('g', ['Palermo']), ['sqc8b49rny0']);
    const [place, none] = await client.geoPos('g', ['Palermo', 'none']);
    assert.ok(Math.abs(Number(place.longitude) - 13.361389) < 1e-5 && none === null);
    const near = { longitude: 15, latitude: 37 };
    const found = await client.geoSearch('g', near, { radius: 200, unit: 'km' }, { SORT: 'ASC' });
    assert.deepEqual(found, ['Catania', 'Palermo']);
    const [first] = await client.geoSearchWith('g', near, { radius: 200, unit: 'km' },
                                               ['WITHDIST', 'WITHCOORD', 'WITHHASH'], { SORT: 'ASC' });
    assert.equal(Number(first.distance), 56.4413);
    assert.ok(Math.abs(Number(first.coordinates.latitude) - 37.502669) < 1e-5);
    assert.equal(Number(first.hash), 3479447370796909);
    assert.equal(await client.geoSearchStore('h', 'g', near, { radius: 100, unit: 'km' }), 1);
    assert.deepEqual(await client.geoRadius('g', near, 100, 'km'), ['Catania']);
  },
  async more_lists(client, RESP) {
    assert.equal(await client.rPushX('l', '1'), 0);
    await client.rPush('l', ['a', 'b', 'a']);
    assert.deepEqual(await client.lPosCount('l', 'a', 0), [0, 2]);
    assert.deepEqual(await client.lmPop(['none', 'l'], 'LEFT', { COUNT: 2 }), ['l', ['a', 'b']]);
    assert.equal(await client.lmPop('none', 'LEFT'), null);
    assert.equal(await client.lTrim('l', 1, 0), 'OK');
    assert.equal(await client.rPopLPush('l', 'm'), null);
  },
  async more_sets(client, RESP) {
    await client.sAdd('s', ['1', '2', '3']);
    await client.sAdd('t', ['3', 'x']);
    assert.equal(await client.sInterCard(['s', 't']), 1);
    assert.deepEqual([...await client.sDiff(['s', 't'])].sort(), ['1', '2']);
    assert.equal(await client.sUnionStore('u', ['s', 't']), 4);
    assert.equal(await client.sInterStore('i', ['s', 't']), 1);
    assert.equal((await client.sRandMemberCount('s', -5)).length, 5);
    assert.equal([...await client.sPopCount('u', 9)].length, 4);
    const seen = [];
    for await (const some of client.sScanIterator('s')) seen.push(...some);
    assert.deepEqual(seen.sort(), ['1', '2', '3']);
  },
  async more_hashes(client, RESP) {
    await client.hSet('h', { a: '1', b: '2' });
    assert.equal(await client.hIncrByFloat('h', 'a', 0.5), '1.5');
    assert.equal(Number(await client.hSetNX('h', 'a', '9')), 0);
    assert.equal(await client.hStrLen('h', 'a'), 3);
    assert.deepEqual((await client.hVals('h')).sort(), ['1.5', '2']);
    assert.deepEqual((await client.hRandFieldCountWithValues('h', 2)).map(({ field }) => field).sort(), ['a', 'b']);
    assert.equal(Number(await client.hExists('h', 'none')), 0);
  },
  async more_sorted_sets(client, RESP) {
    const pairs = (reply) => reply.map(({ score, value }) => [score, value]);
    await client.zAdd('z', [{ score: -Infinity, value: 'a' }, { score: 2, value: 'b' }]);
    await client.zAdd('z', { score: Infinity, value: 'c' });
    assert.equal(await client.zScore('z', 'c'), Infinity);
    assert.deepEqual(await client.zmScore('z', ['a', 'none']), [-Infinity, null]);
    assert.equal(await client.zAddIncr('z', { score: 1, value: 'b' }), 3);
    assert.deepEqual(pairs(await client.zRangeByScoreWithScores('z', '(-inf', 5)), [[3, 'b']]);
    await client.zAdd('y', [{ score: 1, value: 'b' }, { score: 9, value: 'x' }]);
    assert.deepEqual(pairs(await client.zInterWithScores(['z', 'y'])), [[4, 'b']]);
    assert.deepEqual(pairs(await client.zDiffWithScores(['y', 'z'])), [[9, 'x']]);
    assert.deepEqual(await client.zUnion(['z', 'y']), ['a', 'b', 'x', 'c']);
    assert.equal(await client.zUnionStore('u', ['z', 'y'], { AGGREGATE: 'MAX' }), 4);
    assert.equal(await client.zInterCard(['z', 'y']), 1);
    assert.equal(await client.zRangeStore('r', 'u', 0, 1), 2);
    assert.deepEqual(await client.zRange('z', '[a', '[c', { BY: 'LEX' }), ['a', 'b', 'c']);
    assert.equal(await client.zLexCount('z', '-', '+'), 3);
    assert.deepEqual(pairs(await client.zPopMaxCount('u', 2)), [[Infinity, 'c'], [9, 'x']]);
    const popped = await client.zmPop(['none', 'y'], 'MIN');
    assert.deepEqual([popped.key, pairs(popped.members)], ['y', [[1, 'b']]]);
    assert.equal((await client.zRandMemberCountWithScores('z', 3)).length, 3);
    assert.equal(await client.zRevRank('z', 'a'), 2);
    const seen = [];
    for await (const some of client.zScanIterator('z')) seen.push(...pairs(some));
    assert.deepEqual(seen, [[-Infinity, 'a'], [3, 'b'], [Infinity, 'c']]);
    assert.equal(await client.zRemRangeByScore('z', '-inf', 3), 2);
  },
  async more_streams(client, RESP) {
    for (let i = 1; i <= 4; i++) await client.xAdd('x', `${i}-1`, { n: String(i) });
    if (RESP === 2) { // the library does not read XREAD's map of RESP3 yet
      const [{ name, messages }] = await client.xRead({ key: 'x', id: '3-1' }, { COUNT: 2 });
      assert.deepEqual([name, messages.map(({ id, message }) => [id, { ...message }])], ['x', [['4-1', { n: '4' }]]]);
    }
    await client.xGroupCreate('x', 'g', '0');
    assert.equal(Number(await client.xGroupCreateConsumer('x', 'g', 'bob')), 1);
    await client.xReadGroup('g', 'alice', { key: 'x', id: '>' }, { COUNT: 3 });
    assert.deepEqual((await client.xClaim('x', 'g', 'bob', 0, ['1-1'])).map(({ id }) => id), ['1-1']);
    assert.deepEqual((await client.xPendingRange('x', 'g', '-', '+', 9)).map(({ id, consumer }) => [id, consumer]),
                     [['1-1', 'bob'], ['2-1', 'alice'], ['3-1', 'alice']]);
    const claimed = await client.xAutoClaim('x', 'g', 'bob', 0, '0-0', { COUNT: 2 });
    assert.deepEqual([claimed.nextId, claimed.messages.map(({ id }) => id)], ['3-1', ['1-1', '2-1']]);
    assert.deepEqual((await client.xInfoConsumers('x', 'g')).map(({ name, pending }) => [name, pending]),
                     [['alice', 1], ['bob', 2]]);
    const [group] = await client.xInfoGroups('x');
    assert.deepEqual([group.name, group.pending, group['last-delivered-id']], ['g', 3, '3-1']);
    assert.equal(await client.xGroupDelConsumer('x', 'g', 'bob'), 2);
    assert.equal(await client.xTrim('x', 'MAXLEN', 1), 3);
    assert.deepEqual((await client.xRevRange('x', '+', '-')).map(({ id }) => id), ['4-1']);
    assert.equal(Number(await client.xGroupDestroy('x', 'g')), 1);
  },
  async sort(client, RESP) {
    await client.rPush('ids', ['3', '1', '2']);
    await client.mSet({ w_1: '9', w_2: '8', w_3: '7', name_1: 'one' });
    assert.deepEqual(await client.sort('ids'), ['1', '2', '3']);
    assert.deepEqual(await client.sort('ids', { BY: 'w_*', GET: ['#', 'name_*'], LIMIT: { offset: 1, count: 2 } }),
                     ['2', null, '1', 'one']);
    assert.equal(await client.sortStore('ids', 'sorted', { DIRECTION: 'DESC' }), 3);
    assert.deepEqual(await client.lRange('sorted', 0, -1), ['3', '2', '1']);
  },
  async pipelines(client, RESP) {
    // Commands of one turn of node's loop leave in one write.
    const replies = await Promise.all(
      Array.from({ length: 5000 }, (_, i) => [client.set(`p:${i}`, String(i)), client.incr(`p:${i}`)]).flat());
    assert.deepEqual(replies, Array.from({ length: 5000 }, (_, i) => ['OK', i + 1]).flat());
    const mixed = await Promise.allSettled([client.set('x', 'y'), client.incr('x'), client.get('x')]);
    assert.deepEqual(mixed.map((one) => one.status), ['fulfilled', 'rejected', 'fulfilled']);
    assert.equal(mixed[2].value, 'y');
  },
  async databases(client, RESP) {
    const second = await connect(RESP, 2);
    await client.set('k', 'of 0');
    await second.set('k', 'of 2');
    assert.equal(await client.get('k'), 'of 0');
    await client.swapDb(0, 2);
    assert.equal(await client.get('k'), 'of 2');
    await second.flushDb();
    assert.equal(await second.dbSize(), 0);
    second.destroy();
  },
};

const both = {};
for (const RESP of [2, 3]) {
  for (const [name, test] of Object.entries(tests)) {
    both[`${name} in RESP${RESP}`] = async () => {
      const client = await connect(RESP);
      try {
        await test(client, RESP);
      } finally {
        client.destroy();
      }
    };
  }
}
const cleaner = await connect(2);
await run(both, () => cleaner.flushAll());
