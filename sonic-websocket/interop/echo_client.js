// Sends messages of many lengths to a server that sends them back. Arguments: URL, plain or deflate. Prints ok.
const assert = require('assert');
const WebSocket = require('ws');

const LENGTHS = [0, 1, 125, 126, 127, 65535, 65536, 300000];
const deflate = process.argv[3] === 'deflate';
const socket = new WebSocket(process.argv[2], {
    perMessageDeflate: deflate ? { threshold: 0 } : false,
    maxPayload: 0,
});

function next(event) {
    return new Promise((resolve, reject) => {
        socket.once(event, (...values) => resolve(values));
        socket.once('error', reject);
    });
}

async function echo(data) {
    const reply = next('message');
    socket.send(data);
    const [received, isBinary] = await reply;
    assert.strictEqual(isBinary, typeof data !== 'string');
    assert.ok(Buffer.from(data).equals(received), `echo of ${data.length}`);
}

async function main() {
    await next('open');
    assert.strictEqual(socket.extensions.includes('permessage-deflate'), deflate, 'extensions');
    for (const length of LENGTHS) {
        await echo([...'aé€x'.repeat(length)].slice(0, length).join(''));
        await echo(Buffer.from(Array.from({ length }, (_, i) => (i * 7) % 251)));
    }
    const joined = next('message');
    socket.send('in ', { fin: false });
    socket.send('three ', { fin: false });
    socket.send('parts', { fin: true });
    assert.strictEqual((await joined)[0].toString(), 'in three parts');
    const pong = next('pong');
    socket.ping('are you there');
    assert.strictEqual((await pong)[0].toString(), 'are you there');
    const closed = next('close');
    socket.close(4001, 'bye');
    assert.strictEqual((await closed)[0], 4001);
    console.log('ok');
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
