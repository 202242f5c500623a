// Sends every message back, until standard input ends. Argument: plain or deflate. Prints its port.
const { WebSocketServer } = require('ws');

const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    maxPayload: 0,
    perMessageDeflate: process.argv[2] === 'deflate' ? { threshold: 0 } : false,
});
server.on('listening', () => console.log(server.address().port));
server.on('connection', (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
process.stdin.on('end', () => process.exit(0));
process.stdin.resume();
